/*
 * The truth as JSON lines.
 *
 * Host: "host" its address, "number", "kind" (listing, feed, sitemap), "list"
 * the source's URL, "name", "rhythm", "role" (press, farm), "charset", "label"
 * what header or page say of it (null: nothing), "crawl_delay_ms",
 * "redesign_at_ms" or null, and booleans of what it does.
 *
 * Item: "url" canonical, "shown" as lists have it, both without tracking and
 * session; "host", "number", "published_ms", "precision" in which its page
 * tells that; "story" the URL of the original, its own for an original;
 * "noise", "same_text" whether a reader that cleans well finds the original's
 * text; "title", "text" of the present version, simplified, paragraphs split by
 * \n; "words" of prose_words that the text has; "versions"; "withdrawn_ms" or
 * null, also when still to come; "reachable" and "why" not: robots,
 * redirect-loop, soft-404, or feed: older than what the feed showed at the start.
 *
 * On hosts with charset big5 pages show everything in traditional characters.
 */
#include "tests/web/world.h"

#include "common/json.h"
#include "tests/web/inside.h"
#include "tests/web/markup.h"

#include <string.h>

#define CRAWL_DELAY_MS 300

static void add_time_or_null(struct strbuf *out, const char *key, int64_t ms)
{
	if (ms != INT64_MAX) {
		json_field_int(out, key, ms);
		return;
	}
	json_key(out, key);
	json_null(out);
}

static void add_url(struct strbuf *out, const char *key, const struct site *s, const char *path)
{
	STRBUF_LOCAL(url);

	site_add_origin(s, &url);
	strbuf_add_str(&url, path);
	json_field_str(out, key, url.data);
}

static void add_traits(const struct site *s, struct strbuf *out)
{
	static const struct {
		enum site_trait trait;
		const char *name;
	} names[] = {{SITE_ETAG, "etag"}, {SITE_LAST_MODIFIED, "last_modified"},
		{SITE_COUNTER, "counter"}, {SITE_TRACKING, "tracking"}, {SITE_PRIVATE, "private"},
		{SITE_REDIRECTS, "redirects"}, {SITE_SOFT_404, "soft_404"},
		{SITE_CALENDAR, "calendar"}, {SITE_ECHO, "echo"}, {SITE_FRIENDS, "friends"}};

	json_field_bool(out, "session_ids",
		site_has(s, SITE_SESSION) || site_has(s, SITE_JSESSION));
	json_field_bool(out, "robots", !site_has(s, SITE_NO_ROBOTS));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		json_field_bool(out, names[i].name, site_has(s, names[i].trait));
}

static const char *kind_str(enum site_kind kind)
{
	switch (kind) {
	case SITE_RSS:
	case SITE_ATOM:
		return "feed";
	case SITE_SITEMAP:
		return "sitemap";
	default:
		return "listing";
	}
}

void world_tell_host(const struct world *w, uint32_t i, struct strbuf *out)
{
	const struct site s = site_of(w, i);
	const char *encoding = site_encoding(&s);
	STRBUF_LOCAL(name);

	site_add_name(&s, &name);
	json_open(out, '{');
	json_field_str(out, "host", s.address);
	json_field_int(out, "number", i);
	json_field_str(out, "kind", kind_str(s.kind));
	add_url(out, "list", &s, site_source_path(&s));
	json_field_str(out, "name", name.data);
	json_field_str(out, "rhythm", rhythm_str(s.rhythm.kind));
	json_field_str(out, "role", s.is_farm ? "farm" : "press");
	json_field_str(out, "charset",
		!encoding                               ? "utf-8"
			: strcmp(encoding, "BIG5") == 0 ? "big5"
							: "gb18030");
	json_field_str(out, "label",
		site_header_label(&s) ? site_header_label(&s) : site_meta_label(&s));
	json_field_int(out, "crawl_delay_ms", site_has(&s, SITE_CRAWL_DELAY) ? CRAWL_DELAY_MS : 0);
	add_time_or_null(out, "redesign_at_ms", s.redesign_at_ms);
	add_traits(&s, out);
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

static void add_story(const struct piece *p, struct strbuf *out)
{
	const struct site of = site_of(p->site->world, p->of_site);
	const struct piece original = piece_of(&of, p->of_number);
	STRBUF_LOCAL(path);

	piece_add_path(&original, &path);
	add_url(out, "story", &of, path.data);
}

static void add_words(const char *text, struct strbuf *out)
{
	json_key(out, "words");
	json_open(out, '[');
	for (size_t i = 0; i < PROSE_N_WORDS; i++)
		if (strstr(text, prose_words[i]))
			json_str(out, prose_words[i]);
	json_close(out, ']');
}

static void add_version(const struct piece *p, uint32_t version, struct strbuf *out)
{
	STRBUF_LOCAL(title);
	STRBUF_LOCAL(text);

	piece_add_title(p, version, &title);
	piece_add_text(p, version, &text);
	json_field_str(out, "title", title.data);
	json_field_str(out, "text", text.data);
	add_words(text.data, out);
}

/* A page that is withdrawn keeps the version that it had. */
static void add_versions(const struct piece *p, int64_t now_ms, struct strbuf *out)
{
	uint32_t last = piece_version(p, now_ms < p->withdrawn_ms ? now_ms : p->withdrawn_ms);

	add_version(p, last, out);
	json_key(out, "versions");
	json_open(out, '[');
	for (uint32_t version = 0; version <= last; version++) {
		json_open(out, '{');
		json_field_int(out, "at_ms", piece_version_ms(p, version));
		add_version(p, version, out);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static const char *why_unreachable(const struct piece *p)
{
	switch (p->access) {
	case PIECE_PRIVATE:
		return "robots";
	case PIECE_CIRCLE:
		return "redirect-loop";
	case PIECE_SOFT_404:
		return "soft-404";
	default:
		return piece_is_shown(p) ? NULL : "feed";
	}
}

static const char *precision(const struct site *s)
{
	switch (s->design) {
	case SITE_BLOG:
		return "day";
	case SITE_GOVERNMENT:
	case SITE_DAILY:
		return "minute";
	default:
		return "second";
	}
}

static void add_item(const struct piece *p, int64_t now_ms, struct strbuf *out)
{
	const char *why = why_unreachable(p);
	STRBUF_LOCAL(path);
	STRBUF_LOCAL(listed);

	piece_add_path(p, &path);
	piece_add_listed_path(p, &listed);
	json_open(out, '{');
	add_url(out, "url", p->site, path.data);
	add_url(out, "shown", p->site, listed.data);
	json_field_str(out, "host", p->site->address);
	json_field_int(out, "number", p->number);
	json_field_int(out, "published_ms", p->published_ms);
	json_field_str(out, "precision", precision(p->site));
	add_story(p, out);
	json_field_str(out, "noise", repost_str(p->noise));
	json_field_bool(out, "same_text", p->noise != REPOST_CUT);
	add_versions(p, now_ms, out);
	add_time_or_null(out, "withdrawn_ms", p->withdrawn_ms);
	json_field_bool(out, "reachable", !why);
	json_field_str(out, "why", why);
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

void world_tell_items(const struct world *w, uint32_t i, int64_t now_ms, struct strbuf *out)
{
	const struct site s = site_of(w, i);
	uint32_t n = rhythm_count(&s.rhythm, now_ms);

	for (uint32_t number = 0; number < n; number++) {
		const struct piece p = piece_of(&s, number);

		add_item(&p, now_ms, out);
	}
}
