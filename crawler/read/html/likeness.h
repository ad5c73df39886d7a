/*
 * Likeness: a small sketch of what a page says of its own, by which two
 * answers of a site are told to be the same page under two addresses. Links,
 * digits and the page's own address are left out: lists of recommendations,
 * dates and the echo of what was asked for differ from answer to answer.
 *
 * Pure, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_HTML_LIKENESS_H
#define POLICYWATCH_CRAWLER_READ_HTML_LIKENESS_H

#include "common/span.h"
#include "common/strbuf.h"
#include "crawler/read/html/block.h"
#include "crawler/read/html/html.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LIKENESS_PIECES_MAX 256
#define LIKENESS_BYTES_MAX  (12 + 4 * LIKENESS_PIECES_MAX) /* packed */

struct likeness {
	uint64_t title; /* hash, 0 without one */
	uint32_t shown; /* weight (block.h) of all that the page shows, links included */
	uint32_t n;
	/* Hashes of its pieces of four characters, ascending: all, or the least ones of many. */
	uint32_t pieces[LIKENESS_PIECES_MAX];
};

/* @blocks are the page's lines, @url is its own address. */
void likeness_make(const struct html *h, const struct block_list *blocks, const char *url,
	struct likeness *ret);

/* Whether neither says more than a few words that the other does not say. */
bool likeness_is_same(const struct likeness *a, const struct likeness *b);

void likeness_pack(const struct likeness *l, struct strbuf *out);

/* False when @packed is none; *@ret is undefined then. */
bool likeness_unpack(struct span packed, struct likeness *ret);

#endif
