#include "crawler/worker.h"

#include "common/alloc.h"
#include "common/arena.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/protocol.h"

#include <sys/random.h>

#define ANSWER_MS              20000 /* beyond what the scheduler holds: it is busy, or the link is slow */
#define RETRY_MS               1000
#define REST_MS                10000 /* before more is asked for when the store takes nothing */
#define REPORT_MAX             256   /* results in one message */
#define REPORT_ITEMS_MAX_BYTES (BUS_MESSAGE_MAX / 4 * 3) /* the rest is for everything but items */
#define ITEM_FRAME_BYTES       64                        /* an item's keys, numbers and lengths */

struct slot { /* one job of ours */
	struct worker *worker;
	struct slot *next, **link; /* among running, done or reported */
	struct job *job;
};

struct worker {
	struct worker_options options;
	uint64_t boot, seq;
	struct slot *running, *done, *reported; /* reported: in the message under way */
	size_t n_slots;
	struct bus_call *want, *report;             /* NULL unless under way */
	int64_t asked_ms;                           /* monotonic: when @want was */
	struct strbuf want_message, report_message; /* kept to be sent again unchanged */
	struct timer *soon;  /* collects what one turn of the loop has finished */
	struct timer *retry; /* after a failure of the bus */
	struct timer
		*rest; /* set while the store takes nothing: fetching more would waste requests */
	bool draining, drained;
};

static void slot_link(struct slot *s, struct slot **list)
{
	s->next = *list;
	s->link = list;
	if (*list)
		(*list)->link = &s->next;
	*list = s;
}

static void slot_unlink(struct slot *s)
{
	*s->link = s->next;
	if (s->next)
		s->next->link = s->link;
}

static void slot_free(struct slot *s)
{
	slot_unlink(s);
	s->worker->n_slots--;
	job_free(s->job);
	free(s);
}

static void free_slots(struct slot **list)
{
	while (*list)
		slot_free(*list);
}

static void on_job_done(void *arg, struct job *job)
{
	struct slot *s = arg;
	struct worker *w = s->worker;

	slot_unlink(s);
	slot_link(s, &w->done);
	if (job_is_unkept(job))
		timer_set(w->rest, REST_MS);
	timer_set(w->soon, 0);
}

/* Starting hundreds takes a while, of which the last ones have nothing. */
static void start_jobs(struct worker *w, const struct work_reply *reply)
{
	int64_t answered_ms = clock_mono_ms();

	for (size_t i = 0; i < reply->n_leases; i++) {
		struct slot *s = ALLOC_NEW(struct slot);
		struct lease lease = reply->leases[i];

		lease.duration_ms -= clock_mono_ms() - answered_ms;
		s->worker = w;
		slot_link(s, &w->running);
		w->n_slots++;
		s->job = job_start(w->options.env, &lease, on_job_done, s);
	}
}

/*
 * What may be gone of the leases is taken off them: no request may start after
 * their end, and we may have stood still with the answer unread. False if one
 * of them may be over; then the same question, put again, brings those that
 * are still ours.
 */
static bool age_leases(const struct worker *w, const struct work_reply *reply)
{
	int64_t age_ms = clock_mono_ms() - w->asked_ms - reply->held_ms;

	if (age_ms <= 0)
		return true;
	for (size_t i = 0; i < reply->n_leases; i++) {
		if (reply->leases[i].duration_ms <= age_ms)
			return false;
		reply->leases[i].duration_ms -= age_ms;
	}
	return true;
}

static void on_want_answered(void *arg, int err, struct span message)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	struct worker *w = arg;
	struct work_reply reply = {0};

	w->want = NULL;
	if (err == 0)
		err = protocol_get_work_reply(message, arena, &reply);
	if (err < 0) {
		log_warn(w->options.env->log, "no work from the scheduler: %s, asking again",
			err_str(err));
		timer_set(w->retry, RETRY_MS);
		return;
	}
	if (!age_leases(w, &reply)) {
		log_notice(w->options.env->log, "work arrived too late, asking for it again");
		timer_set(w->soon, 0);
		return;
	}
	strbuf_clear(&w->want_message); /* the next one is a new question */
	start_jobs(w, &reply);
	timer_set(w->soon, 0);
}

