#include "cli/check.h"
#include "common/clock.h"
#include "crawler/read/article/explain.h"
#include "crawler/read/read.h"
#include "crawler/stored_answer.h"

#include <stdio.h>

#define ID_KEY "\"id\":\""

struct page {
	struct span bytes; /* HTML, or a stored answer with its header lines */
	const char *url, *content_type;
	int64_t now_ms; /* when it was fetched */
};

static void read_page(struct cli *cli, const struct page *p, struct arena *a,
	struct read_output *out)
{
	struct read_input in = {.bytes = p->bytes,
		.url = p->url,
		.content_type = p->content_type,
		.fetched_at_ms = p->now_ms,
		.http_status = 200,
		.user_agent = cli->config->crawler.user_agent,
		.explain = cli_option(cli, "explain") != NULL,
		.url_rules = &cli->config->url_rules,
		.gazetteers = cli->gazetteers};

	if (span_starts_with(p->bytes, SPAN_LITERAL("HTTP/")))
		stored_answer_read(p->bytes, a, &in);
	read_document(WORK_PAGE, &in, a, out);
}

/* A page without an article is answered in the shape of a record that has nothing. */
static void write_nothing(const struct read_output *r, const char *id, struct strbuf *out)
{
	json_open(out, '{');
	if (id)
		json_field_str(out, "id", id);
	json_field_str(out, "title", NULL);
	json_field_str(out, "text", NULL);
	json_field_str(out, "error",
		r->refresh_to ? "the page only leads elsewhere" : r->why_nothing);
	json_close(out, '}');
}

/* The record, under the batch's own id where it gives one. */
static void write_record(const struct read_output *r, const char *id, struct strbuf *out)
{
	STRBUF_LOCAL(record);
	ptrdiff_t at;

	record_write_json(&r->record, &record);
	at = span_find(strbuf_span(&record), SPAN_LITERAL(ID_KEY));
	if (!id || at < 0) {
		strbuf_add_span(out, strbuf_span(&record));
		return;
	}
	strbuf_add(out, record.data, (size_t)at);
	json_field_str(out, "id", id);
	strbuf_add_str(out, record.data + at + strlen(ID_KEY) + HASH_BYTES * 2 + 1);
}

static void write_answer(const struct read_output *r, const char *id, struct strbuf *out)
{
	if (r->explain)
		explain_write_json(r->explain, out);
	else if (r->as == READ_RECORD)
		write_record(r, id, out);
	else
		write_nothing(r, id, out);
}

static void answer_line(struct cli *cli, const struct json *in, struct strbuf *out)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	const char *url = json_get_str(in, "url"), *file = json_get_str(in, "file");
	struct read_output read = {0};
	struct page page;
	STRBUF_LOCAL(bytes);

	if (!url || !file) {
		check_error(out, "url and file are needed");
		return;
	}
	if (!cli_read(file, CHECK_INPUT_MAX, &bytes)) {
		check_error(out, "the file cannot be read");
		return;
	}
	page = (struct page){.bytes = strbuf_span(&bytes),
		.url = url,
		.content_type = json_get_str(in, "content_type"),
		.now_ms = check_now(in)};
	read_page(cli, &page, arena, &read);
	write_answer(&read, json_get_str(in, "id"), out);
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	const char *url = cli_option(cli, "url"), *now = cli_option(cli, "now");
	struct read_output read = {0};
	struct page page;
	STRBUF_LOCAL(bytes);
	STRBUF_LOCAL(out);

	if (!cli_load_config(cli) || !cli_load_gazetteers(cli, cli_option(cli, "gazetteers")))
		return CLI_MISUSE;
	if (cli_option(cli, "batch"))
		return check_batch(cli, answer_line);
	if (!url)
		return cli_misuse(cli, "--url is needed");
	if (!cli_read("-", CHECK_INPUT_MAX, &bytes))
		return CLI_FAILURE;
	page = (struct page){.bytes = strbuf_span(&bytes),
		.url = url,
		.content_type = cli_option(cli, "content-type"),
		.now_ms = clock_wall_ms()};
	if (now && !clock_parse(span_str(now), &page.now_ms))
		return cli_misuse(cli, "--now must be a time like 2025-05-29T20:30:00+08:00");
	read_page(cli, &page, arena, &read);
	if (read.explain && !cli->json)
		explain_write(read.explain, &out);
	else
		write_answer(&read, NULL, &out);
	strbuf_add_char(&out, '\n');
	if (!cli_flush(&out))
		return CLI_FAILURE;
	return read.as == READ_RECORD ? CLI_DONE : CLI_NO;
}

const struct command check_page = {
	.name = "check page",
	.arguments = "< HTML or what show --raw prints",
	.summary = "The record that is read out of a page",
	.options = (const struct cli_option[]){{"url", "URL", "where the page is from"},
		{"content-type", "VALUE", "its Content-Type header"},
		{"now", "TIME", "when it was fetched: dates are read against it"},
		{"explain", NULL,
			"why it is read so: what won, each line's fate, sources of facts"},
		{"gazetteers", "DIR", "folder of gazetteers instead of the configured ones"},
		{"batch", NULL, "JSON lines: {\"id\",\"url\",\"file\",\"content_type\",\"now\"}"},
		{0}},
	.run = run,
};
