#include "scheduler/coverage.h"
#include "tests/scheduler/planner_fixture.h"

/* The fates of all items as "1.html stored ok; 2.html lost gone; ". */
static void read_fates(struct fixture *fx, struct strbuf *out)
{
	CLEANUP(freep) char *path = alloc_printf("%s/frontier", fx->folder);
	CLEANUP(freep) char *error = NULL;
	CLEANUP(coverage_closep) struct coverage *c = NULL;
	struct coverage_item item;
	int more;

	/* One environment a process: the planner's is closed meanwhile, as after a kill. */
	planner_close(fx->p);
	fx->p = NULL;
	strbuf_clear(out);
	if (coverage_open(path, NULL, &c, &error) < 0)
		fail_msg("%s", error);
	while ((more = coverage_next(c, &item)) == 1) {
		struct span name = span_from_offset(item.url, strlen("http://a.cn/"));

		assert_string_equal(item.source, "list");
		assert_in_range(item.seen_ms, START_MS, START_MS + DAY);
		strbuf_printf(out, "%.*s %s %s; ", (int)name.len, name.data,
			coverage_fate_str(item.fate),
			item.was_fetched ? outcome_str(item.outcome) : "-");
	}
	assert_int_equal(more, 0);
	coverage_close(TAKE_PTR(c));
	open_planner(fx);
}

/* Items of a list that nobody looks at again during the test. */
static void start_slowly(struct fixture *fx, const char *const *urls)
{
	planner_close(fx->p);
	fx->p = NULL;
	load_config(fx, "scheduler: {listing_interval_s: 2592000, page_interval_s: 2592000}\n");
	open_planner(fx);
	start_with(fx, urls);
}

static void answer_at(struct fixture *fx, enum outcome outcome, const char *page,
	const char *moved_to, int64_t then_ms)
{
	struct lease l = take(fx, "w");
	struct result r = result_of(&l, outcome);

	r.page = page;
	r.moved_to = moved_to;
	report(fx, "w", &r);
	later(fx, then_ms);
}

static void answer(struct fixture *fx, enum outcome outcome, const char *page, const char *moved_to)
{
	/* Longer than any pause, shorter than a stored page's. */
	answer_at(fx, outcome, page, moved_to, DAY);
}

#define PAGE "00112233445566778899aabbccddeeff"

static void test_coverage__every_item_has_a_fate_and_a_reason(void **state)
{
	static const char *const urls[] = {"http://a.cn/1", "http://a.cn/2", "http://a.cn/3",
		"http://a.cn/4", "http://a.cn/5", NULL};
	struct fixture *fx = *state;
	STRBUF_LOCAL(fates);

	start_slowly(fx, urls);
	read_fates(fx, &fates);
	assert_string_equal(fates.data,
		"1 waiting -; 2 waiting -; 3 waiting -; 4 waiting -; 5 waiting -; ");
	answer(fx, OUTCOME_OK, PAGE, "");
	answer(fx, OUTCOME_GONE, "", "");
	answer(fx, OUTCOME_ROBOTS, "", "");
	answer(fx, OUTCOME_EMPTY, "", "");
	read_fates(fx, &fates);
	assert_string_equal(fates.data,
		"1 stored ok; 2 lost gone; 3 lost robots; 4 lost empty; 5 waiting -; ");
	answer(fx, OUTCOME_DOWN, "", "");
	read_fates(fx, &fates);
	assert_non_null(strstr(fates.data, "5 waiting down; "));
}

static void test_coverage__a_redirect_shares_the_fate_of_its_target(void **state)
{
	static const char *const urls[] = {"http://a.cn/1", "http://a.cn/2", "http://a.cn/3", NULL};
	struct fixture *fx = *state;
	STRBUF_LOCAL(fates);

	start_slowly(fx, urls);
	answer(fx, OUTCOME_MOVED, "", "http://a.cn/1b");
	answer(fx, OUTCOME_MOVED, "", "http://a.cn/2b");
	answer(fx, OUTCOME_MOVED, "", "ftp://a.cn/");
	read_fates(fx, &fates);
	assert_string_equal(fates.data, "1 waiting -; 2 waiting -; 3 lost moved; ");
	answer(fx, OUTCOME_OK, PAGE, "");
	answer(fx, OUTCOME_MOVED, "", "http://a.cn/2");
	read_fates(fx, &fates);
	assert_string_equal(fates.data, "1 stored ok; 2 lost moved; 3 lost moved; ");
}

/*
 * Symptom: what an item had led to before a list showed it itself was on no list when it
 * was lost.
 */
static void test_coverage__where_another_item_led_to_is_an_item_once_it_is_shown(void **state)
{
	static const char *const urls[] = {"http://a.cn/1", NULL};
	struct item item = {.url = "http://a.cn/2", .title = "题目", .kind = WORK_PAGE};
	struct fixture *fx = *state;
	STRBUF_LOCAL(fates);
	struct lease list = take(fx, "w");
	struct result r;

	show(fx, "w", &list, urls);
	later(fx, DELAY_MS);
	answer_at(fx, OUTCOME_MOVED, "", "http://a.cn/2", DELAY_MS);
	answer_at(fx, OUTCOME_GONE, "", "", LIST_MS);
	list = take(fx, "w");
	r = result_of(&list, OUTCOME_OK);
	r.items = &item;
	r.n_items = 1;
	report(fx, "w", &r);
	read_fates(fx, &fates);
	assert_string_equal(fates.data, "1 lost gone; 2 lost gone; ");
}

static void test_coverage__what_was_stored_once_stays_stored(void **state)
{
	static const char *const urls[] = {"http://a.cn/1", NULL};
	struct fixture *fx = *state;
	STRBUF_LOCAL(fates);

	start_slowly(fx, urls);
	answer(fx, OUTCOME_OK, PAGE, "");
	json_free(admin(fx, ADMIN_ADD, urls[0]));
	answer(fx, OUTCOME_GONE, "", "");
	read_fates(fx, &fates);
	assert_string_equal(fates.data, "1 stored gone; ");
}

static void test_coverage__a_frontier_that_is_not_there_is_an_error(void **state)
{
	CLEANUP(freep) char *error = NULL;
	struct coverage *c = NULL;

	(void)state;
	assert_true(coverage_open("/nonexistent/frontier", NULL, &c, &error) < 0);
	assert_non_null(strstr(error, "/nonexistent/frontier"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_coverage__every_item_has_a_fate_and_a_reason),
		TEST(test_coverage__a_redirect_shares_the_fate_of_its_target),
		TEST(test_coverage__where_another_item_led_to_is_an_item_once_it_is_shown),
		TEST(test_coverage__what_was_stored_once_stays_stored),
		TEST(test_coverage__a_frontier_that_is_not_there_is_an_error),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
