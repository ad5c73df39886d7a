/*
 * Words: of scripts that are written with spaces, Latin ones above all: how
 * often each stands in a folded text, and which pairs stand together again
 * and again. Linear. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_WORDS_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_WORDS_H

#include "common/arena.h"
#include "crawler/read/enrich/background.h"

#include <stdint.h>

#define WORDS_TIMES_MIN 2

struct word {
	uint32_t start, end; /* where it stands first */
	uint32_t times;
	bool is_pair;
	unsigned rarity; /* of a pair, more than of either */
};

struct words {
	struct word *items; /* of the arena */
	size_t len;
};

/*
 * Those that stand WORDS_TIMES_MIN times or more, function words of @language
 * apart. @b may be NULL: then no word is known.
 */
void words_find(struct span text, const struct background *b, uint32_t language, struct arena *a,
	struct words *ret);

#endif
