/*
 * Title: the headline of an article, from what the page calls itself, its
 * headings, its metadata and what a listing said. A <title> carries the names
 * of column and site behind the headline; a line of the page that begins it
 * tells where to cut, else the names themselves do.
 *
 * Strings belong to the arena. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_TITLE_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_TITLE_H

#include "common/arena.h"
#include "crawler/read/article/body.h"
#include "crawler/read/article/metadata.h"
#include "crawler/read/html/block.h"

#include <stddef.h>

#define TITLE_NO_BLOCK SIZE_MAX

struct title {
	const char *text;   /* NULL when the page has none */
	const char *site;   /* the last part of <title>, when it is one; may name the publisher */
	const char *source; /* where the headline is from, for people */
	size_t block;       /* where the headline stands on the page, or TITLE_NO_BLOCK */
};

void title_find(const struct block_list *blocks, const struct body *body, const struct metadata *m,
	const char *listed, struct arena *a, struct title *ret);

#endif
