#include "common/clock.h"
#include "common/fold.h"
#include "tests/crawler/reading.h"

#define HOSTILE_BYTES  2000000
#define HOSTILE_MS_MAX 60000 /* a quadratic reader takes hours; sanitizers are slow */

static int setup(void **state)
{
	return set_up_reading(state, "http://www.a.cn/zw/t20250528_7.html?spm=1#x");
}

static const struct record *read_page(struct fixture *fx, const char *html)
{
	read_as(fx, WORK_PAGE, html);
	return &fx->out.record;
}

static const char *published(const struct record *r)
{
	static char out[CLOCK_TEXT_MAX];

	return clock_format(r->published.ms, r->published.zone_min, out);
}

#define NAV                                                                                        \
	"<div class=nav><a href=/news/>新闻</a><a href=/sports/>体育</a><a "                   \
	"href=/tech/>科技</a></div>"
#define A    "江城市近日印发行动方案，提出到明年年底建成三个智能算力中心，支持企业开放应用场景。"
#define B    "方案提出，市级财政每年安排专项资金，对首次上云的中小企业给予补贴，最高一百万元。"
#define C    "市发展改革委负责人表示，下一步将建立台账，逐项落实，定期向社会公布进展情况。"
#define BODY "<p>" A "</p><p>" B "</p><p>" C "</p>"
#define TEXT A "\n" B "\n" C

static void test_read__a_government_page(void **state)
{
	struct fixture *fx = *state;
	const struct record *r = read_page(fx,
		"<html lang=zh-CN><head><meta "
		"charset=utf-8><title>江城印发算力行动方案_江城市人民政府</title>"
		"<meta name=ArticleTitle content=江城印发算力行动方案><meta name=pubdate "
		"content='2025-05-28 09:30:00'>"
		"<meta name=ContentSource content=江城日报><meta name=keywords "
		"content='算力,人工智能'></head><body>" NAV
		"<h1>江城印发算力行动方案</h1><div class=info>发布日期：2025-05-28 浏览次数：12 "
		"责任编辑：李小梅</div>"
		"<div class=TRS_Editor>" BODY "<p>江政发［2025］ 07号</p></div>"
		"<ul class=enclosure><li><a href='./P020250528.pdf'>附件：行动方案.pdf</a></ul>"
		"<div class=footer>主办单位：江城市人民政府办公室</div></body></html>");

	assert_int_equal(fx->out.as, READ_RECORD);
	assert_string_equal(r->title, "江城印发算力行动方案");
	assert_string_equal(r->text, TEXT "\n江政发［2025］ 07号");
	assert_string_equal(published(r), "2025-05-28T09:30:00+08:00");
	assert_string_equal(r->publisher, "江城日报");
	assert_string_equal(r->editors.items[0], "李小梅");
	assert_string_equal(r->document_numbers.items[0], "江政发〔2025〕7号");
	assert_string_equal(r->attachments.items[0].url, "http://www.a.cn/zw/P020250528.pdf");
	assert_string_equal(r->attachments.items[0].title, "附件：行动方案.pdf");
	assert_string_equal(r->keywords.items[1], "人工智能");
	assert_string_equal(r->lang, "zh-Hans");
	assert_string_equal(r->charset, "UTF-8");
	assert_string_equal(r->url, "http://www.a.cn/zw/t20250528_7.html");
	assert_string_equal(r->fetched_url, fx->in.url);
	assert_non_null(strstr(r->text, "算力"));
	assert_non_null(r->summary);
}

static void test_read__the_same_input_gives_the_same_record(void **state)
{
	struct fixture *fx = *state;
	struct hash first = read_page(fx, "<title>江城方案</title>" BODY)->text_hash;

	read_page(fx, "<title>江城方案</title><div><div>" BODY "</div></div>");
	assert_true(hash_eq(&first, &fx->out.record.text_hash));
	first = fold_hash(span_str(TEXT));
	assert_true(hash_eq(&first, &fx->out.record.text_hash));
}

static void test_read__table_layout_and_a_bold_headline(void **state)
{
	struct fixture *fx = *state;
	const struct record *r = read_page(fx,
		"<title>江城印发算力行动方案-江南網</"
		"title><table><tr><td><b>江城印发算力行动方案</b></td></tr>"
		"<tr><td>2025-05-27 11:54:40 来源:江城新闻客户端 责任编辑:陈默 "
		"我来说两句 |</td></tr><tr><td>" BODY
		"</td></tr></table><table><tr><td><a href=1>热点一</a><a "
		"href=2>热点二</a></td></tr></table>");

	assert_string_equal(r->title, "江城印发算力行动方案");
	assert_string_equal(r->text, TEXT);
	assert_string_equal(published(r), "2025-05-27T11:54:40+08:00");
	assert_string_equal(r->publisher, "江城新闻客户端");
	assert_string_equal(r->editors.items[0], "陈默");
}

