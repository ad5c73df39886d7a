/*
 *	            on_request
 *	                |  decoded, put in line; the turn is set for now
 *	                v
 *	   line --> on_turn: begin, handle each, commit --> answered, gone
 *	    ^                   |                |
 *	    |                   | nothing due    | the commit failed
 *	    +---- held ---------+----------------+---- all stay, again in a second
 *
 * A request stays in line until it is answered. Handling one again changes
 * nothing, since the planner applies each only once; so a held one is simply
 * handled in every turn, oldest first.
 */
#include "scheduler/scheduler.h"

#include "common/alloc.h"
#include "common/arena.h"
#include "common/bus.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/protocol.h"
#include "scheduler/admin.h"
#include "scheduler/planner.h"

#define RETRY_MS 1000 /* a full disk is seldom emptied sooner */

/* A request in line. */
struct visit {
	struct bus_request *request; /* ours to answer; gone with the server */
	struct arena *arena;         /* of what was decoded */
	bool is_admin;
	struct work_request work;
	struct admin_request admin;
	int64_t arrived_ms;   /* monotonic */
	int64_t deadline_ms;  /* monotonic: answered by then */
	struct strbuf answer; /* written, waiting for the commit; empty: held */
	struct visit *next;
};

struct scheduler {
	const struct config *config; /* borrowed */
	struct log_ctx log;
	struct planner *planner;
	struct bus_server *server;
	struct timer *turn;
	struct visit *first, **last; /* the line */
	bool is_draining;
	bool is_failing; /* the last commit did; said once */
};

static void visit_free(struct visit *v)
{
	arena_free(v->arena);
	strbuf_release(&v->answer);
	free(v);
}

static void stand_in_line(struct scheduler *s, struct visit *v)
{
	*s->last = v;
	s->last = &v->next;
}

/* Handling. */

static void answer_admin(struct strbuf *answer, bool ok, const char *text)
{
	const struct admin_reply reply = {ok, text};

	strbuf_clear(answer);
	protocol_put_admin_reply(&reply, answer);
}

static void handle_admin(struct scheduler *s, struct visit *v)
{
	STRBUF_LOCAL(text);
	bool ok = admin_handle(s->planner, &v->admin, &text);

	answer_admin(&v->answer, ok, text.data);
}

static void handle_work(struct scheduler *s, struct visit *v)
{
	bool is_last = s->is_draining || clock_mono_ms() >= v->deadline_ms;
	struct work_reply reply;

	if (s->is_draining)
		v->work.want = 0;
	if (!planner_work(s->planner, &v->work, is_last, &reply))
		return;
	reply.held_ms = clock_mono_ms() - v->arrived_ms;
	protocol_put_work_reply(&reply, &v->answer);
}

static int handle_line(struct scheduler *s)
{
	int r = planner_begin(s->planner);

	if (r < 0)
		return r;
	for (struct visit *v = s->first; v; v = v->next) {
		strbuf_clear(&v->answer);
		if (v->is_admin)
			handle_admin(s, v);
		else
			handle_work(s, v);
	}
	return planner_commit(s->planner);
}

/* What is held needs only its name any more, not the results that came with it. */
static void slim(struct visit *v)
{
	struct arena *small = arena_new();

	v->work.worker = arena_strdup(small, v->work.worker);
	v->work.results = NULL;
	v->work.n_results = 0;
	arena_free(v->arena);
	v->arena = small;
}

static bool only_asks(const struct visit *v)
{
	return v->is_admin &&
		(v->admin.command == ADMIN_STATUS || v->admin.command == ADMIN_SOURCES);
}

/*
 * Answers those that can be, and keeps the others in line. After a commit that
 * failed only those can that change nothing.
 */
static void answer_line(struct scheduler *s, bool is_committed)
{
	struct visit *v = s->first, *next;

	s->first = NULL;
	s->last = &s->first;
	for (; v; v = next) {
		next = v->next;
		v->next = NULL;
		if (v->answer.len && (is_committed || only_asks(v))) {
			bus_reply(v->request, strbuf_span(&v->answer));
			visit_free(v);
			continue;
		}
		if (is_committed && v->work.n_results)
			slim(v);
		stand_in_line(s, v);
	}
}

