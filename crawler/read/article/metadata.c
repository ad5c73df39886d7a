#include "crawler/read/article/metadata_inside.h"

#include "common/utf8.h"
#include "crawler/read/article/person.h"
#include "crawler/read/html/short_text.h"

#include <stdlib.h>

#define NAME_BYTES_MAX  40 /* of a META tag */
#define LANG_BYTES_MAX  16
#define TITLE_BYTES_MAX 4096 /* of <title>: each part of the reading looks through it */
#define DATE_BYTES_MAX  400  /* of an element that is a date, with its white space */

enum field {
	FIELD_ARTICLE_TITLE,
	FIELD_SOCIAL_TITLE,
	FIELD_SITE_NAME,
	FIELD_PUBLISHER,
	FIELD_KEYWORDS,
	FIELD_AUTHOR,
	FIELD_AUTHOR_TWIN,
	FIELD_CREATOR,
	FIELD_EDITOR,
	FIELD_PUBLISHED_RULE,
	FIELD_PUBLISHED_PROPERTY,
	FIELD_PUBLISHED,
	FIELD_PUBLISHED_PAGE,
	FIELD_MODIFIED,
	FIELD_LANG,
};

/* Names of META tags in lower case, sorted: they are searched by halves. */
static const struct meta_name {
	const char *name;
	enum field field;
	const char *from; /* how the fact's origin is told */
} meta_names[] = {
	{"application-name", FIELD_SITE_NAME, NULL},
	{"apub:time", FIELD_PUBLISHED, "META apub:time"},
	{"article.created", FIELD_PUBLISHED, "META article.created"},
	{"article.published", FIELD_PUBLISHED, "META article.published"},
	{"article.updated", FIELD_MODIFIED, "META article.updated"},
	{"article:author", FIELD_AUTHOR_TWIN, NULL},
	{"article:author_name", FIELD_AUTHOR, NULL},
	{"article:create_at", FIELD_PUBLISHED, "META article:create_at"},
	{"article:modified", FIELD_MODIFIED, "META article:modified"},
	{"article:modified_time", FIELD_MODIFIED, "META article:modified_time"},
	{"article:published", FIELD_PUBLISHED, "META article:published"},
	{"article:published_date", FIELD_PUBLISHED, "META article:published_date"},
	{"article:published_time", FIELD_PUBLISHED, "META article:published_time"},
	{"articleauthor", FIELD_AUTHOR, NULL},
	{"articletitle", FIELD_ARTICLE_TITLE, NULL},
	{"author", FIELD_AUTHOR, NULL},
	{"bt:moddate", FIELD_MODIFIED, "META bt:modDate"},
	{"bt:pubdate", FIELD_PUBLISHED, "META bt:pubDate"},
	{"byl", FIELD_AUTHOR, NULL},
	{"citation_author", FIELD_CREATOR, NULL},
	{"citation_online_date", FIELD_PUBLISHED, "META citation_online_date"},
	{"citation_publication_date", FIELD_PUBLISHED, "META citation_publication_date"},
	{"contentsource", FIELD_PUBLISHER, "META ContentSource"},
	{"createdate", FIELD_PUBLISHED, "META createDate"},
	{"cxenseparse:author", FIELD_AUTHOR_TWIN, NULL},
	{"cxenseparse:recs:publishtime", FIELD_PUBLISHED, "META cXenseParse:recs:publishtime"},
	{"date", FIELD_PUBLISHED_PAGE, "META date"},
	{"datemodified", FIELD_MODIFIED, "META dateModified"},
	{"datepublished", FIELD_PUBLISHED_PROPERTY, "META datePublished"},
	{"dateupdate", FIELD_PUBLISHED, "META dateUpdate"},
	{"dc.creator", FIELD_CREATOR, NULL},
	{"dc.date", FIELD_PUBLISHED_PAGE, "META DC.date"},
	{"dc.date.issued", FIELD_PUBLISHED, "META DC.date.issued"},
	{"dc.date.modified", FIELD_MODIFIED, "META DC.date.modified"},
	{"dc.language", FIELD_LANG, NULL},
	{"dc.title", FIELD_SOCIAL_TITLE, NULL},
	{"dcsext.author", FIELD_AUTHOR_TWIN, NULL},
	{"dcterms.created", FIELD_PUBLISHED_PAGE, "META DCTERMS.created"},
	{"dcterms.creator", FIELD_CREATOR, NULL},
	{"dcterms.date", FIELD_PUBLISHED_PAGE, "META DCTERMS.date"},
	{"dcterms.issued", FIELD_PUBLISHED, "META DCTERMS.issued"},
	{"dcterms.modified", FIELD_MODIFIED, "META DCTERMS.modified"},
	{"editor", FIELD_EDITOR, NULL},
	{"firstpublishedtime", FIELD_PUBLISHED, "META firstpublishedtime"},
	{"keywords", FIELD_KEYWORDS, NULL},
	{"last-modified", FIELD_MODIFIED, "META last-modified"},
	{"lastmodifiedtime", FIELD_MODIFIED, "META lastmodifiedtime"},
	{"mediaid", FIELD_PUBLISHER, "META mediaid"},
	{"news_keywords", FIELD_KEYWORDS, NULL},
	{"og:article:author", FIELD_AUTHOR_TWIN, NULL},
	{"og:article:modified_time", FIELD_MODIFIED, "META og:article:modified_time"},
	{"og:article:published_time", FIELD_PUBLISHED, "META og:article:published_time"},
	{"og:locale", FIELD_LANG, NULL},
	{"og:published_time", FIELD_PUBLISHED, "META og:published_time"},
	{"og:release_date", FIELD_PUBLISHED, "META og:release_date"},
	{"og:site_name", FIELD_SITE_NAME, NULL},
	{"og:time", FIELD_PUBLISHED, "META og:time"},
	{"og:title", FIELD_SOCIAL_TITLE, NULL},
	{"og:updated_time", FIELD_MODIFIED, "META og:updated_time"},
	{"parsely-author", FIELD_AUTHOR_TWIN, NULL},
	{"parsely-pub-date", FIELD_PUBLISHED, "META parsely-pub-date"},
	{"pub_date", FIELD_PUBLISHED, "META pub_date"},
	{"pubdate", FIELD_PUBLISHED_RULE, "META PubDate"},
	{"publication_date", FIELD_PUBLISHED, "META publication_date"},
	{"publish-date", FIELD_PUBLISHED, "META publish-date"},
	{"publish_date", FIELD_PUBLISHED, "META publish_date"},
	{"publish_time", FIELD_PUBLISHED, "META publish_time"},
	{"publishdate", FIELD_PUBLISHED, "META publishdate"},
	{"publishtime", FIELD_PUBLISHED, "META publishtime"},
	{"rnews:datepublished", FIELD_PUBLISHED, "META rnews:datePublished"},
	{"sailthru.author", FIELD_AUTHOR_TWIN, NULL},
	{"sailthru.date", FIELD_PUBLISHED, "META sailthru.date"},
	{"shareaholic:article_published_time", FIELD_PUBLISHED,
		"META shareaholic:article_published_time"},
	{"sitename", FIELD_SITE_NAME, NULL},
	{"source", FIELD_PUBLISHER, "META source"},
	{"twitter:title", FIELD_SOCIAL_TITLE, NULL},
	{"weibo: article:create_at", FIELD_PUBLISHED, "META weibo: article:create_at"},
	{"weibo:article:create_at", FIELD_PUBLISHED, "META weibo:article:create_at"},
};

