#include "common/clock.h"
#include "tests/cmocka_all.h"

static void test_clock__rfc3339_is_written_and_read_back(void **state)
{
	char text[CLOCK_TEXT_MAX];
	int64_t ms;

	(void)state;
	assert_string_equal(clock_format(1748521800000, 480, text), "2025-05-29T20:30:00+08:00");
	assert_true(clock_parse(span_str(text), &ms));
	assert_int_equal(ms, 1748521800000);
	assert_string_equal(clock_format(0, 0, text), "1970-01-01T00:00:00Z");
	assert_string_equal(clock_format(-1, -210, text), "1969-12-31T20:29:59-03:30");
	assert_true(clock_parse(SPAN_LITERAL("0874-01-02T03:04:05Z"), &ms));
	assert_string_equal(clock_format(ms, 0, text), "0874-01-02T03:04:05Z");
	assert_true(clock_parse(SPAN_LITERAL("2024-02-29T23:59:60.25Z"), &ms));
	assert_int_equal(ms % 1000, 250);
}

static void test_clock__what_is_no_moment_is_refused(void **state)
{
	static const char *const texts[] = {"", "2025-05-29", "2025-02-29T00:00:00Z",
		"2025-13-01T00:00:00Z", "2025-05-29T24:00:00Z", "2025-05-29T00:00:00",
		"2025-05-29T00:00:00+0800", "2025-05-29T00:00:00Zx", "25-05-29T00:00:00Z"};
	int64_t ms = 42;

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		assert_false(clock_parse(span_str(texts[i]), &ms));
	assert_int_equal(ms, 42);
}

static void test_clock__the_fake_stands_still(void **state)
{
	(void)state;
	clock_fake_set(1000);
	assert_int_equal(clock_wall_ms(), 1000);
	assert_int_equal(clock_mono_ms(), 1000);
	clock_fake_set(-1);
	assert_true(clock_wall_ms() > 1700000000000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clock__rfc3339_is_written_and_read_back),
		cmocka_unit_test(test_clock__what_is_no_moment_is_refused),
		cmocka_unit_test(test_clock__the_fake_stands_still),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
