/*
 * The robots cache against a fake transfer that remembers what was asked; the
 * test is the site.
 */
#include "crawler/fetch/robots_cache.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "tests/cmocka_all.h"
#include "tests/crawler/fake_transfer.h"

#include <stdio.h>

#define NOW_MS  1764000000000
#define HOUR_MS INT64_C(3600000)

struct fixture {
	struct loop *loop;
	struct config *config;
	struct robots_cache *cache;
	struct robots_query *query;
	int n_answers;
	enum robots_verdict verdict;
	bool requested;
	int64_t retry_after_ms;
	char at[128];
};

static struct robots_cache *cache_new(struct fixture *fx)
{
	return robots_cache_new(
		&(struct robots_cache_options){.loop = fx->loop, .config = &fx->config->crawler});
}

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);
	STRBUF_LOCAL(errors);

	fake_transfer_reset();
	clock_fake_set(NOW_MS);
	fx->loop = loop_new();
	assert_int_equal(config_load(NULL, &fx->config, &errors), 0);
	fx->cache = cache_new(fx);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	robots_query_cancel(fx->query);
	robots_cache_free(fx->cache);
	config_free(fx->config);
	loop_free(fx->loop);
	clock_fake_set(-1);
	test_free(fx);
	return 0;
}

static void on_answer(void *arg, const struct robots_answer *answer)
{
	struct fixture *fx = arg;

	fx->query = NULL;
	fx->n_answers++;
	fx->verdict = answer->verdict;
	fx->requested = answer->requested;
	fx->retry_after_ms = answer->retry_after_ms;
	snprintf(fx->at, sizeof fx->at, "%s", answer->at ? answer->at : "");
}

static void ask(struct fixture *fx, int64_t delay_ms)
{
	const struct robots_request request = {.url = "http://a.cn/x/1.html",
		.delay_ms = delay_ms,
		.ends_at_ms = clock_mono_ms() + 60000};

	fx->query = robots_query_start(fx->cache, &request, on_answer, fx);
	loop_turn(fx->loop, true);
}

static void answer(enum transfer_fault fault, int status, const char *body, const char *location)
{
	struct transfer_result r = {.fault = fault,
		.http_status = status,
		.headers = STRBUF_INIT,
		.body = STRBUF_INIT,
		.location = location};

	strbuf_add_str(&r.body, body);
	fake_transfer_answer(&r);
	strbuf_release(&r.body);
}

static void answer_later(int status, const char *retry_after)
{
	struct transfer_result r = {.http_status = status,
		.headers = STRBUF_INIT,
		.body = STRBUF_INIT,
		.retry_after = retry_after};

	fake_transfer_answer(&r);
}

static void test_robots_cache__a_file_is_asked_for_once(void **state)
{
	struct fixture *fx = *state;

	ask(fx, 0);
	assert_string_equal(fake_transfer.url, "http://a.cn/robots.txt");
	answer(TRANSFER_OK, 200, "User-agent: *\nDisallow: /x/\n", NULL);
	assert_int_equal(fx->verdict, ROBOTS_DENIED);
	assert_true(fx->requested);
	ask(fx, 0);
	assert_int_equal(fx->n_answers, 2);
	assert_int_equal(fx->verdict, ROBOTS_DENIED);
	assert_false(fx->requested);
	assert_int_equal(fake_transfer.n_started, 1);
}

static void test_robots_cache__a_file_is_believed_for_a_day_whatever_the_clock_does(void **state)
{
	static const int64_t steps_ms[] = {24 * HOUR_MS, -48 * HOUR_MS};
	struct fixture *fx = *state;
	int64_t now_ms = NOW_MS;

	ask(fx, 0);
	answer(TRANSFER_OK, 200, "", NULL);
	for (int i = 0; i < 2; i++) {
		now_ms += steps_ms[i];
		clock_fake_set(now_ms);
		ask(fx, 0);
		assert_int_equal(fake_transfer.n_started, i + 2);
		answer(TRANSFER_OK, 200, "", NULL);
	}
}

/*
 * Symptom: a look asked for robots.txt right behind its job's page where the file could
 * not be had.
 */
static void test_robots_cache__behind_another_request_the_file_waits_for_the_hosts_delay(
	void **state)
{
	struct fixture *fx = *state;
	const struct robots_request request = {.url = "http://a.cn/x/1.html",
		.delay_ms = 20,
		.is_after_request = true,
		.ends_at_ms = clock_mono_ms() + 60000};

	fx->query = robots_query_start(fx->cache, &request, on_answer, fx);
	loop_turn(fx->loop, true);
	assert_int_equal(fake_transfer.n_started, 0);
	while (!fake_transfer.done)
		loop_turn(fx->loop, true);
	answer(TRANSFER_OK, 200, "", NULL);
	assert_int_equal(fx->verdict, ROBOTS_ALLOWED);
}

