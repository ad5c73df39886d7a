/*
 * Blocks: a page as the lines that it shows, each with what it weighs, how
 * much of it are links and where in the tree it stands. Everything that looks
 * for an article or its facts looks at these.
 *
 * Weights are thirds of a Chinese character: a Han character 3, a Latin letter
 * or digit 1, so that words of both kinds weigh alike.
 */
#ifndef POLICYWATCH_CRAWLER_READ_HTML_BLOCK_H
#define POLICYWATCH_CRAWLER_READ_HTML_BLOCK_H

#include "common/arena.h"
#include "common/span.h"
#include "crawler/read/html/html.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BLOCK_HAN_WEIGHT 3

struct block {
	struct span text;    /* white space made single, invisible characters gone; in the arena */
	uint32_t node;       /* the block element directly around it */
	uint32_t first, end; /* its nodes */
	uint32_t weight;
	uint32_t link_weight; /* of the text in links */
	uint32_t n_links;
	uint32_t n_marks; /* , 。 and their like */
	bool heading;     /* h1..h6 around it, or all of it bold */
	/* Of a line in PRE: */
	uint8_t indent; /* columns before it, without what all have */
	bool apart;     /* an empty line stands before it */
	bool tabular;   /* several spaces in a row stand in it */
};

struct block_list {
	struct block *items;
	size_t len;
};

/*
 * All lines of a page in document order; empty ones are left out. A row of a
 * table of data is one line, its cells set apart by " | ".
 */
void block_list_make(const struct html *h, struct arena *a, struct block_list *ret);

/* The weight of a text that is no block. */
uint32_t block_weigh(struct span text);

#endif
