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
		{"b/%2E%2e?q", "http://example.org/a/x", "http://example.org/a/?q"},
		{".%2e", "http://example.org/a/b/c", "http://example.org/a/"},
		{"...", "http://example.org/a/", "http://example.org/a/..."},
		{"", "http://example.org/a?b#c", "http://example.org/a?b"},
		{"#d", "http://example.org/a?b#c", "http://example.org/a?b#d"},
		{"http:x?y", "http://u:p@example.org:81/a/b", "http://u:p@example.org:81/a/x?y"},
		{"http:x/y", "https://example.org/a", "http://x/y"},
		{"https:\\\\/x", "https://example.org/a", "https://x/"},
		{"http://a@b:c@h:080/", "", "http://a%40b:c@h/"},
		{"http://:@h:0/", "", "http://h:0/"},
		{"http://h/^'`?^'`#^'`", "", "http://h/%5E'%60?^%27`#^'%60"},
		{"http://h/a", "about:blank", "http://h/a"},
		{"/\xD6\xD0", "http://h", "http://h/%D6%D0"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(out);

		if (url_resolve(span_str(rows[i].input), span_str(rows[i].base), &out) < 0)
			fail_msg("row %zu is refused", i);
		assert_string_equal(out.data, rows[i].href);
	}
}

