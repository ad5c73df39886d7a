/*
 * What a host shows for a page that cannot exist, against fakes of robots,
 * transfer, pool and keep: the test is the host.
 */
#include "crawler/not_found.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/config.h"
#include "crawler/keep.h"
#include "crawler/pool.h"
#include "tests/cmocka_all.h"
#include "tests/crawler/fake_transfer.h"

#define PAGE   "http://a.cn/zw/t20250528_7.html"
#define PROBE  "http://a.cn/zw/t9"
#define HOME   "http://a.cn/"
#define HEAD   "<title>江城网</title><div class=nav><a href=/>首页</a></div>"
#define LOST   HEAD "<p>很遗憾，这里什么也没有，请检查地址是否正确，或者从首页重新开始。</p>"
#define NOTICE HEAD "<p>各位读者，本站今晚更换设备，明天早上八点恢复，谢谢大家的理解。</p>"
#define STORY                                                                                                                           \
	HEAD "<h1>机器人走进社区</h1><p>昨天上午，一台会下棋的机器人来到河边的社区活动室，二十多位" \
	     "居民轮流与它对弈，现场十分热闹。</p><p>机器人将在这里停留三个月，居民可以预约参加。</p>"
#define FRONT HEAD "<h2>今日要闻</h2><p>江城三个智能算力中心年内建成，企业开放场景获得支持。</p>"

static struct {
	robots_done_fn *robots;
	void *robots_arg;
	pool_fn *work, *read;
	void *pool_arg;
	char robots_url[256];
	char key[256];
	struct store_robots saved;
	int n_saved, n_cancelled;
} fake;

struct robots_query *robots_query_start(struct robots_cache *c,
	const struct robots_request *request, robots_done_fn *done, void *arg)
{
	(void)c;
	fake.robots = done;
	fake.robots_arg = arg;
	snprintf(fake.robots_url, sizeof fake.robots_url, "%s", request->url);
	assert_true(request->is_after_request);
	return (struct robots_query *)&fake;
}

void robots_query_cancel(struct robots_query *q)
{
	fake.n_cancelled += q != NULL;
}

void pool_submit(struct pool *p, pool_fn *work, pool_fn *done, void *arg)
{
	(void)p;
	fake.work = work;
	fake.read = done;
	fake.pool_arg = arg;
}

void keep_robots(struct keep *k, const char *key, const struct store_robots *robots)
{
	(void)k;
	fake.n_saved++;
	fake.saved = *robots;
	snprintf(fake.key, sizeof fake.key, "%s", key);
}

struct fixture {
	struct loop *loop;
	struct config *config;
	struct job_env env;
	struct not_found *n;
	struct not_found_query *query;
	struct likeness page;
	enum not_found_answer answer; /* NOT_FOUND_PENDING until there is one */
	int64_t now_ms;
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);
	STRBUF_LOCAL(errors);

	memset(&fake, 0, sizeof fake);
	fake_transfer_reset();
	fx->now_ms = 1764000000000;
	clock_fake_set(fx->now_ms);
	fx->loop = loop_new();
	assert_int_equal(config_load(NULL, &fx->config, &errors), 0);
	fx->env = (struct job_env){.loop = fx->loop, .config = &fx->config->crawler};
	fx->n = not_found_new(NULL, (struct keep *)&fake);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	not_found_free(fx->n);
	config_free(fx->config);
	loop_free(fx->loop);
	clock_fake_set(-1);
	test_free(fx);
	return 0;
}

static void later(struct fixture *fx, int64_t ms)
{
	fx->now_ms += ms;
	clock_fake_set(fx->now_ms);
}

static void on_answer(void *arg, enum not_found_answer answer, int64_t retry_after_ms)
{
	struct fixture *fx = arg;

	(void)retry_after_ms;
	assert_int_equal(fx->answer, NOT_FOUND_PENDING);
	fx->answer = answer;
	fx->query = NULL;
}

