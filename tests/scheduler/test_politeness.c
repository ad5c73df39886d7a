/* When a host may be asked: one lease at a time, and its delays. */
#include "tests/scheduler/planner_fixture.h"

static void test_politeness__a_host_has_one_lease_over_all_workers(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, two);
	l = take(fx, "w");
	assert_int_equal(ask(fx, "other", 10), 0);
	finish(fx, "w", &l, OUTCOME_OK);
	assert_int_equal(ask(fx, "other", 10), 0);
	assert_free_after(fx, "other", DELAY_MS);
}

static void test_politeness__the_delay_counts_from_the_result(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, two);
	l = take(fx, "w");
	later(fx, 60 * SECOND);
	finish(fx, "w", &l, OUTCOME_OK);
	assert_free_after(fx, "w", DELAY_MS);
}

static void test_politeness__port_and_scheme_do_not_make_another_host(void **state)
{
	static const char *const urls[] = {"http://a.cn:8080/1", "https://a.cn/2",
		"http://b.a.cn/3", NULL};
	struct fixture *fx = *state;

	start_with(fx, urls);
	assert_int_equal(ask(fx, "w", 10), 2);
}

static void test_politeness__the_delay_survives_a_restart(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, two);
	l = take(fx, "w");
	finish(fx, "w", &l, OUTCOME_OK);
	reopen(fx);
	assert_free_after(fx, "w", DELAY_MS);
}

static void test_politeness__a_sources_own_delay_replaces_the_default(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	set_sources(fx,
		"sources:\n- {name: list, url: 'http://a.cn/', kind: listing, delay_ms: 0}\n");
	l = take(fx, "w");
	assert_int_equal(l.delay_ms, 0);
	show(fx, "w", &l, two);
	l = take(fx, "w");
	finish(fx, "w", &l, OUTCOME_OK);
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_politeness__the_longest_delay_of_the_sources_of_a_host_counts(void **state)
{
	struct fixture *fx = *state;

	set_sources(fx,
		"sources:\n- {name: b, url: 'http://a.cn/x', delay_ms: 9000}\n"
		"- {name: list, url: 'http://a.cn/', delay_ms: 0}\n");
	assert_int_equal(take(fx, "w").delay_ms, 9000);
}

static void test_politeness__a_crawl_delay_of_robots_raises_the_delay_up_to_the_cap(void **state)
{
	struct fixture *fx = *state;
	struct lease l;
	struct result r;

	start_with(fx, two);
	l = take(fx, "w");
	r = result_of(&l, OUTCOME_OK);
	r.crawl_delay_ms = 10 * SECOND;
	report(fx, "w", &r);
	later(fx, 10 * SECOND - 1);
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, 1);
	l = take(fx, "w");
	assert_int_equal(l.delay_ms, 10 * SECOND);
	r = result_of(&l, OUTCOME_OK);
	r.crawl_delay_ms = DAY;
	report(fx, "w", &r);
	later(fx, DAY);
	assert_int_equal(take(fx, "w").delay_ms, 60 * SECOND);
}

static void test_politeness__a_crawl_delay_below_the_delay_changes_nothing(void **state)
{
	struct fixture *fx = *state;
	struct lease l;
	struct result r;

	start_with(fx, two);
	l = take(fx, "w");
	r = result_of(&l, OUTCOME_OK);
	r.crawl_delay_ms = 1;
	report(fx, "w", &r);
	later(fx, DELAY_MS);
	assert_int_equal(take(fx, "w").delay_ms, DELAY_MS);
}

static void test_politeness__retry_after_is_honoured(void **state)
{
	struct fixture *fx = *state;
	struct lease l;
	struct result r;

	start_with(fx, two);
	l = take(fx, "w");
	r = result_of(&l, OUTCOME_THROTTLED);
	r.retry_after_ms = HOUR;
	report(fx, "w", &r);
	assert_free_after(fx, "w", HOUR);
}

/* "b.cn." is "b.cn" to DNS: two requests at once went to one server. */
static void test_politeness__a_host_with_a_trailing_dot_is_the_same(void **state)
{
	struct fixture *fx = *state;
	const struct admin_request q = {ADMIN_ADD,
		(struct span[]){SPAN_LITERAL("http://b.cn/1.html"),
			SPAN_LITERAL("http://b.cn./2.html"),
			SPAN_LITERAL("http://B.CN:8080/3.html")},
		3};
	STRBUF_LOCAL(out);

	ask(fx, "w", 10);
	assert_int_equal(planner_begin(fx->p), 0);
	assert_true(admin_handle(fx->p, &q, &out));
	assert_int_equal(planner_commit(fx->p), 0);
	assert_int_equal(ask(fx, "w", 10), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_politeness__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_host_has_one_lease_over_all_workers),
		TEST(the_delay_counts_from_the_result),
		TEST(port_and_scheme_do_not_make_another_host),
		TEST(the_delay_survives_a_restart),
		TEST(a_sources_own_delay_replaces_the_default),
		TEST(the_longest_delay_of_the_sources_of_a_host_counts),
		TEST(a_crawl_delay_of_robots_raises_the_delay_up_to_the_cap),
		TEST(a_crawl_delay_below_the_delay_changes_nothing),
		TEST(retry_after_is_honoured),
		TEST(a_host_with_a_trailing_dot_is_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
