/*
 * Quotes: what an article puts in quotation or title marks again and again is
 * a name of something: “夜校”, 《指南》. Linear, bounded. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_QUOTES_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_QUOTES_H

#include "common/arena.h"
#include "common/span.h"

#include <stddef.h>
#include <stdint.h>

#define QUOTES_MAX 64 /* different ones looked at */

struct quote {
	struct span folded; /* of the arena */
	uint32_t times;
};

struct quotes {
	struct quote items[QUOTES_MAX];
	size_t len;
};

/* Adds the short quotes of @written, with how often each stands there. */
void quotes_add(struct span written, struct arena *a, struct quotes *q);

#endif