/* A page at @url was read. */
static void ask_for(struct fixture *fx, const char *url, const char *html, bool may_probe)
{
	CLEANUP(html_freep) struct html *h = html_parse(span_str(html));
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct block_list blocks;
	const struct not_found_request request = {.url = url,
		.page = &fx->page,
		.may_probe = may_probe,
		.look = {.env = &fx->env,
			.robots = {.url = url, .delay_ms = 10},
			.transfer = {.url = url,
				.etag = "\"1\"",
				.last_modified = "x",
				.body_max_bytes = 1 << 30},
			.pause_ms = 10,
			.ends_at_ms = clock_mono_ms() + 60000}};

	block_list_make(h, a, &blocks);
	likeness_make(h, &blocks, url, &fx->page);
	fx->answer = NOT_FOUND_PENDING;
	fake.robots = NULL;
	fake_transfer.done = NULL;
	fx->answer = not_found_ask(fx->n, &request, on_answer, fx, &fx->query);
}

static void ask(struct fixture *fx, const char *html)
{
	ask_for(fx, PAGE, html, true);
}

static void answer_robots(enum robots_verdict verdict)
{
	const struct robots_answer answer = {.verdict = verdict, .crawl_delay_ms = -1};
	robots_done_fn *done = fake.robots;

	assert_non_null(done);
	fake.robots = NULL;
	done(fake.robots_arg, &answer);
}

static void wait_for_request(struct fixture *fx)
{
	assert_null(fake_transfer.done);
	while (!fake_transfer.done)
		loop_turn(fx->loop, true);
}

static void answer_transfer(int status, const char *html)
{
	struct transfer_result r = {.http_status = status,
		.headers = STRBUF_INIT,
		.body = STRBUF_INIT,
		.content_type = "text/html; charset=utf-8",
		.location = status / 100 == 3 ? "http://a.cn/x" : NULL};

	strbuf_add_str(&r.body, html);
	fake.work = NULL;
	fake_transfer_answer(&r);
	strbuf_release(&r.headers);
	strbuf_release(&r.body);
	if (!fake.work)
		return;
	fake.work(fake.pool_arg);
	fake.read(fake.pool_arg);
}

/* One look of a query, at an address that begins like @url. */
static void serve(struct fixture *fx, const char *url, int status, const char *html)
{
	assert_int_equal(fx->answer, NOT_FOUND_PENDING);
	answer_robots(ROBOTS_ALLOWED);
	wait_for_request(fx);
	assert_memory_equal(fake_transfer.url, url, strlen(url));
	assert_string_equal(fake_transfer.url, fake.robots_url);
	answer_transfer(status, html);
}

static void test_not_found__an_honest_host_is_asked_once_a_week(void **state)
{
	struct fixture *fx = *state;

	ask(fx, STORY);
	serve(fx, PROBE, 404, LOST);
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
	ask(fx, LOST);
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
	later(fx, INT64_C(7) * 86400000 - 1);
	ask(fx, STORY);
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
	later(fx, 1);
	ask(fx, STORY);
	serve(fx, PROBE, 404, LOST);
	assert_int_equal(fake.n_saved, 2);
}

static void test_not_found__a_page_like_the_one_for_what_does_not_exist_is_gone(void **state)
{
	struct fixture *fx = *state;

	ask(fx, STORY);
	serve(fx, PROBE, 200, LOST);
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
	ask(fx, STORY);
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
	ask(fx, LOST);
	serve(fx, HOME, 200, FRONT);
	assert_int_equal(fx->answer, NOT_FOUND_GONE);
}

static void test_not_found__the_first_page_of_a_host_may_be_gone(void **state)
{
	struct fixture *fx = *state;

	ask(fx, LOST);
	serve(fx, PROBE, 200, LOST);
	serve(fx, HOME, 200, FRONT);
	assert_int_equal(fx->answer, NOT_FOUND_GONE);
}

/* Its notice was what the probe got, and is what every page is now. */
static void test_not_found__what_a_host_shows_for_everything_is_an_outage(void **state)
{
	struct fixture *fx = *state;

	ask(fx, NOTICE);
	serve(fx, PROBE, 200, NOTICE);
	serve(fx, HOME, 200, NOTICE);
	assert_int_equal(fx->answer, NOT_FOUND_EVERYTHING);
	/* and is not believed for a week */
	later(fx, 3600000);
	ask(fx, STORY);
	serve(fx, PROBE, 200, LOST);
	ask(fx, NOTICE);
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
}

