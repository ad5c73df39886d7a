/*
 * One pass over the elements. Which of them means what depends on its name
 * alone for most: RSS is written with and without namespaces, in any mixture.
 * Names that mean different things are told apart by namespace:
 *
 *	start of element -> in an entry? field of entry : field of feed
 */
#include "crawler/read/feed.h"

#include "common/alloc.h"
#include "common/url.h"
#include "common/utf8.h"
#include "crawler/read/xml.h"

#define ENTRIES_MAX    20000
#define ENCLOSURES_MAX 20
#define CATEGORIES_MAX 50
#define CONTENT_MAX    (2u << 20) /* bytes of one element's text */

struct reader {
	struct xml *x;
	struct arena *arena;
	const struct date_context *ctx;
	struct feed *feed;
	size_t cap;
	struct feed_entry *entry; /* the one being read, or NULL */
	int entry_depth;
	size_t enclosures_cap;
	const char *channel_language;
};

static bool is(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

static bool in_space(const struct reader *r, const char *part)
{
	return strstr(xml_space(r->x), part) != NULL;
}

/* The text of the present element, trimmed; NULL when there is none. */
static const char *take(struct reader *r, enum xml_content content)
{
	struct strbuf text;
	struct span s;
	const char *copy;

	strbuf_init(&text, CONTENT_MAX);
	xml_add_content(r->x, content, &text);
	s = span_trim(strbuf_span(&text));
	copy = s.len ? arena_dup(r->arena, s) : NULL;
	strbuf_release(&text);
	return copy;
}

static const char *take_text(struct reader *r)
{
	return take(r, XML_CONTENT_TEXT);
}

static void set_once(const char **field, const char *value)
{
	if (!*field && value)
		*field = value;
}

static const char *resolve(struct reader *r, const char *href, const char *base)
{
	struct span s = span_trim(span_str(href));
	const char *copy = NULL;
	struct strbuf url = STRBUF_INIT;

	if (s.len && url_resolve(s, span_str(base), &url) == 0)
		copy = arena_dup(r->arena, strbuf_span(&url));
	strbuf_release(&url);
	return copy;
}

/* The base must be asked for before the text moves the reader on. */
static const char *take_link(struct reader *r)
{
	const char *base = arena_strdup(r->arena, xml_base(r->x) ? xml_base(r->x) : "");
	const char *text = take_text(r);

	return text ? resolve(r, text, base) : NULL;
}

static void take_time(struct reader *r, struct record_time *field)
{
	const char *text = take_text(r);
	struct record_time t;

	if (text && !field->precision && date_parse(span_str(text), r->ctx, &t))
		*field = t;
}

/* xhtml stands in a div that is no part of it (RFC 4287, 3.1.1.3). */
static const char *without_div(struct reader *r, const char *markup)
{
	struct span s = span_str(markup);
	const char *close =
		span_starts_with(s, SPAN_LITERAL("<div")) ? memchr(s.data, '>', s.len) : NULL;

	if (!close || !span_ends_with(s, SPAN_LITERAL("</div>")) || close[-1] == '/')
		return markup;
	s = span_from(close + 1, s.len - (size_t)(close + 1 - s.data) - 6);
	if (span_find(s, SPAN_LITERAL("<div")) >= 0)
		return markup; /* the last end may be another's */
	return arena_dup(r->arena, span_trim(s));
}

static bool is_base64(const char *type, const char *mode)
{
	if (mode)
		return is(mode, "base64");
	return type && strchr(type, '/') && strncasecmp(type, "text/", 5) != 0 &&
		!strstr(type, "xml");
}

static int sextet(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *p = c ? strchr(digits, c) : NULL;

	return p ? (int)(p - digits) : -1;
}

/* Decoded if it is base64 of UTF-8, else as it stands. */
static const char *decode_base64(struct reader *r, const char *text)
{
	unsigned bits = 0, n_bits = 0;
	STRBUF_LOCAL(out);

	for (const char *p = text; p && *p && *p != '='; p++) {
		int value = sextet(*p);

		if (value < 0 && !strchr(" \t\r\n", *p))
			return text;
		if (value < 0)
			continue;
		bits = (bits << 6 | (unsigned)value) & 0xFFFF;
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			strbuf_add_char(&out, (char)(bits >> n_bits & 0xFF));
		}
	}
	return out.len && utf8_is_valid(strbuf_span(&out)) && !memchr(out.data, 0, out.len)
		? arena_dup(r->arena, strbuf_span(&out))
		: text;
}

