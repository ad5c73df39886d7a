#include "crawler/read/article/body_inside.h"

#define LINE_COST  (5 * BLOCK_HAN_WEIGHT)  /* what a line must say to be worth a line */
#define LABEL_COST (6 * BLOCK_HAN_WEIGHT)  /* ... and one without a mark of sentences */
#define LINK_COST  (14 * BLOCK_HAN_WEIGHT) /* of a line of links */
#define MARK_GAIN  (8 * BLOCK_HAN_WEIGHT)  /* a comma or full stop: sentences have them */
#define FURNITURE_VOTE_MAX                                                                         \
	(40 * BLOCK_HAN_WEIGHT) /* a long comment must not outvote a short article */
/* With so many percent of the page's sentences nothing is furniture; other bounds hold ... */
#define FURNITURE_UNDO        45
#define FURNITURE_UNDO_BEHIND 80                      /* ... behind the headline, */
#define FURNITURE_UNDO_CORE   20                      /* ... around it */
#define REST_MIN              (30 * BLOCK_HAN_WEIGHT) /* of sentences elsewhere, maybe the article */
#define IMAGE_WEIGHT_MAX      (120 * BLOCK_HAN_WEIGHT) /* more beside a picture is no caption, */
#define META_WEIGHT_MAX       (50 * BLOCK_HAN_WEIGHT)  /* and more beside a date no metadata */
#define WEAK_UNDO             (30 * BLOCK_HAN_WEIGHT)  /* sentences in what is weakly named */
#define DESCEND_PERCENT       88 /* a child with this much of the sum is the better fence */
#define NAMED_PERCENT         40 /* a container named as the article needs so much of the best sum */
#define ARTICLE_MIN           (25 * BLOCK_HAN_WEIGHT) /* less text is no article */
#define CONSENT_LINES         20
#define COLOPHON_LINES        20
#define COLOPHON_WEIGHT_MAX   (100 * BLOCK_HAN_WEIGHT)
#define SEVERAL_PERCENT       25 /* of the best sum in the first of several articles */

const char *body_fate_str(enum body_fate fate)
{
	static const char *const names[] = {[BODY_OUTSIDE] = "outside",
		[BODY_FURNITURE] = "furniture",
		[BODY_CAPTION] = "caption",
		[BODY_META] = "metadata",
		[BODY_LABEL] = "label",
		[BODY_LINKS] = "links"};

	return names[fate];
}

static void weigh_text(struct votes *v)
{
	const struct html_node *nodes = v->h->nodes;

	for (size_t i = 0; i < v->blocks->len; i++) {
		const struct block *b = &v->blocks->items[i];

		if (b->node == HTML_NONE)
			continue;
		v->text[b->node] += b->n_marks ? block_plain_weight(b) : 0;
		v->all[b->node] += b->weight;
		v->links[b->node] += b->link_weight;
	}
	for (uint32_t i = v->h->n_nodes; i-- > 1;) {
		uint32_t parent = nodes[i].parent;

		if (parent == HTML_NONE || !v->all[i])
			continue;
		v->text[parent] += v->text[i];
		v->all[parent] += v->all[i];
		v->links[parent] += v->links[i];
	}
}

/* A headline that is a link is the site's logo. */
static void count_cores(struct votes *v)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < v->h->n_nodes; i++) {
		enum html_tag tag = v->h->nodes[i].tag;

		v->cores[i] = n;
		n += (tag == HTML_ARTICLE || tag == HTML_MAIN) &&
			(uint64_t)v->text[i] * 100 > (uint64_t)v->text[0] * FURNITURE_UNDO_CORE;
		if (tag == HTML_H1 && v->links[i] * 2 < v->all[i] && v->h1 == HTML_NONE) {
			v->h1 = i;
			n++;
		}
	}
	v->cores[v->h->n_nodes] = n;
}

/* Whether elements stand in a node that only an article or the page's main part has. */
static bool has_core(const struct votes *v, uint32_t node)
{
	return v->cores[v->h->nodes[node].end] > v->cores[node];
}

/* By element alone. */
static void name_elements(struct votes *v)
{
	uint32_t covered = 0;

	for (uint32_t i = 0; i < v->h->n_nodes; i++) {
		if (v->h->nodes[i].tag != HTML_TEXT && v->all[i])
			v->part[i] = (uint8_t)noise_of_element(v->h, i);
		if (v->part[i] == NOISE_HIDDEN && has_core(v, i))
			v->part[i] = NOISE_NONE;
		if (i < covered || (v->part[i] != NOISE_HIDDEN && v->part[i] != NOISE_IMAGE))
			continue;
		covered = v->h->nodes[i].end;
		if (v->part[i] == NOISE_HIDDEN)
			v->hidden += v->text[i];
		else
			v->beside_images += v->text[i];
	}
}

