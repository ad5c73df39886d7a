#include "crawler/read/article/embedded.h"

#include "common/clock.h"
#include "crawler/read/read.h"
#include "tests/cmocka_all.h"

#define A              "江城市近日印发行动方案，提出到明年年底建成三个智能算力中心，支持企业开放应用场景。"
#define B              "方案提出，市级财政每年安排专项资金，对首次上云的中小企业给予补贴，最高一百万元。"
#define C              "市发展改革委负责人表示，下一步将建立台账，逐项落实，定期向社会公布进展情况。"
#define HOSTILE_BYTES  2000000
#define HOSTILE_MS_MAX 30000 /* a quadratic scan takes hours; sanitizers are slow */

static const char *found(struct arena *a, const char *script)
{
	struct span text = embedded_find_in(span_str(script), a);

	return text.data ? text.data : "";
}

static void test_embedded__the_name_with_the_most_prose_has_the_article(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *text = found(a,
		"window.STATE = {\"related\": [{\"summary\": \"" C "\"}],"
		"\"article\": {\"blocks\": [{\"words\": \"" A A "\"}, {\"words\": \"" B "\"}]}};");

	(void)state;
	assert_non_null(strstr(text, A));
	assert_non_null(strstr(text, B));
	assert_null(strstr(text, C));
}

static void test_embedded__a_name_of_articles_outweighs_others(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *text = found(a,
		"var page = {notice: '" A B "', contentHtml: '<p>" C
		"<\\/p><p>\\u6C5F\\u57CE</p>'}");

	(void)state;
	assert_string_equal(text, "<div><p>" C "</p><p>江城</p></div>\n");
}

static void test_embedded__data_in_a_string_is_data(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_non_null(strstr(found(a,
				       "self.__next_f.push([1,\"5:{\\\"body\\\":\\\"" A B
				       "\\\",\\\"id\\\":\\\"7\\\"}\"])"),
		"<div>" A B "</div>"));
}

static void test_embedded__what_stands_twice_is_taken_once(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *text = found(a, "x={\"text\":\"" A B "\"};y={\"text\":\"" A B "\"};");

	(void)state;
	assert_string_equal(text, "<div>" A B "</div>\n");
}

static void test_embedded__code_and_short_strings_are_no_article(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(found(a, ""), "");
	assert_string_equal(found(a, "var t = \"" A "\";"), "");
	assert_string_equal(found(a,
				    "var css = \".a{color:red, blue} .b{color:red, blue} .c{a:b} "
				    ".d{color:red, blue} .e{color:red, blue} .f{color:red, blue} "
				    ".a{color:red, blue} .b{color:red, blue} .c{color:red, blue} "
				    ".d{color:red, blue} .e{color:red, blue} .f{a:b}\";"),
		"");
	assert_string_equal(found(a, "\"text\": \"" A B), "");
}

/* Symptom: one apostrophe in a comment hid all of the data behind it. */
static void test_embedded__a_lone_quote_ends_with_its_line(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_non_null(strstr(found(a, "// don't\nx={\"text\":\"" A B "\"}"), A B));
	assert_non_null(strstr(found(a, "// a 2\" disk, x={'text':'" A B "'}"), A B));
}

static void test_embedded__is_linear_in_quotes_that_never_close(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	char *script = test_malloc(HOSTILE_BYTES);
	int64_t start = clock_mono_ms();

	(void)state;
	for (size_t i = 0; i + 1 < HOSTILE_BYTES; i += 2)
		memcpy(script + i, "\\\"", 2);
	(void)embedded_find_in(span_from(script, HOSTILE_BYTES), a);
	assert_true(clock_mono_ms() - start < HOSTILE_MS_MAX);
	test_free(script);
}

static void test_embedded__a_page_that_scripts_draw_is_read(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct read_input in = {.bytes = span_str("<title>江城印发算力行动方案</title><body>"
							"<div id=app></div><script>window.DATA="
							"{\"content\":\"<p>" A "</p><p>" B
							"</p>\"}</script>"),
		.url = "http://a.cn/1.html",
		.fetched_at_ms = INT64_C(1748522400000),
		.http_status = 200};
	struct read_output out;

	(void)state;
	read_document(WORK_PAGE, &in, a, &out);
	assert_int_equal(out.as, READ_RECORD);
	assert_string_equal(out.record.text, A "\n" B);
	assert_string_equal(out.record.title, "江城印发算力行动方案");
}

