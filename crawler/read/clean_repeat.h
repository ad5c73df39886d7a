/*
 * Lines that stand twice: a line equal to the one before, a long paragraph that
 * stood before, and blocks of lines that did. Private to clean*.c
 * and article_parts.c; linear.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CLEAN_REPEAT_H
#define POLICYWATCH_CRAWLER_READ_CLEAN_REPEAT_H

#include "common/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CLEAN_LONG_BYTES_MIN 90 /* folded: a paragraph that nobody writes twice */

/* What a line says, and whether it is too long to stand twice on purpose. */
struct clean_sum {
	uint64_t hash;
	bool is_long;
};

/* Sets @ret_drop[i] of lines that only repeat. */
void clean_find_repeats(const struct clean_sum *sums, size_t n, struct arena *a, bool *ret_drop);

#endif