/* Behind the headline, with much else that may be its article, stands another one. */
static bool is_most_of_text(const struct votes *v, uint32_t node, uint32_t all)
{
	uint32_t text = v->text[node];
	bool behind = v->h1 != HTML_NONE && v->h1 < node && (v->thread || text + REST_MIN < all);
	unsigned percent = behind ? FURNITURE_UNDO_BEHIND : FURNITURE_UNDO;

	return (uint64_t)text * 100 >
		(uint64_t)all * (has_core(v, node) ? FURNITURE_UNDO_CORE : percent);
}

/* Names lie when the article stands in it. */
static enum noise_part believe(const struct votes *v, uint32_t node, uint32_t all)
{
	enum noise_part part = v->part[node];
	bool says = v->text[node] >= WEAK_UNDO && v->links[node] * 4 < v->all[node];

	if (part == NOISE_HIDDEN)
		return NOISE_FURNITURE;
	if (part == NOISE_META)
		return v->all[node] > META_WEIGHT_MAX ? NOISE_NONE : NOISE_META;
	if (part == NOISE_IMAGE)
		return v->all[node] > IMAGE_WEIGHT_MAX || v->beside_images * 3 > all
			? NOISE_NONE
			: NOISE_CAPTION;
	if (!noise_is_part_of_frame(part) && part != NOISE_CAPTION)
		return part;
	if (v->thread && v->h->nodes[node].tag == HTML_ASIDE && part == NOISE_FURNITURE)
		return NOISE_NONE; /* Discourse quotes in it */
	if ((part == NOISE_WEAK && says) || (part == NOISE_COMMENT && v->thread) ||
		is_most_of_text(v, node, all))
		return NOISE_NONE;
	return part == NOISE_CAPTION ? NOISE_CAPTION : NOISE_FURNITURE;
}

static void name_parts(struct votes *v)
{
	uint32_t covered = 0, all; /* up to here everything is of one kind */
	enum noise_part cover = NOISE_NONE;

	name_elements(v);
	all = v->text[0] - v->hidden;
	for (uint32_t i = 0; i < v->h->n_nodes; i++) {
		enum noise_part part = i < covered ? cover : believe(v, i, all);

		v->part[i] = (uint8_t)part;
		if (i >= covered &&
			(part == NOISE_FURNITURE || part == NOISE_CAPTION || part == NOISE_META)) {
			covered = v->h->nodes[i].end;
			cover = part;
		}
	}
}

static int64_t vote_of(const struct block *b, enum noise_part part)
{
	int64_t plain = block_plain_weight(b), links = b->link_weight, all = b->weight;

	if (part == NOISE_CAPTION || part == NOISE_META)
		return 0;
	if (part == NOISE_FURNITURE)
		return -(all < FURNITURE_VOTE_MAX ? all : FURNITURE_VOTE_MAX) / 3;
	if (links > plain)
		return -links / 2 - LINK_COST;
	return plain - links - (b->n_marks ? LINE_COST : LABEL_COST) +
		(int64_t)b->n_marks * MARK_GAIN;
}

static void add_up(const struct votes *v)
{
	for (uint32_t i = v->h->n_nodes; i-- > 1;)
		if (v->h->nodes[i].parent != HTML_NONE)
			v->sum[v->h->nodes[i].parent] += v->sum[i];
}

/* Who runs the site and its licences stand in the page's last lines, in whatever element. */
static bool is_colophon(const struct votes *v, size_t i)
{
	const struct block *b = &v->blocks->items[i];

	return i + COLOPHON_LINES >= v->blocks->len && b->weight <= COLOPHON_WEIGHT_MAX &&
		noise_is_colophon(b->text);
}

/* Banners stand before or behind everything else. */
static bool asks_consent(const struct votes *v, size_t i)
{
	return (i < CONSENT_LINES || i + CONSENT_LINES >= v->blocks->len) &&
		noise_asks_consent(v->blocks->items[i].text);
}

