#include "crawler/read/feed.h"

#include "tests/cmocka_all.h"

#define URL "http://127.0.0.1:8097/x/rss.xml"

struct fixture {
	struct arena *arena;
	struct feed feed;
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

	arena_free(fx->arena);
	test_free(fx);
	return 0;
}

static bool parse(struct fixture *fx, const char *xml)
{
	const struct date_context ctx = {.zone_min = DATE_ZONE_CHINA};

	return feed_parse(span_str(xml), URL, &ctx, fx->arena, &fx->feed);
}

static void test_feed__rss2(void **state)
{
	struct fixture *fx = *state;
	const struct feed_entry *e;

	assert_true(parse(fx,
		"<?xml version='1.0'?><rss version='2.0' "
		"xmlns:dc='http://purl.org/dc/elements/1.1/' "
		"xmlns:content='http://purl.org/rss/1.0/modules/content/"
		"'><channel><title>江城要闻</title>"
		"<link>http://127.0.0.1/</link><description>每日更新</description><language>zh-cn</"
		"language>"
		"<image><title>图</title><link>http://x/</link></image>"
		"<item><title><![CDATA[大桥<b>通车</b>]]></title><link>/a/1.html</link>"
		"<guid isPermaLink='false'>n1</guid><pubDate>Thu, 01 May 2025 11:54:40 "
		"+0800</pubDate>"
		"<dc:creator>李想</dc:creator><category>交通</category><description>&lt;p&gt;摘要</"
		"description>"
		"<content:encoded><![CDATA[<p>全文</p>]]></content:encoded>"
		"<enclosure url='b.mp3' type='audio/mpeg' length='9'/></item></channel></rss>"));
	assert_string_equal(fx->feed.format, "rss20");
	assert_string_equal(fx->feed.title, "江城要闻");
	assert_string_equal(fx->feed.link, "http://127.0.0.1/");
	assert_string_equal(fx->feed.subtitle, "每日更新");
	assert_string_equal(fx->feed.language, "zh-cn");
	assert_int_equal(fx->feed.n_entries, 1);
	e = fx->feed.entries;
	assert_string_equal(e->title, "大桥<b>通车</b>");
	/* The channel's link lacks the port: only the document's own address can be right. */
	assert_string_equal(e->link, "http://127.0.0.1:8097/a/1.html");
	assert_string_equal(e->id, "n1");
	assert_int_equal(e->published.ms, INT64_C(1746071680000));
	assert_int_equal(e->published.zone_min, 480);
	assert_string_equal(e->author, "李想");
	assert_string_equal(e->categories.items[0], "交通");
	assert_string_equal(e->summary, "<p>摘要");
	assert_string_equal(e->content, "<p>全文</p>");
	assert_int_equal(e->n_enclosures, 1);
	assert_string_equal(e->enclosures[0].url, "http://127.0.0.1:8097/x/b.mp3");
}

static void test_feed__atom(void **state)
{
	struct fixture *fx = *state;
	const struct feed_entry *e;

	assert_true(parse(fx,
		"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='zh' xml:base='http://a.cn/n/'>"
		"<title>新闻</title><id>urn:f</id><updated>2025-05-01T00:00:00Z</updated>"
		"<link rel='self' href='f.xml'/><link "
		"href='./'/><author><name>编辑部</name></author>"
		"<entry><title type='html'>&lt;i&gt;甲&lt;/i&gt;</title><id>urn:1</id>"
		"<link rel='enclosure' href='p.pdf'/><link rel='alternate' href='1.html'/>"
		"<published>2025-04-30T08:00:00+08:00</"
		"published><updated>2025-05-01T08:00:00+08:00</updated>"
		"<category term='t' label='类'/><summary>略</summary><content type='xhtml'>"
		"<div "
		"xmlns='http://www.w3.org/1999/xhtml'>文<b>粗</b></div></content></entry></feed>"));
	assert_string_equal(fx->feed.format, "atom10");
	assert_string_equal(fx->feed.link, "http://a.cn/n/");
	assert_string_equal(fx->feed.author, "编辑部");
	e = fx->feed.entries;
	assert_string_equal(e->link, "http://a.cn/n/1.html");
	assert_string_equal(e->title, "<i>甲</i>");
	assert_string_equal(e->content, "文<b>粗</b>");
	assert_true(e->updated.ms > e->published.ms);
	assert_int_equal(e->n_enclosures, 1);
}

static void test_feed__rss1(void **state)
{
	struct fixture *fx = *state;

	assert_true(parse(fx,
		"<rdf:RDF xmlns:rdf='http://www.w3.org/1999/02/22-rdf-syntax-ns#' "
		"xmlns='http://purl.org/rss/1.0/'"
		" xmlns:dc='http://purl.org/dc/elements/1.1/'><channel "
		"rdf:about='u'><title>甲</title></channel>"
		"<item rdf:about='http://a.cn/1'><title>乙</title><link>http://a.cn/1</link>"
		"<dc:date>2025-05-01</dc:date></item></rdf:RDF>"));
	assert_string_equal(fx->feed.format, "rss10");
	assert_string_equal(fx->feed.title, "甲");
	assert_string_equal(fx->feed.entries[0].title, "乙");
	assert_int_equal(fx->feed.entries[0].published.precision, PRECISION_DAY);
}

static void test_feed__broken_feeds_give_what_they_have(void **state)
{
	struct fixture *fx = *state;

	assert_true(parse(fx,
		"\n <rss version='2.0'><channel><item><title>甲 & 乙&nbsp;丙</title>"
		"<link>http://a.cn/1?a=1&b=2</link></item><item><title>丁"));
	assert_true(fx->feed.n_entries >= 1);
	assert_non_null(strstr(fx->feed.entries[0].title, "甲"));
}

static void test_feed__entities_are_not_expanded(void **state)
{
	struct fixture *fx = *state;

	assert_true(parse(fx,
		"<!DOCTYPE rss [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>"
		"<!ENTITY x SYSTEM 'file:///etc/passwd'>]><rss "
		"version='2.0'><channel><title>甲</title>"
		"<item><title>乙&b;&x;</title></item></channel></rss>"));
	assert_string_equal(fx->feed.title, "甲");
	assert_string_equal(fx->feed.entries[0].title, "乙");
}

static void test_feed__other_documents_are_none(void **state)
{
	struct fixture *fx = *state;

	assert_false(parse(fx, ""));
	assert_false(parse(fx, "<html><body>rss</body></html>"));
	assert_false(parse(fx, "<urlset/>"));
	assert_false(parse(fx, "plain"));
}

static void test_feed__a_tag_of_a_million_attributes_is_cut_off(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(xml);

	strbuf_add_str(&xml, "<rss version='2.0'><channel><title>甲</title><x");
	for (int i = 0; i < 300000; i++)
		strbuf_printf(&xml, " a%d=''", i);
	strbuf_add_str(&xml, "/></channel></rss>");
	assert_true(parse(fx, xml.data));
	assert_string_equal(fx->feed.title, "甲");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_feed__rss2, setup, teardown),
		cmocka_unit_test_setup_teardown(test_feed__atom, setup, teardown),
		cmocka_unit_test_setup_teardown(test_feed__rss1, setup, teardown),
		cmocka_unit_test_setup_teardown(test_feed__broken_feeds_give_what_they_have, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_feed__entities_are_not_expanded, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_feed__other_documents_are_none, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_feed__a_tag_of_a_million_attributes_is_cut_off,
			setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
