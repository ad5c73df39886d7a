#include "crawler/read/article/metadata.h"

#include "common/clock.h"
#include "tests/cmocka_all.h"

struct fixture {
	struct arena *arena;
	struct html *html;
	struct metadata meta;
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	fx->arena = arena_new();
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	html_free(fx->html);
	arena_free(fx->arena);
	test_free(fx);
	return 0;
}

static void read_page(struct fixture *fx, const char *page)
{
	const struct date_context ctx = {.now_ms = 1748522400000, .zone_min = DATE_ZONE_CHINA};

	html_free(fx->html);
	fx->html = html_parse(span_str(page));
	metadata_read(fx->html, &ctx, fx->arena, &fx->meta);
}

static void expect_time(const struct metadata_time *t, const char *iso, const char *from)
{
	char text[CLOCK_TEXT_MAX];

	assert_non_null(t->from);
	assert_string_equal(clock_format(t->time.ms, t->time.zone_min, text), iso);
	assert_string_equal(t->from, from);
}

static const char *author(struct fixture *fx, enum metadata_authors where, size_t i)
{
	return i < fx->meta.authors[where].len ? fx->meta.authors[where].items[i] : "";
}

#define LD(json) "<script type='application/ld+json'>" json "</script>"

static void test_metadata__tags_of_the_governments_rules_come_first(void **state)
{
	struct fixture *fx = *state;

	read_page(fx,
		"<meta property='article:published_time' content='2025-05-03T08:00:00+08:00'>"
		"<meta name='ArticleTitle' content='江城印发方案'>"
		"<meta name='PubDate' content='2025-05-01 11:54'>"
		"<meta name='ContentSource' content='江城日报'>");
	expect_time(&fx->meta.published, "2025-05-01T11:54:00+08:00", "META PubDate");
	assert_string_equal(fx->meta.article_title, "江城印发方案");
	assert_string_equal(fx->meta.publisher, "江城日报");
	assert_string_equal(fx->meta.publisher_from, "META ContentSource");
}

static void test_metadata__every_way_to_give_a_time_is_known(void **state)
{
	static const char *const names[] = {"PubDate", "pubdate", "publishdate", "apub:time",
		"og:published_time", "article:published_time", "DC.date.issued", "dcterms.created",
		"datePublished", "weibo: article:create_at", "parsely-pub-date", "publish_time",
		"cXenseParse:recs:publishtime", "date", "rnews:datePublished", "bt:pubDate"};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		read_page(fx,
			arena_printf(fx->arena, "<meta name='%s' content='2025-05-01'>", names[i]));
		if (!fx->meta.published.from)
			fail_msg("%s gave no time", names[i]);
	}
}

static void test_metadata__json_ld_wherever_the_article_stands(void **state)
{
#define ARTICLE                                                                                    \
	"{\"@type\":\"NewsArticle\",\"datePublished\":\"2025-05-01T11:54:40+08:00\","              \
	"\"dateModified\":\"2025-05-02T08:00:00+08:00\",\"author\":[{\"@type\":\"Person\","        \
	"\"name\":\"Anna Weber\"},{\"@type\":\"Organization\",\"name\":\"dpa\"}]}"
	static const char *const pages[] = {LD(ARTICLE), LD("[{\"@type\":\"Thing\"}," ARTICLE "]"),
		LD("{\"@graph\":[" ARTICLE "]}"),
		LD("{\"@type\":\"WebPage\",\"mainEntity\":" ARTICLE "}"),
		"<script type=application/ld+json>\n" ARTICLE "</script>"};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		read_page(fx, pages[i]);
		expect_time(&fx->meta.published, "2025-05-01T11:54:40+08:00",
			"JSON-LD datePublished");
		expect_time(&fx->meta.modified, "2025-05-02T08:00:00+08:00",
			"JSON-LD dateModified");
		assert_string_equal(author(fx, METADATA_AUTHORS_LD, 0), "Anna Weber");
		assert_string_equal(author(fx, METADATA_AUTHORS_GROUP, 0), "dpa");
	}
#undef ARTICLE
}

static void test_metadata__json_ld_authors_may_stand_elsewhere_in_the_graph(void **state)
{
	struct fixture *fx = *state;

	read_page(fx,
		LD("{\"@graph\":[{\"@type\":[\"Article\"],\"author\":{\"@id\":\"#a\"}},"
		   "{\"@type\":\"Person\",\"@id\":\"#a\",\"name\":\"Anna Weber\"}]}"));
	assert_string_equal(author(fx, METADATA_AUTHORS_LD, 0), "Anna Weber");
}

