/*
 * store reread: reads stored pages again as they would be read today. A page
 * whose text comes out otherwise gets a version; nothing else is written.
 */
#include "cli/store.h"
#include "cli/store_view.h"
#include "common/err.h"
#include "crawler/stored_answer.h"
#include "scheduler/source.h"

#include <stdio.h>

#define BATCH_ENTRIES 16 /* of the journal, in one transaction: crawlers wait meanwhile */

struct reread {
	struct cli *cli;
	struct store *store;
	struct store_reader *reader;
	const struct source_list *sources;
	bool all;
	uint64_t seq, last; /* of the journal: read, and to be read */
	uint64_t n_read, n_changed, n_lost, n_without_body, n_damaged;
};

static const char *or_null(const char *s)
{
	return s && *s ? s : NULL;
}

/*
 * What the fetch knew and the body does not say is taken from the record that was made
 * of it, and from the settings of its source: the record's own publisher and regions
 * may have been read out of the text.
 */
static void fill_input(const struct reread *x, const struct record *old, struct span stored,
	struct arena *a, struct read_input *ret)
{
	const struct cli *cli = x->cli;
	const struct source *s =
		source_list_find(x->sources, span_str(old->source ? old->source : ""));

	*ret = (struct read_input){.url = old->fetched_url,
		.fetched_at_ms = old->fetched_at_ms,
		.http_status = old->http_status,
		.user_agent = cli->config->crawler.user_agent,
		.url_rules = &cli->config->url_rules,
		.gazetteers = cli->gazetteers,
		.source = old->source,
		.title = old->title,
		.published_ms = old->published.precision ? old->published.ms : 0,
		.publisher = s ? or_null(s->publisher) : NULL,
		.region = s ? or_null(s->region) : NULL};
	stored_answer_read(stored, a, ret);
}

static void tell_lost(struct reread *x, const struct record *old, const char *why)
{
	x->n_lost++;
	fprintf(stderr,
		"policywatch store reread: %s would be read as nothing: %s; left as it is\n",
		old->url, why);
}

static void save(struct reread *x, struct store_batch *b, const struct record *old,
	struct record *r, struct span stored)
{
	r->id = old->id;
	r->url = old->url;
	r->own_url = NULL;
	r->version = old->version;
	if (store_save_reread(b, r, stored) != SAVE_UPDATED)
		return;
	x->n_changed++;
	if (!x->cli->json)
		printf("%s\n", old->url);
}

static int reread_record(struct reread *x, struct store_batch *b, uint64_t seq,
	const struct record *old, struct arena *a)
{
	struct read_output out;
	struct read_input in;
	STRBUF_LOCAL(stored);
	int r = store_read_body(x->reader, seq, &stored);

	if (r == -ERR_CORRUPT) {
		x->n_damaged++;
		return 0;
	}
	if (r <= 0) {
		x->n_without_body += r == 0;
		return r;
	}
	fill_input(x, old, strbuf_span(&stored), a, &in);
	read_document(WORK_PAGE, &in, a, &out);
	x->n_read++;
	if (out.as == READ_RECORD)
		save(x, b, old, &out.record, strbuf_span(&stored));
	else
		tell_lost(x, old, out.why_nothing ? out.why_nothing : "it leads elsewhere");
	return 0;
}

/* Only the newest version of a page is read again, and only if by an older reader. */
static int reread_entry(struct reread *x, struct store_batch *b, const struct journal_entry *e)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct record old;
	struct span json;
	uint64_t newest;
	int r = store_find_version(x->reader, &e->id, 0, &newest);

	if (r <= 0 || newest != e->record)
		return r < 0 && r != -ERR_CORRUPT ? r : 0;
	r = store_read_record(x->reader, e->record, &json);
	if (r <= 0)
		return r;
	if (record_parse_json(json, a, &old) < 0 || !old.fetched_url || !old.url) {
		x->n_damaged++;
		return 0;
	}
	if (old.extractor >= READ_EXTRACTOR && !x->all)
		return 0;
	return reread_record(x, b, e->record, &old, a);
}

