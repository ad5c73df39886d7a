/*
 * export: the journal from a sequence number on, as JSON lines: each the
 * record with "seq" and "event" of its journal entry in front.
 */
#include "cli/store_view.h"
#include "common/err.h"

#include <poll.h>
#include <stdio.h>

#define OUTPUT_BYTES 65536
#define WAIT_MS      1000 /* a commit is told by the watch; this is for one that was missed */

static int export_entry(struct store_view *view, const struct journal_entry *e, struct strbuf *out)
{
	struct span record;
	int r = store_read_record(view->reader, e->record, &record);

	if (r < 0)
		return r;
	/* A record that retention took leaves a gap, which its number shows. */
	if (r == 0 || record.len < 2)
		return 0;
	strbuf_printf(out, "{\"seq\":%llu,\"event\":\"%s\",", (unsigned long long)e->seq,
		journal_event_str(e->event));
	strbuf_add_span(out, span_from_offset(record, 1));
	strbuf_add_char(out, '\n');
	return 0;
}

/*
 * Appends entries after *@seq, about OUTPUT_BYTES of them, and moves it on. 1
 * when there may be more, 0, or negative. The reader rests afterwards: a
 * snapshot that stands still while our output is waited for makes the store grow.
 */
static int export_some(struct store_view *view, uint64_t *seq, struct strbuf *out)
{
	struct journal_entry e;
	int r = store_reader_renew(view->reader);

	while (r >= 0 && out->len < OUTPUT_BYTES &&
		(r = store_read_journal(view->reader, *seq, &e)) == 1) {
		r = export_entry(view, &e, out);
		*seq = e.seq;
	}
	store_reader_rest(view->reader);
	return r < 0 ? r : out->len >= OUTPUT_BYTES;
}

static void wait_for_commit(struct store *store)
{
	struct pollfd fds = {.fd = store_watch_fd(store), .events = POLLIN};

	poll(&fds, 1, WAIT_MS);
	store_watch_clear(store);
}

static enum cli_exit run(struct cli *cli)
{
	const char *format = cli_option(cli, "format");
	bool follow = cli_option(cli, "follow");
	STORE_VIEW_LOCAL(view);
	STRBUF_LOCAL(out);
	int64_t since;
	uint64_t seq;
	int r;

	if (format && strcmp(format, "jsonl") != 0)
		return cli_misuse(cli, "--format must be jsonl");
	if (!cli_number(cli, "since", 0, INT64_MAX, 0, &since) || !cli_load_config(cli))
		return CLI_MISUSE;
	if (!store_view_open(cli, &view))
		return CLI_FAILURE;
	seq = (uint64_t)since;
	while ((r = export_some(&view, &seq, &out)) >= 0 && cli_flush(&out) && (r || follow)) {
		if (r == 0)
			wait_for_commit(view.store);
	}
	return r < 0 ? cli_fail("%s", err_str(r)) : CLI_DONE;
}

const struct command command_export = {
	.name = "export",
	.arguments = "",
	.summary = "Write stored records as JSON lines",
	.options = (const struct cli_option[]){{"format", "jsonl", "one record a line"},
		{"since", "SEQ", "only what the journal has after this sequence number"},
		{"follow", NULL, "go on as pages are stored"}, {0}},
	.run = run,
};