static int compare_name(const void *key, const void *item)
{
	return strcmp(key, ((const struct meta_name *)item)->name);
}

static const struct meta_name *find_name(struct span key)
{
	char name[NAME_BYTES_MAX + 1];

	key = span_trim(key);
	if (!key.len || key.len > NAME_BYTES_MAX)
		return NULL;
	for (size_t i = 0; i < key.len; i++)
		name[i] = (char)(key.data[i] >= 'A' && key.data[i] <= 'Z' ? key.data[i] + 32
									  : key.data[i]);
	name[key.len] = '\0';
	return bsearch(name, meta_names, sizeof meta_names / sizeof *meta_names, sizeof *meta_names,
		compare_name);
}

static bool is_blank(struct span s)
{
	return span_trim(s).len == 0;
}

void metadata_set_once(struct metadata_reader *r, const char **field, struct span value)
{
	if (!*field && !is_blank(value))
		*field = arena_dup(r->arena, span_trim(value));
}

static bool is_tag_char(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '-' || c == '_';
}

void metadata_set_lang(struct metadata_reader *r, struct span value)
{
	char *tag, *p;

	value = span_trim(value);
	if (r->m->lang || value.len < 2 || value.len > LANG_BYTES_MAX)
		return;
	for (size_t i = 0; i < value.len; i++)
		if (!is_tag_char(value.data[i]))
			return;
	tag = arena_dup(r->arena, value);
	for (p = tag; *p && *p != '-' && *p != '_'; p++)
		*p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
	for (; *p; p++)
		*p = *p == '_' ? '-' : *p;
	r->m->lang = tag;
}

