/*
 * Traditional: simplified characters to traditional ones, as copying sites
 * convert whole pages (OpenCC's s2t; this is its only user here).
 * Thread-safe.
 */
#ifndef POLICYWATCH_TESTS_WEB_TRADITIONAL_H
#define POLICYWATCH_TESTS_WEB_TRADITIONAL_H

#include "common/cleanup.h"
#include "common/span.h"
#include "common/strbuf.h"

struct traditional;

struct traditional *traditional_new(void);
void traditional_free(struct traditional *t);
DEFINE_CLEANUP(struct traditional *, traditional_free)

/* Appends @utf8, converted. */
void traditional_add(const struct traditional *t, struct span utf8, struct strbuf *out);

#endif
