#include "tests/crawler/reading.h"

static int setup(void **state)
{
	return set_up_reading(state, "http://www.a.cn/zw/7.html");
}

static const char *text_of(struct fixture *fx, const char *html)
{
	read_as(fx, WORK_PAGE, html);
	return fx->out.as == READ_RECORD ? fx->out.record.text : "";
}

#define HEAD  "<title>江城印发算力行动方案</title><body><h1>江城印发算力行动方案</h1>"
#define A     "江城市近日印发行动方案，提出到明年年底建成三个智能算力中心，支持企业开放应用场景。"
#define B     "方案提出，市级财政每年安排专项资金，对首次上云的中小企业给予补贴，最高一百万元。"
#define C     "市发展改革委负责人表示，下一步将建立台账，逐项落实，定期向社会公布进展情况。"
#define LEAD  "到明年年底，江城的企业可以在三个中心里租用算力，第一次用的还有补贴，钱由市里出。"
#define BODY  "<p>" A "</p><p>" B "</p><p>" C "</p>"
#define TEXT  A "\n" B "\n" C
#define OTHER "江南市昨日开通一条地铁线路，全长三十公里，设站二十座，票价最高七元。"

/* Symptom: of a page of short lines only the longest paragraph was read. */
static void test_body__short_lines_around_a_paragraph_belong_to_it(void **state)
{
	static const char page[] = HEAD "<div class=x><p>今年的目标有三个</p><p>建成算力中心</p>"
					"<p>" A "</p><p>开放应用场景</p><p>补贴中小企业</p>"
					"<p>" B "</p><p>为此安排专项资金</p></div>";

	assert_string_equal(text_of(*state, page),
		"今年的目标有三个\n建成算力中心\n" A "\n开放应用场景\n补贴中小企业\n" B
		"\n为此安排专项资金");
}

/* Symptom: a page without elements for its paragraphs was one line. */
static void test_body__an_indentation_behind_a_sentence_begins_a_line(void **state)
{
	static const char *const pages[] = {
		HEAD "<div class=x>　　" A "　　" B "　　" C "</div>",
		HEAD "<div class=x>\n　　" A "\n　　" B "\n　　" C "\n</div>",
		HEAD "<p>&nbsp;&nbsp;&nbsp; &nbsp;" A "&nbsp;&nbsp; &nbsp;&nbsp;" B
		     "&nbsp;&nbsp;&nbsp;&nbsp;" C "</p>",
	};

	for (size_t i = 0; i < sizeof pages / sizeof *pages; i++)
		assert_string_equal(text_of(*state, pages[i]), TEXT);
	assert_string_equal(text_of(*state,
				    HEAD "<div>　　" A "</div><table><tr><td>东区。　　西区</td>"
					 "<td>" B "</td></tr></table><p>" C "</p>"),
		A "\n东区。 西区 | " B "\n" C);
}

static void test_body__a_pulled_quote_stands_once(void **state)
{
	assert_string_equal(text_of(*state,
				    HEAD "<div><p>" A "</p><blockquote>“提出到明年年底建成三个智能"
					 "算力中心”</blockquote><p>" B "</p><p>" C "</p></div>"),
		TEXT);
	assert_string_equal(text_of(*state,
				    HEAD "<div><p>" A "</p><p class=pull-quote>第一次用的还有补贴"
					 "</p><p>" B "</p><p>" LEAD "</p></div>"),
		A "\n" B "\n" LEAD);
}

/* What somebody is quoted with, and a heading that the text takes up, are text. */
static void test_body__other_quotes_and_headings_stay(void **state)
{
	assert_string_equal(text_of(*state,
				    HEAD "<div><p>" A "</p><blockquote>" OTHER "</blockquote><p>" B
					 "</p></div>"),
		A "\n" OTHER "\n" B);
	assert_string_equal(text_of(*state,
				    HEAD "<div><p>" A "</p><h3>第一次用的还有补贴</h3><p>" B
					 "</p><p>" LEAD "</p></div>"),
		A "\n第一次用的还有补贴\n" B "\n" LEAD);
	assert_string_equal(text_of(*state,
				    HEAD "<blockquote><p>" A "</p><p>建成三个智能算力中心</p><p>" B
					 "</p></blockquote>"),
		A "\n建成三个智能算力中心\n" B);
}

