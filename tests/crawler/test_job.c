/* A lease from robots.txt to its result. */
#include "tests/crawler/job_fixture.h"

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
		TEST(freeing_cancels_what_is_pending),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