/* One transaction. 1 when there may be more, 0, or negative. */
static int reread_some(struct reread *x)
{
	CLEANUP(store_batch_abortp) struct store_batch *b = NULL;
	struct journal_entry e = {0};
	int r = store_reader_renew(x->reader);

	if (r == 0)
		r = store_batch_begin(x->store, &b);
	for (int n = 0; r >= 0 && n < BATCH_ENTRIES && x->seq < x->last; n++) {
		r = store_read_journal(x->reader, x->seq, &e);
		if (r == 0 || (r < 0 && e.seq <= x->seq))
			break;
		x->seq = e.seq;
		x->n_damaged += r < 0;
		r = r < 0 ? 0 : reread_entry(x, b, &e);
	}
	store_reader_rest(x->reader);
	if (r < 0)
		return r;
	r = store_batch_commit(TAKE_PTR(b));
	return r < 0 ? r : x->seq < x->last && e.seq;
}

static bool tell(const struct reread *x)
{
	STRBUF_LOCAL(out);

	if (x->cli->json) {
		json_open(&out, '{');
		json_field_int(&out, "read", (int64_t)x->n_read);
		json_field_int(&out, "changed", (int64_t)x->n_changed);
		json_field_int(&out, "lost", (int64_t)x->n_lost);
		json_field_int(&out, "without_body", (int64_t)x->n_without_body);
		json_field_int(&out, "damaged", (int64_t)x->n_damaged);
		json_close(&out, '}');
		strbuf_add_char(&out, '\n');
	} else
		strbuf_printf(&out,
			"%llu pages read again: %llu new versions, %llu would be lost and are left, "
			"%llu without a body\n",
			(unsigned long long)x->n_read, (unsigned long long)x->n_changed,
			(unsigned long long)x->n_lost, (unsigned long long)x->n_without_body);
	return cli_flush(&out);
}

static int open_store(struct cli *cli, struct store **ret)
{
	CLEANUP(freep) char *path = config_data_path(cli->config, "store");
	CLEANUP(freep) char *error = NULL;
	const struct store_options options = {.map_bytes = cli->config->store.map_gib << 30};
	int r = store_open(path, &options, ret, &error);

	if (r < 0)
		cli_fail("%s", error ? error : err_str(r));
	return r;
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(store_closep) struct store *store = NULL;
	CLEANUP(store_reader_freep) struct store_reader *reader = NULL;
	CLEANUP(source_list_freep) struct source_list *sources = NULL;
	STRBUF_LOCAL(errors);
	struct reread x = {.cli = cli, .all = cli_option(cli, "all")};
	struct store_counts counts;
	int r;

	if (!cli_load_config(cli) || !cli_load_gazetteers(cli, NULL))
		return CLI_MISUSE;
	if (source_list_load(cli->config->sources_dir, &cli->config->url_rules, &sources, &errors) <
		0)
		return cli_fail("%s", errors.data);
	if (open_store(cli, &store) < 0)
		return CLI_FAILURE;
	r = store_reader_open(store, &reader);
	if (r == 0)
		r = store_read_counts(reader, &counts);
	x.store = store;
	x.reader = reader;
	x.sources = sources;
	x.last = r < 0 ? 0 : counts.journal_last;
	while (r >= 0 && (r = reread_some(&x)) > 0)
		;
	if (r < 0)
		return cli_fail("%s", err_str(r));
	return tell(&x) && !x.n_damaged ? CLI_DONE : CLI_FAILURE;
}

const struct command store_reread_command = {
	.name = "store reread",
	.arguments = "",
	.summary = "Read stored pages again; a new version only where the text changes",
	.options = (const struct cli_option
			[]){{"all", NULL, "also what was read by this version of the program"},
		{0}},
	.run = run,
};
