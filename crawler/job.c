/*
 *	ROBOTS --allowed--> PAUSE --delay over--> TRANSFER --ok--> READ --> COMPARE --> KEEP --> done
 *	   |                  ^ only if the host    |   |           |          |         ^
 *	   | denied,          | may just have been  |   | 304       | items    | gone,   | visit
 *	   | unreachable      | asked               |   +-----------|----------|---------+
 *	   v                                        v other answers v          v nothing
 *	 done                                      done            done       done
 *
 * Every state waits for one operation; job_enter() starts it. No request is
 * begun after the lease has ended, so that the next holder of the URL is alone.
 */
#include "crawler/job.h"

#include "common/alloc.h"
#include "common/arena.h"
#include "common/clock.h"
#include "common/err.h"
#include "crawler/fetch/budget.h"
#include "crawler/fetch/freshness.h"
#include "crawler/fetch/guard.h"
#include "crawler/fetch/header.h"
#include "crawler/fetch/robots_cache.h"
#include "crawler/fetch/transfer.h"
#include "crawler/fetch/verdict.h"
#include "crawler/keep.h"
#include "crawler/not_found.h"
#include "crawler/pool.h"
#include "crawler/read/read.h"

#include <assert.h>

/*
 * An answer whose reading any thread may do at any time: no such page takes
 * more than some 50 MB (crawler/read/html.h). Larger ones are read one at a time.
 */
#define SMALL_BYTES_MAX (1 << 20)

enum job_state { JOB_ROBOTS, JOB_PAUSE, JOB_TRANSFER, JOB_READ, JOB_COMPARE, JOB_KEEP, JOB_DONE };

struct job {
	const struct job_env *env;
	struct arena *arena; /* lease, what was read, result */
	struct lease lease;
	const struct url_rules *url_rules; /* as they were at the start, for all of the job */
	int64_t ends_at_ms;                /* monotonic */
	enum job_state state;

	struct robots_query *robots_query; /* pending in JOB_ROBOTS */
	struct timer *pause; /* set in JOB_PAUSE; in JOB_DONE when done is still to be called */
	struct transfer *transfer;               /* pending in JOB_TRANSFER */
	struct not_found_query *not_found_query; /* pending in JOB_COMPARE */

	struct strbuf raw;           /* header lines, empty line, body */
	struct budget_holder memory; /* for it */
	size_t body_at;              /* where the body begins in raw */
	bool is_cut;                 /* the body, by its limit */
	const char *content_type;
	struct strbuf x_robots_tag; /* values, a line each */
	struct read_output read;
	int64_t fetched_at_ms;

	struct result result;
	struct job_facts facts;
	bool expired; /* nothing to report: the lease has ended, or the page could not be kept */
	bool unkept;
	job_done_fn *done;
	void *arg;
};

static void job_enter(struct job *j, enum job_state state);

static const char *copy_str(struct arena *a, const char *s)
{
	return arena_strdup(a, s ? s : "");
}

static void on_pause_over(void *arg)
{
	struct job *j = arg;

	if (j->state == JOB_DONE)
		j->done(j->arg, j);
	else
		job_enter(j, JOB_TRANSFER);
}

struct job *job_start(const struct job_env *env, const struct lease *lease, job_done_fn *done,
	void *arg)
{
	struct job *j = ALLOC_NEW(struct job);

	*j = (struct job){.env = env,
		.arena = arena_new(),
		.done = done,
		.arg = arg,
		.url_rules = env->url_rules,
		.ends_at_ms = clock_mono_ms() + lease->duration_ms};
	strbuf_init(&j->raw, 0);
	strbuf_init(&j->x_robots_tag, 0);
	j->lease = lease_copy(lease, j->arena);
	j->pause = timer_new(env->loop, on_pause_over, j);
	j->result = result_of_lease(lease);
	job_enter(j, JOB_ROBOTS);
	return j;
}

const struct result *job_result(const struct job *j)
{
	return j->expired ? NULL : &j->result;
}

const struct job_facts *job_facts(const struct job *j)
{
	return &j->facts;
}

const struct read_output *job_read(const struct job *j)
{
	return &j->read;
}

bool job_is_unkept(const struct job *j)
{
	return j->unkept;
}

/* Nobody looks at the bytes any more. */
static void drop_answer(struct job *j)
{
	strbuf_release(&j->raw);
	if (j->env->budget)
		budget_leave(j->env->budget, &j->memory);
}

void job_free(struct job *j)
{
	if (!j)
		return;
	robots_query_cancel(j->robots_query);
	transfer_cancel(j->transfer);
	not_found_query_cancel(j->not_found_query);
	timer_free(j->pause);
	strbuf_release(&j->x_robots_tag);
	drop_answer(j);
	arena_free(j->arena);
	free(j);
}