/* Where templates put what their scripts draw. */
static void test_embedded__data_stands_in_elements_too(void **state)
{
	static const char *const pages[] = {
		"<textarea style=display:none>&lt;p>" A "&lt;/p>&lt;p>" B "&lt;/p></textarea>",
		"<textarea>{&quot;content&quot;:&quot;" A "<br>" B "&quot;}</textarea>",
		"<x-view :article='{\"content\":\"<p>" A "</p><p>" B "</p>\"}'></x-view>",
		"<script>var content=`<p>" A "</p>\n<p>" B "</p>`</script>",
		"<script type=text/template><div><p>" A "</p><p>" B "</p></div></script>",
		"<input type=hidden value='<p>" A "</p><p>" B "</p>'>",
		"<div data-body='<p>" A "</p><p>" B "</p>'></div>",
		"<noscript><p>" A "</p><p>" B "</p><p>" C "</p></noscript>",
		"<script id=DATA type=application/json>%7B%22content%22%3A%22" A "%3Cbr%3E" B
		"%22%7D</script>",
		"<script>var d=decodeURIComponent('%7B%22content%22%3A%22" A "%3Cbr%3E" B
		"%22%7D')</script>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		struct read_input in = {.url = "http://a.cn/1.html",
			.fetched_at_ms = INT64_C(1748522400000),
			.http_status = 200};
		struct read_output out;
		STRBUF_LOCAL(page);

		strbuf_add_str(&page, "<title>江城印发算力行动方案</title><body>");
		strbuf_add_str(&page, pages[i]);
		in.bytes = strbuf_span(&page);
		read_document(WORK_PAGE, &in, a, &out);
		if (out.as != READ_RECORD ||
			strncmp(out.record.text, A "\n" B, strlen(A "\n" B)) != 0)
			fail_msg("%s", pages[i]);
	}
}

/* Symptom: six comments had more to say than the article. */
static void test_embedded__what_others_say_is_no_article(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const char *text = found(a,
		"x={\"comments\":[{\"text\":\"" C "\",\"of\":{\"text\":\"" C A B
		"\"}},{\"text\":\"" A B C "\"}],\"content\":\"<p>" A B "</p>\"}");

	(void)state;
	assert_string_equal(text, "<div><p>" A B "</p></div>\n");
}

static void test_embedded__a_wish_for_scripts_is_no_article(void **state)
{
	static const char *const pages[] = {
		"<title>News</title><div id=app></div><noscript>We are sorry, but this site does "
		"not work without JavaScript. Please turn it on in the settings of your browser, "
		"load the page again, and if that does not help, write to us. It may be that a "
		"program blocks it.</noscript>",
		"<title>新闻</title><div id=app></div><noscript>您的浏览器没有开启脚本，本站的大部分内容无法"
		"显示，请在设置中启用，然后刷新。如果您不知道怎样设置，请查阅帮助，或者换一个再来，"
		"给您带来不便，我们深表歉意，感谢您的理解与支持，祝您阅读愉快，欢迎常来，再见。</noscript>"};

	(void)state;
	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		const struct read_input in = {.bytes = span_str(pages[i]),
			.url = "http://a.cn/1.html",
			.http_status = 200};
		struct read_output out;

		read_document(WORK_PAGE, &in, a, &out);
		assert_int_equal(out.as, READ_NOTHING);
	}
}

/* What the page shows is the article, whatever its scripts carry. */
static void test_embedded__a_page_with_a_text_keeps_it(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct read_input in = {.bytes = span_str(
					      "<title>江城印发算力行动方案</title><body><p>" C
					      "</p><script>window.DATA={\"content\":\"" A B A B A B
					      "\"}</script>"),
		.url = "http://a.cn/1.html",
		.fetched_at_ms = INT64_C(1748522400000),
		.http_status = 200};
	struct read_output out;

	(void)state;
	read_document(WORK_PAGE, &in, a, &out);
	assert_string_equal(out.record.text, C);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_embedded__the_name_with_the_most_prose_has_the_article),
		cmocka_unit_test(test_embedded__a_name_of_articles_outweighs_others),
		cmocka_unit_test(test_embedded__data_in_a_string_is_data),
		cmocka_unit_test(test_embedded__what_stands_twice_is_taken_once),
		cmocka_unit_test(test_embedded__code_and_short_strings_are_no_article),
		cmocka_unit_test(test_embedded__a_lone_quote_ends_with_its_line),
		cmocka_unit_test(test_embedded__is_linear_in_quotes_that_never_close),
		cmocka_unit_test(test_embedded__a_page_that_scripts_draw_is_read),
		cmocka_unit_test(test_embedded__data_stands_in_elements_too),
		cmocka_unit_test(test_embedded__what_others_say_is_no_article),
		cmocka_unit_test(test_embedded__a_wish_for_scripts_is_no_article),
		cmocka_unit_test(test_embedded__a_page_with_a_text_keeps_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
