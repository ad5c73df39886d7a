/* Facts of whole pages: which of several witnesses is believed. */
#include "common/clock.h"
#include "crawler/read/read.h"
#include "tests/cmocka_all.h"

#define NOW_MS INT64_C(1748522400000) /* 2025-05-29 20:40 in China */
#define TITLE  "<title>江城大桥今天正式建成通车</title><h1>江城大桥今天正式建成通车</h1>"
#define TEXT                                                                                                                        \
	"<p>江城大桥今天上午正式建成通车，全长三千六百米，双向六车道，过江只要五分钟。</p>"    \
	"<p>这座桥从开工到通车用了三年，比原来的计划提前了四个月，市民都说来得正是时候。</p>" \
	"<p>市长2024年3月1日说过，通车以后上班再也不用绕路了，货车也不必再等轮渡。</p>"
#define E_TITLE "<html lang=en><title>The new bridge is open</title><h1>The new bridge is open</h1>"
#define E_TEXT                                                                                     \
	"<p>The bridge was opened by the mayor on Monday, and it will be used by cars that have "  \
	"been waiting for this since the old one was closed, three years and four months ago.</p>" \
	"<p>It was built in a little more than three years, and people in the town have been "     \
	"glad that they will not have to wait for the ferry any more, as they said today.</p>"     \
	"<p>Lorries will be let across from next week, when the last of the lamps have been set.</p>"

struct fixture {
	struct arena *arena;
	struct read_output out;
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

static const struct record *read_page(struct fixture *fx, const char *url, const char *page)
{
	const struct read_input in = {.bytes = span_str(page),
		.url = url,
		.content_type = "text/html; charset=utf-8",
		.fetched_at_ms = NOW_MS,
		.http_status = 200,
		.url_rules = &url_rules_default};

	read_document(WORK_PAGE, &in, fx->arena, &fx->out);
	if (fx->out.as != READ_RECORD)
		fail_msg("no record of %s", page);
	return &fx->out.record;
}

struct row {
	const char *page, *wanted;
};

#define URL "https://news.example/a/1.html"

static const char *time_of(const struct record_time *t, char text[CLOCK_TEXT_MAX])
{
	return t->precision ? clock_format(t->ms, t->zone_min, text) : "";
}

static void check_published(struct fixture *fx, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		char text[CLOCK_TEXT_MAX];
		const struct record *r = read_page(fx, URL, rows[i].page);

		if (strcmp(time_of(&r->published, text), rows[i].wanted) != 0)
			fail_msg("%s\ngave %s", rows[i].page, time_of(&r->published, text));
	}
}

