/*
 * Regular expressions over UTF-8 (ICU's, whose only user this is), bounded in
 * time and memory: they come from users. Match by one thread at a time.
 */
#ifndef POLICYWATCH_STORE_REGEX_H
#define POLICYWATCH_STORE_REGEX_H

#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>

struct regex;

/* Ignores case. NULL, with *@ret_offset the byte of the fault, if it cannot be compiled. */
struct regex *regex_new(struct span pattern, size_t *ret_offset);
void regex_free(struct regex *r);

/* Whether it matches anywhere; one that takes too long does not. */
bool regex_find(struct regex *r, struct span text);

#endif
