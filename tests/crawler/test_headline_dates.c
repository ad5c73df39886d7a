/* Every form of a date beside a headline, as whole pages: each label, each charset, both scripts. */
#include "common/clock.h"
#include "crawler/read/read.h"
#include "tests/cmocka_all.h"
#include "tests/web/encode.h"
#include "tests/web/traditional.h"

#define NOW_MS INT64_C(1748522400000) /* 2025-05-29 20:40 in China */
#define TEXT                                                                                                                  \
	"<p>滨江菜市场改造工程上周完工，一百二十个摊位已经全部迁回，通道加宽到三米。</p>" \
	"<p>摊主们说，排水和通风都比从前好得多，夏天再也不用垫着木板卖鱼。</p>"                \
	"<p>街道办事处去年12月3日就贴出过方案，征求意见以后又添了两部电梯。</p>"
#define E_TEXT                                                                                     \
	"<p>The market hall was opened again on Monday, after the builders had widened its "       \
	"passages and laid new drains under a hundred and twenty stalls.</p>"                      \
	"<p>Those who sell fish there said that they would no longer have to stand on planks, "    \
	"and that the air was better than it had been, even in the afternoon.</p>"                 \
	"<p>Two lifts have been added, because people who live nearby had asked for them.</p>"

struct form {
	const char *text, *iso;
};

static const struct form forms[] = {
	{"2025-05-28 11:54:40", "2025-05-28T11:54:40+08:00"},
	{"2025-05-28 11:54", "2025-05-28T11:54:00+08:00"},
	{"2025-05-28", "2025-05-28T00:00:00+08:00"},
	{"2025-5-8 9:05", "2025-05-08T09:05:00+08:00"},
	{"[2025-05-28]", "2025-05-28T00:00:00+08:00"},
	{"2025/5/8", "2025-05-08T00:00:00+08:00"},
	{"2025.05.28", "2025-05-28T00:00:00+08:00"},
	{"2025-05/28", "2025-05-28T00:00:00+08:00"},
	{"2025-05-28-11:54:40", "2025-05-28T11:54:40+08:00"},
	{"2025年5月28日 11:54", "2025-05-28T11:54:00+08:00"},
	{"2025年05月28日11:54", "2025-05-28T11:54:00+08:00"},
	{"2025 年 5 月 28 日 11:54", "2025-05-28T11:54:00+08:00"},
	{"2025年5月28日11点54分", "2025-05-28T11:54:00+08:00"},
	{"2025年5月28日上午9时5分", "2025-05-28T09:05:00+08:00"},
	{"2025年5月28日 晚上8点30分", "2025-05-28T20:30:00+08:00"},
	{"2025年5月28日 星期三 11:54", "2025-05-28T11:54:00+08:00"},
	{"2025-05-28（星期三）11:54", "2025-05-28T11:54:00+08:00"},
	{"２０２５－０５－２８　１１：５４", "2025-05-28T11:54:00+08:00"},
	{"二〇二五年五月二十八日", "2025-05-28T00:00:00+08:00"},
	{"二○二五年五月八日", "2025-05-08T00:00:00+08:00"},
	{"二零二五年五月十八日", "2025-05-18T00:00:00+08:00"},
	{"20250528", "2025-05-28T00:00:00+08:00"},
	{"11:54 2025-05-28", "2025-05-28T11:54:00+08:00"},
	{"28/05/2025 11:54", "2025-05-28T11:54:00+08:00"},
	{"28 / 2025-05", "2025-05-28T00:00:00+08:00"},
	{"2025-05-28T11:54:40+08:00", "2025-05-28T11:54:40+08:00"},
	{"2025-05-28T03:54:40Z", "2025-05-28T03:54:40Z"},
	{"2025-05-28 11:54 CT检查", "2025-05-28T11:54:00+08:00"},
	/* Without a year: the newest that is not ahead. */
	{"25-05-28 11:54", "2025-05-28T11:54:00+08:00"},
	{"05-28 11:54", "2025-05-28T11:54:00+08:00"},
	{"12-29 08:30", "2024-12-29T08:30:00+08:00"},
	{"5月28日", "2025-05-28T00:00:00+08:00"},
	{"12月29日 08:30", "2024-12-29T08:30:00+08:00"},
	/* Told from the fetch. */
	{"今天 07:05", "2025-05-29T07:05:00+08:00"},
	{"昨天 08:30", "2025-05-28T08:30:00+08:00"},
	{"昨日10:20", "2025-05-28T10:20:00+08:00"},
	{"前天", "2025-05-27T00:00:00+08:00"},
	{"刚刚", "2025-05-29T20:40:00+08:00"},
	{"30秒前", "2025-05-29T20:39:30+08:00"},
	{"5分钟前", "2025-05-29T20:35:00+08:00"},
	{"3 小时前", "2025-05-29T17:40:00+08:00"},
	{"半小时前", "2025-05-29T20:10:00+08:00"},
	{"5天前", "2025-05-24T00:00:00+08:00"},
};

