/*
 * Story: pages that say the same, the value of table "stories". A story's id
 * is the id of its first page. Pure functions.
 */
#ifndef POLICYWATCH_STORE_STORY_H
#define POLICYWATCH_STORE_STORY_H

#include "common/arena.h"
#include "common/hash.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdint.h>

/* A text that thousands of pages share is boilerplate; they are counted, but not listed further. */
#define STORY_MEMBERS_MAX 1000

struct story {
	int64_t first_seen_ms;
	uint64_t count;       /* of its pages */
	struct hash *members; /* the first of them */
	size_t n_members;
};

void story_write(const struct story *s, struct strbuf *out);

/* Leaves room for story_add(). Returns 0, or -ERR_CORRUPT. */
int story_parse(struct span json, struct arena *a, struct story *ret);

void story_init(struct story *s, struct arena *a, int64_t first_seen_ms);
void story_add(struct story *s, const struct hash *page);
/* Whether a page is among those that are listed. */
bool story_has(const struct story *s, const struct hash *page);

#endif