static void test_facts__what_says_when_a_page_was_published(void **state)
{
	static const struct row rows[] = {
		/* A line near the headline, in all forms. */
		{TITLE "<div>2025-05-28 10:20 来源：江城日报</div>" TEXT,
			"2025-05-28T10:20:00+08:00"},
		{TITLE "<div>二〇二五年五月二十八日</div>" TEXT, "2025-05-28T00:00:00+08:00"},
		{TITLE "<div>5月28日 10:20</div>" TEXT, "2025-05-28T10:20:00+08:00"},
		{TITLE "<div>昨天 08:30</div>" TEXT, "2025-05-28T08:30:00+08:00"},
		{TITLE "<div>3小时前</div>" TEXT, "2025-05-29T17:40:00+08:00"},
		{TITLE "<div>成文日期：2025年5月20日 发布日期：2025年5月28日</div>" TEXT,
			"2025-05-28T00:00:00+08:00"},
		{TITLE "<div>施行日期：2025年5月20日</div><div>2025年5月28日</div>" TEXT,
			"2025-05-28T00:00:00+08:00"},
		{"<div>" TITLE "<ul><li>索引号：4200/2025-1<li>主题分类：城建<li>体裁：通知"
		 "<li>发文机关：江城市政府<li>成文日期：2025年5月20日<li>文号：江政发〔2025〕7号"
		 "<li>有效性：有效<li>发布日期：2025年5月28日</ul>" TEXT "</div>",
			"2025-05-28T00:00:00+08:00"},
		/* Elements and attributes. */
		{TITLE "<div><time datetime=2025-05-28T10:20:00+08:00>昨天</time></div>" TEXT,
			"2025-05-28T10:20:00+08:00"},
		{TITLE "<div><span data-timestamp=1748398800>刚才</span></div>" TEXT,
			"2025-05-28T10:20:00+08:00"},
		{TITLE TEXT "<script>var d={\"publishTime\":1748398800}</script>",
			"2025-05-28T10:20:00+08:00"},
		/* The page's own word before a line's; its time before its day. */
		{"<meta name=PubDate content='2025-05-27 09:00'>" TITLE
		 "<div>2025-05-28 10:20</div>" TEXT,
			"2025-05-27T09:00:00+08:00"},
		{"<meta name=PubDate content=2025-05-28>" TITLE "<div>2025-05-28 10:20</div>" TEXT,
			"2025-05-28T10:20:00+08:00"},
		/* Neither what a text tells of nor what stands in a list. */
		{TITLE TEXT, ""},
		{TITLE TEXT "<div class=recommend><ul><li><a href=1>江城地铁开工建设</a> 2025-05-20"
			    "<li><a href=2>江城机场扩建</a> 2025-05-21</ul></div>",
			""},
		{TITLE TEXT "<ul><li><a href=1>江城地铁开工建设</a> 2025-05-20"
			    "<li><a href=2>江城机场扩建</a> 2025-05-21</ul>",
			""},
		{TITLE TEXT "<div class=footer>Copyright © 2019-2025 江城新闻网</div>", ""},
		/* English, with days and months in the order of the language. */
		{E_TITLE "<div>May 28, 2025 at 10:20 am</div>" E_TEXT, "2025-05-28T10:20:00Z"},
		{E_TITLE "<div>Published 05/04/2025</div>" E_TEXT, "2025-05-04T00:00:00Z"},
		/* The zone is the language's, where it has one; of data in scripts, too. */
		{"<html lang=ja><title>x</title><h1>The new bridge</h1><div>2025-05-28 10:20</div>" E_TEXT,
			"2025-05-28T10:20:00+09:00"},
		{"<title>江城大桥今天正式建成通车</title><script id=__NEXT_DATA__ type=application/json>"
		 "{\"pubTime\":\"2025-05-28 10:20\",\"content\":\"" TEXT "\"}</script>",
			"2025-05-28T10:20:00+08:00"},
		/* What an element shows is its day alone. */
		{E_TITLE "<div>Posted on <time datetime=2025-05-27T21:20:00+00:00>May 27, "
			 "2025</time></div>" E_TEXT,
			"2025-05-27T21:20:00Z"},
	};

	check_published(*state, rows, sizeof rows / sizeof *rows);
}

static void test_facts__a_change_is_told_from_the_publication(void **state)
{
	struct fixture *fx = *state;
	const struct record *r = read_page(fx, URL,
		TITLE "<div>发布时间：2025-05-27 09:00 更新时间：2025-05-28 10:20</div>" TEXT);
	char text[CLOCK_TEXT_MAX];

	assert_string_equal(time_of(&r->published, text), "2025-05-27T09:00:00+08:00");
	assert_string_equal(time_of(&r->modified, text), "2025-05-28T10:20:00+08:00");
	r = read_page(fx, URL,
		E_TITLE "<div>Updated May 28, 2025</div><div>Published May 27, 2025</div>" E_TEXT);
	assert_string_equal(time_of(&r->published, text), "2025-05-27T00:00:00Z");
	assert_string_equal(time_of(&r->modified, text), "2025-05-28T00:00:00Z");
	r = read_page(fx, URL, TITLE "<div>更新时间：2025-05-28 10:20</div>" TEXT);
	assert_string_equal(time_of(&r->published, text), "2025-05-28T10:20:00+08:00");
	assert_int_equal(r->modified.precision, PRECISION_NONE);
}

static void test_facts__the_order_of_day_and_month_is_the_languages(void **state)
{
	struct fixture *fx = *state;
	const char *page = E_TITLE "<div>Published 05/04/2025</div>" E_TEXT;
	char text[CLOCK_TEXT_MAX];

	assert_string_equal(time_of(&read_page(fx, "https://news.example.uk/a/1", page)->published,
				    text),
		"2025-04-05T00:00:00+01:00");
	assert_string_equal(time_of(&read_page(fx, "https://news.example.us/a/1", page)->published,
				    text),
		"2025-05-04T00:00:00Z");
}