/* How a date stands in the head of a page. */
static const char *const heads[] = {
	"<div class=info>%s</div>",
	"<div>发布时间：%s</div>",
	"<div>发布时间：%s　来源：滨江日报</div>",
	"<div class=info><span>来源：滨江日报</span> <span>%s</span> <span>阅读 23</span></div>",
	"<div>日期：%s</div>",
};

struct fixture {
	struct arena *arena;
	struct traditional *traditional;
	char text[CLOCK_TEXT_MAX];
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	fx->arena = arena_new();
	fx->traditional = traditional_new();
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	traditional_free(fx->traditional);
	arena_free(fx->arena);
	test_free(fx);
	return 0;
}

static const char *published(struct fixture *fx, const char *url, struct span page)
{
	const struct read_input in = {.bytes = page,
		.url = url,
		.content_type = "text/html",
		.fetched_at_ms = NOW_MS,
		.http_status = 200,
		.url_rules = &url_rules_default};
	struct read_output out;

	read_document(WORK_PAGE, &in, fx->arena, &out);
	if (out.as != READ_RECORD)
		return "no record";
	return out.record.published.precision
		? clock_format(out.record.published.ms, out.record.published.zone_min, fx->text)
		: "";
}

static void add_page(struct strbuf *page, const char *charset, const char *head, const char *date)
{
	STRBUF_LOCAL(line);

	for (const char *p = head; *p; p++) {
		if (p[0] == '%' && p[1] == 's') {
			strbuf_add_str(&line, date);
			p++;
		} else
			strbuf_add_char(&line, *p);
	}
	strbuf_printf(page, "<meta charset=%s><title>菜市场改造完工</title>", charset);
	strbuf_add_str(page, "<h1>菜市场改造完工</h1>");
	strbuf_add_span(page, strbuf_span(&line));
	strbuf_add_str(page, "<div class=content>" TEXT "</div>");
}

#define URL "https://news.example/a.html"

static void expect(struct fixture *fx, struct span page, const struct form *form)
{
	const char *got = published(fx, URL, page);

	if (strcmp(got, form->iso) != 0)
		fail_msg("%s gave '%s' in %.*s", form->text, got, (int)page.len, page.data);
}

static void test_headline_dates__every_form_under_every_label(void **state)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		for (size_t j = 0; j < sizeof heads / sizeof *heads; j++) {
			STRBUF_LOCAL(page);
			STRBUF_LOCAL(converted);

			add_page(&page, "utf-8", heads[j], forms[i].text);
			expect(*state, strbuf_span(&page), &forms[i]);
			traditional_add(((struct fixture *)*state)->traditional, strbuf_span(&page),
				&converted);
			expect(*state, strbuf_span(&converted), &forms[i]);
		}
	}
}

static void test_headline_dates__every_form_in_gb18030(void **state)
{
	for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
		STRBUF_LOCAL(page);
		STRBUF_LOCAL(bytes);

		add_page(&page, "gb2312", heads[2], forms[i].text);
		encode_add(strbuf_span(&page), "GB18030", &bytes);
		expect(*state, strbuf_span(&bytes), &forms[i]);
	}
}