/* Atom's text constructs: xhtml holds elements, html and text hold characters. */
static const char *take_construct(struct reader *r)
{
	const char *type = xml_attr(r->x, "type"), *mode, *text;
	bool base64, markup;

	type = type ? arena_strdup(r->arena, type) : NULL;
	mode = xml_attr(r->x, "mode");
	base64 = is_base64(type, mode);
	markup = (type &&
			 (is(type, "xhtml") || strstr(type, "+xml") ||
				 is(type, "application/xml"))) ||
		(mode && is(mode, "xml") && type && !is(type, "text/plain"));
	text = take(r, markup ? XML_CONTENT_MARKUP : XML_CONTENT_TAGS);
	if (base64)
		return decode_base64(r, text);
	return markup && text ? without_div(r, text) : text;
}

static void add_enclosure(struct reader *r, const char *href)
{
	struct feed_entry *e = r->entry;
	const char *type = xml_attr(r->x, "type"), *length = xml_attr(r->x, "length"), *url;

	if (!e || e->n_enclosures >= ENCLOSURES_MAX)
		return;
	url = resolve(r, href, xml_base(r->x));
	if (!url)
		return;
	e->enclosures = alloc_grow(e->enclosures, e->n_enclosures, &r->enclosures_cap,
		sizeof *e->enclosures);
	e->enclosures[e->n_enclosures++] = (struct feed_enclosure){.url = url,
		.type = type ? arena_strdup(r->arena, type) : NULL,
		.length = length ? arena_strdup(r->arena, length) : NULL};
}

/* <link>: an address as text in RSS, an empty element with a relation in Atom. */
static void read_link(struct reader *r, const char **field)
{
	const char *href = xml_attr(r->x, "href"), *rel;

	if (!href) {
		set_once(field, take_link(r));
		return;
	}
	rel = xml_attr(r->x, "rel");
	if (rel && is(rel, "enclosure"))
		add_enclosure(r, xml_attr(r->x, "href"));
	else if (!rel || is(rel, "alternate"))
		set_once(field, resolve(r, xml_attr(r->x, "href"), xml_base(r->x)));
	take_text(r);
}

/* <author> holds a name or an element <name>. */
static void read_author(struct reader *r, const char **field)
{
	int level = 1;
	struct strbuf text = STRBUF_INIT;

	while (level > 0) {
		enum xml_event event = xml_next(r->x);

		if (event == XML_EVENT_START && is(xml_name(r->x), "name")) {
			set_once(field, take_text(r));
		} else if (event == XML_EVENT_START) {
			level++;
		} else if (event == XML_EVENT_END) {
			level--;
		} else if (event == XML_EVENT_TEXT && level == 1) {
			strbuf_add_str(&text, xml_text(r->x));
		} else if (event == XML_EVENT_DONE)
			break;
	}
	if (span_trim(strbuf_span(&text)).len)
		set_once(field, arena_dup(r->arena, span_trim(strbuf_span(&text))));
	strbuf_release(&text);
}

static void add_category(struct reader *r)
{
	const char *term = xml_attr(r->x, "term"), *text;

	if (!term)
		term = xml_attr(r->x, "label");
	term = term ? arena_strdup(r->arena, term) : NULL;
	text = take_text(r);
	term = term ? term : text;
	if (term && r->entry && r->entry->categories.len < CATEGORIES_MAX)
		record_list_add(r->arena, &r->entry->categories, term);
}