static void check_authors(struct fixture *fx, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct record *r = read_page(fx, URL, rows[i].page);
		STRBUF_LOCAL(names);

		for (size_t j = 0; j < r->authors.len; j++)
			strbuf_printf(&names, "%s%s", j ? "|" : "", r->authors.items[j]);
		strbuf_add_char(&names, '\0');
		if (strcmp(names.data, rows[i].wanted) != 0)
			fail_msg("%s\ngave %s", rows[i].page, names.data);
	}
}

#define LD_AUTHOR(author)                                                                          \
	"<script type=application/ld+json>{\"@type\":\"Article\",\"author\":" author "}</script>"
#define PERSON(name) "{\"@type\":\"Person\",\"name\":\"" name "\"}"
#define GROUP(name)  "{\"@type\":\"Organization\",\"name\":\"" name "\"}"
#define SITE         "<meta property=og:site_name content='Town News'>"

static void test_facts__who_wrote_a_page(void **state)
{
	static const struct row rows[] = {
		{LD_AUTHOR(PERSON(
			 "Anna Weber")) "<meta name=author content='Ben Hill'>" E_TITLE E_TEXT,
			"Anna Weber"},
		{LD_AUTHOR("{\"@type\":\"Person\",\"name\":[\"Anna Weber\",\"Ben Hill\"]}")
				E_TITLE E_TEXT,
			"Anna Weber|Ben Hill"},
		{LD_AUTHOR("[" PERSON("Anna Weber") "," GROUP("dpa") "]") E_TITLE E_TEXT,
			"Anna Weber|dpa"},
		{"<meta name=author content='Anna Weber and Ben Hill'>" E_TITLE E_TEXT,
			"Anna Weber|Ben Hill"},
		/* The site only where nobody else is named. */
		{SITE LD_AUTHOR(
			 GROUP("Town News")) "<meta name=author content='Ben Hill'>" E_TITLE E_TEXT,
			"Ben Hill"},
		{SITE LD_AUTHOR(GROUP("Town News")) E_TITLE E_TEXT, "Town News"},
		/* Elements and lines. */
		{E_TITLE "<a rel=author href=/ben>Ben Hill</a>" E_TEXT, "Ben Hill"},
		{E_TITLE
			"<span itemprop=author><meta itemprop=name content='Ben Hill'></span>" E_TEXT,
			"Ben Hill"},
		{E_TITLE "<div class=article-byline><span>Ben Hill</span> <span>Anna Weber</span> "
			 "<button>Follow</button></div>" E_TEXT,
			"Ben Hill|Anna Weber"},
		{E_TITLE "<p>By Ben Hill and Anna Weber</p>" E_TEXT, "Ben Hill|Anna Weber"},
		{E_TITLE "<div>By Ben Hill | Updated May 28, 2025</div>" E_TEXT, "Ben Hill"},
		{E_TITLE "<div>May 28, 2025 – by Ben Hill</div>" E_TEXT, "Ben Hill"},
		{E_TITLE E_TEXT "<p><b>Ben Hill</b></p>", "Ben Hill"},
		{E_TITLE E_TEXT "<div class=comments><span class=author>Carl Lund</span></div>",
			""},
		/* On Chinese pages the byline, and no site. */
		{"<meta name=author content=江城新闻>" TITLE "<div>记者 李想 编辑 周到</div>" TEXT,
			"李想"},
		{"<meta name=author content=江城新闻>" TITLE TEXT, ""},
		{"<meta name=author content=周到>" TITLE TEXT "<div>责任编辑：周到</div>", ""},
		{"<meta name=author content=李想>" TITLE TEXT, "李想"},
		{TITLE TEXT "<p>（文/李想 图/周到）</p>", "李想"},
	};

	check_authors(*state, rows, sizeof rows / sizeof *rows);
}

