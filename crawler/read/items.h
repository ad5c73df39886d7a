/*
 * Items: what a listing, feed or sitemap shows, each address once, within the
 * bus's limits and the source's rules.
 *
 * Strings belong to the arena. Not thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ITEMS_H
#define POLICYWATCH_CRAWLER_READ_ITEMS_H

#include "common/arena.h"
#include "common/protocol.h"
#include "common/span.h"
#include "crawler/read/read.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct items {
	struct arena *arena;
	const struct read_input *in; /* include and exclude */
	const char *encoding;        /* of the document: queries are written in it */
	struct item *list;
	size_t len, cap;
	size_t n_dropped;
	uint32_t *slots; /* by hash of the address, index + 1 */
	size_t mask;
};

struct item_draft {
	struct span href; /* as the document has it */
	const char *base;
	struct span title; /* may hold markup and entities if @markup */
	bool markup;
	int64_t published_ms;
	enum work_kind kind;
};

void items_init(struct items *s, const struct read_input *in, const char *encoding,
	struct arena *a);
void items_release(struct items *s);

/*
 * Adds what the draft says, unless the address is no web address, is refused
 * by the source's rules or is there already; then a better title or date is
 * taken over. Returns whether the address is in the list.
 */
bool items_add(struct items *s, const struct item_draft *d);

/* Gives the list to @out, in the arena, its titles without readings in brackets. */
void items_finish(struct items *s, struct read_output *out);

#endif
