#include "crawler/read/sitemap.h"

#include "common/alloc.h"
#include "common/url.h"
#include "crawler/read/xml.h"

#define URLS_MAX  60000 /* the protocol allows 50,000 */
#define FIELD_MAX 8192  /* bytes of one field */

struct reader {
	struct arena *arena;
	const struct date_context *ctx;
	const char *url;
	struct sitemap *map;
	size_t cap;
};

const char *sitemap_type_str(enum sitemap_type t)
{
	static const char *const names[] = {[SITEMAP_URLSET] = "urlset",
		[SITEMAP_INDEX] = "index",
		[SITEMAP_TEXT] = "text",
		[SITEMAP_ROBOTS] = "robots"};

	return names[t];
}

static void add_url(struct reader *r, struct span loc, const struct sitemap_url *fields)
{
	struct sitemap *m = r->map;
	STRBUF_LOCAL(url);

	loc = span_trim(loc);
	if (!loc.len)
		return;
	if (m->n_urls >= URLS_MAX || url_resolve(loc, span_str(r->url), &url) < 0) {
		m->n_dropped++;
		return;
	}
	m->urls = alloc_grow(m->urls, m->n_urls, &r->cap, sizeof *m->urls);
	m->urls[m->n_urls] = *fields;
	m->urls[m->n_urls++].loc = arena_dup(r->arena, strbuf_span(&url));
}

static bool is(const char *a, const char *b)
{
	return strcasecmp(a, b) == 0;
}

static const char *take_text(struct reader *r, struct xml *x)
{
	struct strbuf text;
	const char *copy;

	strbuf_init(&text, FIELD_MAX);
	xml_add_content(x, XML_CONTENT_TEXT, &text);
	copy = arena_dup(r->arena, span_trim(strbuf_span(&text)));
	strbuf_release(&text);
	return *copy ? copy : NULL;
}

static void take_time(struct reader *r, struct xml *x, struct record_time *ret)
{
	const char *text = take_text(r, x);

	if (text)
		date_parse(span_str(text), r->ctx, ret);
}

/* One <url> or <sitemap>; the elements of extensions stand in elements of their own. */
static void read_url(struct reader *r, struct xml *x)
{
	struct sitemap_url u = {0};
	const char *loc = NULL;
	int level = 1;

	while (level > 0) {
		enum xml_event event = xml_next(x);
		const char *name;

		if (event == XML_EVENT_DONE)
			break;
		level -= event == XML_EVENT_END;
		if (event != XML_EVENT_START)
			continue;
		name = xml_name(x);
		if (is(name, "loc") && !strstr(xml_space(x), "image") &&
			!strstr(xml_space(x), "video"))
			loc = loc ? (take_text(r, x), loc) : take_text(r, x);
		else if (is(name, "lastmod"))
			take_time(r, x, &u.lastmod);
		else if (is(name, "publication_date"))
			take_time(r, x, &u.news.published);
		else if (is(name, "title") && strstr(xml_space(x), "news"))
			u.news.title = take_text(r, x);
		else if (is(name, "name"))
			u.news.name = take_text(r, x);
		else if (is(name, "language"))
			u.news.language = take_text(r, x);
		else
			level++;
	}
	add_url(r, span_str(loc), &u);
}

static bool read_xml(struct reader *r, struct span utf8)
{
	CLEANUP(xml_closep) struct xml *x = xml_open(utf8, r->url);
	enum xml_event event;

	while ((event = xml_next(x)) == XML_EVENT_TEXT)
		;
	if (event != XML_EVENT_START)
		return false;
	if (is(xml_name(x), "sitemapindex"))
		r->map->type = SITEMAP_INDEX;
	else if (is(xml_name(x), "urlset"))
		r->map->type = SITEMAP_URLSET;
	else
		return false;
	while ((event = xml_next(x)) != XML_EVENT_DONE)
		if (event == XML_EVENT_START &&
			(is(xml_name(x), "url") || is(xml_name(x), "sitemap")))
			read_url(r, x);
	return true;
}

static struct span next_line(struct span *rest)
{
	size_t n = 0;
	struct span line;

	while (n < rest->len && rest->data[n] != '\n' && rest->data[n] != '\r')
		n++;
	line = span_trim(span_from(rest->data, n));
	*rest = span_from_offset(*rest, n < rest->len ? n + 1 : n);
	return line;
}

static bool starts_nocase(struct span s, const char *prefix)
{
	return s.len >= strlen(prefix) && strncasecmp(s.data, prefix, strlen(prefix)) == 0;
}

/* Addresses alone, one a line. */
static bool read_text(struct reader *r, struct span text)
{
	const struct sitemap_url none = {0};
	struct span rest = text;

	while (rest.len) {
		struct span line = next_line(&rest);

		if (line.len && !starts_nocase(line, "http://") && !starts_nocase(line, "https://"))
			return false;
		add_url(r, line, &none);
	}
	r->map->type = SITEMAP_TEXT;
	return r->map->n_urls > 0;
}

static bool read_robots(struct reader *r, struct span text)
{
	const struct sitemap_url none = {0};
	bool robots = false;

	while (text.len) {
		struct span line = next_line(&text);

		robots |= starts_nocase(line, "user-agent") || starts_nocase(line, "disallow");
		if (starts_nocase(line, "sitemap")) {
			const char *colon = memchr(line.data, ':', line.len);

			if (colon &&
				span_trim(span_from(line.data, (size_t)(colon - line.data))).len ==
					7) {
				robots = true;
				add_url(r, span_from_offset(line, (size_t)(colon - line.data) + 1),
					&none);
			}
		}
	}
	r->map->type = SITEMAP_ROBOTS;
	return robots;
}

bool sitemap_parse(struct span utf8, const char *url, const struct date_context *ctx,
	struct arena *a, struct sitemap *ret)
{
	struct sitemap map = {0};
	struct reader r = {.arena = a, .ctx = ctx, .url = url, .map = &map};
	struct span text = span_trim(utf8);
	struct sitemap_url *urls;
	bool found;

	if (text.len && text.data[0] == '<') {
		found = read_xml(&r, text);
	} else {
		found = read_text(&r, text);
		if (!found) {
			map.n_urls = map.n_dropped = 0;
			found = read_robots(&r, text);
		}
	}
	urls = map.urls;
	map.urls = arena_alloc(a, (map.n_urls + 1) * sizeof *urls);
	if (urls)
		memcpy(map.urls, urls, map.n_urls * sizeof *urls);
	free(urls);
	if (found)
		*ret = map;
	return found;
}