/* Fields that feeds and entries share. False: the element is none of them. */
static bool read_common(struct reader *r, const char *name, const char **title, const char **author)
{
	if (is(name, "title") && !in_space(r, "mrss") && !in_space(r, "itunes")) {
		set_once(title, take_construct(r));
	} else if (is(name, "author") && !in_space(r, "itunes")) {
		read_author(r, author);
	} else if (is(name, "creator")) {
		set_once(author, take_text(r));
	} else if (is(name, "category") || is(name, "subject")) {
		add_category(r);
	} else
		return false;
	return true;
}

static void read_guid(struct reader *r, struct feed_entry *e)
{
	const char *permanent = xml_attr(r->x, "isPermaLink");
	bool link = !permanent || !is(permanent, "false");
	const char *base = arena_strdup(r->arena, xml_base(r->x) ? xml_base(r->x) : "");

	set_once(&e->id, take_text(r));
	if (link && !e->link && e->id && strncasecmp(e->id, "http", 4) == 0)
		e->link = resolve(r, e->id, base);
}

static void read_entry_field(struct reader *r, const char *name)
{
	struct feed_entry *e = r->entry;

	if (read_common(r, name, &e->title, &e->author))
		return;
	if (is(name, "link") && !in_space(r, "itunes"))
		read_link(r, &e->link);
	else if (is(name, "guid"))
		read_guid(r, e);
	else if (is(name, "id"))
		set_once(&e->id, take_text(r));
	else if (is(name, "pubDate") || is(name, "published") || is(name, "issued") ||
		is(name, "date") || is(name, "created"))
		take_time(r, &e->published);
	else if (is(name, "updated") || is(name, "modified"))
		take_time(r, &e->updated);
	else if ((is(name, "description") && !in_space(r, "mrss")) || is(name, "summary") ||
		is(name, "abstract"))
		set_once(&e->summary, take_construct(r));
	else if (is(name, "encoded") || (is(name, "content") && !in_space(r, "mrss")) ||
		is(name, "body") || is(name, "fullitem"))
		set_once(&e->content, take_construct(r));
	else if (is(name, "language"))
		set_once(&e->language, take_text(r));
	else if (is(name, "enclosure")) {
		add_enclosure(r, xml_attr(r->x, "url"));
		take_text(r);
	} else
		take_text(r);
}

static void read_feed_field(struct reader *r, const char *name)
{
	struct feed *f = r->feed;

	if (read_common(r, name, &f->title, &f->author))
		return;
	if (is(name, "link"))
		read_link(r, &f->link);
	else if (is(name, "id"))
		set_once(&f->id, take_text(r));
	else if (is(name, "description") || is(name, "subtitle") || is(name, "tagline") ||
		is(name, "abstract"))
		set_once(&f->subtitle, take_construct(r));
	else if (is(name, "language"))
		set_once(&f->language, take_text(r));
	else if (is(name, "managingEditor"))
		set_once(&f->author, take_text(r));
	else if (is(name, "pubDate") || is(name, "published") || is(name, "date"))
		take_time(r, &f->published);
	else if (is(name, "updated") || is(name, "modified") || is(name, "lastBuildDate"))
		take_time(r, &f->updated);
	else
		take_text(r);
}

/* RSS 1.0 names the address of an item in an attribute too. */
static void begin_entry(struct reader *r)
{
	struct feed *f = r->feed;
	const char *about = xml_attr(r->x, "about"), *language = xml_attr(r->x, "lang");

	f->entries = alloc_grow(f->entries, f->n_entries, &r->cap, sizeof *f->entries);
	r->entry = &f->entries[f->n_entries++];
	*r->entry = (struct feed_entry){0};
	r->entry_depth = xml_depth(r->x);
	r->enclosures_cap = 0;
	r->entry->language = language ? arena_strdup(r->arena, language) : NULL;
	if (about)
		r->entry->id = arena_strdup(r->arena, about);
	if (xml_attr(r->x, "href")) /* CDF */
		r->entry->link = resolve(r, xml_attr(r->x, "href"), xml_base(r->x));
}

