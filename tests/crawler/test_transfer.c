/* Requests, headers, connections and the slots of addresses. */
#include "common/clock.h"
#include "tests/crawler/transfer_fixture.h"

static void test_transfer__an_answer_comes_with_headers_and_body(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, OK_HEAD "ETag: \"1\"\r\nContent-Length: 5\r\n\r\nhello");
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_int_equal(fx->result.http_status, 200);
	assert_string_equal(fx->result.body.data, "hello");
	assert_string_equal(fx->etag, "\"1\"");
	assert_true(span_ends_with(strbuf_span(&fx->result.headers), SPAN_LITERAL("\r\n\r\n")));
}

/* Symptom: the guard was asked only when a socket was opened, never for one that curl had kept. */
static void test_transfer__a_kept_connection_serves_only_who_may_use_its_address(void **state)
{
	struct fixture *fx = *state;

	fx->keeps_open = true;
	fetch(fx, OK_HEAD "Content-Length: 5\r\n\r\nhello");
	run(fx, (struct transfer_request){0});
	assert_int_equal(fx->fault, TRANSFER_GUARDED);
	assert_int_equal(fx->result.body.len, 0);
	assert_int_equal(fx->n_requests, 1);
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_OK);
}

static void test_transfer__a_private_address_is_never_connected_to(void **state)
{
	struct fixture *fx = *state;

	run(fx, (struct transfer_request){0});
	assert_int_equal(fx->fault, TRANSFER_GUARDED);
	assert_int_equal(fx->n_connections, 0);
}

static void test_transfer__a_redirect_is_not_followed_but_told(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, "HTTP/1.1 302 Found\r\nLocation: http://b.cn/y\r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_string_equal(fx->location, "http://b.cn/y");
	assert_int_equal(fx->n_requests, 1);
}

static void test_transfer__no_other_scheme_is_fetched(void **state)
{
	struct fixture *fx = *state;
	const struct transfer_request request = {.url = "file:///etc/passwd",
		.rules = &local,
		.body_max_bytes = 1024};
	struct transfer *t;

	assert_int_equal(transfer_start(fx->transfers, &request, on_done, fx, &t), 0);
	while (!fx->n_done)
		loop_turn(fx->loop, true);
	assert_int_equal(fx->fault, TRANSFER_GUARDED);
	assert_int_equal(fx->result.body.len, 0);
}

static void test_transfer__endless_headers_are_over_the_limit(void **state)
{
	struct fixture *fx = *state;

	strbuf_add_str(&fx->answer, "HTTP/1.1 200 OK\r\n");
	for (int i = 0; i < 8192; i++)
		strbuf_printf(&fx->answer,
			"X-Header-%d: 0123456789012345678901234567890123456789\r\n", i);
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_LIMIT);
}

/* Symptom: every interim answer emptied the buffer, so that only the time ended them, while curl kept all headers. */
static void test_transfer__a_header_line_that_does_not_end_is_over_the_limit(void **state)
{
	struct fixture *fx = *state;

	strbuf_add_str(&fx->answer, "HTTP/1.1 200 OK\r\nX-Long: ");
	for (int i = 0; i < 200000; i++)
		strbuf_add_char(&fx->answer, 'x');
	strbuf_add_str(&fx->answer, "\r\nContent-Length: 2\r\n\r\nok");
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_LIMIT);
	assert_string_equal(fx->result.error, "a header line is too large");
}

static void test_transfer__endless_interim_answers_are_over_the_limit(void **state)
{
	struct fixture *fx = *state;

	fx->endless = true;
	strbuf_add_str(&fx->answer,
		"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n");
	run(fx, (struct transfer_request){.rules = &local, .timeout_ms = 20000});
	assert_int_equal(fx->fault, TRANSFER_LIMIT);
}

static void test_transfer__a_trailer_does_not_replace_the_answer(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, OK_HEAD "Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\nHTTP/x: y\r\n\r\n");
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_string_equal(fx->result.body.data, "hello");
	assert_true(
		span_starts_with(strbuf_span(&fx->result.headers), SPAN_LITERAL("HTTP/1.1 200")));
}

