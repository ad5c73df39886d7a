/* Pages that are held against what their host shows for none. */
#include "tests/crawler/job_fixture.h"

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

static void test_job_page__what_a_host_shows_for_no_page_is_gone_and_not_kept(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "机器人走进社区", lost);
	show(fx, 200, lost);
	show(fx, 200, article);
	assert_null(fake.keep_page);
	assert_int_equal(result(fx)->outcome, OUTCOME_GONE);
	assert_string_equal(result(fx)->etag, "");
}

static void test_job_page__what_a_host_shows_for_everything_is_an_outage(void **state)
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
static void test_job_page__retry_after_counts_whatever_it_is_an_answer_to(void **state)
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

static void test_job_page__an_article_that_is_its_own_is_kept(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "", article);
	show(fx, 404, "");
	fake.keep_page(fake.keep_arg, 0, SAVE_NEW);
	assert_int_equal(result(fx)->outcome, OUTCOME_OK);
	assert_string_equal(result(fx)->etag, "\"new\"");
}

static void test_job_page__an_article_with_its_lists_headline_is_not_doubted(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "机器人走进社区", article);
	assert_null(fake.robots);
	assert_non_null(fake.keep_page);
}

static void test_job_page__hosts_are_not_probed_against_the_setting(void **state)
{
	struct fixture *fx = *state;

	fx->config->crawler.not_found_probe = false;
	fetch_page(fx, "", article);
	assert_null(fake.robots);
	assert_non_null(fake.keep_page);
}

static void test_job_page__a_page_that_says_it_is_gone_needs_no_probe(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "", "<title>江城网</title><p>您访问的页面不存在。</p>");
	assert_null(fake.robots);
	assert_int_equal(result(fx)->outcome, OUTCOME_GONE);
}

static void test_job_page__freeing_ends_a_comparison(void **state)
{
	struct fixture *fx = *state;

	fetch_page(fx, "", article);
	job_free(TAKE_PTR(fx->job));
	assert_int_equal(fake.n_cancelled, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_job_page__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_a_host_shows_for_no_page_is_gone_and_not_kept),
		TEST(what_a_host_shows_for_everything_is_an_outage),
		TEST(an_article_that_is_its_own_is_kept),
		TEST(retry_after_counts_whatever_it_is_an_answer_to),
		TEST(an_article_with_its_lists_headline_is_not_doubted),
		TEST(hosts_are_not_probed_against_the_setting),
		TEST(a_page_that_says_it_is_gone_needs_no_probe),
		TEST(freeing_ends_a_comparison),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