static void test_facts__a_line_of_date_and_reporter_is_no_text(void **state)
{
	const struct record *r = read_page(*state, URL,
		TITLE "<article><div>2025-05-28 10:20 江城新聞網／記者林怡君／江城報導</div>" TEXT
		      "</article>");

	assert_string_equal(r->authors.items[0], "林怡君");
	assert_null(strstr(r->text, "江城新聞網"));
	r = read_page(*state, URL,
		E_TITLE "<div><p>By Ann Lee, Bridge Reporter</p>" E_TEXT "</div>");
	assert_string_equal(r->authors.items[0], "Ann Lee");
	assert_null(strstr(r->text, "Ann Lee"));
}

static void test_facts__a_notice_of_files_alone_is_read(void **state)
{
	const struct record *r = read_page(*state, URL,
		"<title>江城市公布年度部门决算</title><h1>江城市公布年度部门决算</h1><div>2025-05-28</div>"
		"<p><a href=a.pdf>部门决算.pdf</a></p><p><a href=b.doc>决算说明.doc</a></p>"
		"<div class=footer>江ICP备05000000号</div>");

	assert_string_equal(r->text, "部门决算.pdf\n决算说明.doc");
	assert_int_equal(r->attachments.len, 2);
	r = read_page(*state, URL,
		"<title>江城市公布年度部门决算</title><h1>江城市公布年度部门决算</h1><div>2025-05-28</div>"
		"<iframe src=/f/a.pdf></iframe><div class=footer>江ICP备05000000号</div>");
	assert_string_equal(r->text, "江城市公布年度部门决算");
	assert_int_equal(r->attachments.len, 1);
}

static void check_files(struct fixture *fx, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct record *r = read_page(fx, URL, rows[i].page);
		STRBUF_LOCAL(files);

		for (size_t j = 0; j < r->attachments.len; j++)
			strbuf_printf(&files, "%s%s", j ? "|" : "",
				strrchr(r->attachments.items[j].url, '/') + 1);
		strbuf_add_char(&files, '\0');
		if (strcmp(files.data, rows[i].wanted) != 0)
			fail_msg("%s\ngave %s", rows[i].page, files.data);
	}
}

static void test_facts__a_label_makes_links_attachments(void **state)
{
	static const struct row rows[] = {
		{TITLE TEXT "<p>附件：<a href=/get/7>通车方案</a></p>", "7"},
		{TITLE TEXT "<p>附件：</p><p><a href=/get/7>1.通车方案</a></p>"
			    "<p><a href=/get/8>2.收费表</a></p><p>特此通告，请互相转告。</p>"
			    "<p><a href=/get/9>老桥的故事</a></p>",
			"7|8"},
		{TITLE TEXT "<p><a href=/get/7>附件1：通车方案</a></p>", "7"},
		{TITLE TEXT "<p>附件：<a href=7.html>通车方案</a> <a href='#'>收起</a></p>", ""},
		{TITLE TEXT "<p><a href=/get/7>通车方案</a></p>", ""},
		{TITLE TEXT "<p>附件：</p><p><a href=/get/7>通车方案</a></p>"
			    "<p>上一篇：<a href=/show?id=6>江南的轮渡今天起增加班次</a></p>"
			    "<p><a href=/show?id=8>江北的老桥下个月开始维修</a></p>",
			"7"},
		{TITLE TEXT "<p>附件一所列的桥由<a href=/get/7>市桥梁局</a>管理。</p>", ""},
		{TITLE TEXT "<p>附件所列的<a href=/get/7>桥</a>都已经开通，车辆可以绕行。</p>", ""},
		{TITLE TEXT "<iframe src='/view?file=/f/7.pdf'></iframe>", "7.pdf"},
	};

	check_files(*state, rows, sizeof rows / sizeof *rows);
}

#define CARD_PAGE(card)                                                                            \
	"<title>江城大桥今天正式建成通车</title><div>" card                                        \
	"</div><h1>江城大桥今天正式建成通车</h1><div class=article>" TEXT "</div>"

