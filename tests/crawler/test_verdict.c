#include "crawler/fetch/verdict.h"
#include "tests/cmocka_all.h"

static enum outcome verdict(int status, const char *type, const char *body)
{
	struct transfer_result r = {.http_status = status,
		.content_type = type,
		.location = "http://x/",
		.body = STRBUF_INIT};
	struct verdict v;

	strbuf_add_str(&r.body, body);
	v = verdict_of(&r);
	strbuf_release(&r.body);
	return v.outcome;
}

static void test_verdict__statuses_are_told_apart(void **state)
{
	static const struct {
		int status;
		enum outcome outcome;
	} rows[] = {{200, OUTCOME_OK}, {203, OUTCOME_OK}, {304, OUTCOME_NOT_MODIFIED},
		{300, OUTCOME_MOVED}, {301, OUTCOME_MOVED}, {302, OUTCOME_MOVED},
		{303, OUTCOME_MOVED}, {307, OUTCOME_MOVED}, {308, OUTCOME_MOVED},
		{404, OUTCOME_GONE}, {410, OUTCOME_GONE}, {400, OUTCOME_BLOCKED},
		{401, OUTCOME_BLOCKED}, {403, OUTCOME_BLOCKED}, {407, OUTCOME_BLOCKED},
		{418, OUTCOME_BLOCKED}, {451, OUTCOME_BLOCKED}, {408, OUTCOME_THROTTLED},
		{425, OUTCOME_THROTTLED}, {429, OUTCOME_THROTTLED}, {503, OUTCOME_THROTTLED},
		{509, OUTCOME_THROTTLED}, {529, OUTCOME_THROTTLED}, {500, OUTCOME_DOWN},
		{502, OUTCOME_DOWN}, {504, OUTCOME_DOWN}, {599, OUTCOME_DOWN},
		{412, OUTCOME_CHALLENGE}, {521, OUTCOME_CHALLENGE}, {201, OUTCOME_EMPTY},
		{202, OUTCOME_EMPTY}, {204, OUTCOME_EMPTY}, {205, OUTCOME_EMPTY},
		{206, OUTCOME_DOWN}, {100, OUTCOME_DOWN}, {103, OUTCOME_DOWN}, {305, OUTCOME_DOWN},
		{999, OUTCOME_DOWN}, {0, OUTCOME_DOWN}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (verdict(rows[i].status, "text/html", "<p>x") != rows[i].outcome)
			fail_msg("status %d", rows[i].status);
}

static void test_verdict__a_redirect_without_a_target_leads_nowhere(void **state)
{
	struct transfer_result r = {.http_status = 302, .body = STRBUF_INIT};

	(void)state;
	assert_int_equal(verdict_of(&r).outcome, OUTCOME_DOWN);
	r.http_status = 300;
	assert_int_equal(verdict_of(&r).outcome, OUTCOME_EMPTY);
}

static void test_verdict__a_script_wall_is_no_article(void **state)
{
	(void)state;
	assert_int_equal(verdict(200, "text/html",
				 "<script>document.cookie='__jsl_clearance=x'</script>"),
		OUTCOME_CHALLENGE);
	assert_int_equal(verdict(202, "text/html", "<script>$_ts=window['$_ts']</script>"),
		OUTCOME_CHALLENGE);
}

static void test_verdict__a_wall_is_one_whatever_its_status(void **state)
{
	static const int statuses[] = {200, 202, 400, 403, 404, 412, 429, 500, 503, 521};

	(void)state;
	for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++)
		assert_int_equal(verdict(statuses[i], "text/html",
					 "<script>$_ts=window['$_ts']</script>"),
			OUTCOME_CHALLENGE);
}

/* A site behind a wall gives its cookies with every answer; only one with a body can be a wall. */
static void test_verdict__not_modified_is_no_wall(void **state)
{
	struct transfer_result r = {.http_status = 304,
		.body = STRBUF_INIT,
		.headers = STRBUF_INIT};

	(void)state;
	strbuf_add_str(&r.headers, "HTTP/1.1 304 Not Modified\r\nSet-Cookie: enable_x=1\r\n");
	assert_int_equal(verdict_of(&r).outcome, OUTCOME_NOT_MODIFIED);
	strbuf_release(&r.headers);
}

static void test_verdict__what_is_no_text_is_not_read(void **state)
{
	(void)state;
	assert_int_equal(verdict(200, "application/pdf", "x"), OUTCOME_NOT_TEXT);
	assert_int_equal(verdict(200, NULL, "%PDF-1.4"), OUTCOME_NOT_TEXT);
	assert_int_equal(verdict(200, "application/rss+xml", "<rss/>"), OUTCOME_OK);
}

static void test_verdict__a_blank_body_is_empty(void **state)
{
	(void)state;
	assert_int_equal(verdict(200, "text/html", ""), OUTCOME_EMPTY);
	assert_int_equal(verdict(200, NULL, " \r\n\t "), OUTCOME_EMPTY);
	assert_int_equal(verdict(200, "text/html", "\xEF\xBB\xBF\n"), OUTCOME_EMPTY);
}

static void test_verdict__white_space_without_end_is_too_large(void **state)
{
	struct transfer_result r = {.http_status = 200, .body = STRBUF_INIT};

	(void)state;
	strbuf_add_str(&r.body, "  \n ");
	r.body.cut = true;
	assert_int_equal(verdict_of(&r).outcome, OUTCOME_TOO_LARGE);
	strbuf_release(&r.body);
}

