#include "tests/web/rhythm.h"

#include "tests/cmocka_all.h"
#include "tests/web/china_time.h"

#define START_MS ((int64_t)1748509200000) /* Thursday, 2025-05-29 17:00 in China */
#define DAY_MS   ((int64_t)86400000)

static const enum rhythm_kind rhythms[] = {RHYTHM_STEADY, RHYTHM_BURSTS, RHYTHM_OFFICE,
	RHYTHM_SILENCE};

static void check_rhythm(const struct rhythm *r)
{
	int64_t before = INT64_MIN;

	for (uint32_t k = 0; k < r->n; k++) {
		int64_t ms = rhythm_time(r, k);

		assert_true(ms >= before);
		assert_true(rhythm_count(r, ms) >= k + 1);
		assert_true(rhythm_count(r, ms - 1) <= k);
		assert_true(k < r->n_old ? ms < r->start_ms && ms >= r->start_ms - r->past_ms - 1
					 : ms >= r->start_ms && ms < r->start_ms + r->span_ms);
		before = ms;
	}
	assert_int_equal(rhythm_count(r, r->start_ms + r->span_ms), r->n);
	assert_int_equal(rhythm_count(r, r->start_ms - 1), r->n_old);
}

static void test_rhythm__a_number_gives_a_time_and_the_time_the_number(void **state)
{
	static const int64_t spans_ms[] = {30000, 600000, DAY_MS, 8 * DAY_MS, 30 * DAY_MS};
	static const uint32_t sizes[] = {1, 2, 7, 60, 3000};

	(void)state;
	for (size_t i = 0; i < sizeof rhythms / sizeof *rhythms; i++)
		for (size_t k = 0; k < sizeof spans_ms / sizeof *spans_ms; k++)
			for (size_t m = 0; m < sizeof sizes / sizeof *sizes; m++)
				check_rhythm(&(struct rhythm){.kind = rhythms[i],
					.key = i + 10 * k,
					.n = sizes[m],
					.n_old = sizes[m] / 3,
					.start_ms = START_MS,
					.span_ms = spans_ms[k],
					.past_ms = 20 * DAY_MS});
}

static void test_rhythm__bursts_are_dozens_in_one_second(void **state)
{
	const struct rhythm r = {.kind = RHYTHM_BURSTS,
		.key = 5,
		.n = 500,
		.start_ms = START_MS,
		.span_ms = 3600000};
	int64_t first_ms = rhythm_time(&r, 0);
	uint32_t n = rhythm_count(&r, first_ms + 999);

	(void)state;
	assert_in_range(n, 30, 60);
	assert_int_equal(rhythm_count(&r, first_ms + 60000), n);
}

static void test_rhythm__offices_work_on_weekdays_from_nine_to_five(void **state)
{
	const struct rhythm r = {.kind = RHYTHM_OFFICE,
		.key = 5,
		.n = 2000,
		.start_ms = START_MS,
		.span_ms = 21 * DAY_MS};

	(void)state;
	for (uint32_t k = 0; k < r.n; k++) {
		int64_t ms = rhythm_time(&r, k), day = (ms + 8 * 3600000) / DAY_MS;

		assert_in_range(china_time_of(ms).hour, 9, 16);
		assert_in_range((day + 3) % 7, 0, 4); /* day 0 was a Thursday */
	}
}

static void test_rhythm__silence_lasts_from_the_middle_on(void **state)
{
	const struct rhythm r = {.kind = RHYTHM_SILENCE,
		.n = 100,
		.start_ms = START_MS,
		.span_ms = 600000};

	(void)state;
	assert_int_equal(rhythm_count(&r, START_MS + 300000), 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rhythm__a_number_gives_a_time_and_the_time_the_number),
		cmocka_unit_test(test_rhythm__bursts_are_dozens_in_one_second),
		cmocka_unit_test(test_rhythm__offices_work_on_weekdays_from_nine_to_five),
		cmocka_unit_test(test_rhythm__silence_lasts_from_the_middle_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
