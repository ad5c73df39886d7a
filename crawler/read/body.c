#include "crawler/read/body.h"

#include "crawler/read/noise.h"

#define LINE_COST (14 * BLOCK_HAN_WEIGHT) /* what a line must say to be worth a line */
#define MARK_GAIN (8 * BLOCK_HAN_WEIGHT)  /* a comma or full stop: sentences have them */
#define FURNITURE_VOTE_MAX                                                                         \
	(40 * BLOCK_HAN_WEIGHT) /* a long comment must not outvote a short article */
#define FURNITURE_UNDO  45      /* percent of the page's text in it: then it is no furniture */
#define DESCEND_PERCENT 88      /* a child with this much of the sum is the better fence */
#define NAMED_PERCENT   40      /* a container named as the article needs so much of the best sum */
#define ARTICLE_MIN     (25 * BLOCK_HAN_WEIGHT) /* less text is no article */

const char *body_fate_str(enum body_fate fate)
{
	static const char *const names[] = {[BODY_OUTSIDE] = "outside",
		[BODY_FURNITURE] = "furniture",
		[BODY_LINKS] = "links"};

	return names[fate];
}

struct votes {
	const struct html *h;
	const struct block_list *blocks;
	uint8_t *part;  /* enum noise_part by node; furniture covers descendants */
	int64_t *sum;   /* of votes, by node */
	uint32_t *text; /* weight outside of links, by node */
};

static uint32_t plain_weight(const struct block *b)
{
	return b->weight - b->link_weight;
}

static void weigh_text(struct votes *v)
{
	for (size_t i = 0; i < v->blocks->len; i++) {
		const struct block *b = &v->blocks->items[i];

		if (b->n_marks && b->node != HTML_NONE)
			v->text[b->node] += plain_weight(b);
	}
	for (uint32_t i = v->h->n_nodes; i-- > 1;)
		if (v->h->nodes[i].parent != HTML_NONE)
			v->text[v->h->nodes[i].parent] += v->text[i];
}

/* Names lie when the article stands in it. */
static void name_parts(struct votes *v)
{
	uint32_t covered = 0; /* up to here everything is furniture */

	for (uint32_t i = 0; i < v->h->n_nodes; i++) {
		enum noise_part part = NOISE_NONE;

		if (i < covered) {
			v->part[i] = NOISE_FURNITURE;
			continue;
		}
		if (v->h->nodes[i].tag != HTML_TEXT)
			part = noise_of_element(v->h, i);
		if (part == NOISE_FURNITURE &&
			(uint64_t)v->text[i] * 100 > (uint64_t)v->text[0] * FURNITURE_UNDO)
			part = NOISE_NONE;
		if (part == NOISE_FURNITURE)
			covered = v->h->nodes[i].end;
		v->part[i] = (uint8_t)part;
	}
}

static int64_t vote_of(const struct block *b, bool furniture)
{
	int64_t plain = plain_weight(b), links = b->link_weight, all = b->weight;

	if (furniture)
		return -(all < FURNITURE_VOTE_MAX ? all : FURNITURE_VOTE_MAX) / 3;
	if (links > plain)
		return -links / 2 - LINE_COST;
	return plain - links - LINE_COST + (int64_t)b->n_marks * MARK_GAIN;
}

static void cast_votes(struct votes *v)
{
	for (size_t i = 0; i < v->blocks->len; i++) {
		const struct block *b = &v->blocks->items[i];

		if (b->node != HTML_NONE)
			v->sum[b->node] += vote_of(b, v->part[b->node] == NOISE_FURNITURE);
	}
	for (uint32_t i = v->h->n_nodes; i-- > 1;)
		if (v->h->nodes[i].parent != HTML_NONE)
			v->sum[v->h->nodes[i].parent] += v->sum[i];
}

/* The child that has nearly all of it, and its child, and so on. */
static uint32_t descend(const struct votes *v, uint32_t node)
{
	uint32_t child = node + 1, end = v->h->nodes[node].end;

	while (child < end) {
		if (v->h->nodes[child].tag != HTML_TEXT &&
			v->sum[child] * 100 >= v->sum[node] * DESCEND_PERCENT) {
			node = child;
			end = v->h->nodes[node].end;
			child = node + 1;
		} else
			child = v->h->nodes[child].end;
	}
	return node;
}

static uint32_t best_node(const struct votes *v)
{
	uint32_t best = 0, named = HTML_NONE;

	for (uint32_t i = 0; i < v->h->n_nodes; i++) {
		if (v->sum[i] > v->sum[best])
			best = i;
		if (v->part[i] == NOISE_ARTICLE &&
			(named == HTML_NONE || v->sum[i] > v->sum[named]))
			named = i;
	}
	if (named != HTML_NONE && v->sum[named] * 100 > v->sum[best] * NAMED_PERCENT)
		return named;
	return descend(v, best);
}

/* A lone line of links inside of an article leads elsewhere, unless it is an attachment. */
static enum body_fate fate_of(const struct block *b, bool furniture)
{
	if (furniture)
		return BODY_FURNITURE;
	if (b->link_weight * 10 <= b->weight * 6 ||
		(b->n_marks > 1 && b->link_weight * 10 < b->weight * 9))
		return BODY_KEPT;
	return BODY_LINKS;
}

static void keep_blocks(const struct votes *v, struct body *body)
{
	uint32_t end = v->h->nodes[body->node].end;

	body->first = v->blocks->len;
	for (size_t i = 0; i < v->blocks->len; i++) {
		const struct block *b = &v->blocks->items[i];

		body->furniture[i] = b->node != HTML_NONE && v->part[b->node] == NOISE_FURNITURE;
		if (b->first < body->node || b->first >= end || b->node == HTML_NONE)
			continue;
		if (body->first == v->blocks->len)
			body->first = i;
		body->end = i + 1;
		body->fate[i] = fate_of(b, body->furniture[i]);
	}
}

bool body_find(const struct html *h, const struct block_list *blocks, struct arena *a,
	struct body *ret)
{
	struct votes v = {.h = h, .blocks = blocks};

	*ret = (struct body){.fate = arena_alloc(a, blocks->len + 1),
		.furniture = arena_alloc(a, blocks->len + 1),
		.parts = arena_alloc(a, h->n_nodes + 1)};
	if (!h->n_nodes || !blocks->len)
		return false;
	v.part = ret->parts;
	v.sum = ret->score = arena_alloc(a, h->n_nodes * sizeof *v.sum);
	v.text = arena_alloc(a, h->n_nodes * sizeof *v.text);
	weigh_text(&v);
	name_parts(&v);
	cast_votes(&v);
	ret->node = best_node(&v);
	keep_blocks(&v, ret);
	return v.sum[ret->node] > 0 || v.text[ret->node] >= ARTICLE_MIN;
}
