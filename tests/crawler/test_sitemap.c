#include "crawler/read/sitemap.h"

#include "tests/cmocka_all.h"

static bool parse(struct arena *a, const char *text, struct sitemap *ret)
{
	const struct date_context ctx = {0};

	return sitemap_parse(span_str(text), "http://a.cn/sitemap.xml", &ctx, a, ret);
}

static void test_sitemap__urlset_with_news(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct sitemap m;

	(void)state;
	assert_true(parse(a,
		"<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
		"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9' "
		"xmlns:image='http://www.google.com/schemas/sitemap-image/1.1'>"
		"<url><image:image><image:loc>http://a.cn/i.jpg</image:loc></image:image>"
		"<loc> http://a.cn/s?id=1&amp;x=2 </loc><lastmod>2025-05-01</lastmod><news:news>"
		"<news:publication><news:name>江城网</news:name><news:language>zh</news:language>"
		"</news:publication><news:publication_date>2025-05-01T08:00:00+08:00</"
		"news:publication_date>"
		"<news:title>大桥通车</news:title></news:news></url><url><loc>ftp://a.cn/</loc></"
		"url></urlset>",
		&m));
	assert_int_equal(m.type, SITEMAP_URLSET);
	assert_int_equal(m.n_urls, 1);
	assert_int_equal(m.n_dropped, 1);
	assert_string_equal(m.urls[0].loc, "http://a.cn/s?id=1&x=2");
	assert_int_equal(m.urls[0].lastmod.precision, PRECISION_DAY);
	assert_string_equal(m.urls[0].news.title, "大桥通车");
	assert_string_equal(m.urls[0].news.name, "江城网");
	assert_string_equal(m.urls[0].news.language, "zh");
	assert_int_equal(m.urls[0].news.published.ms, INT64_C(1746057600000));
}

static void test_sitemap__index(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct sitemap m;

	(void)state;
	assert_true(parse(a,
		"<?xml version='1.0'?><sitemapindex><sitemap><loc>/s1.xml</loc>"
		"<lastmod>2025-05-01T00:00:00Z</lastmod></sitemap></sitemapindex>",
		&m));
	assert_int_equal(m.type, SITEMAP_INDEX);
	assert_string_equal(m.urls[0].loc, "http://a.cn/s1.xml");
}

static void test_sitemap__text_is_addresses_alone(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct sitemap m;

	(void)state;
	assert_true(parse(a, "http://a.cn/1\r\n\r\nhttps://a.cn/2\n", &m));
	assert_int_equal(m.type, SITEMAP_TEXT);
	assert_int_equal(m.n_urls, 2);
	assert_false(parse(a, "http://a.cn/1\nhello\n", &m));
	assert_false(parse(a, "", &m));
}

static void test_sitemap__robots_names_sitemaps(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct sitemap m;

	(void)state;
	assert_true(parse(a,
		"User-agent: *\nDisallow: /x\nsitemap : http://a.cn/map.xml\nSitemap: /b.xml", &m));
	assert_int_equal(m.type, SITEMAP_ROBOTS);
	assert_int_equal(m.n_urls, 2);
	assert_string_equal(m.urls[0].loc, "http://a.cn/map.xml");
	assert_string_equal(m.urls[1].loc, "http://a.cn/b.xml");
}

static void test_sitemap__other_documents_are_none(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct sitemap m;

	(void)state;
	assert_false(parse(a, "<html></html>", &m));
	assert_false(parse(a, "<rss/>", &m));
	assert_false(parse(a, "just words", &m));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sitemap__urlset_with_news),
		cmocka_unit_test(test_sitemap__index),
		cmocka_unit_test(test_sitemap__text_is_addresses_alone),
		cmocka_unit_test(test_sitemap__robots_names_sitemaps),
		cmocka_unit_test(test_sitemap__other_documents_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