static void test_read__dates_of_side_boxes_are_not_the_pages(void **state)
{
	struct fixture *fx = *state;
	const struct record *r = read_page(fx,
		"<title>江城印发算力行动方案</title><h1>江城印发算力行动方案</h1><div>" BODY
		"</div>"
		"<div class=recommend><ul><li><a href=1>江城地铁开工建设的消息</a><em>2025-05-20 "
		"10:00:00</em></ul></div>");

	/* The address names the day; the list does not. */
	assert_string_equal(published(r), "2025-05-28T00:00:00+08:00");
	assert_int_equal(r->published.precision, PRECISION_DAY);
	assert_null(strstr(r->text, "地铁"));
}

static void test_read__json_ld_tells_date_and_author(void **state)
{
	struct fixture *fx = *state;
	const struct record *r = read_page(fx,
		"<title>方案来了|江城观察</title><script "
		"type='application/ld+json'>{\"@type\":\"NewsArticle\","
		"\"headline\":\"方案来了|江城观察\",\"datePublished\":\"2024-03-06T12:10:00+08:"
		"00\","
		"\"author\":{\"@type\":\"Organization\",\"name\":\"江城新闻\"}}</script>"
		"<script>var state={text:'不该出现的文字'};</script>"
		"<div id=app><div>方案来了|江城观察</div><p><span>" A B C "</span></p></div>");

	assert_string_equal(r->title, "方案来了|江城观察");
	assert_string_equal(r->text, A B C);
	assert_string_equal(published(r), "2024-03-06T12:10:00+08:00");
	assert_int_equal(r->authors.len, 0); /* a medium is no author */
	assert_string_equal(r->publisher, "江城新闻");
}

static void test_read__what_the_lease_knows_fills_gaps(void **state)
{
	struct fixture *fx = *state;
	const struct record *r;

	fx->in.url = "http://www.a.cn/7.html";
	fx->in.title = "江城印发算力行动方案";
	fx->in.published_ms = NOW_MS - 86400000;
	fx->in.publisher = "江城发布";
	fx->in.region = "420000";
	fx->in.source = "江城";
	r = read_page(fx, "<div>" BODY "</div>");
	assert_string_equal(r->title, "江城印发算力行动方案");
	assert_int_equal(r->published.ms, NOW_MS - 86400000);
	assert_string_equal(r->publisher, "江城发布");
	assert_string_equal(r->regions.items[0], "420000");
	assert_string_equal(r->source, "江城");
}

static void test_read__traditional_text_stays_traditional(void **state)
{
	struct fixture *fx = *state;
	const struct record *r = read_page(fx,
		"<title>江城發(fā)佈產(chǎn)業(yè)方案-江南網(wǎng)</"
		"title><h1>江城發(fā)佈產(chǎn)業(yè)方案</h1><div><p>"
		"江城市近日印發(fā)方案，提出發(fā)展智能產(chǎn)業(yè)"
		"，建設三個中心，支持企業(yè)開放場景。</p>"
		"<p>市級財政每年安排專項資金，對首次上雲的中小企業(yè)"
		"給予補貼，最高一百萬元。</p></div>");

	assert_string_equal(r->title, "江城發佈產業方案");
	assert_string_equal(r->lang, "zh-Hant");
	assert_non_null(strstr(r->text, "發展智能產業"));
	assert_null(strstr(r->text, "(yè)"));
}

static void test_read__gb18030_pages(void **state)
{
	struct fixture *fx = *state;
	const struct record *r = read_page(fx,
		"<meta http-equiv=Content-Type content='text/html; "
		"charset=gb2312'><title>\xB7\xBD\xB0\xB8</title><p>"
		/* 方案提出，安排资金，给予补贴。 three times */
		"\xB7\xBD\xB0\xB8\xCC\xE1\xB3\xF6\xA3\xAC\xB0\xB2\xC5\xC5\xD7\xCA\xBD"
		"\xF0\xA3\xAC\xB8\xF8\xD3\xE8\xB2\xB9\xCC\xF9\xA1\xA3"
		"<p>"
		"\xCC\xE1\xB3\xF6\xB7\xBD\xB0\xB8\xA3\xAC\xB0\xB2\xC5\xC5\xD7\xCA\xBD"
		"\xF0\xA3\xAC\xB8\xF8\xD3\xE8\xB2\xB9\xCC\xF9\xA1\xA3");

	assert_string_equal(r->charset, "GB18030");
	assert_string_equal(r->text,
		"方案提出，安排资金，给予补贴。\n提出方案，安排资金，给予补贴。");
}

static void test_read__pages_without_an_article_say_why(void **state)
{
	struct fixture *fx = *state;

	read_page(fx, "");
	assert_int_equal(fx->out.as, READ_NOTHING);
	assert_non_null(fx->out.why_nothing);
	read_page(fx, "<title>404</title><p>您访问的页面不存在，请返回首页。</p>");
	assert_int_equal(fx->out.as, READ_NOTHING);
	read_page(fx, NAV);
	assert_int_equal(fx->out.as, READ_NOTHING);
	assert_null(fx->out.refresh_to);
}

