/* Robots: the bytes of struct store_robots, the value of table "robots". Pure functions. */
#ifndef POLICYWATCH_STORE_ROBOTS_VALUE_H
#define POLICYWATCH_STORE_ROBOTS_VALUE_H

#include "common/span.h"
#include "common/strbuf.h"
#include "store/store.h"

void robots_value_write(const struct store_robots *r, struct strbuf *out);

/* The body is borrowed from @value. Returns 0 or -ERR_CORRUPT. */
int robots_value_parse(struct span value, struct store_robots *ret);

#endif
