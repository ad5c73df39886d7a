/*
 * The job's machine against fakes: robots, transfer, pool and keep remember
 * who waits, and the test is the world.
 */
#include "crawler/job.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "crawler/fetch/robots_cache.h"
#include "crawler/fetch/transfer.h"
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

static void on_done(void *arg, struct job *job)
{
	struct fixture *fx = arg;

	(void)job;
	fx->n_done++;
}

static int setup(void **state)
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

static int teardown(void **state)
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

static struct lease lease_of(enum work_kind kind)
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

static void start(struct fixture *fx, enum work_kind kind)
{
	const struct lease lease = lease_of(kind);

	fx->job = job_start(&fx->env, &lease, on_done, fx);
}

static void answer_robots(enum robots_verdict verdict, bool requested)
{
	const struct robots_answer answer = {.verdict = verdict,
		.requested = requested,
		.crawl_delay_ms = 50,
		.retry_after_ms = verdict == ROBOTS_UNREACHABLE ? 7000 : 0,
		.error = "because"};

	fake.robots(fake.robots_arg, &answer);
}

static const char *headers = "", *target = "http://b.cn/y.html", *retry_after = NULL;

static void answer_transfer(int status, const char *body)
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

static void run_pool(void)
{
	fake.pool.work(fake.pool.arg);
	fake.pool.done(fake.pool.arg);
}

static const struct result *result(struct fixture *fx)
{
	assert_int_equal(fx->n_done, 1);
	return job_result(fx->job);
}

static void test_job__an_article_is_reported_once_it_is_kept(void **state)
{
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	assert_string_equal(fake_transfer.request.etag, "\"old\"");
	answer_transfer(200, article);
	run_pool();
	assert_int_equal(fx->n_done, 0);
	memset(&fake.record->story, 0xAB, sizeof fake.record->story); /* as the store decides */
	fake.keep_page(fake.keep_arg, 0, SAVE_NEW);
	assert_int_equal(result(fx)->outcome, OUTCOME_OK);
	assert_int_equal(result(fx)->lease_number, 8);
	assert_string_equal(result(fx)->story, "abababababababababababababababab");
	assert_true(result(fx)->changed);
	assert_string_equal(result(fx)->etag, "\"new\"");
	assert_int_equal(strlen(result(fx)->page), 32);
}

/*
 * Symptom: an article that stood under another's address until that was fetched, too, was
 * never seen again: it had not been modified.
 */
static void test_job__what_is_kept_under_another_address_is_read_in_full_each_time(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(body);

	strbuf_add_str(&body, "<link rel=canonical href='http://a.cn/y.html'>");
	strbuf_add_str(&body, article);
	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(200, body.data);
	run_pool();
	assert_string_equal(fake.record->url, "http://a.cn/y.html");
	fake.keep_page(fake.keep_arg, 0, SAVE_NEW);
	assert_int_equal(result(fx)->outcome, OUTCOME_OK);
	assert_string_equal(result(fx)->etag, "");
}

static void test_job__only_a_large_answer_waits_for_others_to_be_read(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(body);

	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(200, article);
	assert_false(fake.pool.large);
	job_free(fx->job);
	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	while (body.len <= 1 << 20)
		strbuf_add_str(&body, article);
	answer_transfer(200, body.data);
	assert_true(fake.pool.large);
}

static void test_job__what_could_not_be_kept_is_not_reported(void **state)
{
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(200, article);
	run_pool();
	fake.keep_page(fake.keep_arg, -ERR_NOSPACE, SAVE_NEW);
	loop_turn(fx->loop, true);
	assert_null(result(fx));
	assert_true(job_is_unkept(fx->job));
}

static void test_job__disallowed_is_never_requested(void **state)
{
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_DENIED, true);
	assert_null(fake_transfer.done);
	assert_int_equal(result(fx)->outcome, OUTCOME_ROBOTS);
	assert_int_equal(result(fx)->crawl_delay_ms, 50);
}