/* Dates without a year stand in texts, in lists and in headings, too. */
static void test_headline_dates__other_days_without_a_year_are_not_the_pages(void **state)
{
	static const char *const pages[] = {
		"<p>5月20日 08:30，第一批摊主开始搬家。</p>" TEXT,
		"<p>5月20日</p>" TEXT "<p>5月21日</p>" TEXT,
		TEXT "<ul><li><a href=1>老城区的公共澡堂要重新开门</a> 05-20 08:30"
		     "<li><a href=2>轮渡码头的候船室换了新椅子</a> 昨天 10:20</ul>",
		"<div>会议时间：5月28日 08:30</div>" TEXT,
		"<p>时间：5月20日 06:30</p><p>地点：滨江路7号</p>" TEXT,
		"<div>上次登录：2025-05-28 08:00</div>" TEXT,
		"<div>展期：2025-05-01至2025-05-28</div>" TEXT,
		"<div>12-05-25 08:30</div>" TEXT, /* of which the year is not told */
		"<div>11:54</div>" TEXT,
	};

	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++) {
		STRBUF_LOCAL(page);

		strbuf_add_str(&page, "<title>菜市场改造完工</title><h1>菜市场改造完工</h1>");
		strbuf_add_str(&page, pages[i]);
		if (*published(*state, URL, strbuf_span(&page)))
			fail_msg("%s gave %s", pages[i], ((struct fixture *)*state)->text);
	}
}

/* The day on which one reads, in a banner. */
static void test_headline_dates__today_is_no_publication(void **state)
{
	static const char *const banners[] = {"今天是2025年5月29日", "2025年5月29日 星期四",
		"当前时间：2025-05-29 20:39:58", "5月29日 多云 18~25℃", "5月28日 今日导读"};

	for (size_t i = 0; i < sizeof banners / sizeof *banners; i++) {
		STRBUF_LOCAL(page);

		strbuf_printf(&page, "<title>菜市场改造完工</title><div>%s</div>", banners[i]);
		strbuf_add_str(&page, "<h1>菜市场改造完工</h1><div class=content>" TEXT "</div>");
		if (*published(*state, URL, strbuf_span(&page)))
			fail_msg("%s gave %s", banners[i], ((struct fixture *)*state)->text);
	}
}

/* Papers print theirs above everything, too. */
static void test_headline_dates__the_day_of_a_paper_is_its_publication(void **state)
{
	STRBUF_LOCAL(page);

	strbuf_add_str(&page,
		"<title>菜市场改造完工</title><div>2025年5月29日 星期四 第A3版：社区</div>"
		"<h1>菜市场改造完工</h1>" TEXT);
	assert_string_equal(published(*state, URL, strbuf_span(&page)),
		"2025-05-29T00:00:00+08:00");
}

static void test_headline_dates__labels_stand_behind_a_date_too(void **state)
{
	STRBUF_LOCAL(page);

	strbuf_add_str(&page,
		"<title>菜市场改造完工</title><h1>菜市场改造完工</h1><div>2025-05-27 09:00 "
		"发布　|　2025-05-28 11:54 更新</div>" TEXT);
	assert_string_equal(published(*state, URL, strbuf_span(&page)),
		"2025-05-27T09:00:00+08:00");
}

static void test_headline_dates__a_range_hides_no_date_behind_it(void **state)
{
	static const char *const lines[] = {"展期：2025-05-01至2025-05-20 发布时间：2025-04-30",
		"展期：2025年5月1日至20日 发布时间：2025年4月30日", "2025-04-30 — 3 min read"};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		STRBUF_LOCAL(page);

		strbuf_printf(&page,
			"<title>菜市场改造完工</title><h1>菜市场改造完工</h1><div>%s</div>",
			lines[i]);
		strbuf_add_str(&page, TEXT);
		assert_string_equal(published(*state, URL, strbuf_span(&page)),
			"2025-04-30T00:00:00+08:00");
	}
}