static void test_url__hosts_have_one_form(void **state)
{
	static const struct {
		const char *host, *is; /* NULL is refused */
	} rows[] = {
		{"EXAMPLE.org.", "example.org."},
		{"%65x%41", "exa"},
		{"例子。中国", "xn--fsqu00a.xn--fiqs8s"},
		{"fa\u00DF.de", "xn--fa-hia.de"},
		{"\u1E9E.de", "xn--zca.de"},
		{"XN--pokxncvks", "xn--pokxncvks"}, /* no Punycode, but ASCII */
		{"xn--a.\u00DF", NULL},
		{"\u0646\u0627\u0645\u0647\u200C\u0627\u06CC.com", "xn--mgba3gch31f060k.com"},
		{"a\u200Cb", NULL},  /* a joiner that joins nothing */
		{"\u0627a", NULL},   /* right to left and left to right in one label */
		{"a.\u0301b", NULL}, /* a mark in front */
		{"a\u00A0b", NULL},  /* maps to a space */
		{"a\u2A74b", NULL},  /* maps to colons */
		{"\u00AD", NULL},    /* maps to nothing */
		{"a%00b", NULL},
		{"a%2Fb", NULL},
		{"a|b", NULL},
		{"0x7F.1", "127.0.0.1"},
		{"017700000001.", "127.0.0.1"},
		{"1.2.65535", "1.2.255.255"},
		{"\uFF11.2.3.4", "1.2.3.4"},
		{"0x", "0.0.0.0"},
		{"256.1.1.1", NULL},
		{"1.2.65536", NULL},
		{"4294967296", NULL},
		{"1.2.3.4.5", NULL},
		{"a.0x1g", "a.0x1g"},
		{"a.09", NULL}, /* ends in a number, so it must be an address */
		{"1..2", NULL},
		{"1.2..", "1.2.."},
		{"[::1]", "[::1]"},
		{"[1:0:0:2:0:0:0:3]", "[1:0:0:2::3]"},
		{"[1:0:2:3:4:5:6:7]", "[1:0:2:3:4:5:6:7]"},
		{"[::FFFF:1.2.3.4]", "[::ffff:102:304]"},
		{"[1::]", "[1::]"},
		{"[::]", "[::]"},
		{"[::1%eth0]", NULL},
		{"[1::2::3]", NULL},
		{"[::1]x", NULL},
		{"[]", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(input);
		STRBUF_LOCAL(out);
		STRBUF_LOCAL(want);
		int r;

		strbuf_printf(&input, "http://%s/", rows[i].host);
		if (rows[i].is)
			strbuf_printf(&want, "http://%s/", rows[i].is);
		r = url_resolve(strbuf_span(&input), (struct span){0}, &out);
		if ((r == 0) != (rows[i].is != NULL))
			fail_msg("row %zu: %d %s", i, r, out.data);
		assert_string_equal(out.data, want.data);
	}
}

static void test_url__nul_is_a_byte_as_others_are(void **state)
{
	static const char nul[] = "\0 http://h/a\0b?\0\0";
	STRBUF_LOCAL(out);

	(void)state;
	assert_int_equal(url_resolve(span_from(nul, sizeof nul - 2), (struct span){0}, &out), 0);
	assert_string_equal(out.data, "http://h/a%00b?");
}

static void test_url__what_is_not_web_is_refused(void **state)
{
	static const char *const inputs[] = {"mailto:a@b", "javascript:void(0)", "ftp://a/",
		"http://", "relative", "http://a b/", "data:text/html,x", "", "http://h:65536/",
		"http://h:8o/", "http://u@/", "http:///"};

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
	static const struct {
		const char *text, *encoding, *query;
	} rows[] = {
		{"人工", "GBK", "%C8%CB%B9%A4"},
		{"人工", "gb2312", "%C8%CB%B9%A4"},
		{"人a€", "Shift_JIS", "%90la%26%238364%3B"},
		{"人€", "Big5", "%A4H%A3%E1"},
		{"é", "windows-1252", "%E9"},
		{"人", "windows-1252", "%26%2320154%3B"},
		{"人", "UTF-16LE", "%E4%BA%BA"},
		{"人", "no such charset", "%E4%BA%BA"},
		{"😀", "gb18030", "%949%FC6"},
		{"人1€", "ISO-2022-JP", "%1B$B?M%1B(B1%26%238364%3B"},
		{"人€人", "ISO-2022-JP", "%1B$B?M%1B(B%26%238364%3B%1B$B?M%1B(B"},
		{"\x0E"
		 "a",
			"ISO-2022-JP", "%26%2365533%3Ba"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(input);
		STRBUF_LOCAL(out);
		STRBUF_LOCAL(want);

		strbuf_printf(&input, "/人?%s#人", rows[i].text);
		strbuf_printf(&want, "http://a.cn/%%E4%%BA%%BA?%s#%%E4%%BA%%BA", rows[i].query);
		assert_int_equal(url_resolve_encoded(strbuf_span(&input),
					 SPAN_LITERAL("http://a.cn/"), rows[i].encoding, &out),
			0);
		assert_string_equal(out.data, want.data);
	}
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
		{"http://a.cn/s?utm_source=x&b=2&UTM_Medium=y&a=1", "http://a.cn/s?a=1&b=2"},
		{"http://a.cn/s?b=2&a=2&aa=1&a=1", "http://a.cn/s?a=2&a=1&aa=1&b=2"},
		{"http://a.cn/s?7&1&b=2", "http://a.cn/s?7&1&b=2"},
		{"http://a.cn/s?%61=%e4%7e&%75tm_x=1", "http://a.cn/s?a=%E4~"},
		{"http://a.cn/%7Ea/%e4%2f%2e%41", "http://a.cn/~a/%E4%2F.A"},
		{"http://a.cn/%%341?%&%zz", "http://a.cn/%2541?%25&%25zz"},
		{"http://a.cn/(S(lit3py55t21z5v55vlm25s55))/x.aspx?id=3",
			"http://a.cn/x.aspx?id=3"},
		{"http://a.cn/v/(X(1)S(lit3py-5_))/", "http://a.cn/v/"},
		{"http://a.cn/(AI)/x/(S(a))", "http://a.cn/(AI)/x/(S(a))"},
		{"http://a.cn/x?ASPSESSIONIDQQ=1&PHPSESSID=2&sid=3", "http://a.cn/x?sid=3"},
		{"http://u:p@a.cn:8080/index.html", "http://a.cn:8080/"},
		{"http://a.cn/x/index.html?page=2", "http://a.cn/x/index.html?page=2"},
		{"http://a.cn/?&&", "http://a.cn/"},
		{"http://a.cn/myindex.html", "http://a.cn/myindex.html"},
		{"http://a.cn/x/Default.aspx", "http://a.cn/x/"},
		{"http://a.cn/v?vd_source=1f&spm_id_from=333.1&p=2&_gl=1*a&mkt_tok=NTY",
			"http://a.cn/v?p=2"},
		{"http://a.cn/x?CFID=1&CFTOKEN=2&share_source=weixin", "http://a.cn/x"},
		{"http://a.cn/x?share=1&source=2&sid=3&ref=4",
			"http://a.cn/x?ref=4&share=1&sid=3&source=2"},
		{"http://a.cn.:8080/x", "http://a.cn:8080/x"},
		{"http://a.cn../x", "http://a.cn../x"},
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

static void test_url__rules_may_be_others(void **state)
{
	static const char *const tracking[] = {"x*"}, *const documents[] = {"list.htm"};
	const struct url_rules rules = {tracking, 1, documents, 1, false};
	STRBUF_LOCAL(out);

	(void)state;
	assert_int_equal(url_canonical(SPAN_LITERAL("http://a.cn/b?spm=1&xy=2&a=3"), &rules, &out),
		0);
	assert_string_equal(out.data, "http://a.cn/b?spm=1&a=3");
	strbuf_clear(&out);
	assert_int_equal(url_canonical(SPAN_LITERAL("http://a.cn/b/list.htm"), &rules, &out), 0);
	assert_string_equal(out.data, "http://a.cn/b/");
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
		cmocka_unit_test(test_url__hosts_have_one_form),
		cmocka_unit_test(test_url__nul_is_a_byte_as_others_are),
		cmocka_unit_test(test_url__what_is_not_web_is_refused),
		cmocka_unit_test(test_url__a_query_is_in_the_charset_of_its_page),
		cmocka_unit_test(test_url__canonical_drops_what_does_not_change_the_page),
		cmocka_unit_test(test_url__rules_may_be_others),
		cmocka_unit_test(test_url__parts_are_found),
		cmocka_unit_test(test_url__a_subdomain_belongs_to_the_site),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