/* Old pages are typed in lines of one width. */
static void test_body__lines_of_one_width_are_paragraphs(void **state)
{
	assert_string_equal(
		text_of(*state,
			HEAD
			"<pre>\n　　江城市近日印发行动方案，提出到明年年底建成三个智能算\n力中心，"
			"支持企业开放应用场景。\n　　方案提出，市级财政每年安排专项资金，对首次上云的\n"
			"中小企业给予补贴，最高一百万元。\n\n市发展改革委负责人表示，下一步将建立台账，逐项落"
			"\n实，定期向社会公布进展情况。\n</pre>"),
		TEXT);
	assert_string_equal(
		text_of(*state,
			"<html lang=en><title>Notice to those who fish</title><h1>Notice to "
			"those who fish</h1><pre>\n    The nets of the old harbour are to be "
			"taken in by Friday,\n    since the dredger comes on Monday, the "
			"office said.\n\n    Whoever leaves one there will not get it back, "
			"and has\n    to pay for the damage.\n</pre>"),
		"The nets of the old harbour are to be taken in by Friday, since the dredger comes "
		"on Monday, the office said.\nWhoever leaves one there will not get it back, and "
		"has to pay for the damage.");
}

static void test_body__what_is_laid_out_by_hand_stays_so(void **state)
{
	static const char code[] = "if (tide > 3) {\n    open(gate);\n        wait();\n}";
	static const char verse[] =
		"江水日夜流，\n孤帆天际来。\n白鸥不避客，\n终日共徘徊。\n谁家吹玉笛，\n"
		"声声过楼台。";
	static const char sonnet[] = "The river rises slowly over all the fields,\n"
				     "And morning finds the willows in the water,\n"
				     "Where nothing that the farmer planted yields\n"
				     "And every field has lost another quarter.";
	static const char list[] = "出席会议的有江城市各区、各部门和各街道的负责人，名单如下：\n"
				   "东区，周小鱼，\n西区，钱大海，\n南区，孙小山。";
	static const char table[] = "东区的芦苇荡，今年　　扩大了三成，有水鸟　　八百只左右\n"
				    "西区的浅水湾，今年　　缩小了一成，有水鸟　　六百只左右\n"
				    "南区的老河道，今年　　没有变化，有水鸟　　　两百只左右";
	STRBUF_LOCAL(page);

	strbuf_printf(&page,
		HEAD "<div><p>" A "</p><pre>\n\t%s</pre><pre>%s</pre><pre>%s</pre>"
		     "<pre>%s</pre><pre>%s</pre>",
		code, verse, table, list, sonnet);
	strbuf_add_str(&page, "<p>" B "</p></div>");
	strbuf_add_char(&page, '\0');
	(void)text_of(*state, page.data);
	assert_non_null(strstr(((struct fixture *)*state)->out.record.text,
		"    if (tide > 3) {\n    open(gate);\n        wait();\n}"));
	assert_non_null(strstr(((struct fixture *)*state)->out.record.text, verse));
	assert_non_null(strstr(((struct fixture *)*state)->out.record.text, list));
	assert_non_null(strstr(((struct fixture *)*state)->out.record.text, sonnet));
	assert_non_null(strstr(((struct fixture *)*state)->out.record.text, "八百只左右\n西区"));
}

static void test_body__a_text_split_over_alike_elements_is_one(void **state)
{
#define L "<li><a href=1>江南地铁开通</a></li><li><a href=2>江北大桥合龙</a></li>"
	assert_string_equal(text_of(*state,
				    HEAD "<main><div class=part>" BODY
					 "</div><ul>" L L L L L L L L L L
					 "</ul><div class=ad><p>" OTHER
					 "</p></div><div class=part><p>" B A "</p></div></main>"),
		TEXT "\n" B A);
}

static void test_body__what_stands_between_headline_and_text_leads_into_it(void **state)
{
	assert_string_equal(text_of(*state, HEAD "<p class=sum>" LEAD "</p>" BODY), LEAD "\n" TEXT);
	assert_string_equal(text_of(*state,
				    "<title>江城印发算力行动方案</title><body><article><header>"
				    "<h1>江城印发算力行动方案</h1><p>" LEAD "</p>"
				    "</header><div class=entry-content>" BODY "</div></article>"),
		LEAD "\n" TEXT);
	assert_string_equal(
		text_of(*state,
			"<title>江城印发算力行动方案</title><body><article><header>"
			"<h1>江城印发算力行动方案</h1></header><div>"
			"<p>江城日报，要闻版，本期头条，编辑部推荐给各位读者</p></div><div "
			"class=entry-content>" BODY "</div></article>"),
		TEXT);
}

