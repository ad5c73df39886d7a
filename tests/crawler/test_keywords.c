#include "crawler/read/enrich/keywords.h"

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

static void find(struct arena *a, const char *text, const char *title, struct str_list *ret)
{
	*ret = (struct str_list){0};
	keywords_find(span_str(text), title, a, ret);
}

static void test_keywords__words_that_repeat_are_found_best_first(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct str_list words;

	(void)state;
	find(a, news, "干部夜学人工智能", &words);
	assert_int_equal(words.len, 4);
	assert_string_equal(words.items[0], "人工智能");
	assert_string_equal(words.items[1], "干部");
	assert_true(record_list_has(&words, "培训"));
	assert_true(record_list_has(&words, "DeepSeek"));
}

static void test_keywords__each_stands_in_the_text_and_within_no_other(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct str_list words;

	(void)state;
	find(a, news, "干部夜学人工智能", &words);
	for (size_t i = 0; i < words.len; i++) {
		assert_non_null(strstr(news, words.items[i]));
		for (size_t k = 0; k < words.len; k++)
			assert_true(i == k || !strstr(words.items[i], words.items[k]));
	}
}

static void test_keywords__words_of_any_news_are_left_out(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(text);
	struct str_list words;

	(void)state;
	for (int i = 0; i < 12; i++)
		strbuf_printf(&text, "%c、记者，%c、工作。我們，其中；发展", 'a' + i, 'm' + i);
	find(a, text.data, NULL, &words);
	assert_int_equal(words.len, 0);
}

static void test_keywords__short_texts_and_other_languages_have_none(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct str_list words;

	(void)state;
	find(a, "", NULL, &words);
	assert_int_equal(words.len, 0);
	find(a, "人工智能，人工智能。人工智能！人工智能？", "人工智能", &words);
	assert_int_equal(words.len, 0);
	find(a, "London calls. To London, in London, from London; London again.", NULL, &words);
	assert_int_equal(words.len, 0);
}

/* A text that is one character, or one word, all over takes no longer than another. */
static void test_keywords__monotony_is_no_word(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(text);
	struct str_list words;

	(void)state;
	for (int i = 0; i < 10000; i++)
		strbuf_add_str(&text, "字");
	find(a, text.data, "字", &words);
	assert_int_equal(words.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_keywords__words_that_repeat_are_found_best_first),
		cmocka_unit_test(test_keywords__each_stands_in_the_text_and_within_no_other),
		cmocka_unit_test(test_keywords__words_of_any_news_are_left_out),
		cmocka_unit_test(test_keywords__short_texts_and_other_languages_have_none),
		cmocka_unit_test(test_keywords__monotony_is_no_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
