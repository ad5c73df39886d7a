#include "crawler/read/clean/clean.h"

#include "tests/cmocka_all.h"

#define LINES_MAX 32

struct fixture {
	struct arena *arena;
	struct byline byline;
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	fx->arena = arena_new();
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	arena_free(fx->arena);
	test_free(fx);
	return 0;
}

/* Lines split by \n go in, the text comes out. */
static void expect(struct fixture *fx, const char *title, const char *text, const char *clean)
{
	struct clean_line lines[LINES_MAX];
	struct pinyin_survey survey = {0};
	char *copy = arena_strdup(fx->arena, text), *save = NULL;
	size_t n = 0;

	for (char *p = strtok_r(copy, "\n", &save); p && n < LINES_MAX;
		p = strtok_r(NULL, "\n", &save)) {
		lines[n++] = (struct clean_line){.text = span_str(p)};
		pinyin_survey_add(&survey, span_str(p));
	}
	fx->byline = (struct byline){0};
	assert_string_equal(clean_lines(lines, n, title, &survey, fx->arena, &fx->byline), clean);
}

#define A "江城大桥今天上午正式建成通车，全长三千六百米，双向六车道。"
#define B "这座桥从开工到通车用了三年，比原来的计划提前了四个月。"
#define C "市民代表说，今后过江只要五分钟，上班再也不用绕路了。"
#define D "交通部门提醒，通车初期车流较大，请按照标志有序行驶。"

static void test_clean__doubled_bodies_stand_once(void **state)
{
	expect(*state, NULL, A "\n" B "\n" C "\n" D "\n" A "\n" B "\n" C "\n" D,
		A "\n" B "\n" C "\n" D);
}

static void test_clean__a_line_equal_to_the_one_before_goes(void **state)
{
	expect(*state, NULL, A "\n" B "\n" B "\n" C, A "\n" B "\n" C);
}

static void test_clean__a_refrain_stays(void **state)
{
	expect(*state, NULL, A "\n" B "\n" A "\n" C, A "\n" B "\n" A "\n" C);
}

#define V1 "春风吹过江南的岸"
#define V2 "月亮升起在山的那边"
#define V3 "我们一起唱这首歌"
#define V4 "星星落在孩子的眼里"

/* Symptom: of a song the chorus stood once. */
static void test_clean__verse_keeps_its_refrain(void **state)
{
	expect(*state, NULL,
		V1 "\n" V2 "\n" V3 "\n" V3 "\n" V4 "\n" V1 "\n" V2 "\n" V3 "\n" V4 "啊"
		   "\n" V2,
		V1 "\n" V2 "\n" V3 "\n" V3 "\n" V4 "\n" V1 "\n" V2 "\n" V3 "\n" V4 "啊"
		   "\n" V2);
	expect(*state, NULL, V1 "\n" V2 "\n" V3 "\n" V4 "\n" V1 "\n" V2 "\n" V3 "\n" V4,
		V1 "\n" V2 "\n" V3 "\n" V4);
}

static void test_clean__equal_rows_are_data(void **state)
{
	expect(*state, NULL, A "\n东区 | 优\n东区 | 优\n" B, A "\n东区 | 优\n东区 | 优\n" B);
}

static void test_clean__what_is_said_three_times_stays(void **state)
{
	expect(*state, NULL, A B "\n" C "\n" A B "\n" D "\n" A B,
		A B "\n" C "\n" A B "\n" D "\n" A B);
}

static void test_clean__the_headline_is_no_paragraph(void **state)
{
	struct fixture *fx = *state;

	expect(fx, "江城大桥今天通车了", "江城大桥今天通车了\n" A "\n江城大桥今天通车了\n" B,
		A "\n" B);
	expect(fx, "江城大桥今天通车了", "江城大桥今天通车了江城日报全媒记者李想\n" A, A);
	assert_string_equal(fx->byline.authors.items[0], "李想");
}

static void test_clean__what_follows_the_tails_label_goes(void **state)
{
	expect(*state, NULL, A "\n" B "\n" C "\n相关阅读：\n江城地铁开工\n江城机场扩建",
		A "\n" B "\n" C);
	expect(*state, NULL, A "\n" B "\n" C "举报/反馈", A "\n" B "\n" C);
}

static void test_clean__credits_become_facts(void **state)
{
	struct fixture *fx = *state;

	expect(fx, NULL, A "\n" B "\n来源 | 江城日报\n新媒体编辑 | 李小梅\n一审 | 赵云", A "\n" B);
	assert_string_equal(fx->byline.publisher, "江城日报");
	assert_string_equal(fx->byline.editors.items[0], "李小梅");
}

static void test_clean__image_credits_inside_of_text_go(void **state)
{
	expect(*state, NULL, A "李想 设计桥面分三段合龙。视觉中国 资料图" B,
		A "桥面分三段合龙。" B);
}

