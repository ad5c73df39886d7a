/*
 * Words: of scripts that are written with spaces, Latin ones above all: how
 * often each stands in a folded text, and which pairs stand together again
 * and again. Linear. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_WORDS_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_WORDS_H

#include "common/arena.h"
#include "crawler/read/enrich/gazetteers_inside.h"

#include <stdint.h>

struct word {
	uint32_t start, end; /* where it stands first */
	uint32_t times;
	bool is_pair;
	enum word_class class; /* of the two of a pair, the one that says less */
};

struct words {
	struct word *items; /* of the arena */
	size_t len;
};

/* @classes may be NULL: then no word is known. Function words, and what is no word, are left out. */
void words_find(struct span text, const struct trie *classes, struct arena *a, struct words *ret);

#endif