/* The next turn: when something is due for who is waiting, or must be answered. */
static void plan_turn(struct scheduler *s)
{
	int64_t now_ms = planner_now_ms(s->planner), mono_ms = clock_mono_ms();
	int64_t ready_ms = planner_ready_ms(s->planner);
	int64_t wait_ms = INT64_MAX;

	if (!s->first) {
		timer_clear(s->turn);
		return;
	}
	if (ready_ms != HOST_READY_NEVER)
		wait_ms = ready_ms - now_ms;
	for (const struct visit *v = s->first; v; v = v->next) {
		if (v->deadline_ms - mono_ms < wait_ms)
			wait_ms = v->deadline_ms - mono_ms;
	}
	timer_set(s->turn, wait_ms);
}

static void on_turn(void *arg)
{
	struct scheduler *s = arg;
	int r;

	if (!s->first)
		return;
	r = handle_line(s);
	if (r < 0) {
		if (!s->is_failing)
			log_error(&s->log,
				"the frontier cannot be written: %s; retrying every second",
				err_str(r));
		s->is_failing = true;
		s->planner->trouble = err_str(r);
		answer_line(s, false);
		timer_set(s->turn, RETRY_MS);
		return;
	}
	if (s->is_failing)
		log_notice(&s->log, "the frontier can be written again");
	s->is_failing = false;
	s->planner->trouble = NULL;
	answer_line(s, true);
	plan_turn(s);
}

/* Incoming. */

/* A worker asks for one thing at a time: its newer request for work is the one that it waits for.
 */
static void supersede(struct scheduler *s, const struct visit *newer)
{
	for (struct visit *v = s->first; v; v = v->next) {
		if (!v->is_admin && v->work.want &&
			strcmp(v->work.worker, newer->work.worker) == 0 &&
			(v->work.boot != newer->work.boot || v->work.seq < newer->work.seq))
			v->deadline_ms = INT64_MIN;
	}
}

static int decode(struct visit *v, struct span message)
{
	enum message_type type;
	int r = protocol_type(message, &type);

	if (r < 0)
		return r;
	v->is_admin = type == MESSAGE_ADMIN_REQUEST;
	if (v->is_admin)
		return protocol_get_admin_request(message, v->arena, &v->admin);
	return protocol_get_work_request(message, v->arena, &v->work);
}

static void on_request(void *arg, struct bus_request *request, struct span message)
{
	struct scheduler *s = arg;
	struct visit *v = ALLOC_NEW(struct visit);
	int r;

	v->request = request;
	v->arena = arena_new();
	strbuf_init(&v->answer, 0);
	r = decode(v, message);
	if (r < 0) {
		log_warn(&s->log, "a message of %zu bytes was refused: %s", message.len,
			err_str(r));
		answer_admin(&v->answer, false, err_str(r));
		bus_reply(request, strbuf_span(&v->answer));
		visit_free(v);
		return;
	}
	v->arrived_ms = clock_mono_ms();
	v->deadline_ms = v->arrived_ms + s->config->scheduler.hold_ms;
	if (!v->is_admin && v->work.want)
		supersede(s, v);
	stand_in_line(s, v);
	if (!s->is_failing)
		timer_set(s->turn, 0);
}

/* Life cycle. */

int scheduler_open(struct loop *l, const struct config *config, const struct log_ctx *log,
	struct scheduler **ret, char **ret_error)
{
	CLEANUP(scheduler_closep) struct scheduler *s = ALLOC_NEW(struct scheduler);
	const struct bus_tls tls = config_bus_tls(config);
	int r;

	s->config = config;
	s->log = (struct log_ctx){log, "room", "scheduler"};
	s->last = &s->first;
	s->turn = timer_new(l, on_turn, s);
	r = planner_open(config, log, &s->planner, ret_error);
	if (!r)
		r = bus_server_open(l, (const char *const *)config->bus.listen.items,
			config->bus.listen.len, &tls, on_request, s, &s->server, ret_error);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(s);
	return 0;
}

int scheduler_reload(struct scheduler *s, const struct config *config, struct strbuf *errors)
{
	int r = planner_reload(s->planner, config, errors);

	if (r < 0)
		return r;
	s->config = config;
	timer_set(s->turn, 0);
	return 0;
}

void scheduler_drain(struct scheduler *s)
{
	s->is_draining = true;
	timer_set(s->turn, 0);
}

void scheduler_close(struct scheduler *s)
{
	struct visit *next;

	if (!s)
		return;
	bus_server_close(s->server);
	for (struct visit *v = s->first; v; v = next) {
		next = v->next;
		visit_free(v);
	}
	planner_close(s->planner);
	timer_free(s->turn);
	free(s);
}