/* The only way out, from a callback of the loop. */
static void job_finish(struct job *j, enum outcome outcome, const char *why)
{
	j->state = JOB_DONE;
	drop_answer(j);
	j->result.outcome = outcome;
	if (why)
		j->result.error = arena_strdup(j->arena, why);
	log_debug(j->env->log, "%s %s%s%s", outcome_str(outcome), j->lease.url, why ? ": " : "",
		why ? why : "");
	j->done(j->arg, j);
}

/* The lease ended while we waited or were stopped: whoever holds the URL now may be asking already. */
static void job_expire(struct job *j)
{
	j->state = JOB_DONE;
	drop_answer(j);
	j->expired = true;
	timer_set(j->pause, 0);
}

/* robots.txt's own, as far as it is heeded. */
static int64_t wish_ms(const struct job *j)
{
	int64_t max_ms = j->env->crawl_delay_max_ms;

	return j->result.crawl_delay_ms < max_ms ? j->result.crawl_delay_ms : max_ms;
}

/*
 * A wish that the scheduler has not heard of: whoever read it in robots.txt
 * was killed before it could tell, and may just have asked the host.
 */
static bool is_wish_news(const struct job *j)
{
	return wish_ms(j) > j->lease.delay_ms;
}

/* Longer than the host's own wish is never wrong. */
static int64_t pause_ms(const struct job *j)
{
	return is_wish_news(j) ? wish_ms(j) : j->lease.delay_ms;
}

/* Where a robots.txt leads has been looked at, and is remembered, whatever it was. */
static void finish_robots(struct job *j, const struct robots_answer *answer)
{
	switch (answer->verdict) {
	case ROBOTS_UNREACHABLE:
		job_finish(j, OUTCOME_DOWN, answer->error);
		break;
	case ROBOTS_GUARDED:
		job_finish(j, OUTCOME_GUARDED, answer->error);
		break;
	case ROBOTS_LATE:
		job_expire(j);
		break;
	default:
		job_finish(j, OUTCOME_OK, NULL);
		break;
	}
}

/* Retry-After of any answer that came meanwhile. */
static void hear_wish(struct job *j, int64_t retry_after_ms)
{
	if (retry_after_ms > 0 && retry_after_ms > j->result.retry_after_ms)
		j->result.retry_after_ms = retry_after_ms;
}

static void on_robots(void *arg, const struct robots_answer *answer)
{
	struct job *j = arg;

	j->robots_query = NULL;
	j->result.crawl_delay_ms = answer->crawl_delay_ms;
	j->result.limit = answer->limit;
	hear_wish(j, answer->retry_after_ms);
	j->facts.has_robots = true;
	j->facts.robots = answer->verdict;
	j->facts.robots_status = answer->http_status;
	j->facts.robots_requested = answer->requested;
	j->facts.robots_phases = answer->phases;
	if (j->lease.kind == WORK_ROBOTS) {
		finish_robots(j, answer);
		return;
	}
	switch (answer->verdict) {
	case ROBOTS_ALLOWED:
		if (answer->retry_after_ms > pause_ms(j))
			job_finish(j, OUTCOME_THROTTLED, "robots.txt is to be asked for later");
		else
			job_enter(j,
				answer->requested || is_wish_news(j) ? JOB_PAUSE : JOB_TRANSFER);
		break;
	case ROBOTS_DENIED:
		job_finish(j, OUTCOME_ROBOTS, answer->error);
		break;
	case ROBOTS_UNREACHABLE:
		job_finish(j, OUTCOME_DOWN, answer->error);
		break;
	case ROBOTS_GUARDED:
		job_finish(j, OUTCOME_GUARDED, answer->error);
		break;
	case ROBOTS_LATE:
		job_expire(j);
		break;
	case ROBOTS_ELSEWHERE:
		j->result.robots_at = arena_strdup(j->arena, answer->at);
		job_finish(j, OUTCOME_ROBOTS, answer->error);
		break;
	}
}

/* A pause beyond the lease would only keep the place that another URL could have. */
static void start_pause(struct job *j)
{
	if (clock_mono_ms() + pause_ms(j) < j->ends_at_ms)
		timer_set(j->pause, pause_ms(j));
	else
		job_expire(j);
}

static struct robots_request robots_request_of(const struct job *j)
{
	return (struct robots_request){.url = j->lease.url,
		.rules = &j->lease.fetch,
		.source = j->lease.source,
		.is_file = j->lease.kind == WORK_ROBOTS,
		.delay_ms = j->lease.delay_ms,
		.ends_at_ms = j->ends_at_ms};
}

static void ask_robots(struct job *j)
{
	const struct robots_request request = robots_request_of(j);

	j->robots_query = robots_query_start(j->env->robots, &request, on_robots, j);
}