/* Copies with other pictures had other hashes, and the photographer was an author. */
static void test_clean__credits_under_pictures_go_and_name_no_authors(void **state)
{
	static const char *const credits[] = {"新华社记者 王想摄", "本报记者 王晓想 摄",
		"王晓想 摄", "（王晓想 摄）", "本報記者 羅振宇 攝", "通讯员 王想 摄", "王晓想/摄",
		"图/王想", "视觉中国供图", "王晓想 供图"};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof credits / sizeof *credits; i++) {
		expect(fx, NULL, arena_printf(fx->arena, "%s\n" A "\n" B, credits[i]), A "\n" B);
		assert_int_equal(fx->byline.authors.len, 0);
		assert_null(fx->byline.employer);
	}
}

static void test_clean__credits_go_in_the_middle_of_a_long_text_too(void **state)
{
#define LONG A "\n" B "\n" C "\n" D "\n第一\n第二\n第三\n第四\n第五\n第六\n第七"
	expect(*state, NULL, LONG "\n第八\n王晓想 摄\n图书馆昨天开放\n" LONG,
		LONG "\n第八\n图书馆昨天开放");
	expect(*state, NULL, A "\n今天气温 摄氏三十度。", A "\n今天气温 摄氏三十度。");
#undef LONG
}

static void test_clean__captions_lose_the_credit_at_their_end(void **state)
{
	struct fixture *fx = *state;

	expect(fx, NULL, A "\n图为活动现场。周文博 摄\n" B, A "\n图为活动现场。\n" B);
	expect(fx, NULL, A "\n图为活动现场（本报记者 周文博 摄）\n" B, A "\n图为活动现场\n" B);
	assert_int_equal(fx->byline.authors.len, 0);
}

static void test_clean__a_string_repeated_at_once_stands_once(void **state)
{
	expect(*state, NULL, A "三年建成一座过江大桥三年建成一座过江大桥" B,
		A "三年建成一座过江大桥" B);
	expect(*state, NULL, A "我们一定要把大桥建好，我们一定要把大桥建好，" B,
		A "我们一定要把大桥建好，我们一定要把大桥建好，" B);
}

static void test_clean__promotion_of_apps_goes(void **state)
{
	struct fixture *fx = *state;

	expect(fx, NULL,
		A "\n" B
		  "\n江城日报客户端,关注江城大事,还推出了掌上读报、报料、在线互动等特色功能。",
		A "\n" B);
	expect(fx, NULL, A B "(本文来自江城新闻，更多原创资讯请下载“江城新闻”APP)", A B);
	assert_string_equal(fx->byline.publisher, "江城新闻");
}

static void test_clean__brackets_of_the_author_stay(void **state)
{
	expect(*state, NULL, A "(江城日报全媒记者 张恒 摄)\n" B "（人工智能）",
		A "(江城日报全媒记者 张恒 摄)\n" B "（人工智能）");
}

static void test_clean__torn_tags_become_what_they_were(void **state)
{
	expect(*state, NULL, "他说:“江城要抓住機(jī)遇?!?/p>\n" A, "他说:“江城要抓住機遇。”\n" A);
}

static void test_clean__what_is_no_character_goes(void **state)
{
	expect(*state, NULL, A "\uE63A" B "&nbsp;&ldquo;" C "&rdquo;\n" D "</p>",
		A B " “" C "”\n" D);
}

static void test_clean__a_body_twice_on_one_line_stands_once(void **state)
{
	expect(*state, NULL, A B C A B C, A B C);
	expect(*state, NULL, A B C " " A B C, A B C);
}

static void test_clean__a_long_paragraph_stands_once(void **state)
{
	expect(*state, NULL, A B "\n" C "\n" A B "\n" D, A B "\n" C "\n" D);
}

static void test_clean__one_long_line_becomes_paragraphs(void **state)
{
	expect(*state, NULL, A B " " C D " △江城大桥夜景。 " A B C D " " B,
		A B "\n" C D "\n△江城大桥夜景。\n" A B C D "\n" B);
}

static void test_clean__nothing_gives_an_empty_text(void **state)
{
	expect(*state, NULL, "", "");
	expect(*state, "江城", "\n", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_clean__doubled_bodies_stand_once, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_clean__a_line_equal_to_the_one_before_goes,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_clean__a_refrain_stays, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clean__verse_keeps_its_refrain, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_clean__equal_rows_are_data, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clean__what_is_said_three_times_stays, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_clean__the_headline_is_no_paragraph, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_clean__what_follows_the_tails_label_goes,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_clean__credits_become_facts, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clean__image_credits_inside_of_text_go, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_clean__credits_under_pictures_go_and_name_no_authors, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_clean__credits_go_in_the_middle_of_a_long_text_too, setup, teardown),
		cmocka_unit_test_setup_teardown(test_clean__captions_lose_the_credit_at_their_end,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_clean__a_string_repeated_at_once_stands_once,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_clean__promotion_of_apps_goes, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_clean__brackets_of_the_author_stay, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_clean__torn_tags_become_what_they_were, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_clean__what_is_no_character_goes, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_clean__a_body_twice_on_one_line_stands_once,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_clean__a_long_paragraph_stands_once, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_clean__one_long_line_becomes_paragraphs, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_clean__nothing_gives_an_empty_text, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
