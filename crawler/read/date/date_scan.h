/*
 * A text as the dates' readers see it: a window of tokens (numbers, words,
 * single characters) that moves over it. Characters that mean the same in a
 * date (時 and 时, － and -) are one. Private to date*.c.
 *
 * Linear and without allocation; a scan is used by one thread.
 */
#ifndef POLICYWATCH_CRAWLER_READ_DATE_SCAN_H
#define POLICYWATCH_CRAWLER_READ_DATE_SCAN_H

#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define DATE_WINDOW   24 /* tokens a date may take; a scan keeps no more of them */
#define DATE_RING     32 /* they stand in, a power of two */
#define DATE_WORD_MAX 24 /* bytes */

enum date_token_kind { DATE_TOKEN_END, DATE_TOKEN_NUMBER, DATE_TOKEN_WORD, DATE_TOKEN_CHAR };

struct date_token {
	enum date_token_kind kind;
	bool gap;     /* white space stands before it */
	bool chinese; /* a number in Chinese numerals */
	bool glued;   /* a letter or digit stands directly before it */
	int digits;
	int64_t value;
	uint32_t c;                   /* of a character, traditional ones made simple */
	char word[DATE_WORD_MAX + 1]; /* lower case, without accents where letters are Latin or
				       Greek; cut */
	size_t start, end;            /* offsets in the text */
};

/* A reader of tokens with a window of look-ahead. */
struct date_scan {
	struct span text; /* borrowed */
	size_t at;
	uint32_t before; /* the code point before `at` */
	struct date_token ring[DATE_RING];
	size_t first; /* of the window, in the ring */
};

void date_scan_init(struct date_scan *s, struct span text);

/* Leaves the first token behind. */
void date_scan_move(struct date_scan *s);

/* Moves so that the last of @n tokens is next to be left behind. */
void date_scan_skip(struct date_scan *s, size_t n);

/* The token @i places ahead; what lies beyond the window looks like its last one. */
static inline const struct date_token *date_at(const struct date_scan *s, size_t i)
{
	return &s->ring[(s->first + (i < DATE_WINDOW ? i : DATE_WINDOW - 1)) % DATE_RING];
}

static inline bool date_is_number(const struct date_token *t, int64_t low, int64_t high,
	int digits_max)
{
	return t->kind == DATE_TOKEN_NUMBER && t->digits <= digits_max && t->value >= low &&
		t->value <= high;
}

static inline bool date_is_char(const struct date_token *t, uint32_t c)
{
	return t->kind == DATE_TOKEN_CHAR && t->c == c;
}

static inline bool date_is_separator(const struct date_token *t)
{
	return t->kind == DATE_TOKEN_CHAR &&
		(t->c == '-' || t->c == '/' || t->c == '.' || t->c == '_');
}

static inline bool date_is_word(const struct date_token *t, const char *word)
{
	return t->kind == DATE_TOKEN_WORD && strcmp(t->word, word) == 0;
}

#endif