static void add_facts(struct job *j, struct transfer_result *r)
{
	struct arena *a = j->arena;

	j->result.http_status = r->http_status;
	j->result.elapsed_ms = r->elapsed_ms;
	j->result.address = copy_str(a, r->address);
	j->result.limit = r->limit;
	j->result.retry_after_ms = verdict_retry_after_ms(r->retry_after, clock_wall_ms());
	j->result.fresh_ms = freshness_ms(strbuf_span(&r->headers), clock_wall_ms());
	j->result.etag = copy_str(a, r->etag);
	j->result.last_modified = copy_str(a, r->last_modified);
	j->content_type = r->content_type ? arena_strdup(a, r->content_type) : NULL;
	j->facts.has_answer = true;
	j->facts.http_version = copy_str(a, r->http_version);
	j->facts.content_type = copy_str(a, r->content_type);
	j->facts.etag = j->result.etag;
	j->facts.last_modified = j->result.last_modified;
	j->facts.phases = r->phases;
	j->facts.sent_bytes = r->sent_bytes;
	j->facts.body_bytes = r->body.len;
	j->facts.is_cut = r->body.cut;
}

/* Validators stand for content that is kept; without it they must not be believed (promise 4). */
static void drop_validators(struct job *j)
{
	j->result.etag = j->result.last_modified = "";
}

static void finish_without_page(struct job *j, enum outcome outcome, const char *why)
{
	drop_validators(j);
	job_finish(j, outcome, why);
}

static void finish_moved(struct job *j, const char *target)
{
	struct verdict v = {OUTCOME_MOVED, NULL};
	char why[GUARD_WHY_MAX];
	STRBUF_LOCAL(absolute);

	drop_validators(j);
	if (url_resolve(span_str(target), span_str(j->lease.url), &absolute) < 0) {
		job_finish(j, OUTCOME_GUARDED, "redirect to something that is not http or https");
		return;
	}
	if (j->lease.kind == WORK_PAGE)
		v = verdict_of_move(j->lease.url, absolute.data);
	/* The target has a lease of its own, but not where it can be seen now that it may not be asked. */
	if (!guard_allows_url(&j->lease.fetch, &j->env->config->ports, strbuf_span(&absolute), why))
		v = (struct verdict){OUTCOME_GUARDED, why};
	if (v.outcome == OUTCOME_MOVED)
		j->result.moved_to = arena_strdup(j->arena, absolute.data);
	job_finish(j, v.outcome, v.why);
}

static void finish_unmodified(struct job *j)
{
	if (!*j->lease.etag && !*j->lease.last_modified) {
		finish_without_page(j, OUTCOME_DOWN, "status 304 to a request without validators");
		return;
	}
	if (!*j->result.etag)
		j->result.etag = j->lease.etag;
	if (!*j->result.last_modified)
		j->result.last_modified = j->lease.last_modified;
	j->result.outcome = OUTCOME_NOT_MODIFIED;
	if (j->lease.kind == WORK_PAGE)
		job_enter(j, JOB_KEEP);
	else
		job_finish(j, OUTCOME_NOT_MODIFIED, NULL);
}

static void take_directives(struct job *j, struct span headers)
{
	struct span name, value;

	while (header_next(&headers, &name, &value)) {
		if (!span_is_nocase(name, "x-robots-tag"))
			continue;
		strbuf_add_span(&j->x_robots_tag, value);
		strbuf_add_char(&j->x_robots_tag, '\n');
	}
}

/* Headers and body in one buffer, as they are stored. */
static void take_answer(struct job *j, struct transfer_result *r)
{
	strbuf_add_span(&j->raw, strbuf_span(&r->headers));
	j->body_at = j->raw.len;
	take_directives(j, strbuf_span(&r->headers));
	strbuf_add_span(&j->raw, strbuf_span(&r->body));
	if (j->env->budget)
		budget_take(j->env->budget, &j->memory, j->raw.len);
	j->is_cut = r->body.cut;
	if (j->is_cut)
		j->result.error = arena_printf(j->arena, "cut after %zu bytes", r->body.len);
}

static void on_transfer(void *arg, struct transfer_result *r)
{
	struct job *j = arg;
	struct verdict v = verdict_of(r);

	j->transfer = NULL;
	if (r->fault == TRANSFER_BUSY) {
		job_expire(j);
		return;
	}
	j->fetched_at_ms = clock_wall_ms();
	add_facts(j, r);
	switch (v.outcome) {
	case OUTCOME_OK:
		j->facts.is_readable = true;
		take_answer(j, r);
		job_enter(j, JOB_READ);
		break;
	case OUTCOME_NOT_MODIFIED:
		finish_unmodified(j);
		break;
	case OUTCOME_MOVED:
		finish_moved(j, r->location);
		break;
	default:
		finish_without_page(j, v.outcome, v.why ? v.why : r->error[0] ? r->error : NULL);
		break;
	}
}