static void ask(struct worker *w)
{
	if (w->want || w->draining || timer_is_set(w->rest) ||
		(!w->want_message.len && w->n_slots >= w->options.room))
		return;
	if (!w->want_message.len) {
		const struct work_request request = {.worker = w->options.name,
			.boot = w->boot,
			.seq = ++w->seq,
			.want = (uint32_t)(w->options.room - w->n_slots)};

		protocol_put_work_request(&request, &w->want_message);
	}
	w->asked_ms = clock_mono_ms();
	w->want = bus_call_start(w->options.bus, strbuf_span(&w->want_message),
		w->options.hold_ms + ANSWER_MS, on_want_answered, w);
}

static void on_report_answered(void *arg, int err, struct span message)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	struct worker *w = arg;
	struct work_reply reply = {0};

	w->report = NULL;
	if (err == 0)
		err = protocol_get_work_reply(message, arena, &reply);
	if (err < 0) {
		log_warn(w->options.env->log, "results not confirmed: %s, sending them again",
			err_str(err));
		timer_set(w->retry, RETRY_MS);
		return;
	}
	strbuf_clear(&w->report_message);
	free_slots(&w->reported);
	timer_set(w->soon, 0);
}

/* How many of @result's items fit into @left bytes, which are taken off. */
static size_t count_fitting(const struct result *result, size_t *left)
{
	size_t n = 0;

	for (; n < result->n_items; n++) {
		const struct item *item = &result->items[n];
		size_t bytes = strlen(item->url) + (item->title ? strlen(item->title) : 0) +
			ITEM_FRAME_BYTES;

		if (bytes > *left)
			break;
		*left -= bytes;
	}
	return n;
}

/*
 * Adds a result unless the message is too full for it. The first one is cut
 * to what the bus can carry: it would be dropped there without a word.
 */
static bool add_result(struct work_request *request, const struct result *result, size_t *left)
{
	size_t n = count_fitting(result, left);
	struct result *to = &request->results[request->n_results];

	if (n < result->n_items && request->n_results)
		return false;
	*to = *result;
	to->n_items = n;
	to->n_items_dropped += result->n_items - n;
	request->n_results++;
	return true;
}

/* Moves what is done into a message. Jobs whose lease ended have nothing to say. */
static void make_report(struct worker *w)
{
	struct result results[REPORT_MAX];
	struct work_request request = {.worker = w->options.name,
		.boot = w->boot,
		.results = results};
	size_t left = REPORT_ITEMS_MAX_BYTES;

	while (w->done && request.n_results < REPORT_MAX) {
		struct slot *s = w->done;
		const struct result *result = job_result(s->job);

		if (!result) {
			slot_free(s);
			continue;
		}
		if (!add_result(&request, result, &left))
			break;
		slot_unlink(s);
		slot_link(s, &w->reported);
	}
	if (!request.n_results)
		return;
	request.seq = ++w->seq;
	protocol_put_work_request(&request, &w->report_message);
}

static void report(struct worker *w)
{
	if (w->report)
		return;
	if (!w->report_message.len)
		make_report(w);
	if (w->report_message.len)
		w->report = bus_call_start(w->options.bus, strbuf_span(&w->report_message),
			ANSWER_MS, on_report_answered, w);
}

static void on_soon(void *arg)
{
	struct worker *w = arg;

	report(w);
	ask(w);
	if (w->draining && !w->drained && w->n_slots == 0) {
		w->drained = true;
		w->options.drained(w->options.drained_arg);
	}
}

struct worker *worker_new(const struct worker_options *options)
{
	struct worker *w = ALLOC_NEW(struct worker);

	w->options = *options;
	strbuf_init(&w->want_message, 0);
	strbuf_init(&w->report_message, 0);
	/* Of 8 bytes, getrandom() gives all (getrandom(2), up to 256). */
	if (getrandom(&w->boot, sizeof w->boot, 0) != sizeof w->boot)
		abort();
	w->soon = timer_new(options->env->loop, on_soon, w);
	w->retry = timer_new(options->env->loop, on_soon, w);
	w->rest = timer_new(options->env->loop, on_soon, w);
	timer_set(w->soon, 0);
	return w;
}

void worker_drain(struct worker *w)
{
	w->draining = true;
	bus_call_cancel(w->want);
	w->want = NULL;
	timer_set(w->soon, 0);
}

void worker_free(struct worker *w)
{
	if (!w)
		return;
	bus_call_cancel(w->want);
	bus_call_cancel(w->report);
	free_slots(&w->running);
	free_slots(&w->done);
	free_slots(&w->reported);
	timer_free(w->soon);
	timer_free(w->retry);
	timer_free(w->rest);
	strbuf_release(&w->want_message);
	strbuf_release(&w->report_message);
	free(w);
}
