/*
 *	ROBOTS --allowed--> PAUSE --over--> TRANSFER --a page--> READ --> done
 *	   |                  |                |
 *	   | else             | no time left   | else
 *	   v                  v                v
 *	 done               done             done
 */
#include "crawler/look.h"

#include "common/alloc.h"
#include "common/arena.h"
#include "common/clock.h"
#include "crawler/fetch/verdict.h"
#include "crawler/pool.h"
#include "crawler/read/read.h"

#define REQUEST_MS_MAX 10000   /* the job's page is waiting to be kept */
#define BODY_BYTES_MAX 1000000 /* no more is needed, and any thread may read as much at any time */

struct look {
	struct look_request request;
	char *url;
	struct robots_query *robots_query; /* these are pending one after the other */
	struct timer *pause;
	struct transfer *transfer;
	struct arena *arena; /* what was read */
	struct strbuf body;
	char *content_type;
	struct look_result result;
	look_done_fn *done;
	void *arg;
};

static void look_free(struct look *l)
{
	robots_query_cancel(l->robots_query);
	transfer_cancel(l->transfer);
	timer_free(l->pause);
	arena_free(l->arena);
	strbuf_release(&l->body);
	free(l->content_type);
	free(l->url);
	free(l);
}

void look_cancel(struct look *l)
{
	if (l)
		look_free(l);
}

/* The only way a look ends by itself. */
static void look_finish(struct look *l)
{
	l->done(l->arg, &l->result);
	look_free(l);
}

/* Runs in a thread of the pool. */
static void read_page(void *arg)
{
	struct look *l = arg;
	const struct read_input in = {.bytes = strbuf_span(&l->body),
		.url = l->url,
		.content_type = l->content_type,
		.fetched_at_ms = clock_wall_ms(),
		.likeness = true,
		.http_status = l->result.http_status};
	struct read_output out;

	read_document(WORK_PAGE, &in, l->arena, &out);
	l->result.likeness = out.likeness;
	l->result.body = in.bytes;
	l->result.next_part = out.next_part;
	l->result.says_gone = out.as == READ_NOTHING && out.outcome == OUTCOME_GONE;
	if (out.refresh_to)
		l->result.outcome = OUTCOME_MOVED;
	else if (out.as == READ_NOTHING && out.outcome != OUTCOME_EMPTY &&
		out.outcome != OUTCOME_GONE)
		l->result.outcome = out.outcome;
}

static void on_read(void *arg)
{
	look_finish(arg);
}

static void on_transfer(void *arg, struct transfer_result *r)
{
	struct look *l = arg;

	l->transfer = NULL;
	l->result.asked = r->fault != TRANSFER_BUSY || r->http_status;
	l->result.outcome = verdict_of(r).outcome;
	l->result.http_status = r->http_status;
	l->result.retry_after_ms = verdict_retry_after_ms(r->retry_after, clock_wall_ms());
	if (!l->result.asked || l->result.outcome != OUTCOME_OK) {
		look_finish(l);
		return;
	}
	strbuf_add_span(&l->body, strbuf_span(&r->body));
	l->result.is_cut = r->body.cut;
	l->content_type = r->content_type ? alloc_strdup(r->content_type) : NULL;
	pool_submit(l->request.env->pool, read_page, on_read, l);
}

/* Half of what is left of the lease is for keeping the job's page. */
static int64_t time_left_ms(const struct look *l)
{
	int64_t ms = (l->request.ends_at_ms - clock_mono_ms()) / 2;

	return ms < REQUEST_MS_MAX ? ms : REQUEST_MS_MAX;
}

static void on_pause_over(void *arg)
{
	struct look *l = arg;
	struct transfer_request request = l->request.transfer;

	request.url = l->url;
	request.etag = request.last_modified = "";
	request.timeout_ms = time_left_ms(l);
	if (request.body_max_bytes > BODY_BYTES_MAX)
		request.body_max_bytes = BODY_BYTES_MAX;
	if (request.timeout_ms <= 0 ||
		transfer_start(l->request.env->transfers, &request, on_transfer, l, &l->transfer) <
			0)
		look_finish(l);
}

static void on_robots(void *arg, const struct robots_answer *answer)
{
	struct look *l = arg;

	l->robots_query = NULL;
	l->result.retry_after_ms = answer->retry_after_ms;
	if (answer->verdict != ROBOTS_ALLOWED || answer->retry_after_ms > l->request.pause_ms ||
		clock_mono_ms() + l->request.pause_ms >= l->request.ends_at_ms)
		look_finish(l);
	else
		timer_set(l->pause, l->request.pause_ms);
}

struct look *look_start(const struct look_request *request, const char *url, look_done_fn *done,
	void *arg)
{
	struct look *l = ALLOC_NEW(struct look);
	struct robots_request robots = request->robots;

	*l = (struct look){.request = *request,
		.url = alloc_strdup(url),
		.arena = arena_new(),
		.result = {.outcome = OUTCOME_ROBOTS},
		.done = done,
		.arg = arg};
	strbuf_init(&l->body, 0);
	l->pause = timer_new(request->env->loop, on_pause_over, l);
	robots.url = l->url;
	robots.is_after_request = true;
	robots.ends_at_ms = clock_mono_ms() + (request->ends_at_ms - clock_mono_ms()) / 2;
	l->robots_query = robots_query_start(request->env->robots, &robots, on_robots, l);
	return l;
}