static void test_body__no_lead_repeats_the_headline(void **state)
{
	assert_string_equal(
		text_of(*state,
			"<title>算力中心何时建成？</title><body><article><header>"
			"<h1>算力中心何时建成？</h1><p>科技，江城｜算力中心何时建成？</p>"
			"</header><div class=entry-content>" BODY "</div></article>"),
		TEXT);
}

#define VIEW OTHER "沿线可见江景，乘客纷纷拍照留念。"
static void test_body__captions_are_text_only_where_nothing_else_is(void **state)
{
	static const char figure[] =
		"<figure><img src=1><figcaption>" VIEW "</figcaption></figure>";
	STRBUF_LOCAL(page);

	strbuf_printf(&page, "%s<div>%s%s</div>", HEAD, figure, BODY);
	assert_string_equal(text_of(*state, page.data), TEXT);
	strbuf_clear(&page);
	strbuf_printf(&page, "%s<div>%s</div>", HEAD, figure);
	assert_string_equal(text_of(*state, page.data), VIEW);
	strbuf_clear(&page);
	strbuf_printf(&page, "%s<div><p>江城一景</p>%s</div><div class=related><p>%s%s</p></div>",
		HEAD, figure, A, B);
	assert_string_equal(text_of(*state, page.data), "江城一景\n" VIEW);
}

/* Symptom: of a list of things to see, each below its picture, nothing was left. */
static void test_body__items_below_pictures_are_text(void **state)
{
	assert_string_equal(text_of(*state,
				    HEAD "<div><p>" C "</p><div class=item-image><p>" A
					 "</p></div><div class=item-image><p>" B
					 "</p></div></div>"),
		C "\n" A "\n" B);
	assert_string_equal(text_of(*state,
				    HEAD "<div><div class=item-image><p>" OTHER
					 "</p></div>" BODY BODY "</div>"),
		TEXT);
}

static void test_body__what_metadata_adds_to_a_long_text_is_not_taken(void **state)
{
	STRBUF_LOCAL(page);

	strbuf_add_str(&page,
		HEAD "<script type=application/ld+json>{\"@type\":\"NewsArticle\","
		     "\"articleBody\":\"");
	for (int i = 0; i < 40; i++)
		strbuf_printf(&page, "%d" OTHER, i);
	strbuf_add_str(&page, "\"}</script><div>");
	for (int i = 0; i < 12; i++)
		strbuf_printf(&page, "<p>%d" A "</p>", i);
	assert_null(strstr(text_of(*state, page.data), OTHER));
	strbuf_truncate(&page, page.len - 9 * strlen("<p>1" A "</p>"));
	assert_non_null(strstr(text_of(*state, page.data), OTHER));
}

static void test_body__metadata_lines_are_told_by_their_names(void **state)
{
	assert_string_equal(text_of(*state,
				    HEAD
				    "<div><div class=article-meta>Published 28 May, by Li Xiao, "
				    "updated an hour ago</div>" BODY "</div>"),
		TEXT);
	/* Much text is none. */
	assert_string_equal(text_of(*state, HEAD "<div class=meta>" BODY "</div>"), TEXT);
}

static void test_body__consent_is_no_article_however_long(void **state)
{
	assert_string_equal(text_of(*state,
				    HEAD BODY "<div id=onetrust-consent-sdk>" BODY BODY BODY
					      "<p>" OTHER "</p></div>"),
		TEXT);
}

/* Symptom: class=cookies-accepted on an element around all of the page hid it. */
/* A banner without a name may be longer than the article. */
static void test_body__what_asks_for_consent_outvotes_nobody(void **state)
{
	assert_string_equal(
		text_of(*state,
			"<title>The ferry sails again</title><div class=cc><p>We use cookies, and "
			"similar means, to improve your visit, to count our readers, and to show "
			"you what you like. Read our policy, or manage your choices.</p></div>"
			"<div><h1>The ferry sails again</h1><p>The ferry left the harbour on "
			"Monday, two days late.</p><p>It was full, said the mate, and will be so "
			"tomorrow.</p></div>"),
		"The ferry left the harbour on Monday, two days late.\n"
		"It was full, said the mate, and will be so tomorrow.");
}

