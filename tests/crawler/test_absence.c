#include "crawler/read/html/absence.h"

#include "crawler/read/read.h"
#include "tests/cmocka_all.h"

struct row {
	const char *page;
	enum outcome outcome; /* OUTCOME_OK: an article, or at least nothing that says it is none */
};

#define NAV                                                                                                                \
	"<div class=nav><a href=/>首页</a><a href=/yw/>要闻动态</a><a href=/zw/>政务公开</a></div>"              \
	"<ul><li><a href=/1>推荐：关于开展数据要素流通试点工作的若干措施及其实施细则</a></li>" \
	"<li><a href=/2>推荐：关于印发人工智能产业发展三年行动方案的通知及政策解读</a></li></ul>"
#define FOOT "<div class=footer>版权所有 江城市人民政府办公室 京ICP证000000号</div>"
#define TEXT "江城市近日印发行动方案，提出到明年年底建成三个智能算力中心，支持企业开放应用场景。"

static void check(const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		const struct read_input in = {.bytes = span_str(rows[i].page),
			.url = "http://www.a.cn/zw/1.html",
			.fetched_at_ms = INT64_C(1748522400000),
			.http_status = 200};
		struct read_output out;

		read_document(WORK_PAGE, &in, a, &out);
		if (rows[i].outcome == OUTCOME_OK ? out.as != READ_RECORD
						  : out.outcome != rows[i].outcome)
			fail_msg("%s: %s, %s", rows[i].page, outcome_str(out.outcome),
				out.why_nothing);
	}
}

#define CHECK(rows) check(rows, sizeof(rows) / sizeof *(rows))

static void test_absence__a_page_that_says_so_is_gone(void **state)
{
	static const struct row rows[] = {
		{"<title>404</title><p>您访问的页面不存在，请返回首页。</p>", OUTCOME_GONE},
		{"<title>页面不存在_江城市人民政府</title>" NAV "<h2>抱歉</h2>" FOOT, OUTCOME_GONE},
		{"<title>江城市人民政府</title>" NAV "<p>您访问的页面已删除或更名。</p>" FOOT,
			OUTCOME_GONE},
		{"<title>江城网</title>" NAV "<p>抱歉，信息不存在！5秒后返回首页</p>" FOOT,
			OUTCOME_GONE},
		{"<title>404 Not Found - Example</title><h1>Oops</h1><p>Nothing here.",
			OUTCOME_GONE},
		{"<title>Example</title><p>Sorry, the page you are looking for has moved.",
			OUTCOME_GONE},
		{"<title>该文章已被删除</title>" NAV FOOT, OUTCOME_GONE},
		{"<title>頁面不存在</title>" NAV FOOT, OUTCOME_GONE},
		{"<title>系统提示</title>" NAV "<p>您访问的栏目不存在！</p>" FOOT, OUTCOME_GONE},
		{"<title>a.kr</title><p>요청하신 페이지를 찾을 수 없습니다.</p>", OUTCOME_GONE},
		{"<title>404错误</title>" NAV FOOT, OUTCOME_GONE},
		{"<title>江城网-错误404</title>" NAV FOOT, OUTCOME_GONE},
		{"<title>HTTP 404</title>" NAV FOOT, OUTCOME_GONE},
		{"<title>Error 404 | Example</title><h1>Oops</h1>", OUTCOME_GONE},
		{"<title>404</title><meta http-equiv=refresh content='5;url=/'>页面不存在",
			OUTCOME_GONE},
	};

	(void)state;
	CHECK(rows);
}

static void test_absence__an_outage_is_no_deletion(void **state)
{
	static const struct row rows[] = {
		{"<title>网站维护中</title><p>请稍后访问。</p>", OUTCOME_DOWN},
		{"<title>江城网</title><p>系统正在维护，给您带来不便敬请谅解。</p>", OUTCOME_DOWN},
		{"<title>502 Bad Gateway</title><h1>502 Bad Gateway</h1>nginx", OUTCOME_DOWN},
		{"<h1>Error establishing a database connection</h1>", OUTCOME_DOWN},
		{"<title>提示</title><p>您的访问过于频繁，请稍后再试</p>", OUTCOME_THROTTLED},
	};

	(void)state;
	CHECK(rows);
}

static void test_absence__an_article_about_it_is_an_article(void **state)
{
	static const struct row rows[] = {
		{"<title>第404期</title>" NAV "<h1>第404期</h1><p>" TEXT "</p>", OUTCOME_OK},
		{"<title>简报404期_江城网</title>" NAV "<p>" TEXT "</p>", OUTCOME_OK},
		{"<title>江政发2025-404号</title>" NAV "<p>" TEXT "</p>", OUTCOME_OK},
		{"<title>300404 | 江城股票</title>" NAV "<p>" TEXT "</p>", OUTCOME_OK},
		{"<title>G404次</title>" NAV "<p>" TEXT "</p>", OUTCOME_OK},
		{"<title>404乐队来江城演出</title><h1>404乐队来江城演出</h1><p>" TEXT "</p>",
			OUTCOME_OK},
		{"<title>为什么网页会显示“页面不存在”</title><h1>为什么网页会显示“页面不存在”</h1><p>" TEXT
				TEXT "有时读者会看到页面不存在的提示。" TEXT TEXT TEXT "</p>",
			OUTCOME_OK},
		{"<title>江城市印发方案</title><h1>江城市印发方案</h1><p>" TEXT TEXT
		 "有时读者会看到页面不存在的提示。</p>",
			OUTCOME_OK},
		{"<title>运维人员谈经验</title><h1>运维人员谈经验</h1><p>系统维护中最怕的是数据丢失。" TEXT
				TEXT "</p>",
			OUTCOME_OK},
		{"<title>某款软件已下线</title><h1>某款软件已下线</h1><p>" TEXT
		 "据介绍，该软件已下线，有关内容已被删除。</p>",
			OUTCOME_OK},
		{"<title>关于政务服务网系统升级维护的公告</title><h1>关于政务服务网系统升级维护的公告</h1>"
		 "<p>因系统升级维护需要，江城政务服务网将于5月30日20时至31日8时暂停服务，届时"
		 "全部线上办理业务无法使用，请广大办事群众提前安排好时间，由此带来的不便敬请谅解。</p>",
			OUTCOME_OK},
	};

	(void)state;
	CHECK(rows);
}

