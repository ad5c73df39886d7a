#include "cli/check.h"
#include "common/clock.h"
#include "crawler/read/charset/charset.h"
#include "crawler/read/feed.h"

#include <stdio.h>

static void write_time(const char *key, const struct record_time *t, struct strbuf *out)
{
	char text[CLOCK_TEXT_MAX];

	json_field_str(out, key, t->precision ? clock_format(t->ms, t->zone_min, text) : NULL);
}

static void write_entry(const struct feed_entry *e, struct strbuf *out)
{
	json_open(out, '{');
	json_field_str(out, "title", e->title);
	json_field_str(out, "link", e->link);
	json_field_str(out, "id", e->id);
	write_time("published", &e->published, out);
	write_time("updated", &e->updated, out);
	json_field_str(out, "summary", e->summary);
	json_field_str(out, "content", e->content);
	json_field_str(out, "author", e->author);
	json_field_str(out, "language", e->language);
	json_key(out, "categories");
	json_open(out, '[');
	for (size_t i = 0; i < e->categories.len; i++)
		json_str(out, e->categories.items[i]);
	json_close(out, ']');
	json_key(out, "enclosures");
	json_open(out, '[');
	for (size_t i = 0; i < e->n_enclosures; i++) {
		json_open(out, '{');
		json_field_str(out, "url", e->enclosures[i].url);
		json_field_str(out, "type", e->enclosures[i].type);
		json_field_str(out, "length", e->enclosures[i].length);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_close(out, '}');
}

static void write_feed(const struct feed *f, const char *encoding, struct strbuf *out)
{
	json_open(out, '{');
	json_field_str(out, "format", f->format);
	json_field_str(out, "encoding", encoding);
	json_field_str(out, "title", f->title);
	json_field_str(out, "link", f->link);
	json_field_str(out, "id", f->id);
	json_field_str(out, "subtitle", f->subtitle);
	json_field_str(out, "language", f->language);
	write_time("published", &f->published, out);
	write_time("updated", &f->updated, out);
	json_field_str(out, "author", f->author);
	json_key(out, "entries");
	json_open(out, '[');
	for (size_t i = 0; i < f->n_entries; i++)
		write_entry(&f->entries[i], out);
	json_close(out, ']');
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

/* Content-Location may be relative to where the document was asked for. */
static void document_url(const struct cli *cli, struct strbuf *out)
{
	const char *base = cli_option(cli, "base"), *location = cli_option(cli, "content-location");

	if (location && url_resolve(span_str(location), span_str(base), out) == 0)
		return;
	strbuf_add_str(out, base ? base : "");
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	const struct date_context ctx = {0};
	struct charset_text text;
	struct feed feed;
	STRBUF_LOCAL(url);
	STRBUF_LOCAL(bytes);
	STRBUF_LOCAL(out);

	if (!cli_read("-", CHECK_INPUT_MAX, &bytes))
		return CLI_FAILURE;
	document_url(cli, &url);
	charset_decode(strbuf_span(&bytes), cli_option(cli, "content-type"), CHARSET_XML, arena,
		&text);
	if (!feed_parse(text.text, url.data, &ctx, arena, &feed)) {
		fputs("not a feed\n", stderr);
		return CLI_NO;
	}
	write_feed(&feed, text.encoding, &out);
	return cli_flush(&out) ? CLI_DONE : CLI_FAILURE;
}

const struct command check_feed = {
	.name = "check feed",
	.arguments = "< XML",
	.summary = "What an RSS or Atom feed says",
	.options = (const struct cli_option[]){{"base", "URL", "where the feed is from"},
		{"content-type", "VALUE", "its Content-Type header"},
		{"content-location", "URL", "its Content-Location header"}, {0}},
	.run = run,
};
