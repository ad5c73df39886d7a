#include "tests/crawler/reading.h"

static int setup(void **state)
{
	return set_up_reading(state, "http://news.a.cn/yw/index.html");
}

static void read_list(struct fixture *fx, const char *html)
{
	read_as(fx, WORK_LISTING, html);
}

#define NAV                                                                                        \
	"<div class=nav><a href=/news/>新闻中心</a><a href=/sports/>体育</a></div>"          \
	"<div class=crumb><a href=/>首页</a> &gt; <a href=/yw/>要闻动态</a></div>"

static void test_listing__a_list_without_its_furniture(void **state)
{
	struct fixture *fx = *state;

	read_list(fx,
		NAV "<ul><li><a "
		    "href='./202505/t20250528_7.html'>江城大桥今日正式建成通车</a><span>05-28</"
		    "span></li>"
		    "<li><a href='../zc/t20250527_6.html' "
		    "title='关于促进机器人产业发展的若干措施解读'>关于促进机器人…</a>"
		    " 2025-05-27</li></ul><div class=pages><a href=index_1.html>下一页</a></div>"
		    "<div class=friendlink><a href=http://b.cn/>兄弟城市新闻门户网站联盟</a></div>"
		    "<a href='calendar.php?m=1'>日历</a><a "
		    "href='javascript:void(0)'>设为首页并且加入收藏夹</a>");
	assert_int_equal(fx->out.as, READ_ITEMS);
	assert_int_equal(fx->out.n_items, 2);
	assert_string_equal(fx->out.items[0].url, "http://news.a.cn/yw/202505/t20250528_7.html");
	assert_string_equal(fx->out.items[0].title, "江城大桥今日正式建成通车");
	assert_int_equal(fx->out.items[0].published_ms, INT64_C(1748361600000));
	assert_string_equal(fx->out.items[1].url, "http://news.a.cn/zc/t20250527_6.html");
	assert_string_equal(fx->out.items[1].title, "关于促进机器人产业发展的若干措施解读");
	assert_string_equal(fx->out.next_page, "http://news.a.cn/yw/index_1.html");
}

static void test_listing__a_single_article_is_enough(void **state)
{
	struct fixture *fx = *state;

	read_list(fx,
		NAV
		"<a href=post/8841.html>江城夜校为何坐满了年轻人?</a> <a href=cal.php>日历</a>");
	assert_int_equal(fx->out.n_items, 1);
	assert_string_equal(fx->out.items[0].url, "http://news.a.cn/yw/post/8841.html");
	assert_int_equal(fx->out.items[0].published_ms, 0);
}

static void test_listing__the_sources_rules_are_obeyed(void **state)
{
	const struct span include[] = {SPAN_LITERAL("/art/")},
			  exclude[] = {SPAN_LITERAL("/video/")};
	struct fixture *fx = *state;

	fx->in.include = include;
	fx->in.n_include = 1;
	fx->in.exclude = exclude;
	fx->in.n_exclude = 1;
	fx->in.link_selector = "div.box";
	read_list(fx,
		"<div class=box><a href=/art/1>短题</a><a href=/video/art/2>短题二</a>"
		"<a href=/other/3>另一篇文章的标题在这里</a></div><a "
		"href=/art/9.html>框外的一篇文章标题也很长</a>");
	assert_int_equal(fx->out.n_items, 1);
	assert_string_equal(fx->out.items[0].url, "http://news.a.cn/art/1");
	fx->in.link_selector = "div.box a";
	read_list(fx, "<div class=box><a href=/art/1>短题</a></div>");
	assert_int_equal(fx->out.n_items, 1);
}

static void test_listing__base_and_charset_shape_addresses(void **state)
{
	struct fixture *fx = *state;

	fx->in.content_type = "text/html; charset=gbk";
	/* 中 in the query is sent as the page's charset writes it. */
	read_list(fx,
		"<base href='http://b.cn/x/'><ul><li><a href='show.asp?id=12345&amp;k=\xD6\xD0'>"
		"\xC8\xCB\xB9\xA4\xD6\xC7\xC4\xDC\xC8\xCB\xB9\xA4\xD6\xC7\xC4\xDC\xC8\xCB\xB9\xA4</"
		"a>"
		"<i>2025-05-01</i></li></ul>");
	assert_int_equal(fx->out.n_items, 1);
	assert_string_equal(fx->out.items[0].url, "http://b.cn/x/show.asp?id=12345&k=%D6%D0");
	assert_string_equal(fx->out.items[0].title, "人工智能人工智能人工");
}

static void test_listing__only_the_first_base_with_an_address_counts(void **state)
{
	static const struct {
		const char *head, *url;
	} rows[] = {
		{"<base target=_blank><base href=' http://b.cn/x/y '><base href=http://c.cn/>",
			"http://b.cn/x/t20250528_7.html"},
		{"<base href=data:,x><base href=http://c.cn/>",
			"http://news.a.cn/yw/t20250528_7.html"},
		{"<base href='../zc/'>", "http://news.a.cn/zc/t20250528_7.html"},
		{"<base href>", "http://news.a.cn/yw/t20250528_7.html"},
	};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(page);

		strbuf_printf(&page, "%s<a href=t20250528_7.html>江城大桥今日正式建成通车</a>05-28",
			rows[i].head);
		read_list(fx, page.data);
		assert_int_equal(fx->out.n_items, 1);
		assert_string_equal(fx->out.items[0].url, rows[i].url);
	}
}

