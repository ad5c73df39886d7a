#include "crawler/read/article/body_inside.h"

#define LEAD_DISTANCE_MAX 40 /* lines between a headline and the text that it stands above */
#define LEAD_WEIGHT_MIN   (12 * BLOCK_HAN_WEIGHT)
#define LABEL_WEIGHT_MAX  (8 * BLOCK_HAN_WEIGHT)
#define LEAD_WEIGHT_SURE  (40 * BLOCK_HAN_WEIGHT)
#define ALIKE_LEVELS      3 /* ancestors of the article whose like are looked for beside them */
#define ALIKE_TEXT_MIN    (15 * BLOCK_HAN_WEIGHT)
#define TEXT_MIN          (25 * BLOCK_HAN_WEIGHT) /* less is no text: captions count then */

/* A lone line of links inside of an article leads elsewhere, unless it is an attachment. */
static bool is_links(const struct block *b)
{
	return b->link_weight * 10 > b->weight * 6 &&
		!(b->n_marks > 1 && b->link_weight * 10 < b->weight * 9);
}

/* Names, dates, counters and buttons beside what somebody says. */
static bool is_label(const struct votes *v, const struct block *b)
{
	return !b->n_marks && b->weight < LABEL_WEIGHT_MAX && v->h->nodes[b->node].tag != HTML_PRE;
}

static enum body_fate fate_of(const struct votes *v, const struct block *b)
{
	if (votes_is_frame(v, b->node))
		return BODY_FURNITURE;
	if (v->part[b->node] == NOISE_CAPTION)
		return BODY_CAPTION;
	if (v->part[b->node] == NOISE_META)
		return BODY_META;
	if (is_links(b))
		return BODY_LINKS;
	return v->thread && is_label(v, b) ? BODY_LABEL : BODY_KEPT;
}

/* Takes in the blocks of a node: they are told apart as parts of the article. */
static void take_in(const struct votes *v, uint32_t node, struct body *body)
{
	uint32_t end = v->h->nodes[node].end;
	size_t low = 0, high = v->blocks->len;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (v->blocks->items[mid].first < node)
			low = mid + 1;
		else
			high = mid;
	}
	for (size_t i = low; i < v->blocks->len && v->blocks->items[i].first < end; i++) {
		if (v->blocks->items[i].node == HTML_NONE)
			continue;
		body->first = i < body->first ? i : body->first;
		body->end = i + 1 > body->end ? i + 1 : body->end;
		body->fate[i] = (uint8_t)fate_of(v, &v->blocks->items[i]);
	}
}

static bool are_alike(const struct html *h, uint32_t a, uint32_t b)
{
	struct span class = html_attr(h, a, "class");

	return h->nodes[a].tag == h->nodes[b].tag && class.len > 0 &&
		span_eq(class, html_attr(h, b, "class"));
}

/* An element of the article's kind beside it that is no article of its own. */
static bool goes_on_in(const struct votes *v, uint32_t like, uint32_t node)
{
	const struct html_node *n = &v->h->nodes[node];

	return n->tag != HTML_TEXT && n->tag != HTML_ARTICLE && !votes_is_frame(v, node) &&
		v->sum[node] > 0 && v->text[node] >= ALIKE_TEXT_MIN &&
		are_alike(v->h, node, like) && html_find(v->h, node, n->end, HTML_H1) == HTML_NONE;
}

/* The body may be split over several elements of one kind that stand side by side. */
static void take_in_alike(const struct votes *v, struct body *body)
{
	const struct html_node *nodes = v->h->nodes;
	uint32_t node = body->node;

	for (int level = 0; level < ALIKE_LEVELS && nodes[node].parent != HTML_NONE; level++) {
		uint32_t parent = nodes[node].parent;

		for (uint32_t i = parent + 1; i < nodes[parent].end; i = nodes[i].end)
			if (i != node && goes_on_in(v, node, i))
				take_in(v, i, body);
		node = parent;
	}
}

static bool ends_sentence(struct span text)
{
	static const char *const ends[] = {"。", "！", "？", "…", "”", "」", ".", "!", "?", "\"",
		"»"};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (span_ends_with(text, span_str(ends[i])))
			return true;
	return false;
}

static bool is_lead(const struct votes *v, const struct block *b)
{
	return b->node != HTML_NONE && b->weight >= LEAD_WEIGHT_MIN && b->n_marks > 0 &&
		(b->weight >= LEAD_WEIGHT_SURE || ends_sentence(b->text)) &&
		b->link_weight * 5 < b->weight && v->part[b->node] == NOISE_NONE;
}

static bool repeats(const struct block *b, struct span headline)
{
	return span_find(b->text, headline) >= 0;
}

static bool is_headline(const struct html *h, const struct block *b)
{
	return b->node != HTML_NONE && h->nodes[b->node].tag == HTML_H1;
}

/* Between the headline and the text stands what sums it up. */
static void take_in_lead(const struct votes *v, struct body *body)
{
	size_t head = body->first, first = body->first;
	struct span headline;
	size_t stop = first > LEAD_DISTANCE_MAX ? first - LEAD_DISTANCE_MAX : 0;

	while (head > stop && !is_headline(v->h, &v->blocks->items[head - 1]))
		head--;
	if (head == stop)
		return;
	headline = v->blocks->items[head - 1].text;
	for (size_t i = head; i < first; i++) {
		if (!is_lead(v, &v->blocks->items[i]) || repeats(&v->blocks->items[i], headline))
			continue;
		body->fate[i] = BODY_KEPT;
		body->first = i < body->first ? i : body->first;
	}
}

/* Of an article that is nothing but pictures the captions are the text. */
static void settle_captions(const struct votes *v, struct body *body)
{
	uint64_t kept = 0;

	for (size_t i = body->first; i < body->end; i++)
		kept += body_keeps(body, i) ? v->blocks->items[i].weight : 0;
	for (size_t i = body->first; i < body->end && kept < TEXT_MIN; i++)
		if (body->fate[i] == BODY_CAPTION)
			body->fate[i] = BODY_KEPT;
}

void body_keep(const struct votes *v, struct body *body)
{
	for (size_t i = 0; i < v->blocks->len; i++) {
		uint32_t node = v->blocks->items[i].node;

		body->furniture[i] = node != HTML_NONE && votes_is_frame(v, node);
	}
	body->first = v->blocks->len;
	take_in(v, body->node, body);
	take_in_alike(v, body);
	take_in_lead(v, body);
	settle_captions(v, body);
}