static void test_job__an_unreachable_robots_txt_is_an_outage(void **state)
{
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_UNREACHABLE, true);
	assert_null(fake_transfer.done);
	assert_int_equal(result(fx)->outcome, OUTCOME_DOWN);
	assert_int_equal(result(fx)->retry_after_ms, 7000);
}

static void test_job__a_robots_txt_that_was_not_heard_in_time_is_no_outage(void **state)
{
	struct fixture *fx = *state;

	for (int i = 0; i < 2; i++) {
		start(fx, i ? WORK_ROBOTS : WORK_PAGE);
		answer_robots(ROBOTS_LATE, true);
		while (fx->n_done == i)
			loop_turn(fx->loop, true);
		assert_null(job_result(fx->job));
		job_free(TAKE_PTR(fx->job));
	}
}

/* An old copy allows the page, but its host has just asked for an hour without us. */
static void test_job__no_page_is_asked_for_while_robots_txt_is_to_wait(void **state)
{
	const struct robots_answer answer = {.requested = true,
		.crawl_delay_ms = -1,
		.retry_after_ms = 3600000};
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	fake.robots(fake.robots_arg, &answer);
	assert_null(fake_transfer.done);
	assert_int_equal(result(fx)->outcome, OUTCOME_THROTTLED);
	assert_int_equal(result(fx)->retry_after_ms, 3600000);
}

static void test_job__the_host_gets_its_pause_after_robots_txt(void **state)
{
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, true);
	assert_null(fake_transfer.done);
	while (!fake_transfer.done)
		loop_turn(fx->loop, true);
}

/* Symptom: the next crawler came sooner than the Crawl-delay after one that was killed with its result. */
static void test_job__a_crawl_delay_that_the_scheduler_does_not_know_is_kept(void **state)
{
	struct fixture *fx = *state;
	struct lease lease = lease_of(WORK_PAGE);

	lease.delay_ms = 10;
	fx->job = job_start(&fx->env, &lease, on_done, fx);
	answer_robots(ROBOTS_ALLOWED, false);
	assert_null(fake_transfer.done);
	while (!fake_transfer.done)
		loop_turn(fx->loop, true);
}

static void test_job__a_crawl_delay_over_the_limit_counts_as_the_limit(void **state)
{
	struct fixture *fx = *state;
	struct lease lease = lease_of(WORK_PAGE);

	fx->env.crawl_delay_max_ms = 20;
	lease.delay_ms = 20;
	fx->job = job_start(&fx->env, &lease, on_done, fx);
	answer_robots(ROBOTS_ALLOWED, false);
	assert_non_null(fake_transfer.done);
}

/* Symptom: a Crawl-delay of a day held one of the crawler's places for a day. */
static void test_job__a_pause_beyond_the_lease_gives_the_url_back(void **state)
{
	struct fixture *fx = *state;
	struct lease lease = lease_of(WORK_PAGE);

	lease.delay_ms = lease.duration_ms;
	fx->job = job_start(&fx->env, &lease, on_done, fx);
	answer_robots(ROBOTS_ALLOWED, true);
	while (!fx->n_done)
		loop_turn(fx->loop, true);
	assert_null(fake_transfer.done);
	assert_null(result(fx));
}

static void test_job__no_request_begins_after_the_lease(void **state)
{
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	clock_fake_set(1764000000000 + 60000);
	answer_robots(ROBOTS_ALLOWED, false);
	assert_null(fake_transfer.done);
	loop_turn(fx->loop, true);
	assert_null(result(fx));
}

static void test_job__a_redirect_is_reported_without_validators(void **state)
{
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(301, "");
	assert_int_equal(result(fx)->outcome, OUTCOME_MOVED);
	assert_string_equal(result(fx)->moved_to, "http://b.cn/y.html");
	assert_string_equal(result(fx)->etag, "");
}

static void answer_with_refresh(struct fixture *fx, const char *lines, const char *body)
{
	job_free(fx->job);
	fx->job = NULL;
	fx->n_done = 0;
	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	headers = lines;
	answer_transfer(200, body);
	headers = "";
}