static void test_metadata__related_articles_are_not_the_page(void **state)
{
	struct fixture *fx = *state;

	read_page(fx,
		LD("{\"@type\":\"ItemList\",\"itemListElement\":[{\"@type\":\"NewsArticle\","
		   "\"datePublished\":\"2025-05-01\"}]}"));
	assert_null(fx->meta.published.from);
}

static void test_metadata__a_change_is_no_publication(void **state)
{
	struct fixture *fx = *state;

	read_page(fx,
		"<meta property='article:modified_time' content='2025-05-02'>"
		"<time itemprop=datePublished datetime='2025-05-01'>May 1</time>");
	expect_time(&fx->meta.published, "2025-05-01T00:00:00+08:00", "microdata datePublished");
	expect_time(&fx->meta.modified, "2025-05-02T00:00:00+08:00", "META article:modified_time");
}

static void test_metadata__a_time_tells_more_than_its_day(void **state)
{
	struct fixture *fx = *state;

	read_page(fx,
		"<meta name=PubDate content=2025-05-01>"
		"<meta property=article:published_time content='2025-05-01T11:54:40+08:00'>");
	expect_time(&fx->meta.published, "2025-05-01T11:54:40+08:00",
		"META article:published_time");
	read_page(fx,
		"<meta name=PubDate content=2025-05-01>"
		"<meta property=article:published_time content='2025-05-03T11:54:40+08:00'>");
	expect_time(&fx->meta.published, "2025-05-01T00:00:00+08:00", "META PubDate");
}

static void test_metadata__languages_are_tags(void **state)
{
	static const struct {
		const char *page, *lang;
	} rows[] = {{"<html lang=de><meta property=og:locale content=en_US>", "de"},
		{"<meta property=og:locale content=en_US>", "en-US"}, {"<html lang=En>", "en"},
		{"<html lang='{{locale}}'><meta property=og:locale content=fr_FR>", "fr-FR"},
		{"<meta http-equiv=content-language content=zh-cn>", "zh-cn"}};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		read_page(fx, rows[i].page);
		assert_string_equal(fx->meta.lang, rows[i].lang);
	}
}

static void test_metadata__broken_json_says_what_can_be_read_of_it(void **state)
{
	static const char *const pages[] = {
		LD("{\"@type\":\"Article\",\"datePublished\":\"2025-05-01\""),
		LD("{\"@type\":\"Article\",\"datePublished\":\"2025-05-01\",},"),
		LD("{\"@type\":\"Article\",\"name\":\"a \"b\" c\",\"datePublished\":\"2025-05-01\"}"),
		LD("{\"@type\":\"BreadcrumbList\"}{\"@type\":\"Article\",\"datePublished\":\"2025-05-01\"}"),
		LD("{&quot;@type&quot;:&quot;Article&quot;,&quot;datePublished&quot;:&quot;2025-05-01&quot;}"),
	};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		read_page(fx, pages[i]);
		if (!fx->meta.published.from)
			fail_msg("%s", pages[i]);
	}
	read_page(fx, LD("Article datePublished 2025-05-01"));
	assert_null(fx->meta.published.from);
}

static void test_metadata__no_title_is_longer_than_a_page_of_text(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(page);

	strbuf_add_str(&page, "<title>");
	for (int i = 0; i < 10000; i++)
		strbuf_add_str(&page, "通知_");
	strbuf_add_str(&page, "</title>");
	read_page(fx, page.data);
	assert_in_range(strlen(fx->meta.page_title), 4000, 4096);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			test_metadata__tags_of_the_governments_rules_come_first, setup, teardown),
		cmocka_unit_test_setup_teardown(test_metadata__every_way_to_give_a_time_is_known,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_metadata__json_ld_wherever_the_article_stands,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_metadata__json_ld_authors_may_stand_elsewhere_in_the_graph, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_metadata__related_articles_are_not_the_page,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_metadata__a_change_is_no_publication, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_metadata__a_time_tells_more_than_its_day,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_metadata__languages_are_tags, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_metadata__no_title_is_longer_than_a_page_of_text, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_metadata__broken_json_says_what_can_be_read_of_it, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
