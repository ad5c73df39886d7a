#include "crawler/read/article/article_inside.h"

#include "common/clock.h"
#include "crawler/read/html/noise.h"

#define PROBE_BYTES 24 /* of a line that tell whether it is in the text */

/* The best score among elements that are neither around nor inside of those shown already. */
static uint32_t next_rival(const struct article *t, const uint32_t *shown, size_t n)
{
	const struct html_node *nodes = t->h->nodes;
	uint32_t best = HTML_NONE;

	for (uint32_t i = 0; i < t->h->n_nodes; i++) {
		bool related = nodes[i].tag == HTML_TEXT || t->body.score[i] <= 0;

		for (size_t k = 0; k < n && !related; k++)
			related = (i >= shown[k] && i < nodes[shown[k]].end) ||
				(shown[k] >= i && shown[k] < nodes[i].end);
		if (!related && (best == HTML_NONE || t->body.score[i] > t->body.score[best]))
			best = i;
	}
	return best;
}

static const char *note_of(const struct article *t, uint32_t node)
{
	switch (t->body.parts[node]) {
	case NOISE_ARTICLE:
		return "named as an article";
	case NOISE_FURNITURE:
		return "furniture";
	default:
		return NULL;
	}
}

static void explain_nodes(struct article *t)
{
	uint32_t shown[EXPLAIN_RIVALS_MAX] = {t->body.node};

	if (!t->body.score)
		return;
	explain_node(t->explain, t->h, shown[0], t->body.score[shown[0]], t->body.why);
	for (size_t n = 1; n < EXPLAIN_RIVALS_MAX; n++) {
		shown[n] = next_rival(t, shown, n);
		if (shown[n] == HTML_NONE)
			break;
		explain_node(t->explain, t->h, shown[n], t->body.score[shown[n]],
			note_of(t, shown[n]));
	}
}

/* Names the outermost element that makes a line furniture or a caption. */
static const char *name_part(const struct article *t, uint32_t node, const char *fate)
{
	uint8_t part = t->body.parts[node];
	uint32_t root = node;

	for (; node != HTML_NONE; node = t->h->nodes[node].parent)
		if (t->body.parts[node] == part)
			root = node;
	return part != NOISE_FURNITURE && part != NOISE_CAPTION
		? fate
		: arena_printf(t->arena, "%s: %s", fate, explain_element(t->h, root, t->arena));
}

/* What the body kept may still have been cleaned away. */
static const char *fate_of(const struct article *t, size_t i, const char *text)
{
	struct span line = t->blocks.items[i].text;
	struct span probe = span_from(line.data, line.len < PROBE_BYTES ? line.len : PROBE_BYTES);

	if (t->blocks.items[i].node == HTML_NONE)
		return body_fate_str(t->body.fate[i]);
	if (i == t->title.block)
		return "headline";
	if (!body_keeps(&t->body, i))
		return name_part(t, t->blocks.items[i].node, body_fate_str(t->body.fate[i]));
	return text && span_find(span_str(text), probe) >= 0 ? NULL : "cleaned";
}

static void explain_blocks(struct article *t, const char *text)
{
	struct explain *e = t->explain;

	e->blocks = arena_alloc(t->arena, (t->blocks.len + 1) * sizeof *e->blocks);
	for (size_t i = 0; i < t->blocks.len; i++) {
		const struct block *b = &t->blocks.items[i];

		e->blocks[e->n_blocks++] = (struct explain_block){.text = b->text,
			.path = b->node == HTML_NONE ? "" : explain_path(t->h, b->node, t->arena),
			.fate = fate_of(t, i, text)};
	}
}

static void explain_time(struct article *t, const char *name, const struct record_time *time,
	const char *from)
{
	char text[CLOCK_TEXT_MAX];

	if (time->precision)
		explain_fact(t->explain, name, clock_format(time->ms, time->zone_min, text), from);
}

static void explain_list(struct article *t, const char *name, const struct str_list *list,
	const char *from)
{
	STRBUF_LOCAL(text);

	for (size_t i = 0; i < list->len; i++)
		strbuf_printf(&text, "%s%s", i ? ", " : "", list->items[i]);
	if (list->len)
		explain_fact(t->explain, name, arena_dup(t->arena, strbuf_span(&text)), from);
}

void article_explain_facts(struct article *t, const struct record *r)
{
	explain_time(t, "published", &r->published, t->from.published);
	explain_time(t, "modified", &r->modified, t->from.modified);
	explain_list(t, "authors", &r->authors, t->from.authors);
	explain_fact(t->explain, "publisher", r->publisher, t->from.publisher);
}

void article_explain(struct article *t, const char *text)
{
	explain_fact(t->explain, "title", t->title.text, t->title.source);
	explain_nodes(t);
	explain_blocks(t, text);
}
