#include "common/url.h"

#include "common/err.h"
#include "tests/cmocka_all.h"

static void test_url__relative_references_resolve_as_the_standard_says(void **state)
{
	static const struct {
		const char *input, *base, *href;
	} rows[] = {
		{"./a.html", "http://example.org/x/y.html", "http://example.org/x/a.html"},
		{"../../a", "http://example.org/x/y/z", "http://example.org/a"},
		{"//Other.Example:80/p", "http://example.org/", "http://other.example/p"},
		{"?q=1", "http://example.org/x?y", "http://example.org/x?q=1"},
		{" /a\n b\t ", "https://example.org/", "https://example.org/a%20b"},
		{"http://0x7f.1/", "", "http://127.0.0.1/"},
		{"http://例子.中国/", "", "http://xn--fsqu00a.xn--fiqs8s/"},
		{"http:\\\\example.org\\a", "", "http://example.org/a"},
		{"a% b%1\x01"
		 "c",
			"http://example.org/", "http://example.org/a%%20b%1%01c"},
		{"a%?b%&`%/../c", "http://example.org/%/%~~", "http://example.org/%/a%?b%&`%/../c"},
		{"%/x/../y%", "http://example.org/", "http://example.org/%/y%"},
		{"/新闻/1", "http://example.org", "http://example.org/%E6%96%B0%E9%97%BB/1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(out);

		if (url_resolve(span_str(rows[i].input), span_str(rows[i].base), &out) < 0)
			fail_msg("row %zu is refused", i);
		assert_string_equal(out.data, rows[i].href);
	}
}

static void test_url__what_is_not_web_is_refused(void **state)
{
	static const char *const inputs[] = {"mailto:a@b", "javascript:void(0)", "ftp://a/",
		"http://", "relative", "http://a b/", "data:text/html,x", ""};

	(void)state;
	for (size_t i = 0; i < sizeof inputs / sizeof *inputs; i++) {
		STRBUF_LOCAL(out);

		assert_int_equal(url_resolve(span_str(inputs[i]), (struct span){0}, &out),
			-ERR_PARSE);
		assert_int_equal(out.len, 0);
	}
}

static void test_url__a_query_is_in_the_charset_of_its_page(void **state)
{
	STRBUF_LOCAL(out);

	(void)state;
	assert_int_equal(url_resolve_encoded(SPAN_LITERAL("/s?q=人工"),
				 SPAN_LITERAL("http://a.cn/"), "GBK", &out),
		0);
	assert_string_equal(out.data, "http://a.cn/s?q=%C8%CB%B9%A4");
}

static void test_url__canonical_drops_what_does_not_change_the_page(void **state)
{
	static const struct {
		const char *href, *canonical;
	} rows[] = {
		{"http://a.cn/x.html?f=post_list&spm=1.2#top", "http://a.cn/x.html"},
		{"http://a.cn/s?id=17&wfr=spider&for=pc", "http://a.cn/s?id=17"},
		{"http://a.cn/a.html;jsessionid=1F2E?id=3", "http://a.cn/a.html?id=3"},
		{"http://a.cn/x;JSESSIONID=1F/index.html", "http://a.cn/x/"},
		{"http://a.cn/a;v=2;jsessionid=1/b;c", "http://a.cn/a;v=2/b;c"},
		{"http://a.cn/s?utm_source=x&b=2&UTM_Medium=y&a=1", "http://a.cn/s?b=2&a=1"},
		{"http://u:p@a.cn:8080/index.html", "http://a.cn:8080/"},
		{"http://a.cn/x/index.html?page=2", "http://a.cn/x/index.html?page=2"},
		{"http://a.cn/?&&", "http://a.cn/"},
		{"http://A.cn:80", "http://a.cn/"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(out);
		STRBUF_LOCAL(again);

		assert_int_equal(url_canonical(span_str(rows[i].href), &url_rules_default, &out),
			0);
		assert_string_equal(out.data, rows[i].canonical);
		assert_int_equal(url_canonical(strbuf_span(&out), &url_rules_default, &again), 0);
		assert_string_equal(again.data, out.data);
	}
}

static void test_url__parts_are_found(void **state)
{
	struct url_parts p;

	(void)state;
	assert_true(url_split(SPAN_LITERAL("https://u@[::1]:8443/a/b?c=d#e"), &p));
	assert_true(span_is(p.scheme, "https"));
	assert_true(span_is(p.host, "[::1]"));
	assert_true(span_is(p.port, "8443"));
	assert_true(span_is(p.path, "/a/b"));
	assert_true(span_is(p.query, "?c=d"));
	assert_true(url_split(SPAN_LITERAL("http://a.cn"), &p));
	assert_true(span_is(p.origin, "http://a.cn"));
	assert_int_equal(p.path.len, 0);
	assert_false(url_split(SPAN_LITERAL("a.cn/x"), &p));
	assert_false(url_split(SPAN_LITERAL("http:///x"), &p));
}

static void test_url__a_subdomain_belongs_to_the_site(void **state)
{
	(void)state;
	assert_true(url_is_same_site(SPAN_LITERAL("news.a.cn"), SPAN_LITERAL("www.a.cn")));
	assert_true(url_is_same_site(SPAN_LITERAL("a.cn"), SPAN_LITERAL("www.a.cn")));
	assert_false(url_is_same_site(SPAN_LITERAL("nota.cn"), SPAN_LITERAL("a.cn")));
	assert_false(url_is_same_site(SPAN_LITERAL("a.cn"), SPAN_LITERAL("news.a.cn")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_url__relative_references_resolve_as_the_standard_says),
		cmocka_unit_test(test_url__what_is_not_web_is_refused),
		cmocka_unit_test(test_url__a_query_is_in_the_charset_of_its_page),
		cmocka_unit_test(test_url__canonical_drops_what_does_not_change_the_page),
		cmocka_unit_test(test_url__parts_are_found),
		cmocka_unit_test(test_url__a_subdomain_belongs_to_the_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