static void test_read__pages_that_send_on_are_no_articles(void **state)
{
	static const char *const rows[] = {
		"<meta http-equiv=refresh content='0; URL=/b.html'>",
		"<script>location.href='/b.html'</script>",
		"<script>window.location.replace(\"http://www.a.cn/b.html\");</script>",
		"<script>location = '/b.html';</script>",
	};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		read_page(fx, rows[i]);
		assert_int_equal(fx->out.as, READ_NOTHING);
		assert_non_null(fx->out.refresh_to);
		assert_string_equal(fx->out.refresh_to, "http://www.a.cn/b.html");
	}
	read_page(fx, "<script>location.href='/b.html'</script>" BODY);
	assert_int_equal(fx->out.as, READ_RECORD);
}

static void test_read__the_bytes_decide_what_a_list_is(void **state)
{
	struct fixture *fx = *state;

	fx->in.bytes = SPAN_LITERAL(
		"<rss version='2.0'><channel><item><title>&lt;b&gt;甲&lt;/b&gt;</title>"
		"<link>/1</link></item></channel></rss>");
	read_document(WORK_LISTING, &fx->in, fx->arena, &fx->out);
	assert_int_equal(fx->out.as, READ_ITEMS);
	assert_string_equal(fx->out.items[0].title, "甲");
	fx->in.bytes = SPAN_LITERAL("User-agent: *\nSitemap: http://www.a.cn/map.xml\n");
	read_document(WORK_AUTO, &fx->in, fx->arena, &fx->out);
	assert_int_equal(fx->out.items[0].kind, WORK_SITEMAP);
	fx->in.bytes = SPAN_LITERAL("<html>no feed</html>");
	read_document(WORK_FEED, &fx->in, fx->arena, &fx->out);
	assert_int_equal(fx->out.as, READ_NOTHING);
}

static void test_read__items_stay_within_the_buss_limits(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(text);

	for (int i = 0; i < PROTOCOL_ITEMS_MAX + 10; i++)
		strbuf_printf(&text, "http://www.a.cn/%d\n", i);
	fx->in.bytes = strbuf_span(&text);
	read_document(WORK_SITEMAP, &fx->in, fx->arena, &fx->out);
	assert_int_equal(fx->out.n_items, PROTOCOL_ITEMS_MAX);
	assert_int_equal(fx->out.n_items_dropped, 10);
}

/* Whatever a page repeats, the cost grows with its length and no faster. */
static void test_read__hostile_pages_end(void **state)
{
	static const char *const rows[] = {"<div>", "<p>江城，", "江城，",
		"<a href=1>江城大桥通车了</a>", "<li><a href=/a/1234.html>江城大桥通车</a>",
		"(shì)", "江(", "?shì)", "来源：", "<b>记者 ", "2025-01-", "\xFF", "江 城",
		"aaaaaaaab", "一二三四五六七八九一二三四五六七八", "&lt;/p&gt;", "〔2025〕",
		"<h1>江城大桥</h1>", "。李想 ", "<table><tr><td>江", "<div class='share ad-x'>江，",
		"<div class=image><p>江，", "<a href=7_2.html>2</a>", "(下载"};
	struct fixture *fx = *state;
	static const enum work_kind kinds[] = {WORK_PAGE, WORK_LISTING};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(page);

		while (page.len < HOSTILE_BYTES)
			strbuf_add_str(&page, rows[i]);
		for (size_t k = 0; k < 2; k++) {
			CLEANUP(arena_freep) struct arena *a = arena_new();
			int64_t start = clock_mono_ms();

			fx->in.bytes = strbuf_span(&page);
			read_document(kinds[k], &fx->in, a, &fx->out);
			if (clock_mono_ms() - start > HOSTILE_MS_MAX)
				fail_msg("row %zu, kind %zu", i, k);
		}
	}
}

static void test_read__what_parts_repeat_stands_once(void **state)
{
	struct fixture *fx = *state;
	const struct read_part parts[] = {
		{"http://a.cn/x_2.html",
			SPAN_LITERAL("<h1>江城印发方案</h1><p>" A "</p><p>" C "</p>")},
		{"http://a.cn/x_3.html",
			SPAN_LITERAL("<h1>江城印发方案</h1><p>" A "</p><p>" B "</p>")},
		{"http://a.cn/x_4.html",
			SPAN_LITERAL(
				"<title>404 页面不存在</title><p>您访问的页面不存在或已删除。</p>")},
	};
	const struct record *r;

	fx->in.parts = parts;
	fx->in.n_parts = 3;
	r = read_page(fx, "<meta charset=utf-8><h1>江城印发方案</h1><p>" A "</p><p>" B "</p>");
	assert_string_equal(r->text, A "\n" B "\n" C);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_read__a_government_page, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read__the_same_input_gives_the_same_record,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_read__table_layout_and_a_bold_headline, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_read__dates_of_side_boxes_are_not_the_pages,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_read__json_ld_tells_date_and_author, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_read__what_the_lease_knows_fills_gaps, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_read__traditional_text_stays_traditional,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_read__gb18030_pages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_read__pages_without_an_article_say_why, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_read__pages_that_send_on_are_no_articles,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_read__the_bytes_decide_what_a_list_is, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_read__items_stay_within_the_buss_limits, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_read__what_parts_repeat_stands_once, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_read__hostile_pages_end, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
