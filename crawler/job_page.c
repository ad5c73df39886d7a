#include "crawler/job_inside.h"

#include "common/clock.h"
#include "common/err.h"
#include "crawler/keep.h"
#include "crawler/pool.h"
#include "crawler/stored_answer.h"

#include <assert.h>

/*
 * An answer whose reading any thread may do at any time: no such page takes
 * more than some 50 MB (crawler/read/html/html.h). Larger ones are read one at a time.
 */
#define SMALL_BYTES_MAX (1 << 20)

static bool may_be_compared(const struct job *j)
{
	return j->env->not_found && j->env->config->not_found_probe && j->lease.kind == WORK_PAGE;
}

/* Runs in a thread of the pool: touches nothing but the job's own. */
static void read_answer(void *arg)
{
	struct job *j = arg;
	const struct lease *l = &j->lease;
	const struct read_input in = {
		.bytes = span_from_offset(strbuf_span(&j->raw), j->body_at),
		.url = l->url,
		.content_type = j->content_type,
		.fetched_at_ms = j->fetched_at_ms,
		.http_status = j->result.http_status,
		.x_robots_tag = strbuf_span(&j->x_robots_tag),
		.user_agent = j->env->config->user_agent,
		.url_rules = j->url_rules,
		.likeness = may_be_compared(j),
		.gazetteers = j->gazetteers,
		.parts = j->parts,
		.n_parts = j->n_parts,
		.source = l->source,
		.title = l->title,
		.published_ms = l->published_ms,
		.publisher = l->publisher,
		.region = l->region,
		.link_selector = l->link_selector,
		.include = l->include,
		.exclude = l->exclude,
		.n_include = l->n_include,
		.n_exclude = l->n_exclude,
	};

	read_document(l->kind, &in, j->arena, &j->read);
}

static void on_read(void *arg)
{
	struct job *j = arg;

	j->is_cut |= j->read.is_cut;
	if (j->read.n_faults)
		log_debug(j->env->log, "%s: %zu broken characters", j->lease.url, j->read.n_faults);
	if (j->read.refresh_to) {
		job_finish_moved(j, j->read.refresh_to);
		return;
	}
	switch (j->read.as) {
	case READ_RECORD:
		job_enter(j, job_has_more_parts(j) ? JOB_PARTS : JOB_COMPARE);
		break;
	case READ_ITEMS:
		j->result.items = j->read.items;
		j->result.n_items = j->read.n_items;
		j->result.n_items_dropped = j->read.n_items_dropped;
		j->result.next_page =
			arena_strdup(j->arena, j->read.next_page ? j->read.next_page : "");
		job_finish(j, OUTCOME_OK, j->read.note);
		break;
	case READ_NOTHING:
		if (j->is_cut)
			job_finish_without_page(j, OUTCOME_TOO_LARGE, j->read.why_nothing);
		else if (j->read.outcome != OUTCOME_EMPTY)
			job_finish_without_page(j, j->read.outcome, j->read.why_nothing);
		else
			job_enter(j, JOB_COMPARE);
		break;
	}
}

void job_start_reading(struct job *j)
{
	/* Once: parts are read with those that the first page was read with. */
	if (!j->gazetteers)
		j->gazetteers = gazetteers_ref(j->env->gazetteers);
	if (j->raw.len > SMALL_BYTES_MAX)
		pool_submit_large(j->env->pool, read_answer, on_read, j);
	else
		pool_submit(j->env->pool, read_answer, on_read, j);
}

