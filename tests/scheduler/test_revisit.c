#include "scheduler/revisit.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define MINUTE INT64_C(60000)
#define HOUR   (60 * MINUTE)
#define DAY    (24 * HOUR)

static const struct revisit_rules page = {.first_ms = HOUR, .max_ms = 30 * DAY};
static const struct revisit_rules source = {.first_ms = 10 * MINUTE,
	.max_ms = 30 * DAY,
	.is_constant = true};

static void test_revisit__a_source_keeps_its_interval(void **state)
{
	struct revisit_state s = {0};

	(void)state;
	for (int i = 0; i < 5; i++)
		assert_int_equal(revisit_next(&source, OUTCOME_OK, i == 0, &s), 10 * MINUTE);
	assert_int_equal(revisit_next(&source, OUTCOME_NOT_MODIFIED, false, &s), 10 * MINUTE);
	assert_int_equal(revisit_next(&source, OUTCOME_GONE, false, &s), 10 * MINUTE);
	assert_int_equal(revisit_next(&source, OUTCOME_ROBOTS, false, &s), 10 * MINUTE);
}

static void test_revisit__a_source_that_is_down_is_asked_sooner_but_not_rarer(void **state)
{
	struct revisit_state s = {0};
	int64_t last = 0;

	(void)state;
	assert_true(revisit_next(&source, OUTCOME_DOWN, false, &s) < MINUTE);
	for (int i = 0; i < 20; i++)
		last = revisit_next(&source, OUTCOME_DOWN, false, &s);
	assert_int_equal(last, 10 * MINUTE);
}

static void test_revisit__an_unchanged_page_is_seen_half_as_often_each_time(void **state)
{
	struct revisit_state s = {0};

	(void)state;
	assert_int_equal(revisit_next(&page, OUTCOME_OK, true, &s), HOUR);
	assert_int_equal(revisit_next(&page, OUTCOME_NOT_MODIFIED, false, &s), 2 * HOUR);
	assert_int_equal(revisit_next(&page, OUTCOME_OK, false, &s), 4 * HOUR);
	for (int i = 0; i < 40; i++)
		(void)revisit_next(&page, OUTCOME_NOT_MODIFIED, false, &s);
	assert_int_equal(s.interval_ms, 30 * DAY);
}

static void test_revisit__a_change_starts_again_from_the_first_interval(void **state)
{
	struct revisit_state s = {.interval_ms = 8 * DAY};

	(void)state;
	assert_int_equal(revisit_next(&page, OUTCOME_OK, true, &s), HOUR);
	assert_int_equal(revisit_next(&page, OUTCOME_OK, false, &s), 2 * HOUR);
}

static void test_revisit__gone_is_checked_slowly_and_then_never(void **state)
{
	struct revisit_state s = {0};

	(void)state;
	assert_int_equal(revisit_next(&page, OUTCOME_GONE, false, &s), HOUR);
	assert_int_equal(revisit_next(&page, OUTCOME_GONE, false, &s), DAY);
	assert_int_equal(revisit_next(&page, OUTCOME_GONE, false, &s), 7 * DAY);
	assert_int_equal(revisit_next(&page, OUTCOME_GONE, false, &s), REVISIT_NEVER);
}

static void test_revisit__failures_before_do_not_count_as_gone(void **state)
{
	struct revisit_state s = {0};

	(void)state;
	for (int i = 0; i < 9; i++)
		(void)revisit_next(&page, OUTCOME_DOWN, false, &s);
	assert_int_equal(revisit_next(&page, OUTCOME_GONE, false, &s), HOUR);
}

static void test_revisit__a_page_that_is_down_is_never_given_up(void **state)
{
	struct revisit_state s = {0};
	int64_t last = 0, before = 0;

	(void)state;
	for (int i = 0; i < 40; i++) {
		last = revisit_next(&page, OUTCOME_DOWN, false, &s);
		assert_true(last >= before && last <= REVISIT_BACKOFF_MAX);
		before = last;
	}
	assert_int_equal(last, REVISIT_BACKOFF_MAX);
	assert_int_equal(revisit_next(&page, OUTCOME_DOWN, false, &s), 30 * DAY);
}