static void test_body__no_name_hides_what_holds_the_headline(void **state)
{
	assert_string_equal(
		text_of(*state,
			"<title>江城印发算力行动方案</title><body><div "
			"class='cookies-accepted share'><h1>江城印发算力行动方案</h1>" BODY
			"</div>"),
		TEXT);
}

/* Symptom: an article in an element named after its share buttons, below a logo in an h1. */
static void test_body__a_logo_is_no_headline(void **state)
{
	assert_string_equal(
		text_of(*state,
			"<title>江城印发算力行动方案</title><body><h1><a href=/>江城新闻"
			"</a></h1><div class=share-area><h2>江城印发算力行动方案</h2>" BODY
			"</div><div class=related><p>" OTHER "</p><p>" VIEW "</p></div>"),
		TEXT);
}

static void test_body__a_weak_name_is_none_where_sentences_stand(void **state)
{
	assert_string_equal(text_of(*state,
				    HEAD "<div><p>" A "</p><div class=more><p>" B C
					 "</p></div></div>"),
		A "\n" B C);
	assert_string_equal(text_of(*state,
				    HEAD "<div>" BODY "<div class=more>江南地铁</div></div>"),
		TEXT);
}

static void test_body__another_article_behind_is_left_out(void **state)
{
	assert_string_equal(text_of(*state,
				    HEAD "<div class=text>" BODY
					 "</div><div class=recommend><h2>江南</h2><p>" OTHER
					 "</p><p>" OTHER OTHER "</p><p>" OTHER OTHER OTHER
					 "</p></div>"),
		TEXT);
}

static void test_body__a_row_of_data_is_one_line(void **state)
{
	assert_string_equal(text_of(*state,
				    HEAD "<div>" BODY
					 "<table><tr><th>年份</th><th>算力</th></tr><tr><td>"
					 "二〇二五年</td><td></td><td>三个中心</td></tr></table>"
					 "</div>"),
		TEXT "\n年份 | 算力\n二〇二五年 | 三个中心");
}

/* Word processors put a paragraph into each cell. */
static void test_body__cells_with_one_paragraph_each_make_a_row(void **state)
{
	assert_string_equal(text_of(*state,
				    HEAD BODY
				    "<table><tr><td><p>江城</p></td><td><p>12</p></td></tr>"
				    "<tr><td><p>江南</p></td><td><p>9</p></td></tr></table>"),
		TEXT "\n江城 | 12\n江南 | 9");
}

/* Symptom: of a page that is but a table the footer was read. */
static void test_body__who_runs_the_site_is_no_article(void **state)
{
	assert_string_equal(
		text_of(*state,
			HEAD
			"<div class=con><p>现将名单公布如下：</p><table>"
			"<tr><td>序号</td><td>姓名</td><td>单位</td></tr>"
			"<tr><td>1</td><td>李想</td><td>江城市第一中学</td></tr>"
			"<tr><td>2</td><td>王宁</td><td>江城市实验小学</td></tr></table></div>"
			"<div class=bottom><p>主办：江城市人民政府办公室，承办：江城市大数据中心</p>"
			"<p>网站标识码：4200000000，江ICP备05000000号，江公网安备42000000000000号</p>"
			"<p>联系电话：027-00000000，版权所有，未经许可，不得转载</p></div>"),
		"现将名单公布如下：\n序号 | 姓名 | 单位\n1 | 李想 | 江城市第一中学\n"
		"2 | 王宁 | 江城市实验小学");
}

static void test_body__of_articles_side_by_side_the_first_is_read(void **state)
{
	assert_string_equal(
		text_of(*state,
			"<title>江城印发算力行动方案</title><div class=a><h1>江城印发算力行动方案"
			"</h1>" BODY "</div><div class=a><h1>江南开通地铁</h1><p>" OTHER OTHER
			"</p></div>"),
		TEXT);
}

static void test_body__a_table_that_lays_out_has_lines(void **state)
{
	assert_string_equal(text_of(*state,
				    HEAD "<table><tr><td><p>" A "</p><p>" B "</p></td><td><p>" C
					 "</p></td></tr></table>"),
		TEXT);
}

static void test_body__lines_broken_by_br_alone_are_paragraphs(void **state)
{
	assert_string_equal(text_of(*state, HEAD "<div id=zoom>" A "<br><br>" B "<br>" C "</div>"),
		TEXT);
}

