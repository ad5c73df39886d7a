#include "crawler/read/clean/credit.h"

#include "tests/cmocka_all.h"

#define EACH(rows) (size_t i = 0; i < sizeof(rows) / sizeof *(rows); i++)

static void expect_all(const char *line)
{
	if (credit_find(span_str(line)) != 0)
		fail_msg("'%s' is no credit", line);
}

static void expect_none(const char *line)
{
	size_t at = credit_find(span_str(line));

	if (at != strlen(line))
		fail_msg("'%s' has the credit '%s'", line, line + at);
}

static void test_credit__photographers_with_and_without_a_paper(void **state)
{
	static const char *const lines[] = {"新华社记者 王想摄", "新华社记者王想摄",
		"本报记者 王晓想 摄", "王晓想 摄", "王晓想　摄", "王晓想摄", "本報記者 羅振宇 攝",
		"羅振宇攝", "通讯员 王想 摄", "王晓想/摄", "王想 李思 摄", "王想、李思 摄",
		"江城日报全媒体记者 王想 通讯员 李思 摄", "王 想 摄", "阿卜杜拉·买买提 摄",
		"新华社 王想 摄", "记者王想／摄影", "本报记者 王想 拍摄", "王晓想 摄。"};

	(void)state;
	for
		EACH(lines)
	expect_all(lines[i]);
}

static void test_credit__brackets_around_one_change_nothing(void **state)
{
	static const char *const lines[] = {"（王晓想 摄）", "(王晓想摄)", "【王晓想 摄】",
		"[王晓想 摄]", "（江城日报全媒记者 王恒 摄）", "新华社发（王申 摄）",
		"（受访者供图）", "（图/王想）"};

	(void)state;
	for
		EACH(lines)
	expect_all(lines[i]);
}

static void test_credit__givers_of_pictures(void **state)
{
	static const char *const lines[] = {"视觉中国供图", "視覺中國供圖", "王晓想 供图",
		"江城市文旅局供图", "江城市文旅局 江城晚报 供图", "受访者供图", "CFP供图",
		"图/王想", "圖／江城報提供", "图：视觉中国", "图｜王想",
		"图/江城晚报滚动新闻记者 王想", "摄影：王想", "图片来源：江城现代有轨电车官网",
		"图片由江城市文旅局提供", "视觉中国 资料图", "本报记者 王想 制图", "视觉中国 图"};

	(void)state;
	for
		EACH(lines)
	expect_all(lines[i]);
}

static void test_credit__sentences_and_headings_with_such_words_are_none(void **state)
{
	static const char *const lines[] = {"随风摇摆的大月亮【延时拍摄】", "【延时拍摄】",
		"延时 拍摄", "实地拍摄", "卫星航摄", "他在江边拍摄", "今天气温三十摄氏度",
		"江城图书馆", "图书馆 新馆开放", "江城交通图", "江城 地图", "大桥 示意图",
		"攝影棚租用", "微距攝影：美輪美奐夢幻島", "人像 摄影", "光影之间的江城摄影",
		"多攝取護眼食物", "任湖南省主任（圖/簡歷）", "西雅圖/夏威夷",
		"圖片翻攝自江城醫院網站，「旅用護理包」示意圖", "图为大桥通车现场", "图/文 王想",
		"王想 文/图", "记者 王想 文/摄", "本报记者 王想 摄影报道",
		"他拿起相机，为大桥拍了一张照片，说这是最后一次摄", "图", "摄", "供图", ""};

	(void)state;
	for
		EACH(lines)
	expect_none(lines[i]);
}

static void expect_end(const char *caption, const char *credit)
{
	assert_string_equal(caption + credit_find(span_str(caption)), credit);
}

static void test_credit__captions_end_in_one(void **state)
{
	(void)state;
	expect_end("图为活动现场。周文博 摄", "周文博 摄");
	expect_end("图为活动现场。本报记者 周文博 摄", "本报记者 周文博 摄");
	expect_end("图为活动现场（周文博 摄）", "（周文博 摄）");
	expect_end("5月6日，获奖者合影。新华社发（王申 摄）", "新华社发（王申 摄）");
	expect_end("毕业生招聘会现场。江城学院供图", "江城学院供图");
	expect_end("文/王想 图/周文博", "图/周文博");
}

static void test_credit__captions_call_themselves_so(void **state)
{
	(void)state;
	assert_true(credit_is_caption(span_str("图为活动现场。")));
	assert_true(credit_is_caption(span_str("圖為活動現場。")));
	assert_true(credit_is_caption(span_str("▲活动现场。")));
	assert_false(credit_is_caption(span_str("图书馆今天开放。")));
	assert_false(credit_is_caption(span_str("活动现场图为江城日报所摄。")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_credit__photographers_with_and_without_a_paper),
		cmocka_unit_test(test_credit__brackets_around_one_change_nothing),
		cmocka_unit_test(test_credit__givers_of_pictures),
		cmocka_unit_test(test_credit__sentences_and_headings_with_such_words_are_none),
		cmocka_unit_test(test_credit__captions_end_in_one),
		cmocka_unit_test(test_credit__captions_call_themselves_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