static void test_not_found__an_outage_of_the_home_page_is_no_deletion(void **state)
{
	static const int statuses[] = {500, 502, 503, 429, 521, 412};
	struct fixture *fx = *state;

	ask(fx, STORY);
	serve(fx, PROBE, 200, LOST);
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		ask(fx, LOST);
		serve(fx, HOME, statuses[i], "");
		assert_int_equal(fx->answer, NOT_FOUND_EVERYTHING);
		later(fx, 1000);
	}
	ask(fx, LOST);
	serve(fx, HOME, 403, "");
	assert_int_equal(fx->answer, NOT_FOUND_UNSURE);
	ask(fx, LOST);
	answer_robots(ROBOTS_DENIED);
	assert_int_equal(fx->answer, NOT_FOUND_UNSURE);
	ask(fx, LOST);
	serve(fx, HOME, 302, "");
	assert_int_equal(fx->answer, NOT_FOUND_GONE);
}

static void test_not_found__of_a_row_of_pages_one_asks_for_the_home_page(void **state)
{
	struct fixture *fx = *state;

	ask(fx, LOST);
	serve(fx, PROBE, 200, LOST);
	serve(fx, HOME, 200, FRONT);
	ask_for(fx, "http://a.cn/zw/t20250528_8.html", LOST, false);
	assert_int_equal(fx->answer, NOT_FOUND_GONE);
	later(fx, 600000);
	ask(fx, LOST);
	serve(fx, HOME, 200, NOTICE);
	assert_int_equal(fx->answer, NOT_FOUND_GONE);
}

static void test_not_found__a_host_in_trouble_is_asked_again_in_an_hour(void **state)
{
	static const int statuses[] = {500, 429, 403, 412};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
		ask(fx, LOST);
		serve(fx, PROBE, statuses[i], LOST);
		assert_int_equal(fx->answer, NOT_FOUND_OWN);
		later(fx, 3600000 - 1);
		ask(fx, LOST);
		assert_int_equal(fx->answer, NOT_FOUND_OWN);
		later(fx, 1);
	}
}

static void test_not_found__a_page_that_sends_on_is_nothing_to_be_like(void **state)
{
	struct fixture *fx = *state;

	ask(fx, LOST);
	serve(fx, PROBE, 302, "");
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
	assert_int_equal(fake.saved.body.len, 0);
	assert_int_equal(fake.saved.expires_at_ms - fake.saved.fetched_at_ms,
		INT64_C(7) * 86400000);
}

static void test_not_found__only_an_article_is_worth_a_probe(void **state)
{
	struct fixture *fx = *state;

	ask_for(fx, PAGE, LOST, false);
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
	assert_null(fake.robots);
}

static void test_not_found__robots_txt_is_obeyed_and_nothing_learnt(void **state)
{
	struct fixture *fx = *state;

	ask(fx, STORY);
	answer_robots(ROBOTS_DENIED);
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
	assert_null(fake_transfer.done);
	assert_int_equal(fake.n_saved, 0);
}

static void test_not_found__nothing_is_asked_after_the_lease(void **state)
{
	struct fixture *fx = *state;

	ask(fx, STORY);
	later(fx, 59995); /* the pause would end behind it */
	answer_robots(ROBOTS_ALLOWED);
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
	assert_null(fake_transfer.done);
	assert_int_equal(fake.n_saved, 0);
}

static void test_not_found__the_probe_leaves_time_for_the_page(void **state)
{
	struct fixture *fx = *state;

	ask(fx, STORY);
	answer_robots(ROBOTS_ALLOWED);
	later(fx, 52000);
	wait_for_request(fx);
	assert_in_range(fake_transfer.request.timeout_ms, 1, 4000);
	assert_string_equal(fake_transfer.request.etag, "");
	assert_string_equal(fake_transfer.request.last_modified, "");
	assert_in_range(fake_transfer.request.body_max_bytes, 1, 1000000);
	answer_transfer(404, "");
}

