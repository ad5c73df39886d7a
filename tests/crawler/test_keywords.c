#include "crawler/read/enrich/enrich.h"

#include "tests/cmocka_all.h"

#include <string.h>

static const char *const news =
	"4月22日，浙江启动人工智能专题培训，组织部门说，干部需要了解人工智能的边界。\n"
	"人工智能改变生产方式，也改变干部的工作。培训由高校教师授课，DeepSeek等模型是其中一课。\n"
	"听课的干部说，过去用不好DeepSeek，现在会写提示。参加培训的人多，把培训办到基层，干部欢迎。"
	"\n"
	"有企业用人工智能检查零件；还有医院用人工智能读片，DeepSeek也在用。对人工智能，培训里讲得不"
	"少。\n"
	"干部问得最多的，是人工智能会不会出错。老师答：deepseek会，DeepSeek之外的也会。";

struct fixture {
	struct arena *arena;
	struct gazetteers *g;
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);
	STRBUF_LOCAL(errors);

	fx->arena = arena_new();
	assert_int_equal(gazetteers_load(SOURCE_DIR "/deploy/gazetteers", NULL, &fx->g, &errors),
		0);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	gazetteers_unref(fx->g);
	arena_free(fx->arena);
	test_free(fx);
	return 0;
}

static struct str_list find(struct fixture *fx, const char *text, const char *title,
	const char *given)
{
	struct record r = {.title = title, .text = text};

	enrich_record(fx->g, given, fx->arena, &r);
	return r.keywords;
}

static void test_keywords__words_that_repeat_are_found_best_first(void **state)
{
	struct str_list words = find(*state, news, "干部夜学人工智能", NULL);

	assert_true(words.len >= 3);
	assert_string_equal(words.items[0], "人工智能");
	assert_true(record_list_has(&words, "DeepSeek"));
	assert_true(record_list_has(&words, "干部"));
}

/* Without gazetteers there are neither names nor words of any text, and still those that repeat. */
static void test_keywords__are_found_without_gazetteers(void **state)
{
	struct fixture *fx = *state;
	struct fixture bare = {.arena = fx->arena};
	struct str_list words = find(&bare, news, "干部夜学人工智能", NULL);

	assert_string_equal(words.items[0], "人工智能");
	assert_true(record_list_has(&words, "培训"));
	assert_true(record_list_has(&words, "DeepSeek"));
}

static void test_keywords__each_stands_in_the_article(void **state)
{
	struct str_list words = find(*state, news, "干部夜学人工智能", NULL);

	for (size_t i = 0; i < words.len; i++) {
		assert_true(
			strstr(news, words.items[i]) || strstr("干部夜学人工智能", words.items[i]));
		for (size_t k = 0; k < i; k++)
			assert_string_not_equal(words.items[i], words.items[k]);
	}
}

static void test_keywords__stand_as_they_are_written(void **state)
{
	struct str_list words =
		find(*state, "人工智慧產業。ＡＩ 產業，人工智慧。deepseek，DEEPSEEK。", "說", NULL);

	assert_true(record_list_has(&words, "人工智慧"));
	assert_true(record_list_has(&words, "deepseek"));
	words = find(*state, "deepseek、DeepSeek和DEEPSEEK。", NULL, NULL);
	assert_true(record_list_has(&words, "DeepSeek")); /* as it should be, since it is once */
}

static void test_keywords__words_of_any_text_are_left_out(void **state)
{
	STRBUF_LOCAL(text);

	for (int i = 0; i < 12; i++)
		strbuf_printf(&text, "%c、记者，%c、工作。我們，其中；发展", 'a' + i, 'm' + i);
	assert_int_equal(find(*state, text.data, NULL, NULL).len, 0);
}

static void test_keywords__words_with_latin_ones_are_one(void **state)
{
	STRBUF_LOCAL(text);
	struct str_list words;

	for (int i = 0; i < 6; i++)
		strbuf_printf(&text,
			"第%c回，蓝莓AI课，%c人听。没有旁的话可讲，天色已晚，各自回家。", 'a' + i,
			'n' + i);
	words = find(*state, text.data, NULL, NULL);
	assert_true(record_list_has(&words, "蓝莓AI课"));
}

static void test_keywords__what_is_quoted_again_is_one(void **state)
{
	struct str_list words = find(*state,
		"“星光讲堂”开课。春天到了，大家去听，路上行人不少，花也开了。"
		"老人说，“星光讲堂”好。夏天来了，雨水多，田里忙，也有人去“星光讲堂”坐坐，喝茶。",
		NULL, NULL);

	assert_string_equal(words.items[0], "星光讲堂");
}

