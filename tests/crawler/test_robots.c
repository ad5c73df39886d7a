#include "crawler/fetch/robots.h"


#include "common/alloc.h"
#include "common/strbuf.h"
#include "tests/cmocka_all.h"

#include <time.h>

static bool allows(const char *file, const char *agent, const char *url)
{
	CLEANUP(robots_freep) struct robots *r = robots_parse(span_str(file), agent);

	return robots_allows(r, span_str(url));
}

static void test_robots__longest_match_wins_and_allow_wins_a_tie(void **state)
{
	static const char file[] = "User-agent: *\nDisallow: /a\nAllow: /a/b\nDisallow: /a/b/c\n"
				   "Allow: /tie\nDisallow: /tie\n";

	(void)state;
	assert_false(allows(file, "x", "/a"));
	assert_true(allows(file, "x", "/a/b"));
	assert_false(allows(file, "x", "/a/b/c/d"));
	assert_true(allows(file, "x", "/tie"));
	assert_true(allows(file, "x", "/other"));
}

static void test_robots__wildcards_and_anchor(void **state)
{
	static const char file[] =
		"User-agent: *\nDisallow: /*.pdf$\nDisallow: /x*y*z\nDisallow: /end$\n";

	(void)state;
	assert_false(allows(file, "x", "/a/b.pdf"));
	assert_true(allows(file, "x", "/a/b.pdf?x"));
	assert_false(allows(file, "x", "/x1y2z3"));
	assert_true(allows(file, "x", "/x1z"));
	assert_false(allows(file, "x", "/end"));
	assert_true(allows(file, "x", "/ending"));
}

static void test_robots__our_group_replaces_the_general_one(void **state)
{
	static const char file[] =
		"User-agent: *\nDisallow: /\n\nUser-agent: policywatch\nUser-agent: other\n"
		"Disallow: /private\n\nUser-agent: PolicyWatch\nDisallow: /more\n";

	(void)state;
	assert_true(allows(file, "policywatch/0.1 (+x)", "/a"));
	assert_false(allows(file, "policywatch/0.1", "/private"));
	assert_false(allows(file, "policywatch", "/more"));
	assert_false(allows(file, "policywatcher", "/a"));
}

static void test_robots__percent_encoding_is_one_form(void **state)
{
	static const char file[] =
		"User-agent: *\nDisallow: /%7ejoe/\nDisallow: /新闻\nDisallow: /a%2fb\n";

	(void)state;
	assert_false(allows(file, "x", "/~joe/"));
	assert_false(allows(file, "x", "/%E6%96%B0%e9%97%bb/1"));
	assert_false(allows(file, "x", "/a%2Fb"));
	assert_true(allows(file, "x", "/a/b"));
}

/* RFC 9309 2.2.3: what is special in a pattern is meant as itself when it is escaped. */
static void test_robots__special_characters_may_be_escaped(void **state)
{
	static const char file[] = "User-agent: *\nDisallow: /a-%2A.html\nDisallow: /b-%24\n"
				   "Disallow: /c$d\nDisallow: /e%3cf\nDisallow: /g h\n";

	(void)state;
	assert_false(allows(file, "x", "http://a.cn/a-*.html"));
	assert_true(allows(file, "x", "/a-b.html"));
	assert_false(allows(file, "x", "/b-$x"));
	assert_false(allows(file, "x", "/c$d"));
	assert_true(allows(file, "x", "/c"));
	assert_false(allows(file, "x", "/e<f"));
	assert_false(allows(file, "x", "/g%20h"));
}

static void test_robots__in_a_query_slashes_and_colons_are_themselves(void **state)
{
	(void)state;
	assert_false(
		allows("User-agent: *\nDisallow: /a?u=http%3A%2F%2Fb\n", "x", "/a?u=http://b/c"));
	assert_false(
		allows("User-agent: *\nDisallow: /a?u=http://b\n", "x", "/a?u=http%3a%2f%2Fb"));
	assert_true(allows("User-agent: *\nDisallow: /a?u=%26v\n", "x", "/a?u=&v"));
}

static void test_robots__names_may_have_digits_and_versions(void **state)
{
	static const char file[] = "User-agent: bot1\nDisallow: /1\n\nUser-agent: bot2\n"
				   "Disallow: /2\n\nUser-agent: policywatch2.0\nDisallow: /3\n\n"
				   "User-agent: Bötchen x\nDisallow: /4\n";

	(void)state;
	assert_false(allows(file, "bot1", "/1"));
	assert_true(allows(file, "bot1", "/2"));
	assert_false(allows(file, "BOT2/1.1 (x)", "/2"));
	assert_true(allows(file, "bot3", "/1"));
	assert_false(allows(file, "bot", "/1")); /* what stands behind letters is a version */
	assert_false(allows(file, "policywatch", "/3"));
	assert_false(allows(file, "Bötchen", "/4"));
}

