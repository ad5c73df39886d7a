/*
 * What the tests of jobs share: the job's machine against fakes. Robots, transfer, pool and
 * keep remember who waits, and the test is the world.
 */
#ifndef POLICYWATCH_TESTS_CRAWLER_JOB_FIXTURE_H
#define POLICYWATCH_TESTS_CRAWLER_JOB_FIXTURE_H

#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "crawler/fetch/robots_cache.h"
#include "crawler/job.h"
#include "crawler/keep.h"
#include "crawler/not_found.h"
#include "crawler/pool.h"
#include "crawler/read/enrich/gazetteers.h"
#include "tests/cmocka_all.h"
#include "tests/crawler/fake_transfer.h"

static const char article[] =
	"<!DOCTYPE html><html lang='zh-CN'><head><title>机器人走进社区</title></head><body><h1>机器人走进社区</h1>"
	"<p>昨天上午，一台会下棋的机器人来到河边的社区活动室，二十多位居民轮流与它对弈，现场十分热闹。</p>"
	"<p>社区负责人说，机器人将在这里停留三个月，每周安排两次教学活动，居民可以通过电话预约参加。</p>"
	"<p>研制单位表示，机器人能够根据对手的水平调整难度，并在结束之后讲解关键的几步棋。</p></body></html>";

static struct {
	robots_done_fn *robots;
	keep_done_fn *keep_page, *keep_visit;
	void *robots_arg, *keep_arg;
	struct pool_work {
		pool_fn *work, *done;
		void *arg;
		bool large;
	} pool;
	struct record *record;
	char etag[64];
	int n_cancelled;
} fake;

struct robots_query *robots_query_start(struct robots_cache *c,
	const struct robots_request *request, robots_done_fn *done, void *arg)
{
	(void)c;
	(void)request;
	fake.robots = done;
	fake.robots_arg = arg;
	return (struct robots_query *)&fake;
}

void robots_query_cancel(struct robots_query *q)
{
	fake.n_cancelled += q != NULL;
}

void pool_submit(struct pool *p, pool_fn *work, pool_fn *done, void *arg)
{
	(void)p;
	fake.pool = (struct pool_work){work, done, arg, false};
}

void pool_submit_large(struct pool *p, pool_fn *work, pool_fn *done, void *arg)
{
	(void)p;
	fake.pool = (struct pool_work){work, done, arg, true};
}

void keep_page(struct keep *k, struct record *record, struct span raw, keep_done_fn *done,
	void *arg)
{
	(void)k;
	(void)raw;
	fake.record = record;
	fake.keep_page = done;
	fake.keep_arg = arg;
}

void keep_visit(struct keep *k, const struct hash *id, int64_t at_ms, keep_done_fn *done, void *arg)
{
	(void)k;
	(void)id;
	(void)at_ms;
	fake.keep_visit = done;
	fake.keep_arg = arg;
}

void keep_robots(struct keep *k, const char *origin, const struct store_robots *robots)
{
	(void)k;
	(void)origin;
	(void)robots;
}

struct fixture {
	struct loop *loop;
	struct config *config;
	struct job_env env;
	struct job *job;
	struct not_found *not_found;
	int n_done;
};

static const struct log_ctx quiet = {NULL, "test", "job"};

static inline void on_done(void *arg, struct job *job)
{
	struct fixture *fx = arg;

	(void)job;
	fx->n_done++;
}

static inline int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);
	STRBUF_LOCAL(errors);

	memset(&fake, 0, sizeof fake);
	fake_transfer_reset();
	clock_fake_set(1764000000000);
	fx->loop = loop_new();
	assert_int_equal(config_load(NULL, &fx->config, &errors), 0);
	fx->env = (struct job_env){.loop = fx->loop,
		.config = &fx->config->crawler,
		.url_rules = &url_rules_default,
		.log = &quiet,
		.keep = (struct keep *)&fake,
		.crawl_delay_max_ms = 1000};
	*state = fx;
	return 0;
}

static inline int teardown(void **state)
{
	struct fixture *fx = *state;

	job_free(fx->job);
	not_found_free(fx->not_found);
	config_free(fx->config);
	loop_free(fx->loop);
	clock_fake_set(-1);
	test_free(fx);
	return 0;
}

static inline struct lease lease_of(enum work_kind kind)
{
	return (struct lease){.url_number = 7,
		.lease_number = 8,
		.url = "http://a.cn/x.html",
		.source = "a",
		.kind = kind,
		.duration_ms = 60000,
		.delay_ms = 50,
		.etag = "\"old\"",
		.last_modified = "",
		.title = "",
		.publisher = "",
		.region = "",
		.link_selector = ""};
}

static inline void start(struct fixture *fx, enum work_kind kind)
{
	const struct lease lease = lease_of(kind);

	fx->job = job_start(&fx->env, &lease, on_done, fx);
}

static inline void answer_robots(enum robots_verdict verdict, bool requested)
{
	const struct robots_answer answer = {.verdict = verdict,
		.requested = requested,
		.crawl_delay_ms = 50,
		.retry_after_ms = verdict == ROBOTS_UNREACHABLE ? 7000 : 0,
		.error = "because"};

	fake.robots(fake.robots_arg, &answer);
}

static const char *headers = "", *target = "http://b.cn/y.html", *retry_after = NULL;

static inline void answer_transfer(int status, const char *body)
{
	struct transfer_result r = {.http_status = status,
		.headers = STRBUF_INIT,
		.body = STRBUF_INIT,
		.etag = "\"new\"",
		.content_type = "text/html; charset=utf-8",
		.location = target,
		.retry_after = retry_after};

	strbuf_add_str(&r.headers, headers);
	strbuf_add_str(&r.body, body);
	fake_transfer_answer(&r);
	strbuf_release(&r.headers);
	strbuf_release(&r.body);
}

static inline void run_pool(void)
{
	fake.pool.work(fake.pool.arg);
	fake.pool.done(fake.pool.arg);
}

static inline const struct result *result(struct fixture *fx)
{
	assert_int_equal(fx->n_done, 1);
	return job_result(fx->job);
}

/* The host's delay lies between robots.txt's word and the request. */
static inline void wait_for_request(struct fixture *fx)
{
	answer_robots(ROBOTS_ALLOWED, false);
	assert_null(fake_transfer.done);
	while (!fake_transfer.done)
		loop_turn(fx->loop, true);
}

#endif
