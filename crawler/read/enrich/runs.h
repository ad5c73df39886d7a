/*
 * Runs: words of a text without spaces that no list knows. Chinese writes no
 * spaces, so a word is a run of Han characters, Latin words among them, that
 * repeats as a whole: its parts belong together more than by chance, and what
 * stands before and behind it varies.
 *
 * Linear: a run of n characters that repeats is made of two that overlap and
 * have n - 1, so each length looks only at the places that are left of the
 * one before. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_RUNS_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_RUNS_H

#include "common/span.h"
#include "crawler/read/enrich/hits.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUN_TIMES_MIN 3
#define RUN_CHARS_MAX 8
#define RUN_HAN_MIN   50 /* so many Han characters make a Chinese text; others have no runs */

struct run {
	uint32_t start, end; /* where it stands first, in the text that was given */
	uint32_t times;
	uint32_t chars; /* a Latin word is one */
};

struct runs {
	struct run *items; /* of the arena */
	size_t len;
	size_t n_han; /* Han characters looked at */
};

/*
 * Finds the runs of a folded text that are words as far as can be seen, and
 * are no part of a longer one, nor of a name: @hits, whose places count in
 * the same text.
 */
void runs_find(struct span text, const struct hits *hits, struct arena *a, struct runs *ret);

/* Whether a folded text may be a word by its first and last character; most are. */
bool runs_may_be_word(struct span text);

#endif
