#include "crawler/read/html/refresh.h"

#include "tests/cmocka_all.h"

#define HERE "http://www.a.cn/zw/paperindex.htm"

struct row {
	const char *page;
	const char *to; /* NULL: nowhere */
};

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		CLEANUP(html_freep) struct html *h = html_parse(span_str(rows[i].page));
		const char *to = refresh_find(h, refresh_base(h, HERE, a), HERE, a);

		if (!to != !rows[i].to || (to && strcmp(to, rows[i].to) != 0))
			fail_msg("%s goes to %s", rows[i].page, to ? to : "nowhere");
	}
}

#define CHECK(rows)   check(rows, sizeof(rows) / sizeof *(rows))
#define META(content) "<meta http-equiv=\"refresh\" content=\"" content "\">"
#define SCRIPT(code)  "<html><script type='text/javascript'>\n" code "\n</script></html>"

static void test_refresh__meta_is_read_as_browsers_do(void **state)
{
	static const struct row rows[] = {
		{META("0; URL=html/2025-05/01/node_18.htm"),
			"http://www.a.cn/zw/html/2025-05/01/node_18.htm"},
		{META("0;url='/b.html'"), "http://www.a.cn/b.html"},
		{META("  3 , url = //m.a.cn/"), "http://m.a.cn/"},
		{META("0.5;/b.html"), "http://www.a.cn/b.html"},
		{META("1;http://b.cn/?a=1;b=2"), "http://b.cn/?a=1;b=2"},
		{"<meta content='0;URL=/b.html' HTTP-EQUIV='Refresh '>", "http://www.a.cn/b.html"},
		{"<meta http-equiv=refresh content=0;url=/b.html>", "http://www.a.cn/b.html"},
		{META("0;url='/b.html"), "http://www.a.cn/b.html"},
		{"<base href='/x/'>" META("0;url=b.html"), "http://www.a.cn/x/b.html"},
		{META("5"), NULL},
		{META(""), NULL},
		{META("300;url=/b.html"), NULL},
		{META("99999999999999999999;url=/b.html"), NULL},
		{META("0;url=javascript:go()"), NULL},
		{META("0;url=" HERE "#top"), NULL},
		{"<meta http-equiv=expires content='0;url=/b.html'>", NULL},
	};

	(void)state;
	CHECK(rows);
}

static void test_refresh__a_line_of_script_is_read(void **state)
{
	static const struct row rows[] = {
		{SCRIPT("location.href='/b.html'"), "http://www.a.cn/b.html"},
		{SCRIPT("window.location.replace( \"b.html\" );"), "http://www.a.cn/zw/b.html"},
		{SCRIPT("window.location.assign('/b.html')"), "http://www.a.cn/b.html"},
		{SCRIPT("location = '/b.html';"), "http://www.a.cn/b.html"},
		{SCRIPT("top.location=\"http:\\/\\/www.a.cn\\/b.html\""), "http://www.a.cn/b.html"},
		{SCRIPT("self.location.href = '/b.html'"), "http://www.a.cn/b.html"},
		{SCRIPT("setTimeout(\"document.location='/b.html'\", 500)"),
			"http://www.a.cn/b.html"},
		{"<body onload=\"window.location='/b.html'\"></body>", "http://www.a.cn/b.html"},
		{SCRIPT("if (location.protocol == 'http:') location.href = '/b.html'"),
			"http://www.a.cn/b.html"},
	};

	(void)state;
	CHECK(rows);
}

static void test_refresh__what_only_looks_like_it_leads_nowhere(void **state)
{
	static const struct row rows[] = {
		{SCRIPT("if (location.href == '/b.html') go()"), NULL},
		{SCRIPT("var geolocation = '/b.html'"), NULL},
		{SCRIPT("shop.location = '/b.html'"), NULL},
		{SCRIPT("mywindow.location = '/b.html'"), NULL},
		{SCRIPT("//location.href='/b.html'"), NULL},
		{SCRIPT("location.href='http://' + host"), NULL},
		{SCRIPT("location.href='/a/' + id + '.html'"), NULL},
		{SCRIPT("location.href=base + '/b.html'"), NULL},
		{SCRIPT("location.href='\\x2fb.html'"), NULL},
		{SCRIPT("location.href='#top'"), NULL},
		{SCRIPT("location.href='/b.html"), NULL},
		{SCRIPT("location.reload()"), NULL},
		{SCRIPT("location.href="), NULL},
		{SCRIPT("location"), NULL},
	};

	(void)state;
	CHECK(rows);
}

/* Sites send phones elsewhere by script; we are none. */
static void test_refresh__the_way_of_phones_is_not_taken(void **state)
{
	static const struct row rows[] = {
		{SCRIPT("if (/iPhone/.test(navigator.userAgent)) location.href='/m/'"), NULL},
		{SCRIPT("if (/iPhone/.test(navigator.userAgent)) location.href='/m/';\n"
			"else location.href='/pc/'"),
			"http://www.a.cn/pc/"},
	};

	(void)state;
	CHECK(rows);
}

static void test_refresh__a_page_that_shows_something_stays(void **state)
{
#define LINE "本页面显示的内容足够多，读者会在这里停留，脚本里的地址只是为了别的用途。"
	static const struct row rows[] = {
		{"<p>正在跳转，如未跳转请点击<a href=/b.html>这里</a>" META("3;url=/b.html"),
			"http://www.a.cn/b.html"},
		{"<p>" LINE LINE LINE "</p>" SCRIPT("location.href='/b.html'"), NULL},
		{"<p>" LINE LINE LINE "</p>" META("0;url=/b.html"), NULL},
		{"<title>" LINE LINE LINE "</title>" META("0;url=/b.html"),
			"http://www.a.cn/b.html"},
	};

	(void)state;
	CHECK(rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refresh__meta_is_read_as_browsers_do),
		cmocka_unit_test(test_refresh__a_line_of_script_is_read),
		cmocka_unit_test(test_refresh__what_only_looks_like_it_leads_nowhere),
		cmocka_unit_test(test_refresh__the_way_of_phones_is_not_taken),
		cmocka_unit_test(test_refresh__a_page_that_shows_something_stays),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