void metadata_set_time(struct metadata_reader *r, struct metadata_time *field, struct span value,
	const char *from)
{
	struct record_time t;

	if (field->from || !value.len || !date_parse(value, r->ctx, &t) ||
		t.precision < PRECISION_DAY)
		return;
	field->time = t;
	field->from = from;
}

static void add_authors(struct metadata_reader *r, enum metadata_authors where, struct span value)
{
	person_add(value, PERSON_LIST, r->arena, &r->m->authors[where]);
}

static void set_field(struct metadata_reader *r, const struct meta_name *n, struct span value)
{
	switch (n->field) {
	case FIELD_ARTICLE_TITLE:
		metadata_set_once(r, &r->m->article_title, value);
		break;
	case FIELD_SOCIAL_TITLE:
		metadata_set_once(r, &r->m->social_title, value);
		break;
	case FIELD_SITE_NAME:
		metadata_set_once(r, &r->m->site_name, value);
		break;
	case FIELD_PUBLISHER:
		r->m->publisher_from = r->m->publisher ? r->m->publisher_from : n->from;
		metadata_set_once(r, &r->m->publisher, value);
		break;
	case FIELD_KEYWORDS:
		metadata_set_once(r, &r->m->keywords, value);
		break;
	case FIELD_AUTHOR:
		add_authors(r, METADATA_AUTHORS_META, value);
		break;
	case FIELD_AUTHOR_TWIN:
		add_authors(r, METADATA_AUTHORS_TWIN, value);
		break;
	case FIELD_CREATOR:
		person_add(value, PERSON_FAMILY_FIRST, r->arena,
			&r->m->authors[METADATA_AUTHORS_TWIN]);
		break;
	case FIELD_EDITOR:
		person_add(value, PERSON_LIST, r->arena, &r->m->editors);
		break;
	case FIELD_PUBLISHED_RULE:
		metadata_set_time(r, &r->published[METADATA_RANK_RULE], value, n->from);
		break;
	case FIELD_PUBLISHED_PROPERTY:
		metadata_set_time(r, &r->published[METADATA_RANK_PROPERTY], value, n->from);
		break;
	case FIELD_PUBLISHED:
		metadata_set_time(r, &r->published[METADATA_RANK_META], value, n->from);
		break;
	case FIELD_PUBLISHED_PAGE:
		metadata_set_time(r, &r->published[METADATA_RANK_PAGE], value, n->from);
		break;
	case FIELD_MODIFIED:
		metadata_set_time(r, &r->modified[METADATA_RANK_META], value, n->from);
		break;
	case FIELD_LANG:
		metadata_set_lang(r, value);
		break;
	}
}

