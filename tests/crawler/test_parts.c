#include "crawler/read/article/parts.h"

#include "tests/cmocka_all.h"

struct row {
	const char *url, *next;
	unsigned number; /* 0: does not follow */
};

static const struct row rows[] = {
	{"http://a.cn/n/t1.html", "http://a.cn/n/t1_2.html", 2},
	{"http://a.cn/n/t1_2.html", "http://a.cn/n/t1_3.html", 3},
	{"http://a.cn/n/t1_9.html", "http://a.cn/n/t1_10.html", 10},
	{"http://a.cn/n/t1_19.html", "http://a.cn/n/t1_20.html", 20},
	{"http://a.cn/content_12345.htm", "http://a.cn/content_12345_2.htm", 2},
	{"http://a.cn/n/t1.html", "http://a.cn/n/t1_1.html", 1}, /* counted from 0 */
	{"http://a.cn/n/t1.html", "http://a.cn/n/t1-2.html", 2},
	{"http://a.cn/slug/", "http://a.cn/slug/2/", 2},
	{"http://a.cn/slug", "http://a.cn/slug/2", 2},
	{"http://a.cn/slug/2/", "http://a.cn/slug/3/", 3},
	{"http://a.cn/a?id=7", "http://a.cn/a?id=7&page=2", 2},
	{"http://a.cn/a", "http://a.cn/a?page=2", 2},
	{"http://a.cn/a?page=1&id=7", "http://a.cn/a?page=2&id=7", 2},
	{"http://a.cn/a#top", "http://a.cn/a?p=2#text", 2},
	/* Other articles, other sites, other parts. */
	{"http://a.cn/content_12345.htm", "http://a.cn/content_12346.htm", 0},
	{"http://a.cn/n/t_2024.html", "http://a.cn/n/t_2025.html", 0},
	{"http://a.cn/n/t1.html", "http://a.cn/n/t1.html", 0},
	{"http://a.cn/n/t1.html", "http://a.cn/n/t1.html#c", 0},
	{"http://a.cn/n/t1.html", "http://a.cn/n/t1_3.html", 0},
	{"http://a.cn/n/t1_2.html", "http://a.cn/n/t1.html", 0},
	{"http://a.cn/n/t1_2.html", "http://a.cn/n/t1_4.html", 0},
	{"http://a.cn/n/t1.html", "http://b.cn/n/t1_2.html", 0},
	{"http://a.cn/n/t1.html", "http://a.cn/m/t1_2.html", 0},
	{"http://a.cn/n/t1.html", "http://a.cn/n/t1_2.pdf", 0},
	{"http://a.cn/a?id=7", "http://a.cn/a?id=8", 0},
	{"http://a.cn/a", "http://a.cn/a?id=2", 0},
	{"http://a.cn/n/v1.html", "http://a.cn/n/v2.html", 0},
	{"http://a.cn/", "http://a.cn", 0},
	{"", "", 0},
};

static void test_parts__the_address_of_a_part_counts_up(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		unsigned number = 0;
		bool follows = parts_follows(rows[i].url, rows[i].next, &number);

		if (follows != (rows[i].number > 0) || (follows && number != rows[i].number))
			fail_msg("%s -> %s: %d %u", rows[i].url, rows[i].next, follows, number);
	}
}

static const char *next_of(struct arena *a, const char *html)
{
	CLEANUP(html_freep) struct html *h = html_parse(span_str(html));
	const char *url = "http://a.cn/n/t1.html";

	return parts_next(h, url, url, "UTF-8", a);
}

static void test_parts__a_label_leads_to_the_next_part(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(next_of(a, "<a href=t1.html>1</a><a href=t1_2.html>2</a>"),
		"http://a.cn/n/t1_2.html");
	assert_string_equal(next_of(a, "<p><a href='/n/t1_2.html#x'><span>下一页</span></a>"),
		"http://a.cn/n/t1_2.html");
	assert_string_equal(next_of(a, "<a href=t1_1.html>2</a>"), "http://a.cn/n/t1_1.html");
	assert_null(next_of(a, "<a href=t1_2.html>江城发布行动方案</a>"));
	assert_null(next_of(a, "<a href=t1_2.html>7</a>"));
	assert_null(next_of(a, "<a href=t2.html>下一页</a>"));
	assert_null(next_of(a, "<a>下一页</a><a href='#2'>2</a>"));
}

static void test_parts__a_script_draws_the_links(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(next_of(a,
				    "<script>function createPageHTML(n, i, name, ext) {}\n"
				    "createPageHTML(3, 0, \"t1\", \"html\");</script>"),
		"http://a.cn/n/t1_1.html");
	assert_null(next_of(a, "<script>createPageHTML(1, 0, 't1', 'html');</script>"));
	assert_null(next_of(a, "<script>createPageHTML(3, 2, 't1', 'html');</script>"));
	assert_null(next_of(a, "<script>createPageHTML(3, 0, 't9', 'html');</script>"));
	assert_null(next_of(a, "<script>createPageHTML(3, 0</script>"));
	assert_null(next_of(a, "<script></script>"));
}

static void test_parts__links_to_the_same_site_under_another_scheme_count(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(html_freep)
	struct html *h = html_parse(SPAN_LITERAL("<a href='http://a.cn/n/t1_2.html'>下一页</a>"));

	(void)state;
	assert_string_equal(parts_next(h, "https://a.cn/n/t1.html", "https://a.cn/", "UTF-8", a),
		"https://a.cn/n/t1_2.html");
	assert_null(parts_next(h, "https://b.cn/n/t1.html", "https://b.cn/", "UTF-8", a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parts__the_address_of_a_part_counts_up),
		cmocka_unit_test(test_parts__a_label_leads_to_the_next_part),
		cmocka_unit_test(test_parts__links_to_the_same_site_under_another_scheme_count),
		cmocka_unit_test(test_parts__a_script_draws_the_links),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
