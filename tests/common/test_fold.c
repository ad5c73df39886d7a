#include "common/fold.h"
#include "tests/cmocka_all.h"

#include <stdlib.h>

static void assert_folds(const char *text, const char *expected)
{
	STRBUF_LOCAL(out);
	STRBUF_LOCAL(again);

	fold_text(span_str(text), &out);
	assert_string_equal(out.data, expected);
	fold_text(strbuf_span(&out), &again);
	assert_string_equal(again.data, expected);
}

static void test_fold__case_and_full_width_forms_are_one(void **state)
{
	(void)state;
	assert_folds("ＤｅｅｐＳｅｅｋ", "deepseek");
	assert_folds("ＡＩ＋", "ai+");
	assert_folds("ÉCOLE Straße", "école strasse");
}

static void test_fold__traditional_becomes_simplified(void **state)
{
	(void)state;
	assert_folds("人工智能產業發展", "人工智能产业发展");
	assert_folds("網絡", "网络");
}

/* OpenCC converts words: 反复 became 反覆, which character by character stays. */
static void test_fold__characters_simplified_in_some_words_alone_are_one(void **state)
{
	(void)state;
	assert_folds("瞭解", "了解");
	assert_folds("反覆", "反复");
	assert_folds("憑藉", "凭借");
	assert_folds("彷彿", "仿佛");
	assert_folds("牴觸", "抵触");
	assert_folds("祇要", "只要");
	assert_folds("颠覆", "颠复");
}

static void test_fold__spaces_beside_han_are_gone_others_are_one(void **state)
{
	(void)state;
	assert_folds("人 工　智\xC2\xA0能", "人工智能");
	assert_folds("使用 AI 办公", "使用ai办公");
	assert_folds("  open \t source  ", "open source");
}

static void test_fold__a_paragraph_break_stays_a_break(void **state)
{
	(void)state;
	assert_folds("人工\n智能", "人工\n智能");
	assert_folds("a \r\n\n b\n", "a\nb");
}

static void test_fold__invisible_characters_are_gone(void **state)
{
	(void)state;
	assert_folds("人\u200B工\uFEFF智\u00AD能", "人工智能");
	assert_folds("人\uE000工", "人工");
}

static void test_fold__quotation_and_title_marks_are_gone(void **state)
{
	(void)state;
	assert_folds("“人工智能+”行动", "人工智能+行动");
	assert_folds("《办法》「試行」\"x\"", "办法试行x");
}

static void test_fold__an_apostrophe_stays_within_a_word(void **state)
{
	(void)state;
	assert_folds("the company’s 'plan'", "the company's plan");
	assert_folds("n'\u1EBB", "n'\u1EBB");
}

static void test_fold__variants_of_brackets_dashes_and_dots_are_one(void **state)
{
	(void)state;
	assert_folds("国发〔2025〕11号", "国发(2025)11号");
	assert_folds("国发［2025］11号", "国发(2025)11号");
	assert_folds("紫东·太初 紫东•太初", "紫东·太初紫东·太初");
	assert_folds("2023—2025", "2023-2025");
}

static void test_fold__combining_marks_compose(void **state)
{
	(void)state;
	assert_folds("cafe\u0301", "caf\u00E9");
	assert_folds("\uFF76\uFF9E\uFF7D", "\u30AC\u30B9");
	/* Over what is dropped, too: folded again, they would. */
	assert_folds("n'\u0301", "\u0144");
	assert_folds("\uFF76 \uFF9E", "\u30AC");
}

static void test_fold__faulty_bytes_become_the_replacement_character(void **state)
{
	(void)state;
	assert_folds("a\xFF"
		     "b",
		"a\uFFFD"
		"b");
}

static void test_fold__nothing_folds_to_nothing(void **state)
{
	STRBUF_LOCAL(out);

	(void)state;
	fold_text((struct span){0}, &out);
	assert_int_equal(out.len, 0);
}

static void test_fold__trace_leads_back_to_the_source(void **state)
{
	const char *text = "“ＡＩ” 產";
	uint32_t *origin;
	STRBUF_LOCAL(out);

	(void)state;
	fold_text_traced(span_str(text), &out, &origin);
	assert_string_equal(out.data, "ai产");
	assert_int_equal(origin[0], 3);
	assert_int_equal(origin[1], 6);
	assert_int_equal(origin[2], strlen("“ＡＩ” "));
	assert_int_equal(origin[5], strlen(text));
	free(origin);
}

static void test_fold__hash_sees_letters_and_digits_only(void **state)
{
	struct hash a = fold_hash(span_str("人工智能，產業。AI 2025")),
		    b = fold_hash(span_str("人工 智能,产业\nai“2025”")),
		    c = fold_hash(span_str("人工智能产业AI 2026"));

	(void)state;
	assert_true(hash_eq(&a, &b));
	assert_false(hash_eq(&a, &c));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fold__case_and_full_width_forms_are_one),
		cmocka_unit_test(test_fold__traditional_becomes_simplified),
		cmocka_unit_test(test_fold__characters_simplified_in_some_words_alone_are_one),
		cmocka_unit_test(test_fold__spaces_beside_han_are_gone_others_are_one),
		cmocka_unit_test(test_fold__a_paragraph_break_stays_a_break),
		cmocka_unit_test(test_fold__invisible_characters_are_gone),
		cmocka_unit_test(test_fold__quotation_and_title_marks_are_gone),
		cmocka_unit_test(test_fold__an_apostrophe_stays_within_a_word),
		cmocka_unit_test(test_fold__variants_of_brackets_dashes_and_dots_are_one),
		cmocka_unit_test(test_fold__combining_marks_compose),
		cmocka_unit_test(test_fold__faulty_bytes_become_the_replacement_character),
		cmocka_unit_test(test_fold__nothing_folds_to_nothing),
		cmocka_unit_test(test_fold__trace_leads_back_to_the_source),
		cmocka_unit_test(test_fold__hash_sees_letters_and_digits_only),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
