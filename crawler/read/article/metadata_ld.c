/*
 * JSON-LD. The article stands at the top, in a list, in @graph or as a page's
 * mainEntity; its author is a name, an object, a reference into @graph, or a
 * list of these. Related articles inside of lists of items are not looked at.
 */
#include "common/json.h"
#include "crawler/read/article/metadata_inside.h"
#include "crawler/read/article/mend_json.h"
#include "crawler/read/article/person.h"

#define BYTES_MAX   (1u << 20) /* of one script */
#define SCRIPTS_MAX 32
#define NODES_MAX   2000 /* objects looked at in all scripts */
#define DEPTH_MAX   4
#define AUTHORS_MAX 50 /* looked at */
#define VALUES_MAX  8  /* in a row in a broken script */

/* Where an object may hold the article. */
static const char *const holders[] = {"@graph", "mainEntity", "mainEntityOfPage", "article"};

/* One of the types that hold @part in their name. */
static bool has_type(const struct json *o, const char *part)
{
	const struct json *type = json_get(o, "@type");
	const char *name = json_as_str(type);

	if (name)
		return strstr(name, part) != NULL;
	for (const struct json *e = json_first(type); e; e = json_next(e))
		if (json_as_str(e) && strstr(json_as_str(e), part))
			return true;
	return false;
}

static bool is_article(const struct json *o)
{
	return has_type(o, "Article") || has_type(o, "Posting") || has_type(o, "Report");
}

/* The object of @graph with this @id and a name. */
static const struct json *find_by_id(struct metadata_reader *r, const struct json *root,
	const char *id)
{
	const struct json *graph = json_get(root, "@graph");

	for (const struct json *e = json_first(graph); e && r->n_nodes < NODES_MAX;
		e = json_next(e)) {
		const char *other = json_get_str(e, "@id");

		r->n_nodes++;
		if (other && strcmp(other, id) == 0 && json_get_str(e, "name"))
			return e;
	}
	return NULL;
}

static void add_name(struct metadata_reader *r, struct span name, bool is_group)
{
	person_add(name, is_group ? PERSON_GROUP : PERSON_LIST, r->arena,
		&r->m->authors[is_group ? METADATA_AUTHORS_GROUP : METADATA_AUTHORS_LD]);
}

static void add_author(struct metadata_reader *r, const struct json *root,
	const struct json *author)
{
	const struct json *name = author;
	bool is_group = false;
	size_t n = 0;

	if (json_is_object(author)) {
		if (!json_get(author, "name") && json_get_str(author, "@id"))
			author = find_by_id(r, root, json_get_str(author, "@id"));
		name = json_get(author, "name");
		is_group = has_type(author, "Organization");
	}
	if (!json_is_array(name))
		add_name(r, json_as_span(name), is_group);
	for (const struct json *e = json_first(name); json_is_array(name) && e && n < AUTHORS_MAX;
		e = json_next(e), n++)
		add_name(r, json_as_span(e), is_group);
}

static void add_authors(struct metadata_reader *r, const struct json *root,
	const struct json *author)
{
	size_t n = 0;

	if (r->m->authors[METADATA_AUTHORS_LD].len || r->m->authors[METADATA_AUTHORS_GROUP].len)
		return; /* of the article before this one */
	if (!json_is_array(author)) {
		add_author(r, root, author);
		return;
	}
	for (const struct json *e = json_first(author); e && n < AUTHORS_MAX; e = json_next(e), n++)
		add_author(r, root, e);
}

static void read_article(struct metadata_reader *r, const struct json *root, const struct json *o)
{
	const struct json *author = json_get(o, "author"), *publisher = json_get(o, "publisher");

	metadata_set_once(r, &r->m->headline, span_str(json_get_str(o, "headline")));
	metadata_set_once(r, &r->m->article_body, span_str(json_get_str(o, "articleBody")));
	metadata_set_time(r, &r->published[METADATA_RANK_LD],
		span_str(json_get_str(o, "datePublished")), "JSON-LD datePublished");
	metadata_set_time(r, &r->modified[METADATA_RANK_LD],
		span_str(json_get_str(o, "dateModified")), "JSON-LD dateModified");
	if (json_get_str(publisher, "name")) {
		r->m->publisher_from = r->m->publisher ? r->m->publisher_from : "JSON-LD publisher";
		metadata_set_once(r, &r->m->publisher, span_str(json_get_str(publisher, "name")));
	}
	metadata_set_lang(r, span_str(json_get_str(o, "inLanguage")));
	add_authors(r, root, author ? author : json_get(o, "creator"));
}