static void test_revisit__backoff_doubles_up_to_six_hours(void **state)
{
	static const enum outcome kinds[] = {OUTCOME_THROTTLED, OUTCOME_CHALLENGE, OUTCOME_BLOCKED,
		OUTCOME_DOWN};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		int64_t first = revisit_backoff_ms(kinds[i], 1);

		assert_true(revisit_is_host_failure(kinds[i]) && first > 0);
		assert_int_equal(revisit_backoff_ms(kinds[i], 2), 2 * first);
		assert_int_equal(revisit_backoff_ms(kinds[i], 4000000000u), REVISIT_BACKOFF_MAX);
	}
}

static void test_revisit__chance_takes_up_to_a_fifth(void **state)
{
	int64_t least = HOUR, most = 0;

	(void)state;
	for (uint64_t chance = 0; chance < 3000; chance++) {
		int64_t ms = revisit_jitter(HOUR, chance * 7919);

		least = ms < least ? ms : least;
		most = ms > most ? ms : most;
	}
	assert_int_equal(most, HOUR);
	assert_int_equal(least, 48 * MINUTE);
	assert_int_equal(revisit_jitter(0, 77), 0);
	assert_int_equal(revisit_jitter(REVISIT_BACKOFF_MAX, UINT64_MAX),
		REVISIT_BACKOFF_MAX / 5 * 4);
}

static void test_revisit__what_one_url_does_is_not_the_hosts_fault(void **state)
{
	static const enum outcome kinds[] = {OUTCOME_OK, OUTCOME_NOT_MODIFIED, OUTCOME_GONE,
		OUTCOME_MOVED, OUTCOME_EMPTY, OUTCOME_TOO_LARGE, OUTCOME_NOT_TEXT, OUTCOME_ROBOTS,
		OUTCOME_GUARDED};

	(void)state;
	for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		assert_false(revisit_is_host_failure(kinds[i]));
		assert_int_equal(revisit_backoff_ms(kinds[i], 3), 0);
	}
}

static void test_revisit__how_long_an_answer_stays_fresh_is_a_hint(void **state)
{
	const struct revisit_rules list = {600 * INT64_C(1000), 3600 * INT64_C(1000), true};
	const struct revisit_rules brief = {HOUR, 2 * HOUR, false};

	(void)state;
	assert_int_equal(revisit_heed_fresh(&list, 600 * INT64_C(1000), -1), 600 * INT64_C(1000));
	assert_int_equal(revisit_heed_fresh(&list, 600 * INT64_C(1000), 60 * INT64_C(1000)),
		600 * INT64_C(1000));
	assert_int_equal(revisit_heed_fresh(&list, 600 * INT64_C(1000), 900 * INT64_C(1000)),
		900 * INT64_C(1000));
	assert_int_equal(revisit_heed_fresh(&list, 600 * INT64_C(1000), 365 * DAY),
		1200 * INT64_C(1000));
	assert_int_equal(revisit_heed_fresh(&page, HOUR, 365 * DAY), DAY);
	assert_int_equal(revisit_heed_fresh(&page, 8 * DAY, 365 * DAY), 8 * DAY);
	assert_int_equal(revisit_heed_fresh(&brief, HOUR, 365 * DAY), 2 * HOUR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_revisit__a_source_keeps_its_interval),
		cmocka_unit_test(test_revisit__a_source_that_is_down_is_asked_sooner_but_not_rarer),
		cmocka_unit_test(test_revisit__an_unchanged_page_is_seen_half_as_often_each_time),
		cmocka_unit_test(test_revisit__a_change_starts_again_from_the_first_interval),
		cmocka_unit_test(test_revisit__gone_is_checked_slowly_and_then_never),
		cmocka_unit_test(test_revisit__failures_before_do_not_count_as_gone),
		cmocka_unit_test(test_revisit__a_page_that_is_down_is_never_given_up),
		cmocka_unit_test(test_revisit__backoff_doubles_up_to_six_hours),
		cmocka_unit_test(test_revisit__chance_takes_up_to_a_fifth),
		cmocka_unit_test(test_revisit__what_one_url_does_is_not_the_hosts_fault),
		cmocka_unit_test(test_revisit__how_long_an_answer_stays_fresh_is_a_hint),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
