/*
 * Folded text: an article in the form in which it is compared (fold.h), title
 * first, with the way back to what was written. Folded line by line, so that
 * the way back has to be traced only for the lines that are asked for.
 *
 * Not thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_FOLDED_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_FOLDED_H

#include "common/arena.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

/* A letter or digit, in its folded form or not, of a script that is written with spaces. */
static inline bool folded_is_word_char(uint32_t c)
{
	if (c < 0x80)
		return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
	return c >= 0xC0 && c < 0x2000 && c != 0xD7 && c != 0xF7;
}

/* A line of the text, or a piece of a long one. */
struct folded_line {
	uint32_t at;         /* in the folded form */
	struct span written; /* borrowed */
};

struct folded {
	struct strbuf text; /* lines end with \n, but for the last */
	size_t title_len;   /* of the first line, which may be empty */
	struct folded_line *lines;
	size_t n_lines, cap_lines;
	struct span body; /* the text behind the title as it was written, borrowed */
	size_t traced;    /* the line that @origin is of, from 1; 0: none */
	uint32_t *origin; /* NULL: each byte comes from the one at its place */
	size_t n_origin;
};

/* @title and @text are borrowed while it lives. */
void folded_init(struct folded *f, struct span title, struct span text);
void folded_release(struct folded *f);

/* The folded text behind the title. */
struct span folded_body(const struct folded *f);

/* What was written where the folded form has bytes @start to @end, both in the title or in the text. */
struct span folded_written(struct folded *f, size_t start, size_t end);

#endif
