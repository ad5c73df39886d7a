#include "crawler/read/enrich/summary.h"

#include "crawler/read/enrich/dateline.h"
#include "tests/cmocka_all.h"

#include <string.h>

#define FIRST  "甲市昨日开出首条无人公交线路，全长十二公里，沿途设站九座，市民凭卡乘车。"
#define SECOND "此线路由当地一家企业营运，车上仍有安全员值守。"
#define THIRD  "沿线商铺的生意比上月好了不少，早餐铺子天不亮就开门。"
#define FOURTH "无人公交今后还要延长到机场，届时线路全长将有三十公里，车辆也要添置十台。"

static const char *make(struct arena *a, const char *title, const char *text)
{
	const char *s = summary_make(span_str(text), title, a);

	return s ? s : "";
}

static void test_summary__sentences_that_say_what_the_title_says(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *s = make(a, "首条无人公交线路开通", FIRST SECOND THIRD "\n" THIRD FOURTH);

	(void)state;
	assert_non_null(strstr(s, FIRST));
	assert_non_null(strstr(s, FOURTH));
	assert_true(strstr(s, FIRST) < strstr(s, FOURTH)); /* in the text's order */
}

static void test_summary__has_three_sentences_at_most(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_int_equal(strlen(make(a, NULL, FIRST SECOND THIRD FOURTH)),
		strlen(FIRST SECOND THIRD));
	assert_string_equal(make(a, NULL, FIRST), FIRST);
	assert_string_equal(make(a, NULL, ""), "");
	assert_string_equal(make(a, NULL, "短。\n也短。"), "");
}

static void test_summary__captions_and_headings_are_left_out(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(make(a, "无人公交",
				    "图为无人公交驶过甲市街头，路人驻足观看拍照。\n"
				    "无人公交的线路与票价一览，以及乘车须知\n" FIRST),
		FIRST);
}

static void test_summary__what_leans_on_another_sentence_comes_last(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *s = make(a, NULL,
		FIRST "但是这些说法还没有得到证实，需要再等几天才有结果。" SECOND
		      "乘客要在车头刷卡，再由中门下车，与别的公交没有两样。");

	(void)state;
	assert_null(strstr(s, "但是这些"));
}

static void test_summary__sentences_end_where_they_do(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(
		make(a, NULL,
			"Prices rose 3.5 percent in the U.S. last year, J. P. Example said. "
			"Wages rose, too, by some 4.1 percent over the year."),
		"Prices rose 3.5 percent in the U.S. last year, J. P. Example said. "
		"Wages rose, too, by some 4.1 percent over the year.");
	assert_string_equal(make(a, NULL, "他答道：“这条线路一定会通到每一个村子里去！”\n" FIRST),
		"他答道：“这条线路一定会通到每一个村子里去！”" FIRST);
}

static void test_summary__datelines_are_left_off(void **state)
{
	static const struct {
		const char *line, *rest;
	} rows[] = {
		{"本报讯（记者 张三 通讯员 李四）" FIRST, FIRST},
		{"本报讯 " FIRST, FIRST},
		{"新华社甲市5月1日电（记者张三）" FIRST, FIRST},
		{"新華社甲市5月1日電 " FIRST, FIRST},
		{"中新网5月1日电 " FIRST, FIRST},
		{"甲网5月1日消息（记者 张三）" FIRST, FIRST},
		{"LONDON (Agency) - Prices rose.", "Prices rose."},
		{"PARIS, May 1 (Agency) — Prices rose.", "Prices rose."},
		{"腾讯（代码）公布业绩。", NULL},
		{"通讯，是一种文体。", NULL},
		{"这是一场关于停电（两天）的报告。", NULL},
		{"Prices (and wages) rose - again.", NULL},
		{"本报讯", NULL},
		{"(", NULL},
		{"", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct span s = dateline_skip(span_str(rows[i].line));

		if (!span_is(s, rows[i].rest ? rows[i].rest : rows[i].line))
			fail_msg("row %zu: %.*s", i, (int)s.len, s.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_summary__sentences_that_say_what_the_title_says),
		cmocka_unit_test(test_summary__has_three_sentences_at_most),
		cmocka_unit_test(test_summary__captions_and_headings_are_left_out),
		cmocka_unit_test(test_summary__what_leans_on_another_sentence_comes_last),
		cmocka_unit_test(test_summary__sentences_end_where_they_do),
		cmocka_unit_test(test_summary__datelines_are_left_off),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
