#include "cli/check.h"
#include "common/clock.h"
#include "crawler/read/date/date.h"
#include "crawler/read/read.h"

static void write_items(const struct read_output *r, struct strbuf *out)
{
	char when[CLOCK_TEXT_MAX];

	json_open(out, '{');
	json_key(out, "items");
	json_open(out, '[');
	for (size_t i = 0; i < r->n_items; i++) {
		const struct item *item = &r->items[i];

		json_open(out, '{');
		json_field_str(out, "url", item->url);
		json_field_str(out, "title", item->title);
		json_field_str(out, "published_at",
			item->published_ms ? clock_format(item->published_ms, DATE_ZONE_CHINA, when)
					   : NULL);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_field_str(out, "next", r->next_page);
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	const char *url = cli_option(cli, "url");
	struct read_output read = {0};
	STRBUF_LOCAL(bytes);
	STRBUF_LOCAL(out);

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	if (!url)
		return cli_misuse(cli, "--url is needed");
	if (!cli_read("-", CHECK_INPUT_MAX, &bytes))
		return CLI_FAILURE;
	const struct read_input in = {.bytes = strbuf_span(&bytes),
		.url = url,
		.content_type = cli_option(cli, "content-type"),
		.fetched_at_ms = clock_wall_ms(),
		.http_status = 200,
		.url_rules = &cli->config->url_rules,
		.link_selector = cli_option(cli, "links")};
	read_document(WORK_LISTING, &in, arena, &read);
	write_items(&read, &out);
	if (!cli_flush(&out))
		return CLI_FAILURE;
	return read.n_items ? CLI_DONE : CLI_NO;
}

const struct command check_listing = {
	.name = "check listing",
	.arguments = "< HTML",
	.summary = "What a list page shows",
	.options = (const struct cli_option[]){{"url", "URL", "where the page is from"},
		{"content-type", "VALUE", "its Content-Type header"},
		{"links", "SELECTOR", "CSS selector of its items, as a source's 'links'"}, {0}},
	.run = run,
};
