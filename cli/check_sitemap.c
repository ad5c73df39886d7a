#include "cli/check.h"
#include "common/clock.h"
#include "crawler/read/charset/charset.h"
#include "crawler/read/feed.h"
#include "crawler/read/sitemap.h"

#include <stdio.h>

static void write_time(const char *key, const struct record_time *t, struct strbuf *out)
{
	char text[CLOCK_TEXT_MAX];

	/* A sitemap's day is a day; with a clock time it is a moment. */
	if (t->precision == PRECISION_DAY)
		clock_format(t->ms, t->zone_min, text)[10] = '\0';
	else
		clock_format(t->ms, t->zone_min, text);
	json_field_str(out, key, t->precision ? text : NULL);
}

static void write_news(const struct sitemap_url *u, struct strbuf *out)
{
	json_key(out, "news");
	if (!u->news.title && !u->news.name) {
		json_null(out);
		return;
	}
	json_open(out, '{');
	json_field_str(out, "title", u->news.title);
	write_time("published", &u->news.published, out);
	json_field_str(out, "name", u->news.name);
	json_field_str(out, "language", u->news.language);
	json_close(out, '}');
}

static void write_urls(const struct sitemap *s, bool are_sitemaps, struct strbuf *out)
{
	json_open(out, '[');
	for (size_t i = 0; i < s->n_urls; i++) {
		json_open(out, '{');
		json_field_str(out, "loc", s->urls[i].loc);
		write_time("lastmod", &s->urls[i].lastmod, out);
		if (!are_sitemaps)
			write_news(&s->urls[i], out);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void write_sitemap(const struct sitemap *s, struct strbuf *out)
{
	static const struct sitemap none = {0};
	bool are_sitemaps = s->type == SITEMAP_INDEX || s->type == SITEMAP_ROBOTS;

	json_open(out, '{');
	json_field_str(out, "type", sitemap_type_str(s->type));
	json_key(out, "urls");
	write_urls(are_sitemaps ? &none : s, false, out);
	json_key(out, "sitemaps");
	write_urls(are_sitemaps ? s : &none, true, out);
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

/* A feed may serve as a sitemap (sitemaps.org, "other sitemap formats"). */
static void write_feed(const struct feed *f, struct strbuf *out)
{
	json_open(out, '{');
	json_field_str(out, "type", strncmp(f->format, "atom", 4) == 0 ? "atom" : "rss");
	json_key(out, "urls");
	json_open(out, '[');
	for (size_t i = 0; i < f->n_entries; i++) {
		const struct feed_entry *e = &f->entries[i];

		if (!e->link)
			continue;
		json_open(out, '{');
		json_field_str(out, "loc", e->link);
		write_time("lastmod", e->updated.precision ? &e->updated : &e->published, out);
		json_key(out, "news");
		json_null(out);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_key(out, "sitemaps");
	json_open(out, '[');
	json_close(out, ']');
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	const struct date_context ctx = {0};
	const char *url = cli_option(cli, "url");
	struct charset_text text;
	struct sitemap sitemap;
	struct feed feed;
	STRBUF_LOCAL(bytes);
	STRBUF_LOCAL(out);

	if (!url)
		return cli_misuse(cli, "--url is needed");
	if (!cli_read("-", CHECK_INPUT_MAX, &bytes))
		return CLI_FAILURE;
	charset_decode(strbuf_span(&bytes), cli_option(cli, "content-type"), CHARSET_XML, arena,
		&text);
	if (feed_parse(text.text, url, &ctx, arena, &feed))
		write_feed(&feed, &out);
	else if (sitemap_parse(text.text, url, &ctx, arena, &sitemap))
		write_sitemap(&sitemap, &out);
	else {
		fputs("not a sitemap\n", stderr);
		return CLI_NO;
	}
	return cli_flush(&out) ? CLI_DONE : CLI_FAILURE;
}

const struct command check_sitemap = {
	.name = "check sitemap",
	.arguments = "< XML|TEXT",
	.summary = "What a sitemap lists",
	.options = (const struct cli_option[]){{"url", "URL", "where the sitemap is from"},
		{"content-type", "VALUE", "its Content-Type header"}, {0}},
	.run = run,
};