static void test_job__a_refresh_header_sends_on_like_its_meta_tag(void **state)
{
	struct fixture *fx = *state;

	answer_with_refresh(fx, "HTTP/1.1 200 OK\r\nRefresh: 0; url=/y.html\r\n\r\n", "");
	assert_int_equal(result(fx)->outcome, OUTCOME_MOVED);
	assert_string_equal(result(fx)->moved_to, "http://a.cn/y.html");
	answer_with_refresh(fx, "HTTP/1.1 200 OK\r\nrefresh: 3;URL=http://b.cn/\r\n\r\n",
		"<p>稍候");
	assert_int_equal(result(fx)->outcome, OUTCOME_MOVED);
	answer_with_refresh(fx, "HTTP/1.1 200 OK\r\nRefresh: 30\r\n\r\n", "");
	assert_int_equal(result(fx)->outcome, OUTCOME_EMPTY);
}

static void test_job__an_article_that_sends_home_is_gone_and_a_list_is_not(void **state)
{
	struct fixture *fx = *state;

	target = "http://a.cn/";
	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(302, "");
	assert_int_equal(result(fx)->outcome, OUTCOME_GONE);
	assert_string_equal(result(fx)->moved_to, "");
	job_free(fx->job);
	fx->n_done = 0;
	start(fx, WORK_LISTING);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(302, "");
	assert_int_equal(result(fx)->outcome, OUTCOME_MOVED);
	target = "http://b.cn/y.html";
}

static void test_job__not_modified_is_a_visit(void **state)
{
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(304, "");
	fake.keep_visit(fake.keep_arg, 0, SAVE_UNCHANGED);
	assert_int_equal(result(fx)->outcome, OUTCOME_NOT_MODIFIED);
	assert_false(result(fx)->changed);
}

/* Symptom: it was believed, so that the page was never stored and counted as seen. */
static void test_job__not_modified_is_not_believed_without_our_validators(void **state)
{
	struct fixture *fx = *state;
	struct lease lease = lease_of(WORK_PAGE);

	lease.etag = "";
	fx->job = job_start(&fx->env, &lease, on_done, fx);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(304, "");
	assert_null(fake.keep_visit);
	assert_int_equal(result(fx)->outcome, OUTCOME_DOWN);
	assert_string_equal(result(fx)->etag, "");
}

static void test_job__a_failure_keeps_no_validator(void **state)
{
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(503, "busy");
	assert_int_equal(result(fx)->outcome, OUTCOME_THROTTLED);
	assert_string_equal(result(fx)->etag, "");
}

static void test_job__a_page_without_an_article_is_empty_and_not_kept(void **state)
{
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(200, "<html><body></body></html>");
	run_pool();
	assert_null(fake.keep_page);
	assert_int_equal(result(fx)->outcome, OUTCOME_EMPTY);
	assert_string_equal(result(fx)->etag, "");
}

static void test_job__directives_in_headers_are_heard(void **state)
{
	struct fixture *fx = *state;

	headers = "HTTP/1.1 200 OK\r\nx-robots-tag: otherbot: noindex\r\n"
		  "X-Robots-Tag: nofollow\r\n\r\n";
	start(fx, WORK_LISTING);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(200,
		"<a href='/art/2025/5/28/art_1_1001.html'>关于开放应用场景的若干措施</a>");
	headers = "";
	run_pool();
	assert_int_equal(result(fx)->outcome, OUTCOME_OK);
	assert_int_equal(result(fx)->n_items, 0);
	assert_non_null(strstr(result(fx)->error, "nofollow"));
}

/* Comparing. */

/* Page @n of the article; with @more it goes on. */
static void add_part(struct strbuf *out, int n, bool more)
{
	strbuf_printf(out,
		"<!DOCTYPE html><html lang='zh-CN'><head><title>机器人走进社区</title></head><body>"
		"<h1>机器人走进社区</h1><p>这里是第%d页，昨天上午一台会下棋的机器人来到河边的社区活动室，居民轮流与它对弈。</p>"
		"<p>第%d页还说，机器人将在这里停留三个月，每周安排两次教学活动，居民可以通过电话预约参加。</p>",
		n, n);
	if (more)
		strbuf_printf(out, "<div class='page'><a href='x_%d.html'>下一页</a></div>", n + 1);
	strbuf_add_str(out, "</body></html>");
}

