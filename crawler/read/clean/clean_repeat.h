/*
 * Lines that stand twice: a line equal to the one before, a long paragraph that
 * stood once before, and blocks of lines that did. Private to clean*.c and
 * article_parts.c; linear.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CLEAN_CLEAN_REPEAT_H
#define POLICYWATCH_CRAWLER_READ_CLEAN_CLEAN_REPEAT_H

#include "common/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLEAN_LONG_BYTES_MIN 90 /* folded: a paragraph that nobody writes twice */

struct clean_sum {
	uint64_t hash; /* of what the line says */
	bool is_long;  /* too long to stand twice on purpose */
	bool is_short; /* as a verse is */
	bool is_row;   /* of a table: equal ones are data */
};

/*
 * Sets @ret_drop[i] of lines that only repeat. In verse, where most lines are short, refrains stay:
 * only a text that stands twice as a whole goes. So does what somebody says three times.
 */
void clean_find_repeats(const struct clean_sum *sums, size_t n, struct arena *a, bool *ret_drop);

/* Sets @ret_drop[i] of lines from @first on that stood before: long ones and blocks of any. */
void clean_find_known(const struct clean_sum *sums, size_t n, size_t first, struct arena *a,
	bool *ret_drop);

#endif
