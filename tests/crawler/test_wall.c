#include "crawler/fetch/wall.h"

#include "common/clock.h"
#include "common/strbuf.h"
#include "tests/cmocka_all.h"

struct row {
	int status;
	const char *headers, *body;
};

static const struct wall *find(const struct row *row)
{
	const struct wall_answer a = {row->status, span_str(row->headers), span_str(row->body)};

	return wall_find(&a);
}

static void test_wall__each_kind_is_known_by_its_signs(void **state)
{
	static const struct row rows[] = {
		{521, "", "<script>var a=1</script>"},
		{200, "Set-Cookie: __jsluid_s=9f; path=/\r\n",
			"<script>document.cookie=('_')+'x';location.href=location.pathname</script>"},
		{200, "", "<html><script>x('__jsl_clearance_s')</script></html>"},
		{412, "Set-Cookie: enable_aB3=true\r\n", ""},
		{202, "", "<html><head><script> $_ts = window['$_ts'];</script></head></html>"},
		{200, "", "<script>$_ts.nsd=47;$_ts.cd=\"qq\"</script>"},
		{200, "",
			"<html><head><meta content='abc' r='m'><script>f()</script></head></html>"},
		{200, "", "<html><head><meta id=\"9\" r=\"m\"><script>f()</script></head></html>"},
		{200, "HTTP/1.1 200 OK\r\nset-cookie: FSSBBIl1UgzbN7N80S=5; Path=/\r\n", ""},
		{202, "Set-Cookie: neCYtZEjo8GmS=60; HttpOnly\r\n", ""},
		{200, "Set-Cookie: wzws_cid=12ab; path=/\r\n",
			"<html><script>eval(1)</script></html>"},
		{200, "", "<script src='/wzws-waf-cgi/x.js'></script>"},
		{200, "Set-Cookie: acw_tc=7; path=/\r\n",
			"<script>var arg1='7F';reload(x)</script>"},
		{200, "", "<script>setCookie(\"acw_sc__v2\", x)</script>"},
		{200, "", "<title>访问验证</title><script>_____tmd_____</script>"},
		{202, "", "<html><script src=\"/ad/probe.js\"></script></html>"},
		{200, "", "<script>document.cookie=\"C3VK=ad12; path=/\";</script>"},
		{200, "", "<script>document.cookie=\"security_session_verify=1\"</script>"},
		{200, "", "<script>document.cookie=\"srcurl=\"+hex(location)</script>"},
		{200, "Set-Cookie: yunsuo_session_verify=1; path=/\r\n", "<script>go()</script>"},
		{403, "CF-Mitigated: Challenge\r\n", "<p>Just a moment"},
		{503, "Server: cloudflare\r\n", "<title>Just a  moment...</title>"},
		{403, "", "<script>window._cf_chl_opt={}</script>"},
		{202, "X-Amzn-Waf-Action: challenge\r\n", ""},
		{405, "x-amzn-waf-action: captcha\r\n", "<h1>Human verification</h1>"},
		{302, "Location: https://wappass.baidu.com/static/captcha\r\n", ""},
		{200, "", "<script>document.cookie='a=1'; location.reload()</script>"},
		{200, "", "<script>document.cookie='a=1'; location.href = location.href</script>"},
		{200, "", "<noscript>Please enable JavaScript and refresh the page</noscript>"},
		{200, "", "<noscript>请开启JavaScript并刷新该页.</noscript>"},
		{200, "", "<title>百度安全验证</title><script src=x></script>"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct wall *wall = find(&rows[i]);

		if (!wall || wall->outcome != OUTCOME_CHALLENGE)
			fail_msg("row %zu: %d %s%s", i, rows[i].status, rows[i].headers,
				rows[i].body);
	}
}

/* Symptom: in GBK and Big5 the words of a captcha were not found. */
static void test_wall__speaks_the_charset_and_the_script_of_its_site(void **state)
{
	static const struct row rows[] = {
		/* 请完成安全验证, with and without a label; 請完成安全驗證; 人機驗證 in Big5 */
		{200, "Content-Type: text/html; charset=GBK\r\n",
			"<script src=x></script><p>\xC7\xEB\xCD\xEA\xB3\xC9\xB0\xB2\xC8\xAB\xD1\xE9\xD6\xA4"},
		{200, "",
			"<meta charset=gb2312><script src=x></script><p>\xC7\xEB\xCD\xEA\xB3\xC9 "
			"\xB0\xB2\xC8\xAB\xD1\xE9\xD6\xA4"},
		{200, "", "<script src=x></script><p>請完成 安全驗證</p>"},
		{200, "Content-Type: text/html; charset=big5\r\n",
			"<script src=x></script><p>\xA4\x48\xBE\xF7\xC5\xE7\xC3\xD2"},
		{200, "", "<script src=x></script><p>ＶＥＲＩＦＹ you are human"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const struct wall *wall = find(&rows[i]);

		if (!wall || wall->outcome != OUTCOME_CHALLENGE)
			fail_msg("row %zu", i);
	}
}

static void test_wall__what_is_refused_with_a_page_is_told_from_a_challenge(void **state)
{
	const struct row often = {200, "", "<h1>提示</h1>您的访问过于频繁，请稍后再试"};
	const struct row attack = {200, "", "<p>當前訪問疑似黑客攻擊，已被攔截</p>"};

	(void)state;
	assert_int_equal(find(&often)->outcome, OUTCOME_THROTTLED);
	assert_int_equal(find(&attack)->outcome, OUTCOME_BLOCKED);
}

static void test_wall__harmless_signs_are_none(void **state)
{
	static const struct row rows[] = {
		{200, "Set-Cookie: acw_tc=76b20f6d; path=/\r\n", "<p>text"},
		{200, "Set-Cookie: __jsluid_s=9f; path=/\r\n", "<p>text"},
		{200, "Set-Cookie: __jsluid_s=9f\r\n", "<script>location.href='/zh/'</script>"},
		{200, "Set-Cookie: JSESSIONID=9ABCS; Path=/\r\n", ""},
		{200, "Set-Cookie: sessionTokenX=A; path=/\r\n", ""},
		{200, "Set-Cookie: ASPSESSIONIDQCBRSSTP=A; path=/\r\n", ""},
		{200, "Set-Cookie: neCYtZEjo8GmS=60\r\n", "<p>a page for who has been let in"},
		{302, "Location: http://a.cn/b.html\r\n", ""},
		{200, "cf-mitigated: none\r\n", "<p>text"},
		{200, "Server: cloudflare\r\n", "<p>text"},
		{200, "", "<script>location.reload()</script>"},
		{200, "", "<script>document.cookie='lang=zh';location.href='/zh/'</script>"},
		{200, "X-Note: cf-mitigated challenge\r\n\r\ncf-mitigated: challenge", "<p>x"},
		{404, "", "<h1>521 412 wzws_cid C3VK= $_ts.nsd</h1>"},
		{200, "", "<noscript>You need to enable JavaScript to run this app.</noscript>"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (find(&rows[i]))
			fail_msg("row %zu: %s%s", i, rows[i].headers, rows[i].body);
}

/* Its text names the signs; the site's own wall has left its scripts in the page. */
static void test_wall__an_article_about_walls_is_an_article(void **state)
{
	struct row row = {200, "Set-Cookie: wzws_cid=1\r\nSet-Cookie: __jsluid_h=2\r\n", NULL};
	STRBUF_LOCAL(page);

	(void)state;
	strbuf_add_str(&page,
		"<html><head><title>为什么答案是 521：acw_sc__v2 与 $_ts.nsd</title>"
		"<script>var arg1=1;if(0)location.reload();document.cookie='C3VK=1;acw_sc__v2'</script>"
		"<script src='/probe.js'></script></head><body><pre>security_session_verify</pre>");
	for (int i = 0; i < 10; i++)
		strbuf_add_str(&page,
			"<p>防护页面会让浏览器运行一段脚本，写入名为 acw_sc__v2 的小甜饼，然后重新载入。</p>");
	row.body = page.data;
	assert_null(find(&row));
}

/* Symptom: a report of five sentences on a site behind a wall was taken for the wall. */
static void test_wall__short_news_are_no_wall(void **state)
{
	const struct row row = {200, "Set-Cookie: wzws_cid=1\r\n",
		"<script>var arg1='7F';if(0)location.reload()</script><h1>机器人走进社区</h1>"
		"<p>昨天上午，一台会下棋的机器人来到河边的社区活动室，居民轮流与它对弈。</p>"
		"<p>社区负责人说，机器人将在这里停留三个月，每周安排两次教学活动。</p>"
		"<p>研制单位表示，机器人能够根据对手的水平调整难度，并讲解关键的几步棋。</p>"
		"<p>下一步，街道还将把它带到学校和养老院，让更多人体验下棋的乐趣。</p>"};
	const struct row anubis = {200, "",
		"<script src='/.within.website/x/cmd/anubis/static/js/main.mjs'></script>"
		"<p>Making sure you're not a bot! You are seeing this because the administrator of "
		"this website has set up a program to protect the server against companies that "
		"aggressively collect websites. This can and does cause downtime for the websites, "
		"which makes their resources inaccessible for everyone. It is a compromise: the idea "
		"is that at individual scales the additional load is ignorable, but at large scale it "
		"adds up and makes collecting much more expensive for who does not care."};

	(void)state;
	assert_null(find(&row));
	assert_non_null(find(&anubis));
}

/* The words of a sign in what a short page shows are no sign. */
static void test_wall__signs_count_where_walls_have_them(void **state)
{
	const struct row shown = {200, "", "<p>acw_sc__v2, $_ts.nsd, C3VK=1 和 /probe.js"};
	const struct row script = {200, "", "<script>'justamoment...';'人机验证'</script><p>x"};

	(void)state;
	assert_null(find(&shown));
	assert_null(find(&script));
}

static void test_wall__cloudflare_that_cannot_reach_its_site_is_an_outage(void **state)
{
	const struct row row = {521, "Server: cloudflare\r\n", "<h1>Web server is down</h1>"};

	(void)state;
	assert_int_equal(find(&row)->outcome, OUTCOME_DOWN);
}

static void test_wall__broken_markup_takes_no_longer_than_other_markup(void **state)
{
	static const char *const pieces[] = {"<", "<!--", "<script>", "</script", "<style><"};
	int64_t start_ms = clock_mono_ms();

	(void)state;
	for (size_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
		struct row row = {200, "", NULL};
		STRBUF_LOCAL(page);

		while (page.len < 500000)
			strbuf_add_str(&page, pieces[i]);
		row.body = page.data;
		(void)find(&row);
	}
	assert_true(clock_mono_ms() - start_ms < 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_wall__each_kind_is_known_by_its_signs),
		cmocka_unit_test(test_wall__speaks_the_charset_and_the_script_of_its_site),
		cmocka_unit_test(test_wall__what_is_refused_with_a_page_is_told_from_a_challenge),
		cmocka_unit_test(test_wall__harmless_signs_are_none),
		cmocka_unit_test(test_wall__an_article_about_walls_is_an_article),
		cmocka_unit_test(test_wall__short_news_are_no_wall),
		cmocka_unit_test(test_wall__signs_count_where_walls_have_them),
		cmocka_unit_test(test_wall__cloudflare_that_cannot_reach_its_site_is_an_outage),
		cmocka_unit_test(test_wall__broken_markup_takes_no_longer_than_other_markup),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