static void answer_part(int status, int n, bool more)
{
	STRBUF_LOCAL(page);

	add_part(&page, n, more);
	fake.pool.work = NULL;
	answer_transfer(status, page.data);
	fake.robots = NULL;
	if (fake.pool.work)
		run_pool();
}

/* The first page has been read, and says that there are more. */
static void fetch_first_part(struct fixture *fx, int64_t duration_ms)
{
	struct lease lease = lease_of(WORK_PAGE);

	lease.delay_ms = 1;
	lease.duration_ms = duration_ms;
	fx->env.crawl_delay_max_ms = 1;
	fx->job = job_start(&fx->env, &lease, on_done, fx);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_part(200, 1, true);
}

/* The host's delay lies between robots.txt's word and the request. */
static void wait_for_request(struct fixture *fx)
{
	answer_robots(ROBOTS_ALLOWED, false);
	assert_null(fake_transfer.done);
	while (!fake_transfer.done)
		loop_turn(fx->loop, true);
}

static void assert_kept(struct fixture *fx, const char *first, const char *last)
{
	assert_non_null(fake.keep_page);
	assert_non_null(strstr(fake.record->text, first));
	assert_non_null(strstr(fake.record->text, last));
	fake.keep_page(fake.keep_arg, 0, SAVE_NEW);
	assert_int_equal(result(fx)->outcome, OUTCOME_OK);
}

static void test_job__an_article_in_parts_is_kept_as_one(void **state)
{
	struct fixture *fx = *state;

	fetch_first_part(fx, 60000);
	assert_null(fake.keep_page);
	wait_for_request(fx);
	assert_string_equal(fake_transfer.request.url, "http://a.cn/x_2.html");
	assert_string_equal(fake_transfer.request.etag, "");
	answer_part(200, 2, true);
	wait_for_request(fx);
	assert_string_equal(fake_transfer.request.url, "http://a.cn/x_3.html");
	answer_part(200, 3, false);
	run_pool(); /* all of it is read together */
	assert_kept(fx, "第1页", "第3页还说");
	assert_false(fake.record->is_partial);
	/* The first page's say nothing of the others. */
	assert_string_equal(result(fx)->etag, "");
}

static void test_job__a_part_that_a_list_names_is_a_page_of_its_own(void **state)
{
	struct fixture *fx = *state;
	struct lease lease = lease_of(WORK_PAGE);

	lease.url = "http://a.cn/x_2.html";
	fx->job = job_start(&fx->env, &lease, on_done, fx);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_part(200, 2, true);
	assert_kept(fx, "第2页", "第2页还说");
}

static void test_job__a_part_that_says_that_it_does_not_exist_is_none(void **state)
{
	struct fixture *fx = *state;

	fetch_first_part(fx, 60000);
	wait_for_request(fx);
	fake.pool.work = NULL;
	answer_transfer(200,
		"<html><head><title>404 页面不存在</title></head><body><h1>页面不存在</h1>"
		"<p>您访问的页面不存在或已删除。</p></body></html>");
	fake.robots = NULL;
	run_pool();
	assert_kept(fx, "第1页", "第1页还说");
	assert_true(fake.record->is_partial);
}

/* Symptom: each reading took a reference and the last one was given back; the sanitizer told. */
static void test_job__parts_and_first_page_share_their_gazetteers(void **state)
{
	struct fixture *fx = *state;
	struct gazetteers *g = NULL;
	STRBUF_LOCAL(errors);

	assert_int_equal(gazetteers_load("/nonexistent/a", "/nonexistent/b", &g, &errors), 0);
	fx->env.gazetteers = g;
	fetch_first_part(fx, 60000);
	wait_for_request(fx);
	answer_part(200, 2, false);
	run_pool();
	assert_kept(fx, "第1页", "第2页还说");
	fx->env.gazetteers = NULL;
	gazetteers_unref(g);
}