static void cast_votes(struct votes *v)
{
	for (size_t i = 0; i < v->blocks->len; i++) {
		const struct block *b = &v->blocks->items[i];
		int64_t vote, other;

		if (b->node == HTML_NONE)
			continue;
		vote = vote_of(b, v->part[b->node]);
		other = is_colophon(v, i) || asks_consent(v, i) ? vote_of(b, NOISE_FURNITURE)
								: vote;
		v->sum[b->node] += other < vote ? other : vote;
	}
	add_up(v);
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

/* What holds a paragraph or a list is the better fence than that itself. */
static uint32_t leave_paragraph(const struct html *h, uint32_t node)
{
	for (; h->nodes[node].parent != HTML_NONE; node = h->nodes[node].parent) {
		switch (h->nodes[node].tag) {
		case HTML_ARTICLE:
		case HTML_BODY:
		case HTML_CENTER:
		case HTML_DIV:
		case HTML_FORM:
		case HTML_MAIN:
		case HTML_OTHER:
		case HTML_SECTION:
		case HTML_TD:
			return node;
		default:
			break;
		}
	}
	return node;
}

/* An article of its own: a headline, and text beside it. */
static bool is_one_of_several(const struct votes *v, uint32_t node)
{
	return v->text[node] >= ARTICLE_MIN && v->sum[node] > 0 &&
		v->h->nodes[node].tag != HTML_TEXT &&
		html_find(v->h, node + 1, v->h->nodes[node].end, HTML_H1) != HTML_NONE;
}

/* The first of several articles that stand side by side, or @node. */
static uint32_t first_article(const struct votes *v, uint32_t node)
{
	uint32_t first = HTML_NONE, end = v->h->nodes[node].end;
	size_t n = 0;

	if (v->h1 == HTML_NONE || v->h1 < node || v->h1 >= end)
		return node;
	for (uint32_t i = node + 1; i < end; i = v->h->nodes[i].end) {
		if (!is_one_of_several(v, i))
			continue;
		first = n++ ? first : i;
	}
	return n > 1 && v->h1 > first && v->h1 < v->h->nodes[first].end &&
			v->sum[first] * 100 > v->sum[node] * SEVERAL_PERCENT
		? first
		: node;
}

static uint32_t best_node(const struct votes *v, const char **ret_why)
{
	uint32_t best = 0, named = HTML_NONE;

	for (uint32_t i = 0; i < v->h->n_nodes; i++) {
		if (v->sum[i] > v->sum[best])
			best = i;
		if (v->part[i] == NOISE_ARTICLE &&
			(named == HTML_NONE || v->sum[i] > v->sum[named]))
			named = i;
	}
	if (named != HTML_NONE && v->sum[named] * 100 > v->sum[best] * NAMED_PERCENT) {
		*ret_why = "named as an article";
		return named;
	}
	return first_article(v, descend(v, best));
}

/* In a conversation everybody's lines count alike: what holds nearly all of them is it. */
static uint32_t thread_node(const struct votes *v, const char **ret_why)
{
	const struct block_list *blocks = v->blocks;

	for (uint32_t i = 0; i < v->h->n_nodes; i++)
		v->sum[i] = 0;
	for (size_t i = 0; i < blocks->len; i++) {
		const struct block *b = &blocks->items[i];

		if (b->node != HTML_NONE && v->part[b->node] != NOISE_FURNITURE &&
			b->link_weight * 2 < b->weight && b->n_marks)
			v->sum[b->node] += block_plain_weight(b);
	}
	add_up(v);
	*ret_why = "holds the lines of a conversation";
	return descend(v, 0);
}

bool body_find(const struct html *h, const struct block_list *blocks, bool thread, struct arena *a,
	struct body *ret)
{
	struct votes v = {.h = h, .blocks = blocks, .thread = thread, .h1 = HTML_NONE};
	uint32_t best;

	*ret = (struct body){.fate = arena_alloc(a, blocks->len + 1),
		.furniture = arena_alloc(a, blocks->len + 1),
		.parts = arena_alloc(a, h->n_nodes + 1)};
	if (!h->n_nodes || !blocks->len)
		return false;
	v.part = ret->parts;
	v.sum = ret->score = arena_alloc(a, h->n_nodes * sizeof *v.sum);
	v.text = arena_alloc(a, h->n_nodes * sizeof *v.text);
	v.all = arena_alloc(a, h->n_nodes * sizeof *v.all);
	v.links = arena_alloc(a, h->n_nodes * sizeof *v.links);
	v.cores = arena_alloc(a, (h->n_nodes + 1) * sizeof *v.cores);
	weigh_text(&v);
	count_cores(&v);
	name_parts(&v);
	cast_votes(&v);
	best = thread ? thread_node(&v, &ret->why) : best_node(&v, &ret->why);
	ret->node = leave_paragraph(h, best);
	body_keep(&v, ret);
	return v.sum[best] > 0 || v.text[best] >= ARTICLE_MIN;
}
