#include "crawler/read/article/state_date.h"
#include "crawler/read/date/date.h"

#include "common/clock.h"
#include "tests/cmocka_all.h"

#define NOW_MS INT64_C(1748522400000) /* 2025-05-29T20:40:00+08:00 */

static const struct date_context china = {.now_ms = NOW_MS, .zone_min = DATE_ZONE_CHINA};

static void expect(const char *text, const char *iso, enum record_precision precision)
{
	struct record_time t;
	char out[CLOCK_TEXT_MAX];

	if (!iso) {
		if (date_parse(span_str(text), &china, &t))
			fail_msg("'%s' was read as %s", text, clock_format(t.ms, t.zone_min, out));
		return;
	}
	if (!date_parse(span_str(text), &china, &t))
		fail_msg("'%s' was not read", text);
	if (strcmp(clock_format(t.ms, t.zone_min, out), iso) != 0 || t.precision != precision)
		fail_msg("'%s' gave %s, precision %d", text, out, t.precision);
}

static void test_date__forms_of_chinese_pages(void **state)
{
	static const struct {
		const char *text, *iso;
		enum record_precision precision;
	} rows[] = {
		{"2025-05-01 11:54:40", "2025-05-01T11:54:40+08:00", PRECISION_SECOND},
		{"2025-05-01 11:54:40.九十十十十十十十", "2025-05-01T11:54:40+08:00",
			PRECISION_SECOND},
		{"2025-05-01 11:54", "2025-05-01T11:54:00+08:00", PRECISION_MINUTE},
		{"2025-05-01", "2025-05-01T00:00:00+08:00", PRECISION_DAY},
		{"2025/5/1", "2025-05-01T00:00:00+08:00", PRECISION_DAY},
		{"2025.05.01", "2025-05-01T00:00:00+08:00", PRECISION_DAY},
		{"2025-05/01", "2025-05-01T00:00:00+08:00", PRECISION_DAY},
		{"2025 05/01 11:54:40", "2025-05-01T11:54:40+08:00", PRECISION_SECOND},
		{"2025年5月1日 11:54", "2025-05-01T11:54:00+08:00", PRECISION_MINUTE},
		{"2025年05月01日11:54", "2025-05-01T11:54:00+08:00", PRECISION_MINUTE},
		{"2025年5月1日（星期四）下午3时20分", "2025-05-01T15:20:00+08:00",
			PRECISION_MINUTE},
		{"2025年5月", "2025-05-01T00:00:00+08:00", PRECISION_MONTH},
		{"2025年", "2025-01-01T00:00:00+08:00", PRECISION_YEAR},
		{"二〇二五年五月一日", "2025-05-01T00:00:00+08:00", PRECISION_DAY},
		{"二○二四年十二月二十九日", "2024-12-29T00:00:00+08:00", PRECISION_DAY},
		{"２０２５年５月１日", "2025-05-01T00:00:00+08:00", PRECISION_DAY},
		{"发布时间：2025-05-01 11:54 来源：日报", "2025-05-01T11:54:00+08:00",
			PRECISION_MINUTE},
		{"2019-09-18-06:23:05", "2019-09-18T06:23:05+08:00", PRECISION_SECOND},
		{"20250501", "2025-05-01T00:00:00+08:00", PRECISION_DAY},
		{"20250501115440", "2025-05-01T11:54:40+08:00", PRECISION_SECOND},
		{"1746071680", "2025-05-01T11:54:40+08:00", PRECISION_SECOND},
		{"1746071680000", "2025-05-01T11:54:40+08:00", PRECISION_SECOND},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(rows[i].text, rows[i].iso, rows[i].precision);
}

static void test_date__relative_words_count_from_the_fetch(void **state)
{
	(void)state;
	expect("刚刚", "2025-05-29T20:40:00+08:00", PRECISION_MINUTE);
	expect("5分钟前", "2025-05-29T20:35:00+08:00", PRECISION_MINUTE);
	expect("3小时前", "2025-05-29T17:40:00+08:00", PRECISION_MINUTE);
	expect("3个小时前", "2025-05-29T17:40:00+08:00", PRECISION_MINUTE);
	expect("半小时前", "2025-05-29T20:10:00+08:00", PRECISION_MINUTE);
	expect("半个小时前", "2025-05-29T20:10:00+08:00", PRECISION_MINUTE);
	expect("2天前", "2025-05-27T00:00:00+08:00", PRECISION_DAY);
	expect("昨天 08:30", "2025-05-28T08:30:00+08:00", PRECISION_MINUTE);
	expect("前天", "2025-05-27T00:00:00+08:00", PRECISION_DAY);
	expect("今天", "2025-05-29T00:00:00+08:00", PRECISION_DAY);
	expect("11:54", "2025-05-29T11:54:00+08:00", PRECISION_MINUTE);
}

/* A measure word repeated beyond the window once made the reader call itself without end. */
static void test_date__a_long_row_of_measure_words_is_no_date(void **state)
{
	struct date_found found;
	char text[3 + 64 * 3 + 1] = "3";

	(void)state;
	for (int i = 0; i < 64; i++)
		strcat(text, "个");
	expect(text, NULL, PRECISION_NONE);
	assert_false(date_find(span_str(text), &china, true, &found));
}

static void test_date__without_a_year_it_is_the_newest_past_one(void **state)
{
	(void)state;
	expect("05-28", "2025-05-28T00:00:00+08:00", PRECISION_DAY);
	expect("[05-30]", "2025-05-30T00:00:00+08:00", PRECISION_DAY); /* a day ahead: zones */
	expect("06-15", "2024-06-15T00:00:00+08:00", PRECISION_DAY);
	expect("12月31日", "2024-12-31T00:00:00+08:00", PRECISION_DAY);
	expect("05-01 11:54", "2025-05-01T11:54:00+08:00", PRECISION_MINUTE);
}

static void test_date__standards_and_their_sloppy_relatives(void **state)
{
	(void)state;
	expect("2025-05-01T11:54:40+08:00", "2025-05-01T11:54:40+08:00", PRECISION_SECOND);
	expect("2025-05-01T03:54:40.123Z", "2025-05-01T03:54:40Z", PRECISION_SECOND);
	expect("2025-05-01T03:54:40+0000", "2025-05-01T03:54:40Z", PRECISION_SECOND);
	expect("Thu, 01 May 2025 11:54:40 +0800", "2025-05-01T11:54:40+08:00", PRECISION_SECOND);
	expect("Thu, 01 May 2025 03:54:40 GMT", "2025-05-01T03:54:40Z", PRECISION_SECOND);
	expect("1 May 25 03:54 EST", "2025-05-01T03:54:00-05:00", PRECISION_MINUTE);
	expect("May 1, 2025", "2025-05-01T00:00:00+08:00", PRECISION_DAY);
	expect("Sept. 5th, 2024 at 8:05 p.m.", "2024-09-05T20:05:00+08:00", PRECISION_MINUTE);
	expect("29.05.2025 10:00", "2025-05-29T10:00:00+08:00", PRECISION_MINUTE);
	expect("20:30, 28 May 2025", "2025-05-28T20:30:00+08:00", PRECISION_MINUTE);
}

static void test_date__months_have_names_in_many_languages(void **state)
{
	static const char *const rows[] = {"1. Mai 2025", "1er mai 2025", "1 de mayo de 2025",
		"1 de maio de 2025", "1 maggio 2025", "1 mei 2025", "1. mai 2025", "1 maja 2025",
		"1. května 2025", "2025. május 1.", "1 mai 2025", "1 Mayıs 2025",
		"2025 m. gegužės 1 d.", "2025. gada 1. maijs", "1 мая 2025 г.", "1 травня 2025",
		"1 май 2025", "1 Μαΐου 2025", "1 مايو 2025", "1 במאי 2025", "1 tháng 5, 2025",
		"2025년 5월 1일", "2025年5月1日", "1. toukokuuta 2025", "den 1 maj 2025",
		"1 Mei 2025", "MAY 1 2025", "1 मई 2025"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(rows[i], "2025-05-01T00:00:00+08:00", PRECISION_DAY);
	expect("1. Mai 2025, 14:30 Uhr", "2025-05-01T14:30:00+08:00", PRECISION_MINUTE);
	expect("1er mai 2025 à 14h30", "2025-05-01T14:30:00+08:00", PRECISION_MINUTE);
	expect("1. mai 2025 kl. 14.30", "2025-05-01T14:30:00+08:00", PRECISION_MINUTE);
	expect("2025.05.01 오후 2:30", "2025-05-01T14:30:00+08:00", PRECISION_MINUTE);
}

static void test_date__the_day_comes_first_where_the_language_says_so(void **state)
{
	const struct date_context ctx = {.now_ms = china.now_ms,
		.zone_min = china.zone_min,
		.day_first = true};
	struct record_time t;

	(void)state;
	expect("04/05/2025", "2025-04-05T00:00:00+08:00", PRECISION_DAY);
	assert_true(date_parse(span_str("04/05/2025"), &ctx, &t));
	assert_int_equal(t.ms, INT64_C(1746288000000));
}

static void test_date__impossible_dates_are_refused(void **state)
{
	static const char *const rows[] = {"", "1970-01-01", "0000-00-00", "2025-13-01",
		"2025-02-30", "2026-01-01", "1994-12-31", "无", "0591-87095403", "1310572", "9:99",
		"2025-06-01"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(rows[i], NULL, PRECISION_NONE);
}

static void test_date__running_text_needs_a_year(void **state)
{
	struct date_found found;

	(void)state;
	assert_false(date_find(span_str("会议于5月12日召开，每天9:00-12:00接待"), &china, false,
		&found));
	assert_false(date_find(span_str("编号120250501889号"), &china, false, &found));
	assert_true(date_find(span_str("本网于2025年5月1日报道，2025-05-02补充"), &china, false,
		&found));
	assert_int_equal(found.time.precision, PRECISION_DAY);
	assert_int_equal(found.time.ms, INT64_C(1746028800000));
	assert_int_equal(found.start, strlen("本网于"));
	assert_int_equal(found.end, strlen("本网于2025年5月1日"));
}

static void test_date__addresses_name_days(void **state)
{
	struct record_time t;
	char out[CLOCK_TEXT_MAX];

	(void)state;
	assert_true(
		date_in_url(span_str("http://a.cn/c/202505/02/t20250529_118.html"), &china, &t));
	assert_string_equal(clock_format(t.ms, t.zone_min, out), "2025-05-02T00:00:00+08:00");
	assert_true(date_in_url(span_str("http://a.cn/2025-05/01/content_1.htm"), &china, &t));
	assert_true(date_in_url(span_str("http://a.cn/n/2025/0501/c1-2.html"), &china, &t));
	assert_false(date_in_url(span_str("http://a.cn/s?id=1792728667498144240"), &china, &t));
	assert_false(date_in_url(span_str("http://a.cn/20990101/x.html"), &china, &t));
}

static void test_date__zones_by_offset_and_name(void **state)
{
	int minutes = 0;

	(void)state;
	assert_true(date_zone_parse(span_str("+05:30"), 0, &minutes));
	assert_int_equal(minutes, 330);
	assert_true(date_zone_parse(span_str("Asia/Shanghai"), 0, &minutes));
	assert_int_equal(minutes, 480);
	assert_true(date_zone_parse(span_str("CST"), DATE_ZONE_CHINA, &minutes));
	assert_int_equal(minutes, 480);
	assert_true(date_zone_parse(span_str("CST"), 0, &minutes));
	assert_int_equal(minutes, -360);
	assert_false(date_zone_parse(span_str("nowhere"), 0, &minutes));
}

static void test_date__scripts_name_the_moment(void **state)
{
	static const char *const rows[] =
		{"var d={\"title\":\"a\",\"publishTime\":\"2025-05-01 11:54:40\"}",
			"window.x={pub_date:1746071680}", "var ct = '1746071680';",
			"{\\\"publishTime\\\":\\\"2025-05-01T11:54:40+08:00\\\"}",
			"{\"modifyTime\":\"2025-05-02\",\"createTime\":1746071680000}"};
	struct record_time t;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (!state_date_find(span_str(rows[i]), &china, &t))
			fail_msg("nothing in %s", rows[i]);
		assert_int_equal(t.ms, INT64_C(1746071680000));
	}
	assert_false(state_date_find(span_str("{\"updateTime\":\"2025-05-01\"}"), &china, &t));
	assert_false(state_date_find(span_str("publishTime"), &china, &t));
	assert_false(state_date_find(span_str("publishTime:"), &china, &t));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_date__forms_of_chinese_pages),
		cmocka_unit_test(test_date__relative_words_count_from_the_fetch),
		cmocka_unit_test(test_date__a_long_row_of_measure_words_is_no_date),
		cmocka_unit_test(test_date__without_a_year_it_is_the_newest_past_one),
		cmocka_unit_test(test_date__standards_and_their_sloppy_relatives),
		cmocka_unit_test(test_date__months_have_names_in_many_languages),
		cmocka_unit_test(test_date__the_day_comes_first_where_the_language_says_so),
		cmocka_unit_test(test_date__impossible_dates_are_refused),
		cmocka_unit_test(test_date__running_text_needs_a_year),
		cmocka_unit_test(test_date__addresses_name_days),
		cmocka_unit_test(test_date__scripts_name_the_moment),
		cmocka_unit_test(test_date__zones_by_offset_and_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
