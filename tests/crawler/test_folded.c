#include "crawler/read/enrich/folded.h"

#include "common/fold.h"
#include "tests/cmocka_all.h"

static void assert_folds_as_whole(const char *title, const char *text)
{
	struct folded f;
	STRBUF_LOCAL(whole);

	folded_init(&f, span_str(title), span_str(text));
	fold_text(span_str(text), &whole);
	assert_true(span_eq(folded_body(&f), strbuf_span(&whole)));
	folded_release(&f);
}

static void test_folded__folds_as_the_whole_does(void **state)
{
	STRBUF_LOCAL(words);
	STRBUF_LOCAL(han);

	(void)state;
	for (int i = 0; i < 3000; i++) {
		strbuf_add_str(&words, "Some Words ");
		strbuf_add_str(&han, "產業 發展，ＡＩ “算力”");
	}
	strbuf_truncate(&words, words.len - 1);
	assert_folds_as_whole("題", "第一行\n第二行 AI\nthird line");
	assert_folds_as_whole("", words.data);
	assert_folds_as_whole("題", han.data);
}

static void test_folded__leads_back_to_what_was_written(void **state)
{
	const char *title = "《產業》報告", *text = "甲\n一個“大　模型”，DeepＳeek 用";
	struct folded f;
	ptrdiff_t at;

	(void)state;
	folded_init(&f, span_str(title), span_str(text));
	assert_true(span_is(folded_written(&f, 0, strlen("产业")), "產業"));
	at = span_find(strbuf_span(&f.text), SPAN_LITERAL("大模型"));
	assert_true(at > 0);
	assert_true(
		span_is(folded_written(&f, (size_t)at, (size_t)at + strlen("大模型")), "大　模型"));
	at = span_find(strbuf_span(&f.text), SPAN_LITERAL("deepseek"));
	assert_true(at > 0);
	assert_true(span_is(folded_written(&f, (size_t)at, (size_t)at + strlen("deepseek")),
		"DeepＳeek"));
	folded_release(&f);
}

static void test_folded__lines_that_differ_by_capitals_lead_back_byte_by_byte(void **state)
{
	const char *text = "From A to Z\nＦrom A to Z\nFrom A to Z";
	struct folded f;
	size_t plain, wide;

	(void)state;
	folded_init(&f, SPAN_LITERAL("A Title"), span_str(text));
	plain = strlen("a title\n");
	wide = plain + strlen("from a to z\n");
	for (int i = 0; i < 2; i++) { /* whichever was asked of before */
		assert_true(span_is(folded_written(&f, 0, 7), "A Title"));
		assert_true(span_is(folded_written(&f, plain, plain + 4), "From"));
		assert_true(span_is(folded_written(&f, wide, wide + 4), "Ｆrom"));
		assert_true(span_is(folded_written(&f, wide + 10, wide + 11), "Z"));
		assert_true(span_is(folded_written(&f, plain + 10, plain + 11), "Z"));
	}
	folded_release(&f);
}

/* A name may stand where a long line is cut into pieces. */
static void test_folded__leads_back_over_the_pieces_of_a_long_line(void **state)
{
	STRBUF_LOCAL(text);
	struct folded f;
	struct span body;

	(void)state;
	for (int i = 0; i < 4000; i++)
		strbuf_add_str(&text, "產");
	folded_init(&f, (struct span){0}, strbuf_span(&text));
	assert_true(f.n_lines > 3);
	body = strbuf_span(&f.text);
	for (size_t at = 1; at + 6 <= body.len; at += 3)
		assert_true(span_is(folded_written(&f, at, at + 6), "產產"));
	folded_release(&f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_folded__folds_as_the_whole_does),
		cmocka_unit_test(test_folded__leads_back_to_what_was_written),
		cmocka_unit_test(test_folded__lines_that_differ_by_capitals_lead_back_byte_by_byte),
		cmocka_unit_test(test_folded__leads_back_over_the_pieces_of_a_long_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