static void on_compared(void *arg, enum not_found_answer answer, int64_t retry_after_ms)
{
	struct job *j = arg;

	j->not_found_query = NULL;
	job_hear_wish(j, retry_after_ms);
	switch (answer) {
	case NOT_FOUND_GONE:
		job_finish_without_page(j, OUTCOME_GONE,
			"this is what the site shows for pages that do not exist");
		break;
	case NOT_FOUND_EVERYTHING:
		job_finish_without_page(j, OUTCOME_DOWN,
			"the site shows the same page for everything");
		break;
	case NOT_FOUND_UNSURE:
		job_finish_without_page(j, OUTCOME_EMPTY,
			"perhaps this is what the site shows for pages that do not exist");
		break;
	case NOT_FOUND_OWN:
		if (j->read.as == READ_RECORD) {
			j->result.outcome = OUTCOME_OK;
			job_enter(j, JOB_KEEP);
		} else {
			job_finish_without_page(j, OUTCOME_EMPTY, j->read.why_nothing);
		}
		break;
	case NOT_FOUND_PENDING:
		assert(false);
		break;
	}
}

/* An article that has the headline of its list is one, whatever it looks like. */
static bool may_be_not_found(const struct job *j)
{
	return may_be_compared(j) && !j->read.is_as_listed;
}

/* Only for the sake of an article is the host asked for a page that cannot exist. */
void job_compare(struct job *j)
{
	const struct not_found_request request = {.url = j->lease.url,
		.page = &j->read.likeness,
		.may_probe = j->read.as == READ_RECORD,
		.look = {.env = j->env,
			.robots = job_robots_request(j),
			.transfer = job_transfer_request(j),
			.pause_ms = job_pause_ms(j),
			.ends_at_ms = j->ends_at_ms}};
	enum not_found_answer answer = NOT_FOUND_OWN;

	if (may_be_not_found(j))
		answer = not_found_ask(j->env->not_found, &request, on_compared, j,
			&j->not_found_query);
	if (answer != NOT_FOUND_PENDING)
		on_compared(j, answer, 0);
}

/*
 * Kept under the address that it gives itself, which another page may take over: only
 * when it is read again does it get a place of its own.
 */
static bool is_guest(const struct record *r)
{
	return r->own_url && strcmp(r->url, r->own_url) != 0;
}

static void on_kept(void *arg, int err, enum save_outcome outcome)
{
	struct job *j = arg;
	char hex[HASH_HEX_SIZE];

	if (err < 0) {
		/* Not stored, so not done: the lease runs out and the URL comes again. */
		log_error(j->env->log, "cannot store %s: %s, it will be fetched again",
			j->lease.url, err_str(err));
		j->unkept = true;
		job_expire(j);
		return;
	}
	j->result.changed = outcome != SAVE_UNCHANGED;
	if (j->read.as == READ_RECORD) {
		if (is_guest(&j->read.record))
			job_drop_validators(j);
		j->result.page = arena_strdup(j->arena, hash_hex(&j->read.record.id, hex));
		j->result.story = arena_strdup(j->arena, hash_hex(&j->read.record.story, hex));
	}
	job_finish(j, j->result.outcome, NULL);
}

static struct span stored_answer(struct job *j)
{
	struct span raw = strbuf_span(&j->raw);
	STRBUF_LOCAL(all);

	if (!j->n_parts)
		return raw;
	stored_answer_write(span_from(raw.data, j->body_at), span_from_offset(raw, j->body_at),
		j->parts, j->n_parts, &all);
	strbuf_release(&j->raw);
	j->raw = all;
	all = (struct strbuf)STRBUF_INIT;
	return strbuf_span(&j->raw);
}

void job_start_keeping(struct job *j)
{
	if (!j->env->keep)
		job_finish(j, j->result.outcome, NULL);
	else if (j->result.outcome == OUTCOME_OK) {
		j->read.record.is_partial = j->is_partial;
		keep_page(j->env->keep, &j->read.record, stored_answer(j), on_kept, j);
	} else {
		STRBUF_LOCAL(canonical);
		struct hash id = {0};

		if (url_canonical(span_str(j->lease.url), j->url_rules, &canonical) == 0)
			id = url_id(strbuf_span(&canonical));
		keep_visit(j->env->keep, &id, j->fetched_at_ms, on_kept, j);
	}
}