static void test_job__without_a_part_the_rest_is_kept_and_comes_again_in_full(void **state)
{
	struct fixture *fx = *state;

	fetch_first_part(fx, 60000);
	wait_for_request(fx);
	answer_part(200, 2, true);
	wait_for_request(fx);
	answer_part(500, 3, false);
	run_pool();
	assert_kept(fx, "第1页", "第2页还说");
	assert_null(strstr(fake.record->text, "第3页"));
	assert_true(fake.record->is_partial);
	assert_string_equal(result(fx)->etag, "");
}

static void test_job__no_part_is_asked_for_after_the_lease(void **state)
{
	struct fixture *fx = *state;

	fetch_first_part(fx, 500);
	assert_null(fake.robots);
	assert_kept(fx, "第1页", "第1页还说");
	assert_string_equal(result(fx)->etag, "");
}

static void test_job__parts_that_lead_in_a_circle_end(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(page);

	fetch_first_part(fx, 60000);
	wait_for_request(fx);
	add_part(&page, 2, false);
	strbuf_add_str(&page, "<div class='page'><a href='x_2.html'>下一页</a></div>");
	answer_transfer(200, page.data);
	run_pool();
	run_pool();
	assert_kept(fx, "第1页", "第2页还说");
}

static void test_job__freeing_ends_the_wait_for_a_part(void **state)
{
	struct fixture *fx = *state;

	fetch_first_part(fx, 60000);
	job_free(TAKE_PTR(fx->job));
	assert_int_equal(fake.n_cancelled, 1);
}

static const char lost[] =
	"<!DOCTYPE html><html lang='zh-CN'><head><title>江城网</title></head><body><p>很遗憾，没有读者想看的"
	"内容，它可能从来没有发表过，也可能已经搬到别处，请从首页重新开始。</p></body></html>";

/* A page is fetched and read. */
static void fetch_page(struct fixture *fx, const char *title, const char *body)
{
	struct lease lease = lease_of(WORK_PAGE);

	if (!fx->not_found)
		fx->not_found = not_found_new(NULL, NULL);
	fx->env.not_found = fx->not_found;
	lease.title = title;
	lease.delay_ms = 1;
	fx->env.crawl_delay_max_ms = 1;
	fx->job = job_start(&fx->env, &lease, on_done, fx);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_transfer(200, body);
	fake.robots = NULL;
	run_pool();
}

/* What the host shows at another address that it is asked for. */
static void show(struct fixture *fx, int status, const char *body)
{
	answer_robots(ROBOTS_ALLOWED, false);
	while (!fake_transfer.done)
		loop_turn(fx->loop, true);
	fake.pool.work = NULL;
	answer_transfer(status, body);
	fake.robots = NULL;
	if (fake.pool.work)
		run_pool();
}

static void test_job__what_a_host_shows_for_no_page_is_gone_and_not_kept(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "机器人走进社区", lost);
	show(fx, 200, lost);
	show(fx, 200, article);
	assert_null(fake.keep_page);
	assert_int_equal(result(fx)->outcome, OUTCOME_GONE);
	assert_string_equal(result(fx)->etag, "");
}

static void test_job__what_a_host_shows_for_everything_is_an_outage(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "机器人走进社区", lost);
	show(fx, 200, lost);
	show(fx, 200, lost);
	assert_null(fake.keep_page);
	assert_int_equal(result(fx)->outcome, OUTCOME_DOWN);
	assert_string_equal(result(fx)->etag, "");
}

/* Symptom: the host was asked again after its usual delay. */
static void test_job__retry_after_counts_whatever_it_is_an_answer_to(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "", article);
	retry_after = "3600";
	show(fx, 429, "");
	retry_after = NULL;
	fake.keep_page(fake.keep_arg, 0, SAVE_NEW);
	assert_int_equal(result(fx)->outcome, OUTCOME_OK);
	assert_int_equal(result(fx)->retry_after_ms, 3600000);
}

static void test_job__an_article_that_is_its_own_is_kept(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "", article);
	show(fx, 404, "");
	fake.keep_page(fake.keep_arg, 0, SAVE_NEW);
	assert_int_equal(result(fx)->outcome, OUTCOME_OK);
	assert_string_equal(result(fx)->etag, "\"new\"");
}

