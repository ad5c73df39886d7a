/*
 * search: the subscription language over the newest version of every stored
 * page, newest first.
 */
#include "cli/search.h"

#include "cli/store_view.h"
#include "common/clock.h"
#include "common/err.h"
#include "store/query.h"

#include <stdio.h>

static void print_hit(struct cli *cli, const struct record *record, struct span json,
	struct strbuf *out)
{
	char hex[HASH_HEX_SIZE], when[CLOCK_TEXT_MAX];

	if (cli->json) {
		strbuf_add_span(out, json);
		strbuf_add_char(out, '\n');
		return;
	}
	strbuf_printf(out, "%s  %-20s  %s\n%34s%s\n", hash_hex(&record->id, hex),
		record->published.precision
			? clock_format(record->published.ms, record->published.zone_min, when)
			: "-",
		record->title ? record->title : "(no title)", "", record->url);
	cli_tame(out, 0);
}

/* Whether this record is what its page says now. */
static bool is_newest(struct store_view *view, const struct record *record, uint64_t seq)
{
	uint64_t newest;

	return store_find_version(view->reader, &record->id, 0, &newest) == 1 && newest == seq;
}

struct found {
	int64_t hits;
	int64_t n_damaged; /* told and left out */
};

static int search_one(struct cli *cli, struct store_view *view, const struct query *query,
	uint64_t seq, struct found *found)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	CLEANUP(query_document_freep) struct query_document *document = NULL;
	STRBUF_LOCAL(out);
	struct record record;
	struct span json;
	int r = store_read_record(view->reader, seq, &json);

	if (r <= 0)
		return r;
	if (record_parse_json(json, arena, &record) < 0) {
		found->n_damaged++;
		cli_fail("record %llu is damaged, leaving it out; run: policywatch store check",
			(unsigned long long)seq);
		return 0;
	}
	document = query_document_new(&record);
	if (query_match(query, document) && is_newest(view, &record, seq)) {
		print_hit(cli, &record, json, &out);
		found->hits++;
	}
	return cli_flush(&out) ? 0 : -ERR_CLOSED;
}

enum cli_exit search_store(struct cli *cli, const char *text, int64_t limit)
{
	CLEANUP(query_freep) struct query *query = NULL;
	STORE_VIEW_LOCAL(view);
	struct query_fault fault;
	struct store_counts counts = {0};
	struct found found = {0};
	int r;

	if (query_parse(span_str(text), &query, &fault) < 0)
		return cli_misuse(cli, "column %zu: %s", fault.column, fault.text);
	if (!store_view_open(cli, &view))
		return CLI_FAILURE;
	r = store_read_counts(view.reader, &counts);
	for (uint64_t seq = counts.last_record; r == 0 && seq > 0 && found.hits < limit; seq--)
		r = search_one(cli, &view, query, seq, &found);
	if (r < 0 && r != -ERR_CLOSED)
		return cli_fail("%s", err_str(r));
	if (found.n_damaged)
		return CLI_FAILURE;
	return found.hits ? CLI_DONE : CLI_NO;
}

static enum cli_exit run(struct cli *cli)
{
	int64_t limit;

	if (!cli_number(cli, "limit", 1, INT64_MAX, SEARCH_HITS, &limit) || !cli_load_config(cli))
		return CLI_MISUSE;
	return search_store(cli, cli->arguments[0], limit);
}

const struct command command_search = {
	.name = "search",
	.arguments = "QUERY",
	.summary = "Search the stored pages in the subscription language",
	.options = (const struct cli_option[]){{"limit", "N", "stop after N pages (20)"}, {0}},
	.n_arguments_min = 1,
	.n_arguments_max = 1,
	.run = run,
};