/* What names no zone is told by the clocks of the country or the language. */
static void test_headline_dates__are_of_the_clocks_where_the_page_stands(void **state)
{
	static const struct {
		const char *url, *lang, *date, *iso;
	} rows[] = {
		{"https://a.example.de/1", "de", "28.05.2025, 10:20 Uhr",
			"2025-05-28T10:20:00+02:00"},
		{"https://a.example.de/1", "de", "14.01.2025, 10:20 Uhr",
			"2025-01-14T10:20:00+01:00"},
		{"https://a.example.de/1", "de", "30.03.2025, 01:59 Uhr",
			"2025-03-30T01:59:00+01:00"},
		{"https://a.example.de/1", "de", "30.03.2025, 03:00 Uhr",
			"2025-03-30T03:00:00+02:00"},
		{"https://a.example.jp/1", "ja", "2025年5月28日 午後3時20分",
			"2025-05-28T15:20:00+09:00"},
		{"https://a.example.de/1", "de", "28.05.2025", "2025-05-28T00:00:00+02:00"},
		{"https://a.example.co.uk:8080/1", "en", "28 May 2025 10:20",
			"2025-05-28T10:20:00+01:00"},
		{"https://a.example.in/1", "en", "28 May 2025 10:20", "2025-05-28T10:20:00+05:30"},
		{"https://a.example.cn/1", "en", "28 May 2025 10:20", "2025-05-28T10:20:00+08:00"},
		{"https://a.example.com.br/1", "pt-BR", "28/05/2025 10:20",
			"2025-05-28T10:20:00-03:00"},
		/* The host before the language, and that before the locale. */
		{"https://a.example.at/1", "fr", "28 mai 2025 10:20", "2025-05-28T10:20:00+02:00"},
		{"https://a.example.com/1", "fr-FR", "28 mai 2025 à 10h20",
			"2025-05-28T10:20:00+02:00"},
		{"https://a.example.com/1", "fr-CA", "28 mai 2025 à 10h20",
			"2025-05-28T10:20:00-04:00"},
		{"https://a.example.com/1", "en-IE", "28 May 2025 10:20",
			"2025-05-28T10:20:00+01:00"},
		{"https://a.example.com/1", "en><meta property=og:locale content=en_NZ",
			"28 May 2025 10:20", "2025-05-28T10:20:00+12:00"},
		/* Nobody's clocks. */
		{"https://a.example.com/1", "en-US", "May 28, 2025 10:20", "2025-05-28T10:20:00Z"},
		{"https://a.example.io/1", "en", "28 May 2025 10:20", "2025-05-28T10:20:00Z"},
		/* What the page says itself is believed. */
		{"https://a.example.de/1", "de", "28.05.2025, 10:20 UTC", "2025-05-28T10:20:00Z"},
		{"https://a.example.ch/1", "de", "28.05.2025, 10:20 MEZ",
			"2025-05-28T10:20:00+01:00"},
		{"https://a.example.com/1", "en", "Published May 28, 2025, 10:20 AM ET",
			"2025-05-28T10:20:00-04:00"},
		{"https://a.example.com/1", "en", "10:20 AM ET, January 14, 2025",
			"2025-01-14T10:20:00-05:00"},
		{"https://a.example.com/1", "en", "2025-05-28 10:20 (UTC+8)",
			"2025-05-28T10:20:00+08:00"},
		{"https://a.example.com/1", "en", "10:20, May 28, 2025 (Beijing Time)",
			"2025-05-28T10:20:00+08:00"},
		{"https://a.example.co.uk/1", "en", "Wednesday, 28th May 2025, 10.20am",
			"2025-05-28T10:20:00+01:00"},
		{"https://a.example.co.uk/1", "en", "Wed 28 May 2025 10.20 BST",
			"2025-05-28T10:20:00+01:00"},
		{"https://a.example.de/1", "de", "28.05.25, 10:20 Uhr",
			"2025-05-28T10:20:00+02:00"},
		{"https://a.example.com/1", "en", "Posted 05/28/25", "2025-05-28T00:00:00Z"},
		{"https://a.example.tr/1", "tr", "28 Mayıs 2025 Çarşamba 10:20",
			"2025-05-28T10:20:00+03:00"},
		{"https://a.example.com/1", "en", "10:20 a.m. PT on 28 May 2025",
			"2025-05-28T10:20:00-07:00"},
		{"https://a.example.fr/1", "fr", "28 mai 2025 à 10h20 et plus",
			"2025-05-28T10:20:00+02:00"},
	};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *got;
		STRBUF_LOCAL(page);

		strbuf_printf(&page, "<html lang=%s><title>The hall is open</title>", rows[i].lang);
		strbuf_printf(&page, "<h1>The hall is open</h1><div>%s</div>", rows[i].date);
		strbuf_add_str(&page, E_TEXT);
		got = published(*state, rows[i].url, strbuf_span(&page));
		if (strcmp(got, rows[i].iso) != 0)
			fail_msg("%s: %s gave %s", rows[i].url, rows[i].date, got);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_headline_dates__every_form_under_every_label,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_headline_dates__every_form_in_gb18030, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_headline_dates__other_days_without_a_year_are_not_the_pages, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_headline_dates__today_is_no_publication, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_headline_dates__the_day_of_a_paper_is_its_publication, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_headline_dates__labels_stand_behind_a_date_too,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_headline_dates__a_range_hides_no_date_behind_it, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_headline_dates__are_of_the_clocks_where_the_page_stands, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
