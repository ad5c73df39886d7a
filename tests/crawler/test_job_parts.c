/* Articles in several pages. */
#include "tests/crawler/job_fixture.h"

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

static void assert_kept(struct fixture *fx, const char *first, const char *last)
{
	assert_non_null(fake.keep_page);
	assert_non_null(strstr(fake.record->text, first));
	assert_non_null(strstr(fake.record->text, last));
	fake.keep_page(fake.keep_arg, 0, SAVE_NEW);
	assert_int_equal(result(fx)->outcome, OUTCOME_OK);
}

static void test_job_parts__an_article_in_parts_is_kept_as_one(void **state)
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

static void test_job_parts__a_part_that_a_list_names_is_a_page_of_its_own(void **state)
{
	struct fixture *fx = *state;
	struct lease lease = lease_of(WORK_PAGE);

	lease.url = "http://a.cn/x_2.html";
	fx->job = job_start(&fx->env, &lease, on_done, fx);
	answer_robots(ROBOTS_ALLOWED, false);
	answer_part(200, 2, true);
	assert_kept(fx, "第2页", "第2页还说");
}

static void test_job_parts__a_part_that_says_that_it_does_not_exist_is_none(void **state)
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
static void test_job_parts__parts_and_first_page_share_their_gazetteers(void **state)
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

static void test_job_parts__without_a_part_the_rest_is_kept_and_comes_again_in_full(void **state)
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

static void test_job_parts__no_part_is_asked_for_after_the_lease(void **state)
{
	struct fixture *fx = *state;

	fetch_first_part(fx, 500);
	assert_null(fake.robots);
	assert_kept(fx, "第1页", "第1页还说");
	assert_string_equal(result(fx)->etag, "");
}

static void test_job_parts__parts_that_lead_in_a_circle_end(void **state)
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

static void test_job_parts__freeing_ends_the_wait_for_a_part(void **state)
{
	struct fixture *fx = *state;

	fetch_first_part(fx, 60000);
	job_free(TAKE_PTR(fx->job));
	assert_int_equal(fake.n_cancelled, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_job_parts__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_article_in_parts_is_kept_as_one),
		TEST(parts_and_first_page_share_their_gazetteers),
		TEST(a_part_that_a_list_names_is_a_page_of_its_own),
		TEST(a_part_that_says_that_it_does_not_exist_is_none),
		TEST(without_a_part_the_rest_is_kept_and_comes_again_in_full),
		TEST(no_part_is_asked_for_after_the_lease),
		TEST(parts_that_lead_in_a_circle_end),
		TEST(freeing_ends_the_wait_for_a_part),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