/*
 * Symptom: Retry-After of a robots.txt was not heard, and with an old copy the page was
 * asked for at once.
 */
static void test_robots_cache__when_to_come_again_is_told(void **state)
{
	struct fixture *fx = *state;

	ask(fx, 0);
	answer_later(503, "3600");
	assert_int_equal(fx->verdict, ROBOTS_UNREACHABLE);
	assert_int_equal(fx->retry_after_ms, HOUR_MS);
	ask(fx, 0);
	answer(TRANSFER_OK, 200, "", NULL);
	assert_int_equal(fx->retry_after_ms, 0);
	clock_fake_set(NOW_MS + 25 * HOUR_MS);
	ask(fx, 0);
	answer_later(429, "60");
	assert_int_equal(fx->verdict, ROBOTS_ALLOWED);
	assert_int_equal(fx->retry_after_ms, 60000);
}

/* Symptom: five redirects were five requests to one host without a pause. */
static void test_robots_cache__a_redirect_waits_for_the_hosts_delay(void **state)
{
	struct fixture *fx = *state;

	ask(fx, 20);
	answer(TRANSFER_OK, 301, "", "https://a.cn/robots.txt");
	loop_turn(fx->loop, false);
	assert_int_equal(fake_transfer.n_started, 1);
	while (!fake_transfer.done)
		loop_turn(fx->loop, true);
	assert_string_equal(fake_transfer.url, "https://a.cn/robots.txt");
	answer(TRANSFER_OK, 200, "User-agent: *\nDisallow: /\n", NULL);
	assert_int_equal(fx->verdict, ROBOTS_DENIED);
}

static void test_robots_cache__too_many_redirects_are_no_file(void **state)
{
	struct fixture *fx = *state;

	ask(fx, 0);
	for (int i = 0; i < 5; i++) {
		CLEANUP(freep) char *next = alloc_printf("http://a.cn/again%d", i);

		answer(TRANSFER_OK, 302, "", next);
		while (!fake_transfer.done)
			loop_turn(fx->loop, true);
	}
	answer(TRANSFER_OK, 302, "", "http://a.cn/again5");
	assert_int_equal(fx->n_answers, 1);
	assert_int_equal(fx->verdict, ROBOTS_ALLOWED);
	assert_int_equal(fake_transfer.n_started, 6);
}

static void test_robots_cache__a_circle_of_redirects_is_asked_once(void **state)
{
	struct fixture *fx = *state;

	ask(fx, 0);
	answer(TRANSFER_OK, 302, "", "http://a.cn/again");
	while (!fake_transfer.done)
		loop_turn(fx->loop, true);
	answer(TRANSFER_OK, 302, "", "http://a.cn/again");
	assert_int_equal(fx->verdict, ROBOTS_ALLOWED);
	assert_int_equal(fake_transfer.n_started, 2);
}

/* Symptom: the other host was asked while another crawler had it. */
static void test_robots_cache__another_hosts_file_is_brought_in_by_who_has_that_host(void **state)
{
	const struct robots_request of_other = {.url = "http://b.cn/robots.txt",
		.ends_at_ms = clock_mono_ms() + 60000,
		.is_file = true};
	struct fixture *fx = *state;

	ask(fx, 0);
	answer(TRANSFER_OK, 301, "", "http://b.cn/robots.txt");
	assert_int_equal(fx->verdict, ROBOTS_ELSEWHERE);
	assert_string_equal(fx->at, "http://b.cn/robots.txt");
	fx->query = robots_query_start(fx->cache, &of_other, on_answer, fx);
	loop_turn(fx->loop, true);
	assert_string_equal(fake_transfer.url, "http://b.cn/robots.txt");
	answer(TRANSFER_OK, 200, "User-agent: *\nDisallow: /x/\n", NULL);
	assert_int_equal(fx->verdict, ROBOTS_ALLOWED);
	ask(fx, 0);
	assert_int_equal(fx->verdict, ROBOTS_DENIED);
	assert_false(fx->requested);
	assert_int_equal(fake_transfer.n_started, 2);
}