/* RFC 9309 2.2.4: what is no rule must not end a group. */
static void test_robots__other_lines_do_not_end_a_group(void **state)
{
	static const char file[] = "User-agent: a\nCrawl-delay: 3\nSitemap: /s\nNoindex: /\nprose\n"
				   "User-agent: b\nDisallow: /x\nCrawl-delay: 5\n";
	CLEANUP(robots_freep) struct robots *a = robots_parse(span_str(file), "a");
	CLEANUP(robots_freep) struct robots *b = robots_parse(span_str(file), "b");

	(void)state;
	assert_false(robots_allows(a, SPAN_LITERAL("/x")));
	assert_false(robots_allows(b, SPAN_LITERAL("/x")));
	assert_int_equal(robots_crawl_delay_ms(a), 3000);
	assert_int_equal(robots_crawl_delay_ms(b), 5000);
}

static void test_robots__files_in_a_wrong_charset_are_read(void **state)
{
	static const char little[] = "\xFF\xFEU\0s\0e\0r\0-\0a\0g\0e\0n\0t\0:\0*\0\n\0"
				     "D\0i\0s\0a\0l\0l\0o\0w\0:\0/\0\xB0\x65\n\0";
	CLEANUP(robots_freep)
	struct robots *r = robots_parse(span_from(little, sizeof little - 1), "x");

	(void)state;
	assert_false(robots_allows(r, SPAN_LITERAL("/%E6%96%B0")));
	assert_true(robots_allows(r, SPAN_LITERAL("/a")));
	assert_false(allows("\xFF\xFEUser-agent: *\nDisallow: /a\n", "x", "/a"));
	/* 新, taken for Latin-1 and encoded once more */
	assert_false(
		allows("User-agent: *\nDisallow: /\xC3\xA6\xC2\x96\xC2\xB0\n", "x", "/%E6%96%B0"));
	assert_false(allows("User-agent: *\nDisallow: /\xC3\xA9\n", "x", "/%C3%A9"));
}

static void test_robots__a_pattern_without_its_slash_is_a_path(void **state)
{
	(void)state;
	assert_false(allows("User-agent: *\nDisallow: tmp\n", "x", "/tmp/a"));
	assert_true(allows("User-agent: *\nDisallow: tmp\n", "x", "/a/tmp"));
	assert_false(allows("User-agent: *\nDisallow: *tmp\n", "x", "/a/tmp"));
}

static void test_robots__an_empty_pattern_and_an_empty_file_allow(void **state)
{
	(void)state;
	assert_true(allows("", "x", "/"));
	assert_true(allows("User-agent: *\nDisallow:\n", "x", "/a"));
	assert_true(allows("Disallow: /\n", "x", "/a"));
	assert_true(allows("User-agent: *\nDisallow: /", "x", "/robots.txt"));
}

static void test_robots__byte_order_mark_and_line_ends_do_not_matter(void **state)
{
	(void)state;
	assert_false(allows("\xEF\xBB\xBFUser-agent: *\rDisallow: /a\r\n", "x", "/a"));
	assert_false(allows("user-agent : * # all\n disallow :/a # no\n", "x", "/a"));
}

static void test_robots__delay_and_sitemaps_are_read(void **state)
{
	static const char file[] = "Sitemap: http://a/s.xml\nUser-agent: *\nCrawl-delay: 1.5\n"
				   "sitemap: /rel.xml\n";
	CLEANUP(robots_freep) struct robots *r = robots_parse(span_str(file), "x");
	CLEANUP(robots_freep)
	struct robots *none = robots_parse(SPAN_LITERAL("User-agent: *\nCrawl-delay: soon\n"), "x");

	(void)state;
	assert_int_equal(robots_crawl_delay_ms(r), 1500);
	assert_int_equal(robots_n_sitemaps(r), 2);
	assert_string_equal(robots_sitemap(r, 0), "http://a/s.xml");
	assert_int_equal(robots_crawl_delay_ms(none), -1);
}