/* Symptom: a redirect to nowhere led to itself, ten times over. */
static void test_transfer__a_header_without_a_value_is_none(void **state)
{
	struct fixture *fx = *state;

	fetch(fx, "HTTP/1.1 302 Found\r\nLocation:\r\nETag: \r\nContent-Length: 0\r\n\r\n");
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_null(fx->result.location);
	assert_null(fx->result.etag);
}

/* Symptom: of a Content-Type that was folded, the charset was not stored. */
static void test_transfer__a_folded_header_is_one_line(void **state)
{
	struct fixture *fx = *state;

	fetch(fx,
		"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Type: text/html;\r\n\t charset=gbk\r\n"
		"Content-Length: 5,\n 5\r\n\r\nhello");
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_string_equal(fx->result.headers.data,
		"HTTP/1.1 200 OK\r\nX-A: b\r\nContent-Type: text/html;\t charset=gbk\r\n"
		"Content-Length: 5, 5\r\n\r\n");
}

static void test_transfer__a_body_that_does_not_end_ends_with_the_time(void **state)
{
	struct fixture *fx = *state;

	fx->keeps_open = true;
	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 500\r\n\r\nhello");
	run(fx, (struct transfer_request){.rules = &local, .timeout_ms = 100});
	assert_int_equal(fx->fault, TRANSFER_TIMEOUT);
}

static void test_transfer__an_answer_that_has_not_begun_is_not_slow(void **state)
{
	struct fixture *fx = *state;

	fx->holds = true;
	fx->config->crawler.rate_min_s = 1;
	fx->config->crawler.first_byte_timeout_ms = 2500;
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_TIMEOUT);
	assert_int_equal(fx->result.limit, LIMIT_FIRST_BYTE);
}

/* Symptom: a crawler that had stood still while it connected sent its request all the same. */
static void test_transfer__no_request_is_sent_once_its_time_is_over(void **state)
{
	struct fixture *fx = *state;

	clock_fake_set(1764000000000);
	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 0\r\n\r\n");
	start(fx, (struct transfer_request){.rules = &local, .timeout_ms = 5000});
	clock_fake_set(1764000000000 + 5000);
	while (!fx->n_done)
		loop_turn(fx->loop, true);
	clock_fake_set(-1);
	assert_int_equal(fx->fault, TRANSFER_BUSY); /* its host is not to blame */
	assert_int_equal(fx->n_requests, 0);
}

static void test_transfer__validators_are_sent_as_they_are_or_not_at_all(void **state)
{
	struct fixture *fx = *state;

	strbuf_add_str(&fx->answer, "HTTP/1.1 304 Not Modified\r\n\r\n");
	run(fx,
		(struct transfer_request){.rules = &local,
			.etag = "\"a\"",
			.last_modified = "x\r\nCookie: stolen"});
	assert_int_equal(fx->result.http_status, 304);
	assert_true(span_find(strbuf_span(&fx->last_request),
			    SPAN_LITERAL("If-None-Match: \"a\"\r\n")) > 0);
	assert_int_equal(span_find(strbuf_span(&fx->last_request), SPAN_LITERAL("stolen")), -1);
}

static void test_transfer__nothing_comes_after_cancelling(void **state)
{
	struct fixture *fx = *state;
	struct transfer *t;

	fx->keeps_open = true;
	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 5\r\n\r\nhello");
	t = start(fx, (struct transfer_request){.rules = &local});
	while (!fx->n_requests)
		loop_turn(fx->loop, true);
	transfer_cancel(t);
	for (int i = 0; i < 10; i++)
		loop_turn(fx->loop, false);
	assert_int_equal(fx->n_done, 0);
}

static void test_transfer__transfers_may_be_freed_while_some_are_under_way(void **state)
{
	struct fixture *fx = *state;

	start(fx, (struct transfer_request){.rules = &local});
	start(fx, (struct transfer_request){.rules = &local});
	while (fx->n_connections < 2)
		loop_turn(fx->loop, true);
	assert_int_equal(fx->n_done, 0);
}

