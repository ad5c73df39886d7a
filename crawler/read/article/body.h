/*
 * Body: which part of a page is the article. Every line votes for itself: text
 * with sentences for, short lines and links against. The votes are summed up
 * the tree, the element with the highest sum holds the article, and names of
 * classes and ids decide where the sums are close. Then each line is told
 * apart: what is furniture, a caption, a list of links; and what belongs to
 * the article though it stands outside (body_keep.c).
 *
 * Thread-safe; linear in the page.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_BODY_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_BODY_H

#include "common/arena.h"
#include "crawler/read/html/block.h"
#include "crawler/read/html/html.h"
#include "crawler/read/html/noise.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum body_fate {
	BODY_OUTSIDE,
	BODY_KEPT,
	BODY_FURNITURE, /* inside of something named as furniture */
	BODY_CAPTION,
	BODY_META,  /* when and by whom, in an element named so */
	BODY_LABEL, /* of a contribution to a conversation */
	BODY_LINKS, /* a line of links, or in a list of them */
};

struct body {
	uint32_t node;      /* the element that holds the article */
	const char *why;    /* it won, for people; may be NULL */
	int64_t *score;     /* by node */
	size_t first, end;  /* its blocks; not all of them are kept */
	uint8_t *fate;      /* enum body_fate by block of the page */
	uint8_t *furniture; /* by block of the page: inside of something named as furniture */
	uint8_t *parts;     /* enum noise_part by node; what is in a part is of its kind */
};

/* @thread: the page is one of a forum, whose replies are text. False when nothing reads like text. */
bool body_find(const struct html *h, const struct block_list *blocks, bool thread, struct arena *a,
	struct body *ret);

/* What is left out, in a word; NULL for what is kept. */
const char *body_fate_str(enum body_fate fate);

static inline bool body_keeps(const struct body *b, size_t block)
{
	return b->fate[block] == BODY_KEPT;
}

#endif
