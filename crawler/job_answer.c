#include "crawler/job_inside.h"

#include "common/clock.h"
#include "crawler/fetch/freshness.h"
#include "crawler/fetch/guard.h"
#include "crawler/fetch/header.h"
#include "crawler/fetch/verdict.h"
#include "crawler/read/html/refresh.h"
#include "crawler/stored_answer.h"

#define REFRESH_BODY_MAX 4096 /* who is sent on is shown a line or two */

static const char *copy_str(struct arena *a, const char *s)
{
	return arena_strdup(a, s ? s : "");
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

/* Validators stand for content that is kept; without it they must not be believed. */
void job_drop_validators(struct job *j)
{
	j->result.etag = j->result.last_modified = "";
}

void job_finish_without_page(struct job *j, enum outcome outcome, const char *why)
{
	job_drop_validators(j);
	job_finish(j, outcome, why);
}

void job_finish_moved(struct job *j, const char *target)
{
	struct verdict v = {OUTCOME_MOVED, NULL};
	char why[GUARD_WHY_MAX];
	STRBUF_LOCAL(absolute);

	job_drop_validators(j);
	if (url_resolve(span_str(target), span_str(j->lease.url), &absolute) < 0) {
		job_finish(j, OUTCOME_GUARDED, "redirect to something that is not http or https");
		return;
	}
	if (j->lease.kind == WORK_PAGE)
		v = verdict_of_move(j->lease.url, absolute.data);
	/*
	 * The target has a lease of its own, but not where it can be seen now that it may
	 * not be asked.
	 */
	if (!guard_allows_url(&j->lease.fetch, &j->env->config->ports, strbuf_span(&absolute), why))
		v = (struct verdict){OUTCOME_GUARDED, why};
	if (v.outcome == OUTCOME_MOVED)
		j->result.moved_to = arena_strdup(j->arena, absolute.data);
	job_finish(j, v.outcome, v.why);
}

static void finish_unmodified(struct job *j)
{
	if (!*j->lease.etag && !*j->lease.last_modified) {
		job_finish_without_page(j, OUTCOME_DOWN,
			"status 304 to a request without validators");
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

/* Headers and body in one buffer, as they are stored. */
static void take_answer(struct job *j, struct transfer_result *r)
{
	stored_answer_add_headers(strbuf_span(&r->headers), &j->raw);
	j->body_at = j->raw.len;
	header_add_lines(strbuf_span(&r->headers), "x-robots-tag", &j->x_robots_tag);
	strbuf_add_span(&j->raw, strbuf_span(&r->body));
	if (j->env->budget)
		budget_take(j->env->budget, &j->memory, j->raw.len);
	j->is_cut = r->body.cut;
	if (j->is_cut)
		j->result.error = arena_printf(j->arena, "cut after %zu bytes", r->body.len);
}

/*
 * Where the Refresh header of an answer leads, or NULL. Pages that are to be loaded again, or
 * that go on to the next of a show, show something.
 */
static const char *sent_on_to(struct job *j, const struct transfer_result *r, enum outcome outcome)
{
	struct span value = header_find(strbuf_span(&r->headers), "refresh");
	bool is_page = outcome == OUTCOME_OK || outcome == OUTCOME_EMPTY;

	return is_page && r->body.len <= REFRESH_BODY_MAX
		? refresh_of_header(value, j->lease.url, j->arena)
		: NULL;
}

static void on_transfer(void *arg, struct transfer_result *r)
{
	struct job *j = arg;
	struct verdict v = verdict_of(r);
	const char *target;

	j->transfer = NULL;
	if (r->fault == TRANSFER_BUSY) {
		job_expire(j);
		return;
	}
	j->fetched_at_ms = clock_wall_ms();
	add_facts(j, r);
	target = sent_on_to(j, r, v.outcome);
	if (target) {
		job_finish_moved(j, target);
		return;
	}
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
		job_finish_moved(j, r->location);
		break;
	default:
		job_finish_without_page(j, v.outcome,
			v.why                 ? v.why
				: r->error[0] ? r->error
					      : NULL);
		break;
	}
}

struct transfer_request job_transfer_request(const struct job *j)
{
	return (struct transfer_request){.url = j->lease.url,
		.etag = j->lease.etag,
		.last_modified = j->lease.last_modified,
		.rules = &j->lease.fetch,
		.source = j->lease.source,
		.body_max_bytes = j->env->config->body_max_bytes,
		.timeout_ms = j->ends_at_ms - clock_mono_ms()};
}

void job_start_transfer(struct job *j)
{
	const struct transfer_request request = job_transfer_request(j);

	if (request.timeout_ms <= 0 ||
		transfer_start(j->env->transfers, &request, on_transfer, j, &j->transfer) < 0)
		job_expire(j);
}