static struct transfer_request transfer_request_of(const struct job *j)
{
	return (struct transfer_request){.url = j->lease.url,
		.etag = j->lease.etag,
		.last_modified = j->lease.last_modified,
		.rules = &j->lease.fetch,
		.source = j->lease.source,
		.body_max_bytes = j->env->config->body_max_bytes,
		.timeout_ms = j->ends_at_ms - clock_mono_ms()};
}

static void start_transfer(struct job *j)
{
	const struct transfer_request request = transfer_request_of(j);

	if (request.timeout_ms <= 0 ||
		transfer_start(j->env->transfers, &request, on_transfer, j, &j->transfer) < 0)
		job_expire(j);
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
		finish_moved(j, j->read.refresh_to);
		return;
	}
	switch (j->read.as) {
	case READ_RECORD:
		job_enter(j, JOB_COMPARE);
		break;
	case READ_ITEMS:
		j->result.items = j->read.items;
		j->result.n_items = j->read.n_items;
		j->result.n_items_dropped = j->read.n_items_dropped;
		j->result.next_page = copy_str(j->arena, j->read.next_page);
		job_finish(j, OUTCOME_OK, j->read.note);
		break;
	case READ_NOTHING:
		if (j->is_cut)
			finish_without_page(j, OUTCOME_TOO_LARGE, j->read.why_nothing);
		else if (j->read.outcome != OUTCOME_EMPTY)
			finish_without_page(j, j->read.outcome, j->read.why_nothing);
		else
			job_enter(j, JOB_COMPARE);
		break;
	}
}

static void on_compared(void *arg, enum not_found_answer answer, int64_t retry_after_ms)
{
	struct job *j = arg;

	j->not_found_query = NULL;
	hear_wish(j, retry_after_ms);
	switch (answer) {
	case NOT_FOUND_GONE:
		finish_without_page(j, OUTCOME_GONE,
			"this is what the site shows for pages that do not exist");
		break;
	case NOT_FOUND_EVERYTHING:
		finish_without_page(j, OUTCOME_DOWN, "the site shows the same page for everything");
		break;
	case NOT_FOUND_UNSURE:
		finish_without_page(j, OUTCOME_EMPTY,
			"perhaps this is what the site shows for pages that do not exist");
		break;
	case NOT_FOUND_OWN:
		if (j->read.as == READ_RECORD) {
			j->result.outcome = OUTCOME_OK;
			job_enter(j, JOB_KEEP);
		} else {
			finish_without_page(j, OUTCOME_EMPTY, j->read.why_nothing);
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
	return j->env->not_found && j->env->config->not_found_probe && j->lease.kind == WORK_PAGE &&
		!j->read.is_as_listed;
}

/* Only for the sake of an article is the host asked for a page that cannot exist. */
static void compare(struct job *j)
{
	const struct not_found_request request = {.url = j->lease.url,
		.page = &j->read.likeness,
		.may_probe = j->read.as == READ_RECORD,
		.look = {.env = j->env,
			.robots = robots_request_of(j),
			.transfer = transfer_request_of(j),
			.pause_ms = pause_ms(j),
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
			drop_validators(j);
		j->result.page = arena_strdup(j->arena, hash_hex(&j->read.record.id, hex));
		j->result.story = arena_strdup(j->arena, hash_hex(&j->read.record.story, hex));
	}
	job_finish(j, j->result.outcome, NULL);
}

static void start_keeping(struct job *j)
{
	if (!j->env->keep)
		job_finish(j, j->result.outcome, NULL);
	else if (j->result.outcome == OUTCOME_OK) {
		keep_page(j->env->keep, &j->read.record, strbuf_span(&j->raw), on_kept, j);
	} else {
		STRBUF_LOCAL(canonical);
		struct hash id = {0};

		if (url_canonical(span_str(j->lease.url), j->url_rules, &canonical) == 0)
			id = url_id(strbuf_span(&canonical));
		keep_visit(j->env->keep, &id, j->fetched_at_ms, on_kept, j);
	}
}

static void start_reading(struct job *j)
{
	if (j->raw.len > SMALL_BYTES_MAX)
		pool_submit_large(j->env->pool, read_answer, on_read, j);
	else
		pool_submit(j->env->pool, read_answer, on_read, j);
}

/* The only place that changes the state and starts what the state waits for. */
static void job_enter(struct job *j, enum job_state state)
{
	j->state = state;
	switch (state) {
	case JOB_ROBOTS:
		ask_robots(j);
		break;
	case JOB_PAUSE:
		start_pause(j);
		break;
	case JOB_TRANSFER:
		start_transfer(j);
		break;
	case JOB_READ:
		start_reading(j);
		break;
	case JOB_COMPARE:
		compare(j);
		break;
	case JOB_KEEP:
		start_keeping(j);
		break;
	case JOB_DONE:
		assert(false);
		break;
	}
}