static void test_listing__the_next_page_is_in_the_charset_of_this_one(void **state)
{
	struct fixture *fx = *state;

	fx->in.content_type = "text/html; charset=gbk";
	read_list(fx,
		"<a href=t20250528_7.html>\xBD\xAD\xB3\xC7\xB4\xF3\xC7\xC5\xBD\xF1\xC8\xD5"
		"\xD5\xFD\xCA\xBD\xBD\xA8\xB3\xC9\xCD\xA8\xB3\xB5</a>05-28"
		"<a href='?k=\xD6\xD0&amp;p=2'>\xCF\xC2\xD2\xBB\xD2\xB3</a>");
	assert_string_equal(fx->out.next_page, "http://news.a.cn/yw/index.html?k=%D6%D0&p=2");
}

static void test_listing__each_address_once_with_its_best_title(void **state)
{
	struct fixture *fx = *state;

	read_list(fx,
		"<a href=/a/12345.html#top>江城大桥通车仪式</a><p>"
		"<a href=/a/12345.html>江城大桥通车仪式今天上午举行</a>");
	assert_int_equal(fx->out.n_items, 1);
	assert_string_equal(fx->out.items[0].title, "江城大桥通车仪式今天上午举行");
}

static void test_listing__readings_in_titles_go(void **state)
{
	struct fixture *fx = *state;

	read_list(fx,
		"<a href=/a/12345.html>江城市(shì)港口(gǎngkǒu)货物吞吐量增长三成</a>"
		"<a href=/a/12346.html>江城日报人工智能(AI)应用大赛启动</a>"
		"<a href=/a/12347.html>老城区(de facto)中心的十年变迁</a>");
	assert_int_equal(fx->out.n_items, 3);
	assert_string_equal(fx->out.items[0].title, "江城市港口货物吞吐量增长三成");
	assert_string_equal(fx->out.items[1].title, "江城日报人工智能(AI)应用大赛启动");
	assert_string_equal(fx->out.items[2].title, "老城区(de facto)中心的十年变迁");
}

/* One title with (ai) is no evidence; many are. */
static void test_listing__a_bracket_without_tone_marks_stays_where_few_are(void **state)
{
	struct fixture *fx = *state;

	read_list(fx,
		"<a href=/a/12345.html>江城日报人工智能(ai)应用大赛启动</a>"
		"<a href=/a/12346.html>江城大桥通车仪式今天上午举行</a>");
	assert_string_equal(fx->out.items[0].title, "江城日报人工智能(ai)应用大赛启动");
}

static void test_listing__a_date_glued_to_the_title_is_the_items(void **state)
{
	struct fixture *fx = *state;

	read_list(fx,
		"<a href=/a/12345.html title='江城举办机器人产业对接会2025-05-06'>江城举办…</a>");
	assert_string_equal(fx->out.items[0].title, "江城举办机器人产业对接会");
	assert_int_equal(fx->out.items[0].published_ms, INT64_C(1746460800000));
}

static void test_listing__lists_inside_of_scripts_are_found(void **state)
{
	struct fixture *fx = *state;

	read_list(fx,
		"<script type='text/xml'><datastore><record><![CDATA[<li><a href='/art/2025/5/1/"
		"art_12_345.html' "
		"title='江城出台数据要素改革方案'>江城出台</a><span>2025-05-01</span></li>]]>"
		"</record></datastore></script>");
	assert_int_equal(fx->out.n_items, 1);
	assert_string_equal(fx->out.items[0].title, "江城出台数据要素改革方案");
}

static void test_listing__script_paging_gives_the_next_page(void **state)
{
	struct fixture *fx = *state;

	read_list(fx,
		"<a href=/a/12345.html>江城大桥通车仪式今天举行</a>"
		"<script>createPageHTML(20, 0, \"index\", \"html\");</script>");
	assert_string_equal(fx->out.next_page, "http://news.a.cn/yw/index_1.html");
}

static void test_listing__a_page_without_articles_says_so(void **state)
{
	struct fixture *fx = *state;

	read_list(fx, NAV);
	assert_int_equal(fx->out.as, READ_NOTHING);
	assert_non_null(fx->out.why_nothing);
	read_list(fx, "<meta http-equiv=refresh content='0; URL=html/2025-05/01/node_18.htm'>");
	assert_string_equal(fx->out.refresh_to, "http://news.a.cn/yw/html/2025-05/01/node_18.htm");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_listing__a_list_without_its_furniture, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_listing__a_single_article_is_enough, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_listing__the_sources_rules_are_obeyed, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_listing__only_the_first_base_with_an_address_counts, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_listing__the_next_page_is_in_the_charset_of_this_one, setup, teardown),
		cmocka_unit_test_setup_teardown(test_listing__base_and_charset_shape_addresses,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_listing__each_address_once_with_its_best_title,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_listing__readings_in_titles_go, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_listing__a_bracket_without_tone_marks_stays_where_few_are, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_listing__a_date_glued_to_the_title_is_the_items, setup, teardown),
		cmocka_unit_test_setup_teardown(test_listing__lists_inside_of_scripts_are_found,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_listing__script_paging_gives_the_next_page,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_listing__a_page_without_articles_says_so,
			setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