static void test_keywords__english_ones_are_words_and_pairs(void **state)
{
	struct str_list words = find(*state,
		"The harbour bridge opened on Monday. Thousands crossed the harbour bridge, and "
		"engineers said the harbour bridge would last. Ferries stopped; ferries will return. "
		"Ferries are slow.",
		"Harbour bridge opens", NULL);

	assert_true(record_list_has(&words, "Harbour bridge"));
	assert_true(record_list_has(&words, "Ferries"));
	assert_false(record_list_has(&words, "the"));
	assert_false(record_list_has(&words, "bridge")); /* within another one */
}

static void test_keywords__what_the_page_gives_goes_first(void **state)
{
	struct str_list words = find(*state, news, "干部夜学人工智能", "授课、干部、人工智能");

	assert_string_equal(words.items[0], "授课");
	assert_string_equal(words.items[1], "干部");
	assert_string_equal(words.items[2], "人工智能");
	assert_true(record_list_has(&words, "DeepSeek")); /* found beside them */
}

static void test_keywords__what_is_given_must_belong_to_the_article(void **state)
{
	struct str_list words =
		find(*state, news, "干部夜学人工智能", "门户网站,免费邮箱,新闻,授课,DeepSeek");

	assert_string_equal(words.items[0], "授课");
	assert_string_equal(words.items[1], "DeepSeek");
	assert_false(record_list_has(&words, "免费邮箱"));
	words = find(*state, news, "干部夜学人工智能", "授课,终身学习");
	assert_string_equal(words.items[1], "终身学习"); /* its author's word for it */
	words = find(*state, news, "干部夜学人工智能", "授课 高校教师");
	assert_string_equal(words.items[1], "高校教师"); /* spaces part what nothing else does */
}

/* 民法 repeats, among ever other characters, and is the half of two words each time. */
static void test_keywords__halves_of_words_are_none(void **state)
{
	struct str_list words = find(*state,
		"县人民法院今天开庭。渔民法律课讲到黄昏，村民法治队挨家走。牧民法官骑马来，"
		"居民法规手册也印好。船民法务站开张，移民法案还在写，人民法院又开庭。",
		"乡村里的一天", NULL);

	assert_false(record_list_has(&words, "民法"));
}

/* 家 belongs to the number. */
static void test_keywords__what_is_counted_begins_behind_its_measure(void **state)
{
	struct str_list words = find(*state,
		"城里有4家灯笼铺。老街住着5家灯笼匠，2家灯笼店开在桥头，河边9家灯笼摊，"
		"夜里亮成一片，船从底下过去，孩子跟着跑，直到水面又黑下来，人声也散了。",
		NULL, NULL);

	assert_false(record_list_has(&words, "家灯笼"));
}

static void test_keywords__words_of_the_title_need_not_repeat(void **state)
{
	struct str_list words = find(*state,
		"望远镜今天运到山顶。工人用了三天，驴子驮了两趟，雪还没有化。"
		"山顶的小屋要等到夏天才能住人，那时候云少，夜里看得远，游客也会来。",
		"一架望远镜上山", NULL);

	assert_true(record_list_has(&words, "望远镜"));
	assert_false(record_list_has(&words, "一架")); /* the text does not take it up */
}

/* Both stand as often, and one is said in every other text. */
static void test_keywords__the_rarer_word_goes_first(void **state)
{
	struct str_list words = find(*state,
		"A meeting about lanterns. The meeting heard of lanterns. Each meeting has lanterns. "
		"Paper, wire, glue; the meeting made lanterns.",
		NULL, NULL);

	assert_string_equal(words.items[0], "lanterns");
	assert_true(record_list_has(&words, "meeting"));
}

static void test_keywords__the_rarer_chinese_word_goes_first(void **state)
{
	struct str_list words = find(*state,
		"天气转凉，纸鸢上天。看天气，卖纸鸢；天气好，纸鸢贵。孩子问天气，老人糊纸鸢。"
		"他说天气，她买纸鸢，竹子从山里来，线要三股，胶得自己熬，学会要三年。",
		NULL, NULL);

	assert_string_equal(words.items[0], "纸鸢");
	assert_true(record_list_has(&words, "天气"));
}

static void test_keywords__a_word_of_the_title_takes_its_syllable_along(void **state)
{
	struct str_list words = find(*state,
		"富人区今天没有水。工人说管子裂了，要挖开马路，赶在天黑以前补好。"
		"有人拎着桶排队，有人开车去城里吃饭，孩子们倒高兴，学校也放了半天假。",
		"富人区停水", NULL);

	assert_true(record_list_has(&words, "富人区"));
	assert_false(record_list_has(&words, "富人"));
}