static void test_job__an_article_with_its_lists_headline_is_not_doubted(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "机器人走进社区", article);
	assert_null(fake.robots);
	assert_non_null(fake.keep_page);
}

static void test_job__hosts_are_not_probed_against_the_setting(void **state)
{
	struct fixture *fx = *state;

	fx->config->crawler.not_found_probe = false;
	fetch_page(fx, "", article);
	assert_null(fake.robots);
	assert_non_null(fake.keep_page);
}

static void test_job__a_page_that_says_it_is_gone_needs_no_probe(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "", "<title>江城网</title><p>您访问的页面不存在。</p>");
	assert_null(fake.robots);
	assert_int_equal(result(fx)->outcome, OUTCOME_GONE);
}

static void test_job__freeing_ends_a_comparison(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "", article);
	job_free(TAKE_PTR(fx->job));
	assert_int_equal(fake.n_cancelled, 1);
}

static void test_job__freeing_cancels_what_is_pending(void **state)
{
	struct fixture *fx = *state;

	start(fx, WORK_PAGE);
	job_free(TAKE_PTR(fx->job));
	assert_int_equal(fake.n_cancelled, 1);
	start(fx, WORK_PAGE);
	answer_robots(ROBOTS_ALLOWED, false);
	job_free(TAKE_PTR(fx->job));
	assert_int_equal(fake_transfer.n_cancelled, 1);
	assert_int_equal(fx->n_done, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_job__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_article_is_reported_once_it_is_kept),
		TEST(what_is_kept_under_another_address_is_read_in_full_each_time),
		TEST(only_a_large_answer_waits_for_others_to_be_read),
		TEST(what_could_not_be_kept_is_not_reported),
		TEST(disallowed_is_never_requested),
		TEST(a_crawl_delay_that_the_scheduler_does_not_know_is_kept),
		TEST(a_crawl_delay_over_the_limit_counts_as_the_limit),
		TEST(an_unreachable_robots_txt_is_an_outage),
		TEST(a_robots_txt_that_was_not_heard_in_time_is_no_outage),
		TEST(the_host_gets_its_pause_after_robots_txt),
		TEST(no_page_is_asked_for_while_robots_txt_is_to_wait),
		TEST(a_pause_beyond_the_lease_gives_the_url_back),
		TEST(no_request_begins_after_the_lease),
		TEST(a_redirect_is_reported_without_validators),
		TEST(an_article_that_sends_home_is_gone_and_a_list_is_not),
		TEST(a_refresh_header_sends_on_like_its_meta_tag),
		TEST(not_modified_is_a_visit),
		TEST(not_modified_is_not_believed_without_our_validators),
		TEST(a_failure_keeps_no_validator),
		TEST(a_page_without_an_article_is_empty_and_not_kept),
		TEST(directives_in_headers_are_heard),
		TEST(what_a_host_shows_for_no_page_is_gone_and_not_kept),
		TEST(what_a_host_shows_for_everything_is_an_outage),
		TEST(an_article_that_is_its_own_is_kept),
		TEST(retry_after_counts_whatever_it_is_an_answer_to),
		TEST(an_article_with_its_lists_headline_is_not_doubted),
		TEST(hosts_are_not_probed_against_the_setting),
		TEST(a_page_that_says_it_is_gone_needs_no_probe),
		TEST(freeing_ends_a_comparison),
		TEST(an_article_in_parts_is_kept_as_one),
		TEST(parts_and_first_page_share_their_gazetteers),
		TEST(a_part_that_a_list_names_is_a_page_of_its_own),
		TEST(a_part_that_says_that_it_does_not_exist_is_none),
		TEST(without_a_part_the_rest_is_kept_and_comes_again_in_full),
		TEST(no_part_is_asked_for_after_the_lease),
		TEST(parts_that_lead_in_a_circle_end),
		TEST(freeing_ends_the_wait_for_a_part),
		TEST(freeing_cancels_what_is_pending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
