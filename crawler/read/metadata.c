#include "crawler/read/metadata.h"

#include "common/err.h"
#include "common/json.h"

#define LD_BYTES_MAX   (1u << 20) /* of one script */
#define LD_SCRIPTS_MAX 32
#define LD_NODES_MAX   2000 /* objects looked at in all scripts */
#define AUTHORS_MAX    20

enum field {
	FIELD_ARTICLE_TITLE,
	FIELD_SOCIAL_TITLE,
	FIELD_SITE_NAME,
	FIELD_PUBLISHER,
	FIELD_KEYWORDS,
	FIELD_AUTHOR,
	FIELD_PUBLISHED,
	FIELD_MODIFIED,
	FIELD_LANG,
};

/* Names of META tags without regard to case, the trusted before the rest of a kind. */
static const struct {
	const char *name;
	enum field field;
} meta_names[] = {{"ArticleTitle", FIELD_ARTICLE_TITLE}, {"og:title", FIELD_SOCIAL_TITLE},
	{"twitter:title", FIELD_SOCIAL_TITLE}, {"dc.title", FIELD_SOCIAL_TITLE},
	{"SiteName", FIELD_SITE_NAME}, {"og:site_name", FIELD_SITE_NAME},
	{"application-name", FIELD_SITE_NAME}, {"ContentSource", FIELD_PUBLISHER},
	{"mediaid", FIELD_PUBLISHER}, {"source", FIELD_PUBLISHER}, {"Keywords", FIELD_KEYWORDS},
	{"news_keywords", FIELD_KEYWORDS}, {"Author", FIELD_AUTHOR},
	{"article:author", FIELD_AUTHOR}, {"og:article:author", FIELD_AUTHOR},
	{"dc.creator", FIELD_AUTHOR}, {"byl", FIELD_AUTHOR}, {"sailthru.author", FIELD_AUTHOR},
	{"parsely-author", FIELD_AUTHOR}, {"PubDate", FIELD_PUBLISHED},
	{"firstpublishedtime", FIELD_PUBLISHED}, {"publishdate", FIELD_PUBLISHED},
	{"article:published_time", FIELD_PUBLISHED}, {"og:article:published_time", FIELD_PUBLISHED},
	{"og:published_time", FIELD_PUBLISHED}, {"og:time", FIELD_PUBLISHED},
	{"apub:time", FIELD_PUBLISHED}, {"weibo: article:create_at", FIELD_PUBLISHED},
	{"datePublished", FIELD_PUBLISHED}, {"dateUpdate", FIELD_PUBLISHED},
	{"publish-date", FIELD_PUBLISHED}, {"publish_date", FIELD_PUBLISHED},
	{"publication_date", FIELD_PUBLISHED}, {"parsely-pub-date", FIELD_PUBLISHED},
	{"sailthru.date", FIELD_PUBLISHED}, {"article.published", FIELD_PUBLISHED},
	{"dc.date", FIELD_PUBLISHED}, {"dc.date.issued", FIELD_PUBLISHED},
	{"dcterms.created", FIELD_PUBLISHED}, {"cXenseParse:recs:publishtime", FIELD_PUBLISHED},
	{"bt:pubDate", FIELD_PUBLISHED}, {"article:modified_time", FIELD_MODIFIED},
	{"og:updated_time", FIELD_MODIFIED}, {"lastmodifiedtime", FIELD_MODIFIED},
	{"dateModified", FIELD_MODIFIED}, {"og:locale", FIELD_LANG}};

struct reader {
	const struct html *h;
	const struct date_context *ctx;
	struct arena *arena;
	struct metadata *m;
	size_t n_scripts, n_nodes;
};

static bool is_blank(struct span s)
{
	return span_trim(s).len == 0;
}

static void set_once(struct reader *r, const char **field, struct span value)
{
	if (!*field && !is_blank(value))
		*field = arena_dup(r->arena, span_trim(value));
}

static void set_time_once(struct reader *r, struct record_time *field, struct span value)
{
	struct record_time t;

	if (field->precision < PRECISION_DAY && date_parse(value, r->ctx, &t) &&
		t.precision >= PRECISION_DAY)
		*field = t;
}

static void add_author(struct reader *r, struct span name)
{
	char *copy;

	name = span_trim(name);
	if (!name.len || name.len > 200 || r->m->authors.len >= AUTHORS_MAX ||
		span_find(name, SPAN_LITERAL("://")) >= 0)
		return;
	copy = arena_dup(r->arena, name);
	if (!record_list_has(&r->m->authors, copy))
		record_list_add(r->arena, &r->m->authors, copy);
}

static void set_field(struct reader *r, enum field field, struct span value)
{
	switch (field) {
	case FIELD_ARTICLE_TITLE:
		set_once(r, &r->m->article_title, value);
		break;
	case FIELD_SOCIAL_TITLE:
		set_once(r, &r->m->social_title, value);
		break;
	case FIELD_SITE_NAME:
		set_once(r, &r->m->site_name, value);
		break;
	case FIELD_PUBLISHER:
		set_once(r, &r->m->publisher, value);
		break;
	case FIELD_KEYWORDS:
		set_once(r, &r->m->keywords, value);
		break;
	case FIELD_AUTHOR:
		add_author(r, value);
		break;
	case FIELD_PUBLISHED:
		set_time_once(r, &r->m->published, value);
		break;
	case FIELD_MODIFIED:
		set_time_once(r, &r->m->modified, value);
		break;
	case FIELD_LANG:
		set_once(r, &r->m->lang, value);
		break;
	}
}

