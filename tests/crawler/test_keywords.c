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
		cmocka_unit_test(test_keywords__empty_texts_have_none),
		cmocka_unit_test(test_keywords__monotony_is_no_word),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