/* What a blog's plug-in says of the page when it calls nothing an article. */
static void read_page(struct metadata_reader *r, const struct json *o)
{
	metadata_set_time(r, &r->published[METADATA_RANK_PAGE],
		span_str(json_get_str(o, "datePublished")), "JSON-LD datePublished of the page");
	metadata_set_time(r, &r->modified[METADATA_RANK_PAGE],
		span_str(json_get_str(o, "dateModified")), "JSON-LD dateModified of the page");
}

static void read_value(struct metadata_reader *r, const struct json *root, const struct json *v,
	unsigned depth)
{
	if (++r->n_nodes > NODES_MAX || depth > DEPTH_MAX)
		return;
	if (json_is_array(v)) {
		for (const struct json *e = json_first(v); e && r->n_nodes <= NODES_MAX;
			e = json_next(e))
			read_value(r, depth ? root : e, e, depth + 1);
		return;
	}
	if (is_article(v)) {
		read_article(r, root, v);
		return;
	}
	if (has_type(v, "WebPage"))
		read_page(r, v);
	for (size_t i = 0; i < sizeof holders / sizeof *holders; i++) {
		const struct json *held = json_get(v, holders[i]);

		if (json_is_object(held) || json_is_array(held))
			read_value(r, root, held, depth + 1);
	}
}

/* Lists of breadcrumbs and firms are most of what pages have: not worth a tree. */
static bool may_hold_article(struct span text)
{
	return span_find(text, SPAN_LITERAL("Article")) >= 0 ||
		span_find(text, SPAN_LITERAL("Posting")) >= 0 ||
		span_find(text, SPAN_LITERAL("Report")) >= 0 ||
		span_find(text, SPAN_LITERAL("datePublished")) >= 0;
}

static bool read_script(struct metadata_reader *r, struct span text)
{
	struct json *root = NULL;

	if (json_parse(text, &root, NULL) < 0)
		return false;
	read_value(r, root, root, 0);
	json_free(root);
	return true;
}

/* Entities are text in a script; some templates write them all the same. */
static struct span without_entities(struct span text, struct strbuf *out)
{
	static const char quote[] = "&quot;";
	ptrdiff_t at = span_find(text, span_str(quote));

	if (at < 0 || memchr(text.data, '"', text.len))
		return text;
	for (; at >= 0; at = span_find(text, span_str(quote))) {
		strbuf_add(out, text.data, (size_t)at);
		strbuf_add_char(out, '"');
		text = span_from_offset(text, (size_t)at + sizeof quote - 1);
	}
	strbuf_add_span(out, text);
	return strbuf_span(out);
}

static void read_mended(struct metadata_reader *r, struct span text)
{
	STRBUF_LOCAL(plain);

	text = without_entities(text, &plain);
	for (int i = 0; i < VALUES_MAX && text.len; i++) {
		size_t n;
		STRBUF_LOCAL(mended);

		n = mend_json(text, &mended);
		if (!n || !read_script(r, strbuf_span(&mended)))
			return;
		text = span_from_offset(text, n);
	}
}

void metadata_read_ld(struct metadata_reader *r, uint32_t node)
{
	STRBUF_LOCAL(text);

	if (++r->n_scripts > SCRIPTS_MAX)
		return;
	html_add_raw(r->h, node, &text);
	if (text.len > BYTES_MAX || !may_hold_article(strbuf_span(&text)))
		return;
	if (!read_script(r, strbuf_span(&text)))
		read_mended(r, strbuf_span(&text));
}