static void test_body__invisible_until_a_script_runs_is_text(void **state)
{
	assert_string_equal(text_of(*state,
				    HEAD "<div class=rich_media_content id=js_content "
					 "style='visibility: hidden;'>" BODY "</div>"),
		TEXT);
	assert_string_equal(text_of(*state,
				    HEAD "<div>" BODY "<p style='display:none'>" OTHER
					 "</p></div>"),
		TEXT);
}

static void test_body__lines_that_lead_elsewhere_are_none(void **state)
{
	static const char *const lines[] = {"Read more: The mayor, the plan and the money.",
		"Mehr zum Thema: Der Plan, das Geld und die Stadt.",
		"Lire aussi : Le plan, l'argent.", "Baca juga: Rencana kota, uang dan waktu.",
		"관련기사 도시의 계획, 돈과 시간.",
		"Sign up for our newsletter, and get the news delivered to your inbox.",
		"【関連記事】都市の計画、お金と時間。"};

	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		STRBUF_LOCAL(page);

		strbuf_printf(&page, "%s<div><p>%s</p><p>%s</p><p>%s</p></div>", HEAD, A, lines[i],
			B);
		if (strcmp(text_of(*state, page.data), A "\n" B) != 0)
			fail_msg("%s", lines[i]);
	}
}

static void test_body__replies_of_a_forum_are_text(void **state)
{
	struct fixture *fx = *state;
	static const char page[] =
		"<title>如何申请算力补贴</title><body><h1>如何申请算力补贴</h1>"
		"<div class=posts><div class=post><b>小李</b><p>" A "</p></div>"
		"<div class=comment><b>小王</b><p>" B "</p><p>回复</p></div>"
		"<div class=comment><b>小陈</b><p>" C "</p><p>回复</p></div></div>";

	assert_null(strstr(text_of(fx, page), B));
	fx->in.url = "http://bbs.a.cn/thread-7-1-1.html";
	assert_string_equal(text_of(fx, page), TEXT);
}

static void test_body__a_message_that_is_its_own_title_is_read(void **state)
{
	assert_string_equal(text_of(*state, "<title>" A "</title><body><div><p>" A "</p></div>"),
		A);
}

/* An AMP page has its article where its twin has it. */
static void test_body__an_amp_page_is_read_like_another(void **state)
{
	assert_string_equal(
		text_of(*state,
			"<html amp><head><title>江城印发算力行动方案</title><style amp-boilerplate>"
			"body{visibility:hidden}</style></head><body><amp-sidebar id=s><ul><li>"
			"<a href=1>首页</a></li></ul></amp-sidebar><article><h1>江城印发算力行动方案"
			"</h1><amp-img src=1></amp-img>" BODY
			"</article><amp-consent id=consent><p>" OTHER "</p></amp-consent>"),
		TEXT);
}

#define T(name) cmocka_unit_test_setup_teardown(test_body__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_pulled_quote_stands_once),
		T(other_quotes_and_headings_stay),
		T(lines_of_one_width_are_paragraphs),
		T(what_is_laid_out_by_hand_stays_so),
		T(an_indentation_behind_a_sentence_begins_a_line),
		T(short_lines_around_a_paragraph_belong_to_it),
		T(a_text_split_over_alike_elements_is_one),
		T(what_stands_between_headline_and_text_leads_into_it),
		T(no_lead_repeats_the_headline),
		T(captions_are_text_only_where_nothing_else_is),
		T(items_below_pictures_are_text),
		T(what_metadata_adds_to_a_long_text_is_not_taken),
		T(metadata_lines_are_told_by_their_names),
		T(consent_is_no_article_however_long),
		T(what_asks_for_consent_outvotes_nobody),
		T(no_name_hides_what_holds_the_headline),
		T(a_logo_is_no_headline),
		T(a_weak_name_is_none_where_sentences_stand),
		T(another_article_behind_is_left_out),
		T(a_row_of_data_is_one_line),
		T(cells_with_one_paragraph_each_make_a_row),
		T(who_runs_the_site_is_no_article),
		T(of_articles_side_by_side_the_first_is_read),
		T(a_table_that_lays_out_has_lines),
		T(lines_broken_by_br_alone_are_paragraphs),
		T(invisible_until_a_script_runs_is_text),
		T(lines_that_lead_elsewhere_are_none),
		T(replies_of_a_forum_are_text),
		T(a_message_that_is_its_own_title_is_read),
		T(an_amp_page_is_read_like_another),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
