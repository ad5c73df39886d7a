/*
 * What the tests of the planner share: a planner on a folder of its own and a
 * clock that stands still, crawlers that ask it, and a source "list" on a.cn.
 */
#ifndef POLICYWATCH_TESTS_SCHEDULER_PLANNER_FIXTURE_H
#define POLICYWATCH_TESTS_SCHEDULER_PLANNER_FIXTURE_H

#include "common/clock.h"
#include "common/err.h"
#include "common/json.h"
#include "scheduler/admin.h"
#include "scheduler/planner.h"
#include "tests/cmocka_all.h"
#include "tests/folder.h"

#define START_MS INT64_C(1748520000000)
#define SECOND   INT64_C(1000)
#define MINUTE   (60 * SECOND)
#define HOUR     (60 * MINUTE)
#define DAY      (24 * HOUR)
#define DELAY_MS 2000
#define LEASE_MS 120000
#define LIST_MS  (600 * SECOND)

/* A planner on a folder of its own, and the last answer that it gave. */
struct fixture {
	char *folder, *sources;
	struct config *config;
	struct planner *p;
	struct work_reply reply;
	bool is_answered;
	uint64_t seq;
	int64_t now_ms;
};

static inline void load_config(struct fixture *fx, const char *more)
{
	CLEANUP(freep)
	char *text =
		alloc_printf("data_dir: %s\nruntime_dir: %s\n%s", fx->folder, fx->folder, more);
	CLEANUP(freep) char *path = alloc_printf("%s/policywatch.yaml", fx->folder);
	STRBUF_LOCAL(errors);

	config_free(fx->config);
	folder_write(fx->folder, "policywatch.yaml", text);
	if (config_load(path, &fx->config, &errors) < 0)
		fail_msg("%s", errors.data);
}

static inline void open_planner(struct fixture *fx)
{
	char *error = NULL;

	if (planner_open(fx->config, NULL, &fx->p, &error) < 0)
		fail_msg("%s", error);
}

/* As after kill -9: what was not committed is not there. */
static inline void reopen(struct fixture *fx)
{
	planner_close(fx->p);
	fx->p = NULL;
	open_planner(fx);
}

static inline void set_sources(struct fixture *fx, const char *yaml)
{
	STRBUF_LOCAL(errors);

	folder_write(fx->sources, "a.yaml", yaml);
	if (fx->p && planner_reload(fx->p, fx->config, &errors) < 0)
		fail_msg("%s", errors.data);
}

static inline void at(struct fixture *fx, int64_t now_ms)
{
	fx->now_ms = now_ms;
	clock_fake_set(now_ms);
}

static inline void later(struct fixture *fx, int64_t ms)
{
	at(fx, fx->now_ms + ms);
}

static inline int setup(void **state)
{
	struct fixture *fx = ALLOC_NEW(struct fixture);

	log_set_level(LOG_LEVEL_ERROR);
	fx->folder = folder_new();
	fx->sources = alloc_printf("%s/sources.d", fx->folder);
	mkdir(fx->sources, 0700);
	at(fx, START_MS);
	load_config(fx, "");
	set_sources(fx, "sources:\n- {name: list, url: 'http://a.cn/', kind: listing}\n");
	open_planner(fx);
	*state = fx;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *fx = *state;

	planner_close(fx->p);
	config_free(fx->config);
	folder_free(fx->sources);
	folder_free(fx->folder);
	free(fx);
	clock_fake_set(-1);
	return 0;
}

static inline void send(struct fixture *fx, const struct work_request *q)
{
	assert_int_equal(planner_begin(fx->p), 0);
	fx->is_answered = planner_work(fx->p, q, false, &fx->reply);
	assert_int_equal(planner_commit(fx->p), 0);
}

/* @worker asks; returns the number of leases. */
static inline size_t ask(struct fixture *fx, const char *worker, uint32_t want)
{
	const struct work_request q = {.worker = worker, .boot = 1, .seq = ++fx->seq, .want = want};

	send(fx, &q);
	return fx->reply.n_leases;
}

/* The host that there is may be asked in @ms from now, and no sooner. */
static inline void assert_free_after(struct fixture *fx, const char *worker, int64_t ms)
{
	later(fx, ms - 1);
	assert_int_equal(ask(fx, worker, 10), 0);
	later(fx, 1);
	assert_int_equal(ask(fx, worker, 10), 1);
}

/* The single lease that there is; its strings live until the next request. */
static inline struct lease take(struct fixture *fx, const char *worker)
{
	assert_int_equal(ask(fx, worker, 10), 1);
	return fx->reply.leases[0];
}

static inline struct result result_of(const struct lease *l, enum outcome outcome)
{
	struct result r = result_of_lease(l);

	r.outcome = outcome;
	return r;
}

static inline void report(struct fixture *fx, const char *worker, struct result *r)
{
	const struct work_request q = {.worker = worker,
		.boot = 1,
		.seq = ++fx->seq,
		.results = r,
		.n_results = 1};

	send(fx, &q);
	assert_true(fx->is_answered && fx->reply.n_leases == 0);
}

static inline void finish(struct fixture *fx, const char *worker, const struct lease *l,
	enum outcome outcome)
{
	struct result r = result_of(l, outcome);

	report(fx, worker, &r);
}

/* The list is fetched and shows @urls, which end with NULL. */
static inline void show(struct fixture *fx, const char *worker, const struct lease *l,
	const char *const *urls)
{
	struct item items[32] = {0};
	struct result r = result_of(l, OUTCOME_OK);

	for (; urls[r.n_items]; r.n_items++)
		items[r.n_items] =
			(struct item){.url = urls[r.n_items], .title = "", .kind = WORK_PAGE};
	r.items = items;
	report(fx, worker, &r);
}

/* Brings back all leases of the last answer. */
static inline void fetch_all(struct fixture *fx, enum outcome outcome)
{
	struct result results[32];
	struct work_request q = {.worker = "w", .boot = 1, .seq = ++fx->seq, .results = results};

	for (; q.n_results < fx->reply.n_leases; q.n_results++)
		results[q.n_results] = result_of(&fx->reply.leases[q.n_results], outcome);
	send(fx, &q);
}

/* Shows items, and waits until the host may be asked again. */
static inline void start_with(struct fixture *fx, const char *const *urls)
{
	struct lease l = take(fx, "w");

	show(fx, "w", &l, urls);
	later(fx, DELAY_MS);
}

static inline struct json *admin(struct fixture *fx, enum admin_command command,
	const char *argument)
{
	struct span arguments[] = {span_str(argument)};
	const struct admin_request q = {command, arguments, argument ? 1 : 0};
	STRBUF_LOCAL(out);
	struct json *j = NULL;
	bool ok;

	assert_int_equal(planner_begin(fx->p), 0);
	ok = admin_handle(fx->p, &q, &out);
	assert_int_equal(planner_commit(fx->p), 0);
	if (ok)
		assert_int_equal(json_parse(strbuf_span(&out), &j, NULL), 0);
	return j;
}

static inline int64_t status(struct fixture *fx, const char *key)
{
	CLEANUP(json_freep) struct json *j = admin(fx, ADMIN_STATUS, NULL);

	return json_get_int(j, key, -1);
}

static const char *const one[] = {"http://a.cn/1.html", NULL};
static const char *const two[] = {"http://a.cn/1.html", "http://a.cn/2.html", NULL};

#endif