static void end_entry(struct reader *r)
{
	struct feed_entry *e = r->entry;
	struct feed_enclosure *list = e->enclosures;

	if (list) {
		e->enclosures = arena_alloc(r->arena, e->n_enclosures * sizeof *list);
		memcpy(e->enclosures, list, e->n_enclosures * sizeof *list);
		free(list);
	}
	if (!e->link && e->id && strncasecmp(e->id, "http", 4) == 0)
		e->link = resolve(r, e->id, NULL);
	r->entry = NULL;
}

static const char *format_of_rss(const char *version)
{
	static const struct {
		const char *version, *format;
	} formats[] = {{"2.0", "rss20"}, {"0.91", "rss091"}, {"0.92", "rss092"}, {"0.93", "rss093"},
		{"0.94", "rss094"}, {"0.90", "rss090"}, {"1.0", "rss10"}};

	for (size_t i = 0; version && i < sizeof formats / sizeof *formats; i++)
		if (strncmp(version, formats[i].version, strlen(formats[i].version)) == 0)
			return formats[i].format;
	return version && version[0] == '2' ? "rss20" : "rss";
}

/* The format by the root element, NULL for no feed. */
static const char *format_of_root(const struct reader *r)
{
	const char *name = xml_name(r->x), *version = xml_attr(r->x, "version");

	if (is(name, "rss"))
		return format_of_rss(version);
	if (is(name, "RDF"))
		return "rss10";
	if (is(name, "channel"))
		return "cdf";
	if (!is(name, "feed"))
		return NULL;
	if ((version && strncmp(version, "0.3", 3) == 0) || in_space(r, "purl.org/atom"))
		return "atom03";
	return in_space(r, "2005/Atom") ? "atom10" : "atom";
}

static void read_start(struct reader *r)
{
	const char *name = xml_name(r->x);

	if (r->entry) {
		read_entry_field(r, name);
	} else if (is(name, "item") || is(name, "entry")) {
		if (r->feed->n_entries < ENTRIES_MAX)
			begin_entry(r);
		else
			take_text(r);
	} else if (is(name, "channel")) {
		if (in_space(r, "netscape.com/rdf"))
			r->feed->format = "rss090";
	} else
		read_feed_field(r, name);
}

static void read_all(struct reader *r)
{
	for (enum xml_event event; (event = xml_next(r->x)) != XML_EVENT_DONE;) {
		if (event == XML_EVENT_START)
			read_start(r);
		else if (event == XML_EVENT_END && r->entry && xml_depth(r->x) <= r->entry_depth)
			end_entry(r);
	}
	if (r->entry)
		end_entry(r);
}

static bool find_root(struct xml *x)
{
	enum xml_event event;

	while ((event = xml_next(x)) == XML_EVENT_TEXT)
		;
	return event == XML_EVENT_START;
}

bool feed_parse(struct span utf8, const char *url, const struct date_context *ctx, struct arena *a,
	struct feed *ret)
{
	CLEANUP(xml_closep) struct xml *x = xml_open(utf8, url);
	struct feed feed = {0};
	struct reader r = {.x = x, .arena = a, .ctx = ctx, .feed = &feed};
	struct feed_entry *entries;

	if (!find_root(x))
		return false;
	feed.format = format_of_root(&r);
	if (!feed.format)
		return false;
	if (xml_attr(x, "lang"))
		feed.language = arena_strdup(a, xml_attr(x, "lang"));
	if (is(xml_name(x), "channel") && xml_attr(x, "href"))
		feed.link = resolve(&r, xml_attr(x, "href"), xml_base(x));
	read_all(&r);
	entries = feed.entries;
	feed.entries = arena_alloc(a, (feed.n_entries + 1) * sizeof *entries);
	if (entries)
		memcpy(feed.entries, entries, feed.n_entries * sizeof *entries);
	free(entries);
	*ret = feed;
	return true;
}
