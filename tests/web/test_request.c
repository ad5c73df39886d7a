#include "tests/cmocka_all.h"
#include "tests/web/request.h"

#define assert_span(span, text) assert_true(span_is(span, text))

static void test_request__reads_what_a_crawler_sends(void **state)
{
	struct request q;

	(void)state;
	assert_int_equal(
		request_read(SPAN_LITERAL("GET /a?b=1 HTTP/1.1\r\nHost: h1.web.test:80\r\n"
					  "user-agent: x y \r\nIf-None-Match: \"1\"\r\n\r\nGET"),
			&q),
		REQUEST_READY);
	assert_span(q.method, "GET");
	assert_span(q.path, "/a?b=1");
	assert_span(q.host, "h1.web.test");
	assert_span(q.agent, "x y");
	assert_span(q.etag, "\"1\"");
	assert_true(q.conditional);
	assert_true(q.keep_alive);
}

static void test_request__connection_lasts_as_the_version_and_the_header_say(void **state)
{
	static const struct {
		const char *text;
		bool keep_alive;
	} rows[] = {{"GET / HTTP/1.1\r\n\r\n", true}, {"GET / HTTP/1.0\r\n\r\n", false},
		{"GET / HTTP/1.1\r\nConnection: close\r\n\r\n", false},
		{"GET / HTTP/1.0\r\nConnection: Keep-Alive\r\n\r\n", true}};
	struct request q;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_int_equal(request_read(span_str(rows[i].text), &q), REQUEST_READY);
		if (q.keep_alive != rows[i].keep_alive)
			fail_msg("row %zu", i);
	}
}

static void test_request__half_a_head_is_waited_for(void **state)
{
	const char *text = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
	struct request q;

	(void)state;
	for (size_t n = 0; n < strlen(text); n++)
		assert_int_equal(request_read(span_from(text, n), &q), REQUEST_PARTIAL);
}

static void test_request__nonsense_is_refused(void **state)
{
	static const char *const rows[] = {"\r\n\r\n", "GET\r\n\r\n", "GET /\r\n\r\n",
		"GET / FTP\r\n\r\n", "GET http://a/ HTTP/1.1\r\n\r\n",
		"GET / HTTP/1.1\r\nno colon\r\n\r\n"};
	static char long_head[REQUEST_HEAD_MAX];
	struct request q;

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (request_read(span_str(rows[i]), &q) != REQUEST_BAD)
			fail_msg("row %zu", i);
	}
	memset(long_head, 'x', sizeof long_head);
	assert_int_equal(request_read(span_from(long_head, sizeof long_head), &q), REQUEST_BAD);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_request__reads_what_a_crawler_sends),
		cmocka_unit_test(test_request__connection_lasts_as_the_version_and_the_header_say),
		cmocka_unit_test(test_request__half_a_head_is_waited_for),
		cmocka_unit_test(test_request__nonsense_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