static void test_robots_cache__a_redirect_to_no_web_address_is_no_file(void **state)
{
	struct fixture *fx = *state;

	ask(fx, 0);
	answer(TRANSFER_OK, 301, "", "mailto:webmaster@a.cn");
	assert_int_equal(fx->verdict, ROBOTS_ALLOWED);
}

static void test_robots_cache__no_redirect_is_followed_after_the_end(void **state)
{
	struct fixture *fx = *state;

	ask(fx, 0);
	answer(TRANSFER_OK, 302, "", "http://a.cn/again");
	clock_fake_set(NOW_MS + 60000);
	loop_turn(fx->loop, true); /* the pause is over */
	assert_int_equal(fake_transfer.n_started, 1);
	assert_int_equal(fx->verdict, ROBOTS_LATE);
}

static void test_robots_cache__a_redirect_to_a_forbidden_address_is_guarded(void **state)
{
	struct fixture *fx = *state;

	ask(fx, 0);
	answer(TRANSFER_OK, 302, "", "https://a.cn/robots.txt");
	while (!fake_transfer.done)
		loop_turn(fx->loop, true);
	answer(TRANSFER_GUARDED, 0, "", NULL);
	assert_int_equal(fx->verdict, ROBOTS_GUARDED);
}

static void test_robots_cache__what_cannot_be_had_forbids_and_what_is_absent_allows(void **state)
{
	static const struct {
		enum transfer_fault fault;
		int status;
		enum robots_verdict verdict;
	} rows[] = {
		{TRANSFER_OK, 404, ROBOTS_ALLOWED},
		{TRANSFER_OK, 403, ROBOTS_ALLOWED},
		{TRANSFER_OK, 429, ROBOTS_UNREACHABLE},
		{TRANSFER_OK, 503, ROBOTS_UNREACHABLE},
		{TRANSFER_DNS, 0, ROBOTS_UNREACHABLE},
		{TRANSFER_TIMEOUT, 0, ROBOTS_UNREACHABLE},
		{TRANSFER_BROKEN, 200, ROBOTS_UNREACHABLE},
		{TRANSFER_LIMIT, 200, ROBOTS_UNREACHABLE},
		{TRANSFER_BUSY, 0, ROBOTS_LATE},
		{TRANSFER_GUARDED, 0, ROBOTS_GUARDED},
	};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		robots_cache_free(fx->cache);
		fx->cache = cache_new(fx);
		ask(fx, 0);
		answer(rows[i].fault, rows[i].status, "", NULL);
		if (fx->verdict != rows[i].verdict)
			fail_msg("row %zu: verdict %d", i, (int)fx->verdict);
	}
}

static void test_robots_cache__a_host_says_when_its_file_may_be_asked_for_again(void **state)
{
	struct fixture *fx = *state;
	struct transfer_result r = {.http_status = 503,
		.headers = STRBUF_INIT,
		.body = STRBUF_INIT,
		.retry_after = "120"};

	ask(fx, 0);
	fake_transfer_answer(&r);
	assert_int_equal(fx->verdict, ROBOTS_UNREACHABLE);
	assert_int_equal(fx->retry_after_ms, 120000);
	ask(fx, 0);
	answer(TRANSFER_OK, 404, "", NULL);
	assert_int_equal(fx->retry_after_ms, 0);
}

static void test_robots_cache__cancelling_during_a_pause_is_silent(void **state)
{
	struct fixture *fx = *state;

	ask(fx, 5);
	answer(TRANSFER_OK, 302, "", "http://a.cn/again");
	robots_query_cancel(TAKE_PTR(fx->query));
	loop_turn(fx->loop, true);
	assert_int_equal(fx->n_answers, 0);
	assert_int_equal(fake_transfer.n_started, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_robots_cache__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_file_is_asked_for_once),
		TEST(a_file_is_believed_for_a_day_whatever_the_clock_does),
		TEST(behind_another_request_the_file_waits_for_the_hosts_delay),
		TEST(when_to_come_again_is_told),
		TEST(a_redirect_waits_for_the_hosts_delay),
		TEST(too_many_redirects_are_no_file),
		TEST(a_circle_of_redirects_is_asked_once),
		TEST(another_hosts_file_is_brought_in_by_who_has_that_host),
		TEST(a_redirect_to_no_web_address_is_no_file),
		TEST(no_redirect_is_followed_after_the_end),
		TEST(a_redirect_to_a_forbidden_address_is_guarded),
		TEST(what_cannot_be_had_forbids_and_what_is_absent_allows),
		TEST(a_host_says_when_its_file_may_be_asked_for_again),
		TEST(cancelling_during_a_pause_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
