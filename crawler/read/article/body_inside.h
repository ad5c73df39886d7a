/*
 * A body being looked for. Its parts:
 *
 *	body.c       votes -> the element that holds the article
 *	body_keep.c  which lines of it, and around it, are the text
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_BODY_INSIDE_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_BODY_INSIDE_H

#include "crawler/read/article/body.h"

struct votes {
	const struct html *h;
	const struct block_list *blocks;
	bool thread;
	uint8_t *part;          /* enum noise_part by node; covers descendants */
	int64_t *sum;           /* of votes, by node */
	uint32_t *text;         /* weight of sentences outside of links, by node */
	uint32_t *all;          /* weight of everything, by node */
	uint32_t hidden;        /* text of what is hidden */
	uint32_t beside_images; /* text of what is named after pictures */
	uint32_t h1;            /* the headline: the first one that is no link; or HTML_NONE */
	uint32_t *cores;        /* that h1, article and main elements before a node */
	uint32_t *links;        /* weight of links, by node */
};

static inline uint32_t block_plain_weight(const struct block *b)
{
	return b->weight - b->link_weight;
}

static inline bool votes_is_frame(const struct votes *v, uint32_t node)
{
	return noise_is_part_of_frame(v->part[node]);
}

/* Gives every block its fate, and the body its first and last one. */
void body_keep(const struct votes *v, struct body *body);

#endif