static void test_not_found__what_is_known_is_known_by_its_origin(void **state)
{
	struct fixture *fx = *state;

	ask(fx, STORY);
	serve(fx, PROBE, 200, LOST);
	assert_string_equal(fake.key, "http://a.cn 404");
	ask_for(fx, "http://b.cn/zw/1.html", LOST, true);
	serve(fx, "http://b.cn/zw/9", 404, "");
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
	ask_for(fx, "http://a.cn:8080/zw/1.html", LOST, true);
	serve(fx, "http://a.cn:8080/zw/9", 404, "");
	assert_int_equal(fx->answer, NOT_FOUND_OWN);
}

static void test_not_found__cancelling_ends_what_is_pending(void **state)
{
	struct fixture *fx = *state;

	ask(fx, STORY);
	not_found_query_cancel(fx->query);
	assert_int_equal(fake.n_cancelled, 1);
	ask(fx, STORY);
	answer_robots(ROBOTS_ALLOWED);
	wait_for_request(fx);
	not_found_query_cancel(fx->query);
	assert_int_equal(fake_transfer.n_cancelled, 1);
	assert_int_equal(fx->answer, NOT_FOUND_PENDING);
}

/* Addresses. */

static void test_not_found__the_address_is_like_the_pages_and_cannot_exist(void **state)
{
	static const struct {
		const char *url, *before, *behind;
	} rows[] = {
		{"http://a.cn/zw/t20250528_7.html", "http://a.cn/zw/t9", ".html"},
		{"http://a.cn/art/2025/5/28/art_1_1001.html", "http://a.cn/art/2025/5/28/art_9",
			".html"},
		{"http://a.cn/post/7.html?SESSION=99999999", "http://a.cn/post/9", ".html"},
		{"http://a.cn/show.php?id=123&cat=7#x", "http://a.cn/show.php?id=9", ""},
		{"http://a.cn/?p=123", "http://a.cn/?p=9", ""},
		{"http://a.cn/2025/robots-meet-people.shtml", "http://a.cn/2025/nowhere-",
			".shtml"},
		{"http://a.cn/news/robots?v=2", "http://a.cn/news/nowhere-", ""},
		{"http://a.cn/news/robots/?from=list", "http://a.cn/news/robots/nowhere-", ""},
		{"http://a.cn/", "http://a.cn/nowhere-", ""},
	};
	static const char *const old[] = {"20250528", "_7", "1001", "123", "=7", "v=2", "SESSION"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(first);
		STRBUF_LOCAL(second);

		not_found_url(rows[i].url, &first);
		not_found_url(rows[i].url, &second);
		assert_string_equal(first.data, second.data);
		if (!span_starts_with(strbuf_span(&first), span_str(rows[i].before)) ||
			!span_ends_with(strbuf_span(&first), span_str(rows[i].behind)))
			fail_msg("%s: %s", rows[i].url, first.data);
		for (size_t k = 0; k < sizeof old / sizeof *old; k++)
			assert_null(strstr(first.data, old[k]));
	}
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_not_found__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_honest_host_is_asked_once_a_week),
		TEST(a_page_like_the_one_for_what_does_not_exist_is_gone),
		TEST(the_first_page_of_a_host_may_be_gone),
		TEST(what_a_host_shows_for_everything_is_an_outage),
		TEST(an_outage_of_the_home_page_is_no_deletion),
		TEST(of_a_row_of_pages_one_asks_for_the_home_page),
		TEST(a_host_in_trouble_is_asked_again_in_an_hour),
		TEST(a_page_that_sends_on_is_nothing_to_be_like),
		TEST(only_an_article_is_worth_a_probe),
		TEST(robots_txt_is_obeyed_and_nothing_learnt),
		TEST(nothing_is_asked_after_the_lease),
		TEST(the_probe_leaves_time_for_the_page),
		TEST(what_is_known_is_known_by_its_origin),
		TEST(cancelling_ends_what_is_pending),
		cmocka_unit_test(test_not_found__the_address_is_like_the_pages_and_cannot_exist),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