static bool is_as_listed(const char *headline, const char *page)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct read_input in = {.bytes = span_str(page),
		.url = "http://www.a.cn/zw/1.html",
		.fetched_at_ms = INT64_C(1748522400000),
		.http_status = 200,
		.title = headline};
	struct read_output out;

	read_document(WORK_PAGE, &in, a, &out);
	assert_int_equal(out.as, READ_RECORD);
	return out.is_as_listed;
}

static void test_absence__the_headline_of_the_list_refutes_it(void **state)
{
#define HEADLINE "江城市印发算力行动方案"
	static const char shown[] =
		"<title>江城网</title><h1>江城市印发“算力”行动方案</h1><p>" TEXT TEXT;
	static const char titled[] = "<title>江城市印发算力行动方案_江城网</title><p>" TEXT TEXT;
	static const char linked[] = "<title>江城网</title><p>" TEXT TEXT
				     "<ul><li><a href=/1>江城市印发算力行动方案</a></ul>";

	(void)state;
	assert_true(is_as_listed(HEADLINE, shown));
	assert_true(is_as_listed(HEADLINE, titled));
	assert_true(is_as_listed("江城市印发算力…", shown));
	assert_true(is_as_listed("江城市印發算力行動方案（附全文及解读）", shown));
	assert_false(is_as_listed(HEADLINE, linked));
	assert_false(is_as_listed("另一篇文章的标题", shown));
	assert_false(is_as_listed("江城", shown));
	assert_false(is_as_listed("…", shown));
	assert_false(is_as_listed(NULL, shown));
}

static enum outcome outcome_of(const char *headline, const char *page)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct read_input in = {.bytes = span_str(page),
		.url = "http://www.a.cn/zw/1.html",
		.fetched_at_ms = INT64_C(1748522400000),
		.http_status = 200,
		.title = headline};
	struct read_output out;

	read_document(WORK_PAGE, &in, a, &out);
	return out.as == READ_RECORD ? OUTCOME_OK : out.outcome;
}

/* Symptom: a short report on a bank's trouble put the newspaper's host into back-off. */
static void test_absence__a_listed_report_on_it_is_no_absence(void **state)
{
#define BANK "江城银行系统繁忙致转账延迟"
	static const char bank[] = "<title>" BANK "</title>" NAV "<h1>" BANK
				   "</h1><p>昨日江城银行系统繁忙，部分转账延迟，目前已恢复。</p>";
	static const char apology[] = "<title>江城银行致歉</title>" NAV "<h1>江城银行致歉</h1>"
				      "<p>因系统错误，昨日部分转账延迟，目前已恢复。</p>";
	static const char deleted[] =
		"<title>关于一则消息的说明</title>" NAV
		"<h1>关于一则消息的说明</h1><p>因内容已删除，原链接失效。" TEXT TEXT;
	static const char lost[] = "<title>MH370 not found</title>" NAV "<h1>MH370 not found</h1>"
				   "<p>Searchers said on Friday that they had seen nothing.</p>";

	(void)state;
	assert_int_equal(outcome_of(BANK, bank), OUTCOME_OK);
	assert_int_equal(outcome_of("江城银行致歉", apology), OUTCOME_OK);
	assert_int_equal(outcome_of("关于一则消息的说明", deleted), OUTCOME_OK);
	assert_int_equal(outcome_of("MH370 not found", lost), OUTCOME_OK);
	assert_int_equal(outcome_of("另一篇文章的标题", apology), OUTCOME_DOWN);
	assert_int_equal(outcome_of("另一篇文章的标题", deleted), OUTCOME_GONE);
}

/* Systems keep the title of what was deleted. */
static void test_absence__what_keeps_no_more_than_its_headline_is_gone(void **state)
{
	static const char page[] =
		"<title>关于五月停水的通知</title>" NAV
		"<h1>关于五月停水的通知</h1><p>该内容已删除，请返回首页查看其他内容。</p>" FOOT;

	(void)state;
	assert_int_equal(outcome_of("关于五月停水的通知", page), OUTCOME_GONE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_absence__a_page_that_says_so_is_gone),
		cmocka_unit_test(test_absence__an_outage_is_no_deletion),
		cmocka_unit_test(test_absence__a_listed_report_on_it_is_no_absence),
		cmocka_unit_test(test_absence__what_keeps_no_more_than_its_headline_is_gone),
		cmocka_unit_test(test_absence__the_headline_of_the_list_refutes_it),
		cmocka_unit_test(test_absence__an_article_about_it_is_an_article),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
