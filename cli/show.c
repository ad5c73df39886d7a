/*
 * show: one stored page, for people, as JSON, or as the bytes it came from.
 */
#include "cli/store_view.h"
#include "common/err.h"

#include <stdio.h>

static void print_fact(struct strbuf *out, const char *name, const char *value)
{
	if (value && *value)
		strbuf_printf(out, "%-12s %s\n", name, value);
}

static void print_list(struct strbuf *out, const char *name, const struct json *list)
{
	const char *separator = "";

	if (!json_len(list))
		return;
	strbuf_printf(out, "%-12s ", name);
	for (const struct json *e = json_first(list); e; e = json_next(e)) {
		const char *text = json_is_object(e) ? json_get_str(e, "url") : json_as_str(e);

		strbuf_printf(out, "%s%s", separator, text ? text : "");
		separator = ", ";
	}
	strbuf_add_char(out, '\n');
}

static void print_record(struct strbuf *out, const struct json *record)
{
	static const char *const facts[] = {"url", "publisher", "published_at", "modified_at",
		"source", "fetched_at", "charset", "lang", "id", "story"};
	static const char *const lists[] = {"authors", "editors", "keywords", "ai_technologies",
		"industries", "regions", "agencies", "document_numbers", "policy_terms",
		"attachments"};
	const char *title = json_get_str(record, "title"), *text = json_get_str(record, "text");

	size_t at;

	strbuf_add_str(out, cli_has_colour() ? "\033[1m" : "");
	at = out->len;
	strbuf_add_str(out, title ? title : "(no title)");
	cli_tame(out, at);
	strbuf_printf(out, "%s\n\n", cli_has_colour() ? "\033[0m" : "");
	at = out->len;
	for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
		print_fact(out, facts[i], json_get_str(record, facts[i]));
	strbuf_printf(out, "%-12s %d\n", "version", (int)json_get_int(record, "version", 0));
	for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
		print_list(out, lists[i], json_get(record, lists[i]));
	strbuf_printf(out, "\n%s\n", text ? text : "");
	cli_tame(out, at);
}

static enum cli_exit show_record(struct cli *cli, struct store_view *view, uint64_t seq)
{
	CLEANUP(json_freep) struct json *record = NULL;
	STRBUF_LOCAL(out);
	struct span text;
	int r = store_read_record(view->reader, seq, &text);

	if (r <= 0)
		return cli_fail("record %llu: %s", (unsigned long long)seq,
			r < 0 ? err_str(r) : "not in the store any more");
	if (json_parse(text, &record, NULL) < 0)
		return cli_fail("record %llu is damaged", (unsigned long long)seq);
	if (cli->json)
		strbuf_add_span(&out, text);
	else
		print_record(&out, record);
	if (cli->json)
		strbuf_add_char(&out, '\n');
	return cli_flush(&out) ? CLI_DONE : CLI_FAILURE;
}

static enum cli_exit show_raw(struct store_view *view, uint64_t seq)
{
	STRBUF_LOCAL(out);
	int r = store_read_body(view->reader, seq, &out);

	if (r <= 0)
		return cli_fail("body %llu: %s", (unsigned long long)seq,
			r < 0 ? err_str(r) : "not in the store any more");
	return cli_flush(&out) ? CLI_DONE : CLI_FAILURE;
}

static enum cli_exit show_versions(struct store_view *view, const struct hash *id)
{
	STRBUF_LOCAL(out);
	struct span page;
	int r = store_read_page(view->reader, id, &page);

	if (r <= 0)
		return cli_fail("page: %s", r < 0 ? err_str(r) : "not in the store");
	if (!page.len)
		return cli_fail("page: its entry is damaged");
	strbuf_add_span(&out, page);
	strbuf_add_char(&out, '\n');
	return cli_flush(&out) ? CLI_DONE : CLI_FAILURE;
}

static enum cli_exit run(struct cli *cli)
{
	STORE_VIEW_LOCAL(view);
	struct hash id;
	int64_t version;
	uint64_t seq;
	int r;

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	if (!cli_number(cli, "number", 1, UINT32_MAX, 0, &version) ||
		!store_view_id(cli, cli->arguments[0], &id))
		return CLI_MISUSE;
	if (!store_view_open(cli, &view))
		return CLI_FAILURE;
	r = store_find_version(view.reader, &id, (uint32_t)version, &seq);
	if (r < 0)
		return cli_fail("the entry of page %s: %s", cli->arguments[0], err_str(r));
	if (r == 0) {
		fprintf(stderr, "policywatch show: %s is not in the store\n", cli->arguments[0]);
		return CLI_NO;
	}
	if (cli_option(cli, "versions"))
		return show_versions(&view, &id);
	if (cli_option(cli, "raw"))
		return show_raw(&view, seq);
	return show_record(cli, &view, seq);
}

const struct command command_show = {
	.name = "show",
	.arguments = "ID|URL",
	.summary = "Show one stored page",
	.options = (const struct cli_option[]){{"number", "N", "version N instead of the newest"},
		{"versions", NULL, "its versions and visits, as JSON"},
		{"raw", NULL, "the headers and bytes that it was read from"}, {0}},
	.n_arguments_min = 1,
	.n_arguments_max = 1,
	.run = run,
};
