#include "crawler/read/article/explain.h"

#include "common/json.h"
#include "common/utf8.h"

#define PATH_ELEMENTS_MAX 12  /* of the innermost; the outer ones say little */
#define NAME_BYTES_MAX    60  /* of an id or class */
#define TEXT_BYTES_MAX    120 /* of a line, for people */

static const char *const tag_names[HTML_TAG_COUNT] = {
#define HTML_TAG_NAME(name, trait) [HTML_##name] = #name,
	HTML_TAGS(HTML_TAG_NAME)
#undef HTML_TAG_NAME
};

struct explain *explain_new(struct arena *a)
{
	struct explain *e = arena_alloc(a, sizeof *e);

	e->arena = a;
	return e;
}

static void add_tag(enum html_tag tag, struct strbuf *out)
{
	const char *name = tag_names[tag] ? tag_names[tag] : "*";

	for (; *name; name++)
		strbuf_add_char(out, *name >= 'A' && *name <= 'Z' ? (char)(*name + 32) : *name);
}

/* #id or .class, of several classes the first. */
static void add_name(const struct html *h, uint32_t node, const char *attr, char mark,
	struct strbuf *out)
{
	struct span name = span_trim(html_attr(h, node, attr));
	size_t n = 0;

	while (n < name.len && !strchr(" \t\r\n\f", name.data[n]))
		n++;
	if (!n)
		return;
	strbuf_add_char(out, mark);
	strbuf_add_span(out, utf8_cut(span_from(name.data, n), NAME_BYTES_MAX));
}

static void add_element(const struct html *h, uint32_t node, struct strbuf *out)
{
	add_tag(h->nodes[node].tag, out);
	add_name(h, node, "id", '#', out);
	add_name(h, node, "class", '.', out);
}

const char *explain_path(const struct html *h, uint32_t node, struct arena *a)
{
	uint32_t chain[PATH_ELEMENTS_MAX];
	size_t n = 0;
	STRBUF_LOCAL(out);

	for (; node != HTML_NONE && n < PATH_ELEMENTS_MAX; node = h->nodes[node].parent)
		chain[n++] = node;
	if (node != HTML_NONE)
		strbuf_add_str(&out, "... > ");
	while (n > 0) {
		add_element(h, chain[--n], &out);
		if (n > 0)
			strbuf_add_str(&out, " > ");
	}
	return arena_dup(a, strbuf_span(&out));
}

const char *explain_element(const struct html *h, uint32_t node, struct arena *a)
{
	STRBUF_LOCAL(out);

	add_element(h, node, &out);
	return arena_dup(a, strbuf_span(&out));
}

void explain_node(struct explain *e, const struct html *h, uint32_t node, int64_t score,
	const char *note)
{
	if (!e || e->n_nodes >= EXPLAIN_RIVALS_MAX)
		return;
	e->nodes[e->n_nodes++] = (struct explain_node){.path = explain_path(h, node, e->arena),
		.score = score,
		.note = note};
}

void explain_fact(struct explain *e, const char *name, const char *value, const char *source)
{
	if (!e || !value || e->n_facts >= EXPLAIN_FACTS_MAX)
		return;
	e->facts[e->n_facts++] = (struct explain_fact){.name = name,
		.value = arena_strdup(e->arena, value),
		.source = source};
}

static void write_nodes(const struct explain *e, struct strbuf *out)
{
	for (size_t i = 0; i < e->n_nodes; i++) {
		const struct explain_node *n = &e->nodes[i];

		strbuf_printf(out, "%-6s %8lld  %s", i == 0 ? "BODY" : "rival", (long long)n->score,
			n->path);
		if (n->note)
			strbuf_printf(out, "  (%s)", n->note);
		strbuf_add_char(out, '\n');
	}
}

static void write_blocks(const struct explain *e, struct strbuf *out)
{
	const char *path = NULL;

	for (size_t i = 0; i < e->n_blocks; i++) {
		const struct explain_block *b = &e->blocks[i];
		struct span text = utf8_cut(b->text, TEXT_BYTES_MAX);

		if (!path || strcmp(path, b->path) != 0)
			strbuf_printf(out, "       %s\n", b->path);
		path = b->path;
		strbuf_printf(out, "%-14s %.*s\n", b->fate ? b->fate : "KEPT", (int)text.len,
			text.data);
	}
}

void explain_write(const struct explain *e, struct strbuf *out)
{
	for (size_t i = 0; i < e->n_facts; i++)
		strbuf_printf(out, "%-12s %s  (from %s)\n", e->facts[i].name, e->facts[i].value,
			e->facts[i].source);
	write_nodes(e, out);
	write_blocks(e, out);
}

static void write_json_facts(const struct explain *e, struct strbuf *out)
{
	json_key(out, "facts");
	json_open(out, '[');
	for (size_t i = 0; i < e->n_facts; i++) {
		json_open(out, '{');
		json_field_str(out, "name", e->facts[i].name);
		json_field_str(out, "value", e->facts[i].value);
		json_field_str(out, "source", e->facts[i].source);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void write_json_nodes(const struct explain *e, struct strbuf *out)
{
	json_key(out, "nodes");
	json_open(out, '[');
	for (size_t i = 0; i < e->n_nodes; i++) {
		json_open(out, '{');
		json_field_str(out, "path", e->nodes[i].path);
		json_field_int(out, "score", e->nodes[i].score);
		json_field_bool(out, "won", i == 0);
		json_field_str(out, "note", e->nodes[i].note);
		json_close(out, '}');
	}
	json_close(out, ']');
}

void explain_write_json(const struct explain *e, struct strbuf *out)
{
	json_open(out, '{');
	write_json_facts(e, out);
	write_json_nodes(e, out);
	json_key(out, "blocks");
	json_open(out, '[');
	for (size_t i = 0; i < e->n_blocks; i++) {
		json_open(out, '{');
		json_field_str(out, "path", e->blocks[i].path);
		json_field_bool(out, "kept", !e->blocks[i].fate);
		json_field_str(out, "why", e->blocks[i].fate);
		json_key(out, "text");
		json_span(out, e->blocks[i].text);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_close(out, '}');
}