/* More than a technology is another thing, more than a place is still the place. */
static void test_keywords__compounds_of_technologies_are_words(void **state)
{
	static const char *const format =
		"%s夜读班今天开课，老人说%s，少年也说%s。有人问起%s夜读班，没人答得上来。"
		"%s夜读班不收钱；%s夜读班，坐满。后来%s夜读班搬走，水边只剩灯，%s也少有人提。";
	struct fixture *fx = *state;
	const char *name = "大模型";
	const char *text =
		arena_printf(fx->arena, format, name, name, name, name, name, name, name, name);
	struct str_list words = find(fx, text, "水边", NULL);

	assert_true(record_list_has(&words, "大模型"));
	assert_true(record_list_has(&words, "大模型夜读班"));
	name = "四川";
	text = arena_printf(fx->arena, format, name, name, name, name, name, name, name, name);
	words = find(fx, text, "水边", NULL);
	assert_true(record_list_has(&words, "四川"));
	assert_false(record_list_has(&words, "四川夜读班"));
}

static void test_keywords__words_are_common_in_their_language(void **state)
{
	static const char *const text = "War, and war; no war. Still war.";
	struct fixture *fx = *state;
	struct record english = {.text = text, .lang = "en-GB"};
	struct record german = {.text = text, .lang = "de"};

	enrich_record(fx->g, NULL, fx->arena, &english);
	enrich_record(fx->g, NULL, fx->arena, &german);
	assert_true(record_list_has(&english.keywords, "War"));
	assert_false(record_list_has(&german.keywords, "War"));
}

static void test_keywords__a_place_named_once_and_late_is_none(void **state)
{
	STRBUF_LOCAL(text);
	struct str_list words;

	strbuf_add_str(&text, "四川的灯会开幕。");
	for (int i = 0; i < 12; i++)
		strbuf_printf(&text, "%d号晚上，风大，天黑得早，来的人仍旧多，路也堵。\n", i + 1);
	strbuf_add_str(&text, "最后一盏灯来自湖南。");
	words = find(*state, text.data, NULL, NULL);
	assert_true(record_list_has(&words, "四川"));
	assert_false(record_list_has(&words, "湖南"));
}

static void test_keywords__of_pairs_with_a_word_in_common_one_is_enough(void **state)
{
	struct str_list words = find(*state,
		"Paper lantern makers met. Paper lantern makers sang; a paper lantern maker wept.",
		"Paper lantern makers", NULL);

	assert_int_equal(record_list_has(&words, "Paper lantern") +
			record_list_has(&words, "lantern makers"),
		1);
}

static void test_keywords__empty_texts_have_none(void **state)
{
	assert_int_equal(find(*state, "", NULL, NULL).len, 0);
	assert_int_equal(find(*state, "", "", "").len, 0);
	assert_int_equal(find(*state, "\n\n", NULL, " , ").len, 0);
}

/* A text that is one character, or one word, all over takes no longer than another. */
static void test_keywords__monotony_is_no_word(void **state)
{
	STRBUF_LOCAL(text);

	for (int i = 0; i < 100000; i++)
		strbuf_add_str(&text, "字");
	assert_int_equal(find(*state, text.data, "字", NULL).len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keywords__words_that_repeat_are_found_best_first),
		cmocka_unit_test(test_keywords__are_found_without_gazetteers),
		cmocka_unit_test(test_keywords__each_stands_in_the_article),
		cmocka_unit_test(test_keywords__stand_as_they_are_written),
		cmocka_unit_test(test_keywords__words_of_any_text_are_left_out),
		cmocka_unit_test(test_keywords__words_with_latin_ones_are_one),
		cmocka_unit_test(test_keywords__what_is_quoted_again_is_one),
		cmocka_unit_test(test_keywords__english_ones_are_words_and_pairs),
		cmocka_unit_test(test_keywords__what_the_page_gives_goes_first),
		cmocka_unit_test(test_keywords__what_is_given_must_belong_to_the_article),
		cmocka_unit_test(test_keywords__halves_of_words_are_none),
		cmocka_unit_test(test_keywords__what_is_counted_begins_behind_its_measure),
		cmocka_unit_test(test_keywords__words_of_the_title_need_not_repeat),
		cmocka_unit_test(test_keywords__the_rarer_word_goes_first),
		cmocka_unit_test(test_keywords__the_rarer_chinese_word_goes_first),
		cmocka_unit_test(test_keywords__a_word_of_the_title_takes_its_syllable_along),
		cmocka_unit_test(test_keywords__compounds_of_technologies_are_words),
		cmocka_unit_test(test_keywords__words_are_common_in_their_language),
		cmocka_unit_test(test_keywords__a_place_named_once_and_late_is_none),
		cmocka_unit_test(test_keywords__of_pairs_with_a_word_in_common_one_is_enough),
		cmocka_unit_test(test_keywords__empty_texts_have_none),
		cmocka_unit_test(test_keywords__monotony_is_no_word),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
