/*
 * Score: how much a reading of bytes looks like language. Each character costs
 * about what it tells, -2 log2 of its frequency: the right reading of a Chinese
 * text costs some 20 a character, a wrong one 28 and more. Readings of the same
 * bytes are compared by their whole cost. ASCII is free, since all readings agree
 * on it, except for control characters.
 *
 * Pure functions, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CHARSET_SCORE_H
#define POLICYWATCH_CRAWLER_READ_CHARSET_SCORE_H

#include "common/span.h"

#include <stddef.h>
#include <stdint.h>

enum score_language {
	SCORE_CHINESE,
	SCORE_JAPANESE,
	SCORE_KOREAN,
	SCORE_ANY, /* UTF-8 may hold any of them */
};

struct score {
	uint64_t cost;
	size_t chars;  /* other than free ones */
	size_t faults; /* of these, U+FFFD */
	size_t joined; /* of these, those above U+07FF or beside a letter or another of these */
};

#define SCORE_FAULT 56 /* of U+FFFD */

/* Of decoded text. */
struct score score_text(struct span utf8, enum score_language language);

/* How common a character is: 0 most, then up to SCORE_RARE. Of the tables in charset_common.c. */
#define SCORE_RARE 5
unsigned score_rank_han(uint32_t c);
unsigned score_rank_hangul(uint32_t c);

#endif
