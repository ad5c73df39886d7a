/*
 * export: the journal from a sequence number on, as JSON lines: each the
 * record with "seq" and "event" of its journal entry in front. What is damaged
 * is told and left out; the exit status is that of a failure then.
 */
#include "cli/store_view.h"
#include "common/err.h"

#include <poll.h>
#include <stdio.h>

#define OUTPUT_BYTES 65536
#define WAIT_MS      1000 /* a commit is told by the watch; this is for one that was missed */

struct export
{
	struct store_view *view; /* borrowed */
	uint64_t seq;            /* of the entry that was written last */
	struct strbuf *out;      /* borrowed */
	uint64_t n_damaged;
};

static void tell_damage(struct export *x, const char *what, uint64_t number)
{
	x->n_damaged++;
	cli_fail("%s %llu is damaged, leaving it out; run: policywatch store check", what,
		(unsigned long long)number);
}

static int export_entry(struct export *x, const struct journal_entry *e)
{
	struct strbuf *out = x->out;
	struct span record;
	int r = store_read_record(x->view->reader, e->record, &record);

	/* A record that retention took leaves a gap, which its number shows. */
	if (r <= 0)
		return r;
	if (record.len < 2 || record.data[0] != '{') {
		tell_damage(x, "record", e->record);
		return 0;
	}
	strbuf_printf(out, "{\"seq\":%llu,\"event\":\"%s\",", (unsigned long long)e->seq,
		journal_event_str(e->event));
	strbuf_add_span(out, span_from_offset(record, 1));
	strbuf_add_char(out, '\n');
	return 0;
}

/*
 * One entry after those that were written. 1, 0 when there is none yet, or
 * negative. One that is damaged still says its number, and others are behind it.
 */
static int export_next(struct export *x)
{
	struct journal_entry e = {0};
	int r = store_read_journal(x->view->reader, x->seq, &e);

	if (r == 0 || (r < 0 && e.seq <= x->seq))
		return r;
	x->seq = e.seq;
	if (r < 0) {
		tell_damage(x, "journal entry", e.seq);
		return 1;
	}
	r = export_entry(x, &e);
	return r < 0 ? r : 1;
}

/*
 * Appends entries, about OUTPUT_BYTES of them. 1 when there may be more, 0, or
 * negative. The reader rests afterwards: a snapshot that stands still while our
 * output is waited for makes the store grow.
 */
static int export_some(struct export *x)
{
	int r = store_reader_renew(x->view->reader);

	while (r >= 0 && x->out->len < OUTPUT_BYTES && (r = export_next(x)) > 0)
		;
	store_reader_rest(x->view->reader);
	return r < 0 ? r : x->out->len >= OUTPUT_BYTES;
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
	struct export x = {.view = &view, .out = &out};
	int64_t since;
	int r;

	if (format && strcmp(format, "jsonl") != 0)
		return cli_misuse(cli, "--format must be jsonl");
	if (!cli_number(cli, "since", 0, INT64_MAX, 0, &since) || !cli_load_config(cli))
		return CLI_MISUSE;
	if (!store_view_open(cli, &view))
		return CLI_FAILURE;
	x.seq = (uint64_t)since;
	while ((r = export_some(&x)) >= 0 && cli_flush(&out) && (r || follow)) {
		if (r == 0)
			wait_for_commit(view.store);
	}
	if (r < 0)
		return cli_fail("%s", err_str(r));
	return x.n_damaged ? CLI_FAILURE : CLI_DONE;
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