static void read_meta(struct reader *r, uint32_t node)
{
	static const char *const keys[] = {"name", "property", "itemprop"};
	struct span content = html_attr(r->h, node, "content");

	if (is_blank(content))
		return;
	for (size_t k = 0; k < sizeof keys / sizeof *keys; k++) {
		struct span key = span_trim(html_attr(r->h, node, keys[k]));

		for (size_t i = 0; key.len && i < sizeof meta_names / sizeof *meta_names; i++)
			if (span_is_nocase(key, meta_names[i].name))
				set_field(r, meta_names[i].field, content);
	}
	if (span_is_nocase(html_attr(r->h, node, "http-equiv"), "content-language"))
		set_once(r, &r->m->lang, content);
}

/* An author of JSON-LD: a name, an object with one, or a list of either. */
static void read_ld_author(struct reader *r, const struct json *author)
{
	const char *name = json_as_str(author), *type;

	if (!name && json_is_object(author)) {
		name = json_get_str(author, "name");
		type = json_get_str(author, "@type");
		r->m->organisation = r->m->organisation || (type && strstr(type, "Organization"));
	}
	if (name)
		add_author(r, span_str(name));
}

static bool is_article_type(const struct json *type)
{
	const char *name = json_as_str(type);

	for (const struct json *e = name ? NULL : json_first(type); e && !name; e = json_next(e))
		name = json_as_str(e) && strstr(json_as_str(e), "Article") ? json_as_str(e) : NULL;
	return name &&
		(strstr(name, "Article") || strstr(name, "Posting") || strcmp(name, "Report") == 0);
}

static void read_ld_article(struct reader *r, const struct json *o)
{
	const struct json *author = json_get(o, "author");

	set_once(r, &r->m->headline, span_str(json_get_str(o, "headline")));
	set_once(r, &r->m->article_body, span_str(json_get_str(o, "articleBody")));
	set_time_once(r, &r->m->published, span_str(json_get_str(o, "datePublished")));
	set_time_once(r, &r->m->modified, span_str(json_get_str(o, "dateModified")));
	set_once(r, &r->m->publisher, span_str(json_get_str(json_get(o, "publisher"), "name")));
	set_once(r, &r->m->lang, span_str(json_get_str(o, "inLanguage")));
	if (json_is_array(author)) {
		for (const struct json *e = json_first(author); e; e = json_next(e))
			read_ld_author(r, e);
	} else
		read_ld_author(r, author);
}

static void read_ld_object(struct reader *r, const struct json *o)
{
	const struct json *graph = json_get(o, "@graph");

	if (++r->n_nodes > LD_NODES_MAX)
		return;
	if (is_article_type(json_get(o, "@type")))
		read_ld_article(r, o);
	for (const struct json *e = json_first(graph); e && r->n_nodes < LD_NODES_MAX;
		e = json_next(e)) {
		r->n_nodes++;
		if (is_article_type(json_get(e, "@type")))
			read_ld_article(r, e);
	}
}

/* Line breaks stand inside of strings on many pages, which JSON forbids. */
static void unbreak(struct strbuf *text)
{
	for (size_t i = 0; i < text->len; i++)
		if ((unsigned char)text->data[i] < 0x20)
			text->data[i] = ' ';
}

static void read_ld(struct reader *r, uint32_t node)
{
	struct json *root = NULL;
	STRBUF_LOCAL(text);

	if (++r->n_scripts > LD_SCRIPTS_MAX)
		return;
	html_add_raw(r->h, node, &text);
	if (text.len > LD_BYTES_MAX)
		return;
	unbreak(&text);
	if (json_parse(strbuf_span(&text), &root, NULL) < 0)
		return;
	if (json_is_array(root)) {
		for (const struct json *e = json_first(root); e; e = json_next(e))
			read_ld_object(r, e);
	} else
		read_ld_object(r, root);
	json_free(root);
}

static void read_title(struct reader *r, uint32_t node)
{
	STRBUF_LOCAL(text);

	html_add_text(r->h, node, &text);
	set_once(r, &r->m->page_title, strbuf_span(&text));
}

static void read_properties(struct reader *r, uint32_t node)
{
	struct span property = html_attr(r->h, node, "itemprop");
	STRBUF_LOCAL(text);

	if (!property.len)
		return;
	if (span_is_nocase(property, "datePublished") || span_is_nocase(property, "dateUpdate")) {
		struct span value = html_attr(r->h, node, "datetime");

		if (!value.len)
			value = html_attr(r->h, node, "content");
		if (!value.len) {
			html_add_text(r->h, node, &text);
			value = strbuf_span(&text);
		}
		set_time_once(r, &r->m->published, value);
	}
}

void metadata_read(const struct html *h, const struct date_context *ctx, struct arena *a,
	struct metadata *ret)
{
	struct reader r = {.h = h, .ctx = ctx, .arena = a, .m = ret};

	*ret = (struct metadata){0};
	for (uint32_t i = 0; i < h->n_nodes; i++) {
		switch (h->nodes[i].tag) {
		case HTML_META:
			read_meta(&r, i);
			break;
		case HTML_TITLE:
			read_title(&r, i);
			break;
		case HTML_SCRIPT:
			if (span_is_nocase(span_trim(html_attr(h, i, "type")),
				    "application/ld+json"))
				read_ld(&r, i);
			break;
		case HTML_TEXT:
			break;
		default:
			if (h->nodes[i].n_attrs)
				read_properties(&r, i);
			break;
		}
	}
	if (h->n_nodes)
		set_once(&r, &ret->lang, html_attr(h, 0, "lang"));
}
