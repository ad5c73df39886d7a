#include "crawler/stored_answer.h"

#include "tests/cmocka_all.h"

#define HEADERS                                                                                    \
	"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gbk\r\nX-Robots-Tag: noarchive\r\n\r\n"

static struct read_input read_back(struct span stored, struct arena *a)
{
	struct read_input in = {0};

	stored_answer_read(stored, a, &in);
	return in;
}

static void test_stored_answer__one_page_is_kept_as_received(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct read_input in;
	STRBUF_LOCAL(stored);

	(void)state;
	stored_answer_write(SPAN_LITERAL(HEADERS), SPAN_LITERAL("<p>one"), NULL, 0, &stored);
	assert_string_equal(stored.data, HEADERS "<p>one");
	in = read_back(strbuf_span(&stored), a);
	assert_true(span_is(in.bytes, "<p>one"));
	assert_string_equal(in.content_type, "text/html; charset=gbk");
	assert_true(span_is(in.x_robots_tag, "noarchive\n"));
	assert_int_equal(in.n_parts, 0);
}

/* Symptom: the page was read by the first of two types, and read again by the second. */
static void test_stored_answer__of_two_types_the_first_counts(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_string_equal(read_back(SPAN_LITERAL("HTTP/1.1 200 OK\r\nContent-Type: a/b\r\n"
						   "Content-Type: c/d\r\n\r\n<p>one"),
				    a)
				    .content_type,
		"a/b");
}

static void test_stored_answer__further_pages_come_back_with_their_addresses(void **state)
{
	static const struct read_part parts[] = {
		{"http://a.cn/1_2.html", {"<p>two\r\n\r\n", 10}},
		{"http://a.cn/1_3.html", {"", 0}},
		{"http://a.cn/1_4.html", {"four", 4}},
	};
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct read_input in;
	STRBUF_LOCAL(stored);

	(void)state;
	stored_answer_write(SPAN_LITERAL(HEADERS), SPAN_LITERAL("<p>one"), parts, 3, &stored);
	in = read_back(strbuf_span(&stored), a);
	assert_true(span_is(in.bytes, "<p>one"));
	assert_string_equal(in.content_type, "text/html; charset=gbk");
	assert_int_equal(in.n_parts, 3);
	for (size_t i = 0; i < 3; i++) {
		assert_string_equal(in.parts[i].url, parts[i].url);
		assert_true(span_eq(in.parts[i].bytes, parts[i].bytes));
	}
}

static void test_stored_answer__lengths_that_do_not_fit_are_no_parts(void **state)
{
	static const char *const lines[] =
		{"Policywatch-Part: 7 http://a.cn/2", /* as long as all */
			"Policywatch-Part: 999999999999999999999 http://a.cn/2",
			"Policywatch-Part: http://a.cn/2", "Policywatch-Part: 3",
			"Policywatch-Part:", "Policywatch-Part: -3 http://a.cn/2"};
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
		struct read_input in;
		STRBUF_LOCAL(stored);

		strbuf_printf(&stored, "HTTP/1.1 200 OK\r\n%s\r\n\r\n<p>page", lines[i]);
		in = read_back(strbuf_span(&stored), a);
		assert_true(span_is(in.bytes, "<p>page"));
		assert_int_equal(in.n_parts, 0);
	}
}

static void test_stored_answer__a_site_cannot_say_what_the_parts_are(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct read_input in;
	STRBUF_LOCAL(headers);
	STRBUF_LOCAL(stored);

	(void)state;
	stored_answer_add_headers(
		SPAN_LITERAL("HTTP/1.1 200 OK\r\nPolicywatch-Part: 3 http://b.cn/\r\nA: b\r\n\r\n"),
		&headers);
	assert_string_equal(headers.data, "HTTP/1.1 200 OK\r\nA: b\r\n\r\n");
	stored_answer_write(strbuf_span(&headers), SPAN_LITERAL("<p>one"), NULL, 0, &stored);
	in = read_back(strbuf_span(&stored), a);
	assert_int_equal(in.n_parts, 0);
	assert_true(span_is(in.bytes, "<p>one"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stored_answer__a_site_cannot_say_what_the_parts_are),
		cmocka_unit_test(test_stored_answer__one_page_is_kept_as_received),
		cmocka_unit_test(test_stored_answer__of_two_types_the_first_counts),
		cmocka_unit_test(test_stored_answer__further_pages_come_back_with_their_addresses),
		cmocka_unit_test(test_stored_answer__lengths_that_do_not_fit_are_no_parts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
