#include "crawler/read/html/directives.h"

#include "crawler/read/read.h"
#include "tests/cmocka_all.h"

#define AGENT "policywatch/0.1 (+http://a.cn/)"

static const char *text_of(const struct directives *d)
{
	static char text[64];

	snprintf(text, sizeof text, "%s%s%s", d->noindex ? "noindex " : "",
		d->nofollow ? "nofollow " : "", d->noarchive ? "noarchive " : "");
	return text;
}

static void test_directives__headers_count_for_all_or_for_us(void **state)
{
	static const struct {
		const char *values, *means;
	} rows[] = {
		{"noarchive", "noarchive "},
		{"NoIndex, NOFOLLOW", "noindex nofollow "},
		{"none", "noindex nofollow "},
		{"all", ""},
		{"", ""},
		{"noindex\nnofollow\n", "noindex nofollow "},
		{"googlebot: nofollow", ""},
		{"googlebot: nofollow\nnoarchive", "noarchive "},
		{"policywatch: nofollow", "nofollow "},
		{"PolicyWatch:nofollow,noindex", "noindex nofollow "},
		{"policywatch-news: nofollow", ""},
		{"googlebot: nofollow, noindex", ""},
		{"googlebot: noindex, policywatch: nofollow, noarchive", "nofollow noarchive "},
		{"noindex, otherbot: nofollow", "noindex "},
		{"unavailable_after: 25 Jun 2010 15:00:00 PST, nofollow", "nofollow "},
		{"unavailable_after: Wed, 25 Jun 2010 15:00:00 PST, nofollow", "nofollow "},
		{"max-snippet:-1, max-image-preview:large, noindex", "noindex "},
		{": , ,:", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct directives d = {0};

		directives_add_header(&d, span_str(rows[i].values), AGENT);
		if (strcmp(text_of(&d), rows[i].means) != 0)
			fail_msg("%s means '%s'", rows[i].values, text_of(&d));
	}
}

static void test_directives__without_a_name_of_ours_only_all_are_addressed(void **state)
{
	struct directives d = {0};

	(void)state;
	directives_add_header(&d, SPAN_LITERAL("policywatch: nofollow"), NULL);
	directives_add_header(&d, SPAN_LITERAL(": nofollow"), "");
	assert_string_equal(text_of(&d), "");
}

static void test_directives__meta_tags_are_read_by_their_names(void **state)
{
	static const struct {
		const char *page, *means;
	} rows[] = {
		{"<meta name=robots content='noarchive,nofollow'>", "nofollow noarchive "},
		{"<META NAME=' Robots' CONTENT=' NONE '>", "noindex nofollow "},
		{"<meta name=policywatch content=nofollow><meta name=robots content=noindex>",
			"noindex nofollow "},
		{"<meta name=googlebot content=nofollow>", ""},
		{"<meta property=robots content=nofollow>", ""},
		{"<meta name=robots>", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(html_freep) struct html *h = html_parse(span_str(rows[i].page));
		struct directives d = {0};

		directives_add_meta(&d, h, AGENT);
		if (strcmp(text_of(&d), rows[i].means) != 0)
			fail_msg("%s means '%s'", rows[i].page, text_of(&d));
	}
}

/* Documents. */

#define TEXT "江城市近日印发行动方案，提出到明年年底建成三个智能算力中心，支持企业开放应用场景。"
#define LINK(n)                                                                                    \
	"<li><a href='/art/2025/5/28/art_1_" n ".html'>关于开放应用场景的若干措施第" n "号</a></li>"

static const struct read_output *read_as(struct arena *a, enum work_kind kind, const char *header,
	const char *page)
{
	static struct read_output out;
	const struct read_input in = {.bytes = span_str(page),
		.url = "http://www.a.cn/zw/",
		.fetched_at_ms = INT64_C(1748522400000),
		.http_status = 200,
		.x_robots_tag = span_str(header),
		.user_agent = AGENT};

	read_document(kind, &in, a, &out);
	return &out;
}

static void test_directives__links_of_a_list_are_not_followed_against_its_wish(void **state)
{
	static const char list[] =
		"<ul>" LINK("1001") LINK("1002") "<a rel=next href='/2'>下一页</a></ul>";
	static const char meta_list[] =
		"<meta name=robots content=nofollow><ul>" LINK("1001") "</ul>";
	static const char feed[] =
		"<rss version='2.0'><channel><item><title>x</title><link>/1</link></item></channel></rss>";
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct read_output *out;

	(void)state;
	out = read_as(a, WORK_LISTING, "noindex, noarchive", list);
	assert_int_equal(out->n_items, 2);
	assert_non_null(out->next_page);
	assert_null(out->note);
	out = read_as(a, WORK_LISTING, "nofollow", list);
	assert_int_equal(out->as, READ_ITEMS);
	assert_int_equal(out->n_items, 0);
	assert_null(out->next_page);
	assert_non_null(out->note);
	assert_int_equal(read_as(a, WORK_LISTING, "", meta_list)->n_items, 0);
	assert_int_equal(read_as(a, WORK_FEED, "", feed)->n_items, 1);
	assert_int_equal(read_as(a, WORK_FEED, "none", feed)->n_items, 0);
}

static void test_directives__a_link_that_nobody_vouches_for_is_followed(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_int_equal(read_as(a, WORK_LISTING, "",
				 "<ul><li><a rel=nofollow href='/art/2025/5/28/art_1_1001.html'>"
				 "关于开放应用场景的若干措施</a></ul>")
				 ->n_items,
		1);
}

static void test_directives__an_article_is_read_and_says_what_was_asked(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct read_output *out = read_as(a, WORK_PAGE, "noarchive",
		"<meta name=robots content=none><h1>行动方案印发</h1><p>" TEXT "<p>" TEXT "1");

	(void)state;
	assert_int_equal(out->as, READ_RECORD);
	assert_int_equal(out->record.robots.len, 3);
	assert_true(record_list_has(&out->record.robots, "noindex"));
	assert_true(record_list_has(&out->record.robots, "nofollow"));
	assert_true(record_list_has(&out->record.robots, "noarchive"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_directives__headers_count_for_all_or_for_us),
		cmocka_unit_test(test_directives__without_a_name_of_ours_only_all_are_addressed),
		cmocka_unit_test(test_directives__meta_tags_are_read_by_their_names),
		cmocka_unit_test(
			test_directives__links_of_a_list_are_not_followed_against_its_wish),
		cmocka_unit_test(test_directives__a_link_that_nobody_vouches_for_is_followed),
		cmocka_unit_test(test_directives__an_article_is_read_and_says_what_was_asked),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