static void test_robots__forms_of_a_delay(void **state)
{
	static const struct {
		const char *value;
		int64_t ms;
	} rows[] = {
		{"5", 5000},
		{"0", 0},
		{"0.25", 250},
		{".5", 500},
		{"1,5", 1500},
		{"2.", 2000},
		{"1.23456", 1234},
		{"10 seconds", 10000},
		{"5s", 5000},
		{"86400", 86400000},
		{"99999999999999999999999999999", 86400000},
		{"86399.9999", 86399999},
		{"", -1},
		{"-1", -1},
		{"inf", -1},
		{"nan", -1},
		{"soon", -1},
		{".", -1},
		{"0x10", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(freep)
		char *file = alloc_printf("User-agent: *\nCrawl-delay: %s\n", rows[i].value);
		CLEANUP(robots_freep) struct robots *r = robots_parse(span_str(file), "x");

		if (robots_crawl_delay_ms(r) != rows[i].ms)
			fail_msg("%s: %lld ms", rows[i].value, (long long)robots_crawl_delay_ms(r));
	}
}

static void test_robots__rules_behind_500_kib_are_read(void **state)
{
	STRBUF_LOCAL(file);

	(void)state;
	strbuf_add_str(&file, "User-agent: *\n");
	while (file.len < (500 << 10) - 32)
		strbuf_add_str(&file, "Disallow: /not/this/one\n");
	strbuf_add_str(&file, "Disallow: /last\n");
	assert_false(allows(file.data, "x", "/last"));
}

/* Symptom: "Disallow: /search", cut behind its slash, closed the whole site. */
static void test_robots__a_line_that_is_cut_is_no_rule(void **state)
{
	STRBUF_LOCAL(file);
	CLEANUP(robots_freep) struct robots *r = NULL;

	(void)state;
	strbuf_add_str(&file, "User-agent: *\nDisallow: /a\n#");
	while (file.len < ROBOTS_BODY_MAX - strlen("\nDisallow: /"))
		strbuf_add_char(&file, '-');
	strbuf_add_str(&file, "\nDisallow: /search\n");
	assert_false(allows(file.data, "x", "/a"));
	assert_true(allows(file.data, "x", "/b"));
	/* As it is fetched. */
	r = robots_parse(span_from(file.data, ROBOTS_BODY_MAX), "x");
	assert_true(robots_allows(r, SPAN_LITERAL("/b")));
}

/* Symptom: 2.5 s in the event loop for each address of a site that wanted it so. */
static void test_robots__hostile_patterns_take_no_time(void **state)
{
	STRBUF_LOCAL(file);
	STRBUF_LOCAL(url);
	clock_t start;

	(void)state;
	strbuf_add_str(&file, "User-agent: *\n");
	for (int rule = 0; rule < 120; rule++) {
		strbuf_add_str(&file, "Disallow: /*");
		for (int i = 0; i < 4000; i++)
			strbuf_add_char(&file, 'a');
		strbuf_add_str(&file, "b\n");
	}
	strbuf_add_char(&url, '/');
	for (int i = 0; i < 8000; i++)
		strbuf_add_char(&url, 'a');
	start = clock();
	assert_true(allows(file.data, "x", url.data));
	assert_true(clock() - start < CLOCKS_PER_SEC / 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_robots__longest_match_wins_and_allow_wins_a_tie),
		cmocka_unit_test(test_robots__wildcards_and_anchor),
		cmocka_unit_test(test_robots__our_group_replaces_the_general_one),
		cmocka_unit_test(test_robots__percent_encoding_is_one_form),
		cmocka_unit_test(test_robots__special_characters_may_be_escaped),
		cmocka_unit_test(test_robots__in_a_query_slashes_and_colons_are_themselves),
		cmocka_unit_test(test_robots__names_may_have_digits_and_versions),
		cmocka_unit_test(test_robots__other_lines_do_not_end_a_group),
		cmocka_unit_test(test_robots__files_in_a_wrong_charset_are_read),
		cmocka_unit_test(test_robots__a_pattern_without_its_slash_is_a_path),
		cmocka_unit_test(test_robots__an_empty_pattern_and_an_empty_file_allow),
		cmocka_unit_test(test_robots__byte_order_mark_and_line_ends_do_not_matter),
		cmocka_unit_test(test_robots__delay_and_sitemaps_are_read),
		cmocka_unit_test(test_robots__forms_of_a_delay),
		cmocka_unit_test(test_robots__rules_behind_500_kib_are_read),
		cmocka_unit_test(test_robots__a_line_that_is_cut_is_no_rule),
		cmocka_unit_test(test_robots__hostile_patterns_take_no_time),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