static void test_facts__the_card_of_a_document_tells_its_number_and_agency(void **state)
{
	static const char *const cards[] = {
		"<table><tr><td>索&nbsp;引&nbsp;号：</td><td>42/2025</td><td>主题分类：</td>"
		"<td>城建</td></tr><tr><td>发文机关：</td><td>江城市桥梁局</td><td>成文日期：</td>"
		"<td>2025年5月20日</td></tr><tr><td>发文字号：</td><td>江桥发[2025]07号</td>"
		"<td>发布日期：</td><td>2025年5月28日</td></tr></table>",
		"<ul><li><b>索　引　号</b><span>42/2025</span></li><li><b>发布机构</b><span>江城市桥梁局"
		"</span></li><li><b>文　　号</b><span>江桥发〔2025〕7号</span></li>"
		"<li><b>公开日期</b><span>2025-05-28</span></li></ul>",
		"<table><tr><th>文号</th><td>江桥发〔2025〕7号</td><th>发布机构</th><td>江城市桥梁局"
		"</td></tr><tr><th>公开日期</th><td>2025-05-28</td><th>有效性</th><td></td></tr>"
		"</table>",
	};
	char text[CLOCK_TEXT_MAX];

	for (size_t i = 0; i < sizeof cards / sizeof *cards; i++) {
		const struct record *r;
		STRBUF_LOCAL(page);

		strbuf_printf(&page, CARD_PAGE("%s"), cards[i]);
		r = read_page(*state, URL, (strbuf_add_char(&page, '\0'), page.data));
		assert_int_equal(r->document_numbers.len, 1);
		assert_string_equal(r->document_numbers.items[0], "江桥发〔2025〕7号");
		assert_string_equal(r->publisher, "江城市桥梁局");
		assert_string_equal(time_of(&r->published, text), "2025-05-28T00:00:00+08:00");
		assert_null(strstr(r->text, "桥梁局"));
	}
}

/* One label alone may be a line of anything. */
static void test_facts__a_label_alone_is_no_card(void **state)
{
	const struct record *r = read_page(*state, URL,
		TITLE "<p>发布机构 江城市桥梁局</p><p>文号：江桥发〔2025〕7号</p>" TEXT);

	assert_string_equal(r->document_numbers.items[0], "江桥发〔2025〕7号");
	assert_null(r->publisher);
}

static void test_facts__the_first_publisher_is_told_from_the_site(void **state)
{
	static const struct row rows[] = {
		{"<meta property=og:site_name content=江南网>" TITLE
		 "<div>来源：江城日报</div>" TEXT,
			"江城日报"},
		{"<meta property=og:site_name content=江南网>" TITLE "<div>来源：本站</div>" TEXT,
			"江南网"},
		{"<meta name=ArticleTitle content=江城大桥今天正式建成通车><meta name=ContentSource "
		 "content=江城市政府办公室>" TITLE "<div>来源：江南网</div>" TEXT,
			"江城市政府办公室"},
		{TITLE "<div>2025-05-28 来源：江城网-江城日报</div>" TEXT, "江城日报"},
		{"<meta property=og:site_name content=江南网>" TITLE
		 "<p>江城日报讯（记者 李想）大桥通车了，"
		 "从此过江只要五分钟。</p>" TEXT,
			"江城日报"},
	};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(read_page(fx, URL, rows[i].page)->publisher, rows[i].wanted);
}

static void test_facts__a_headline_is_no_publisher(void **state)
{
	struct fixture *fx = *state;

	assert_null(read_page(fx, URL,
		"<meta property=og:site_name content=江城大桥今天正式建成通车>" TITLE TEXT)
			    ->publisher);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_facts__what_says_when_a_page_was_published,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_facts__a_change_is_told_from_the_publication,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_facts__the_order_of_day_and_month_is_the_languages, setup, teardown),
		cmocka_unit_test_setup_teardown(test_facts__who_wrote_a_page, setup, teardown),
		cmocka_unit_test_setup_teardown(test_facts__a_line_of_date_and_reporter_is_no_text,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_facts__a_notice_of_files_alone_is_read, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_facts__a_label_makes_links_attachments, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_facts__the_card_of_a_document_tells_its_number_and_agency, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_facts__a_label_alone_is_no_card, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_facts__the_first_publisher_is_told_from_the_site, setup, teardown),
		cmocka_unit_test_setup_teardown(test_facts__a_headline_is_no_publisher, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