static void read_meta(struct metadata_reader *r, uint32_t node)
{
	const struct html_node *n = &r->h->nodes[node];
	struct span content = html_attr(r->h, node, "content");

	if (is_blank(content))
		return;
	for (uint32_t i = 0; i < n->n_attrs; i++) {
		const struct html_attr *attr = &r->h->attrs[n->first_attr + i];
		const struct meta_name *name;

		if (!span_is(attr->name, "name") && !span_is(attr->name, "property") &&
			!span_is(attr->name, "itemprop"))
			continue;
		name = find_name(attr->value);
		if (name)
			set_field(r, name, content);
	}
	if (span_is_nocase(html_attr(r->h, node, "http-equiv"), "content-language"))
		metadata_set_lang(r, content);
}

static void read_title(struct metadata_reader *r, uint32_t node)
{
	STRBUF_LOCAL(text);

	html_add_text(r->h, node, &text);
	metadata_set_once(r, &r->m->page_title, utf8_cut(strbuf_span(&text), TITLE_BYTES_MAX));
}

static void set_property(struct metadata_reader *r, uint32_t node, struct metadata_time *field,
	const char *from)
{
	struct span value = html_attr(r->h, node, "datetime");
	STRBUF_LOCAL(text);

	if (!value.len)
		value = html_attr(r->h, node, "content");
	if (!value.len && short_text_add(r->h, node, DATE_BYTES_MAX, &text))
		value = strbuf_span(&text);
	metadata_set_time(r, field, value, from);
}

static void read_property(struct metadata_reader *r, uint32_t node, struct span property)
{
	if (span_is_nocase(property, "datePublished"))
		set_property(r, node, &r->published[METADATA_RANK_PROPERTY],
			"microdata datePublished");
	else if (span_is_nocase(property, "dateUpdate"))
		set_property(r, node, &r->published[METADATA_RANK_META], "microdata dateUpdate");
	else if (span_is_nocase(property, "dateModified"))
		set_property(r, node, &r->modified[METADATA_RANK_PROPERTY],
			"microdata dateModified");
}

static void read_element(struct metadata_reader *r, uint32_t node)
{
	const struct html_node *n = &r->h->nodes[node];

	for (uint32_t i = 0; i < n->n_attrs; i++) {
		const struct html_attr *attr = &r->h->attrs[n->first_attr + i];

		if (attr->name.len == 8 && memcmp(attr->name.data, "itemprop", 8) == 0)
			read_property(r, node, span_trim(attr->value));
	}
}

/* The trusted first; but what has the time of that day too tells more than the day alone. */
static struct metadata_time choose(const struct metadata_time *ranks)
{
	struct metadata_time best = {0};

	for (size_t i = 0; i < METADATA_RANK_COUNT; i++) {
		int64_t apart = ranks[i].time.ms - best.time.ms;

		if (ranks[i].from &&
			(!best.from ||
				(best.time.precision == PRECISION_DAY &&
					ranks[i].time.precision > PRECISION_DAY && apart >= 0 &&
					apart < INT64_C(86400000))))
			best = ranks[i];
	}
	return best;
}

void metadata_read(const struct html *h, const struct date_context *ctx, struct arena *a,
	struct metadata *ret)
{
	struct metadata_reader r = {.h = h, .ctx = ctx, .arena = a, .m = ret};

	*ret = (struct metadata){0};
	if (h->n_nodes) /* nearer to the text than what a template says to networks */
		metadata_set_lang(&r, html_attr(h, 0, "lang"));
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
				metadata_read_ld(&r, i);
			break;
		case HTML_TEXT:
			break;
		default:
			read_element(&r, i);
			break;
		}
	}
	ret->published = choose(r.published);
	ret->modified = choose(r.modified);
}