/* Symptom: two requests within a millisecond to a host that had broken a kept connection. */
static void test_transfer__what_a_kept_connection_broke_under_is_not_asked_again(void **state)
{
	struct fixture *fx = *state;

	fx->keeps_open = true;
	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 2\r\n\r\nok");
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_OK);
	fx->breaks = true;
	run(fx, (struct transfer_request){.rules = &local});
	assert_int_equal(fx->fault, TRANSFER_BROKEN);
	assert_string_equal(fx->result.error, "the connection broke before an answer");
	assert_int_equal(fx->n_requests, 2);
}

static void start_five(struct fixture *fx, int64_t timeout_ms)
{
	fx->holds = true;
	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 2\r\n\r\nok");
	for (int i = 0; i < 5; i++)
		start(fx, (struct transfer_request){.rules = &local, .timeout_ms = timeout_ms});
}

static void use_two_slots(struct fixture *fx)
{
	transfers_free(fx->transfers);
	fx->config->crawler.address_requests_max = 2;
	assert_int_equal(transfers_new(fx->loop, &fx->config->crawler, &fx->transfers), 0);
}

static void test_transfer__an_address_gets_so_many_requests_at_a_time(void **state)
{
	struct fixture *fx = *state;

	use_two_slots(fx);
	start_five(fx, 0);
	for (int served = 0; served < 5; served = fx->n_done) {
		int want = served + 2 < 5 ? served + 2 : 5;

		while (fx->n_requests < want)
			loop_turn(fx->loop, true);
		for (int i = 0; i < 20; i++)
			loop_turn(fx->loop, false);
		assert_int_equal(fx->n_requests, want);
		answer_all(fx);
		while (fx->n_done < want)
			loop_turn(fx->loop, true);
		assert_int_equal(fx->fault, TRANSFER_OK);
	}
}

static void test_transfer__who_finds_an_address_busy_waits_no_longer_than_it_may(void **state)
{
	struct fixture *fx = *state;

	use_two_slots(fx);
	start_five(fx, 300);
	while (fx->n_done < 5)
		loop_turn(fx->loop, true);
	assert_int_equal(fx->n_requests, 2);
	assert_true(fx->fault == TRANSFER_BUSY || fx->fault == TRANSFER_TIMEOUT);
}

static void test_transfer__one_in_line_may_be_cancelled(void **state)
{
	struct fixture *fx = *state;
	struct transfer *last = NULL;

	use_two_slots(fx);
	start_five(fx, 0);
	last = start(fx, (struct transfer_request){.rules = &local});
	while (fx->n_requests < 2)
		loop_turn(fx->loop, true);
	for (int i = 0; i < 20; i++)
		loop_turn(fx->loop, false);
	transfer_cancel(last);
	fx->holds = false;
	answer_all(fx);
	while (fx->n_done < 5)
		loop_turn(fx->loop, true);
	assert_int_equal(fx->n_requests, 5);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_transfer__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_answer_comes_with_headers_and_body),
		TEST(a_kept_connection_serves_only_who_may_use_its_address),
		TEST(a_private_address_is_never_connected_to),
		TEST(a_redirect_is_not_followed_but_told),
		TEST(no_other_scheme_is_fetched),
		TEST(endless_headers_are_over_the_limit),
		TEST(a_header_line_that_does_not_end_is_over_the_limit),
		TEST(endless_interim_answers_are_over_the_limit),
		TEST(a_trailer_does_not_replace_the_answer),
		TEST(a_header_without_a_value_is_none),
		TEST(a_folded_header_is_one_line),
		TEST(a_body_that_does_not_end_ends_with_the_time),
		TEST(an_answer_that_has_not_begun_is_not_slow),
		TEST(no_request_is_sent_once_its_time_is_over),
		TEST(validators_are_sent_as_they_are_or_not_at_all),
		TEST(nothing_comes_after_cancelling),
		TEST(transfers_may_be_freed_while_some_are_under_way),
		TEST(what_a_kept_connection_broke_under_is_not_asked_again),
		TEST(an_address_gets_so_many_requests_at_a_time),
		TEST(who_finds_an_address_busy_waits_no_longer_than_it_may),
		TEST(one_in_line_may_be_cancelled),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