static void test_verdict__who_sends_an_articles_reader_home_has_it_no_more(void **state)
{
	static const struct {
		const char *url, *target;
		enum outcome outcome;
	} rows[] = {
		{"http://a.cn/zw/1.html", "http://a.cn/", OUTCOME_GONE},
		{"http://a.cn/zw/1.html", "https://www.a.cn/", OUTCOME_GONE},
		{"http://a.cn/zw/1.html", "http://a.cn/index.shtml", OUTCOME_GONE},
		{"http://a.cn/zw/1.html", "http://a.cn/404.html", OUTCOME_GONE},
		{"http://a.cn/zw/1.html", "http://a.cn/html/NotFound.aspx?from=/zw/1.html",
			OUTCOME_GONE},
		{"http://a.cn/zw/1.html", "http://a.cn/error/404/", OUTCOME_GONE},
		{"http://a.cn/zw/1.html", "http://a.cn/error.jsp", OUTCOME_DOWN},
		{"http://a.cn/zw/1.html", "http://a.cn/html/weihu.html", OUTCOME_DOWN},
		{"http://a.cn/zw/1.html", "https://www.b.cn/", OUTCOME_MOVED},
		{"http://a.cn/zw/1.html", "http://a.cn/zw/", OUTCOME_MOVED},
		{"http://a.cn/zw/1.html", "http://a.cn/zw/index.html", OUTCOME_MOVED},
		{"http://a.cn/zw/1.html", "http://a.cn/?p=1", OUTCOME_MOVED},
		{"http://a.cn/zw/1.html", "http://a.cn/zw/404-1.html", OUTCOME_MOVED},
		{"http://a.cn/zw/1.html", "http://a.cn/140404.html", OUTCOME_MOVED},
		{"http://a.cn/", "http://a.cn/index.html", OUTCOME_MOVED},
		{"http://a.cn/index.html", "http://www.a.cn/", OUTCOME_MOVED},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (verdict_of_move(rows[i].url, rows[i].target).outcome != rows[i].outcome)
			fail_msg("%s to %s", rows[i].url, rows[i].target);
}

/* Symptom: article number 500 of a site that moved to https put its whole host into back-off. */
static void test_verdict__an_article_may_have_the_number_of_an_error(void **state)
{
	static const struct {
		const char *url, *target;
	} rows[] = {
		{"http://a.cn/zw/404.html", "https://a.cn/zw/404.html"},
		{"http://a.cn/zw/500.html", "https://www.a.cn/zw/500.html"},
		{"http://a.cn/zw/502", "http://a.cn/zw/502/"},
		{"http://a.cn/show/503.html", "http://a.cn/article/503.shtml"},
		{"http://a.cn/weihu/", "https://a.cn/weihu/"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (verdict_of_move(rows[i].url, rows[i].target).outcome != OUTCOME_MOVED)
			fail_msg("%s to %s", rows[i].url, rows[i].target);
}

static void test_verdict__an_outage_is_never_a_deletion(void **state)
{
	struct transfer_result r = {.body = STRBUF_INIT};

	(void)state;
	for (enum transfer_fault f = TRANSFER_DNS; f <= TRANSFER_BROKEN; f++) {
		r.fault = f;
		r.http_status = 404; /* of an answer that then broke off */
		assert_int_equal(verdict_of(&r).outcome, OUTCOME_DOWN);
	}
	r.fault = TRANSFER_GUARDED;
	assert_int_equal(verdict_of(&r).outcome, OUTCOME_GUARDED);
}

static void test_verdict__retry_after_is_seconds_or_a_date(void **state)
{
	const int64_t now = 784111777000; /* Sun, 06 Nov 1994 08:49:37 GMT */

	(void)state;
	assert_int_equal(verdict_retry_after_ms("120", now), 120000);
	assert_int_equal(verdict_retry_after_ms("Sun, 06 Nov 1994 08:50:37 GMT", now), 60000);
	assert_int_equal(verdict_retry_after_ms("Sun, 06 Nov 1994 08:00:00 GMT", now), 0);
	assert_int_equal(verdict_retry_after_ms("99999999999999999999", now), 86400000);
	assert_int_equal(verdict_retry_after_ms("soon", now), -1);
	assert_int_equal(verdict_retry_after_ms(NULL, now), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_verdict__statuses_are_told_apart),
		cmocka_unit_test(test_verdict__a_redirect_without_a_target_leads_nowhere),
		cmocka_unit_test(test_verdict__a_script_wall_is_no_article),
		cmocka_unit_test(test_verdict__a_wall_is_one_whatever_its_status),
		cmocka_unit_test(test_verdict__not_modified_is_no_wall),
		cmocka_unit_test(test_verdict__what_is_no_text_is_not_read),
		cmocka_unit_test(test_verdict__a_blank_body_is_empty),
		cmocka_unit_test(test_verdict__white_space_without_end_is_too_large),
		cmocka_unit_test(test_verdict__who_sends_an_articles_reader_home_has_it_no_more),
		cmocka_unit_test(test_verdict__an_article_may_have_the_number_of_an_error),
		cmocka_unit_test(test_verdict__an_outage_is_never_a_deletion),
		cmocka_unit_test(test_verdict__retry_after_is_seconds_or_a_date),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
