#include "crawler/fetch/freshness.h"

#include "crawler/fetch/header.h"
#include "tests/cmocka_all.h"

#define NOW_MS INT64_C(1764000000000) /* Mon, 24 Nov 2025 16:00:00 GMT */

static int64_t fresh_s(const char *headers)
{
	int64_t ms = freshness_ms(span_str(headers), NOW_MS);

	return ms < 0 ? ms : ms / 1000;
}

static void test_freshness__max_age_comes_before_expires(void **state)
{
	(void)state;
	assert_int_equal(fresh_s("HTTP/1.1 200 OK\r\nCache-Control: public, max-age=600\r\n"
				 "Expires: Mon, 24 Nov 2025 16:00:10 GMT\r\n\r\n"),
		600);
	assert_int_equal(fresh_s("cache-control: MAX-AGE=\"60\"\r\n"), 60);
}

static void test_freshness__expires_counts_from_the_servers_own_date(void **state)
{
	(void)state;
	assert_int_equal(fresh_s("Date: Mon, 24 Nov 2014 10:00:00 GMT\r\n"
				 "Expires: Mon, 24 Nov 2014 10:05:00 GMT\r\n"),
		300);
	assert_int_equal(fresh_s("Expires: Mon, 24 Nov 2025 16:01:00 GMT\r\n"), 60);
}

static void test_freshness__what_a_cache_has_kept_is_older(void **state)
{
	(void)state;
	assert_int_equal(fresh_s("Cache-Control: max-age=600\r\nAge: 200\r\n"), 400);
	assert_int_equal(fresh_s("Cache-Control: max-age=600\r\nAge: 900\r\n"), 0);
}

static void test_freshness__who_must_be_asked_is_stale(void **state)
{
	static const char *const stale[] = {"Cache-Control: no-cache\r\n",
		"Cache-Control: max-age=600\r\nCache-Control: no-store\r\n", "Expires: 0\r\n",
		"Expires: -1\r\n", "Expires: Mon, 24 Nov 2025999999 16:01:00 GMT\r\n",
		"Expires: soon\r\n", "Cache-Control: max-age=-5\r\n",
		"Cache-Control: max-age=x\r\nExpires: Mon, 24 Nov 2025 16:01:00 GMT\r\n",
		"Date: Mon, 24 Nov 2025 16:00:00 GMT\r\nExpires: Mon, 24 Nov 2025 15:00:00 GMT\r\n"};

	(void)state;
	for (size_t i = 0; i < sizeof stale / sizeof *stale; i++) {
		if (fresh_s(stale[i]) != 0)
			fail_msg("%s", stale[i]);
	}
	assert_int_equal(fresh_s("Cache-Control: no-cache=\"Set-Cookie\", max-age=9\r\n"), 9);
}

static void test_freshness__silence_says_nothing(void **state)
{
	(void)state;
	assert_int_equal(fresh_s(""), -1);
	assert_int_equal(
		fresh_s("Cache-Control: private\r\nAge: 9\r\nX-Cache-Control: max-age=1\r\n"), -1);
}

static void test_freshness__a_year_is_the_most(void **state)
{
	(void)state;
	assert_int_equal(fresh_s("Cache-Control: max-age=99999999999999999999999\r\n"),
		FRESHNESS_MAX_MS / 1000);
}

static void test_header__fields_are_found_whatever_their_case(void **state)
{
	struct span block = SPAN_LITERAL("HTTP/1.1 200 OK\r\nX-A: 1\r\nno field\r\n: none\r\n"
					 "x-a:2\nX-B:  b \r\n\r\n");
	STRBUF_LOCAL(list);

	(void)state;
	header_add_list(block, "X-A", &list);
	assert_string_equal(list.data, "1,2");
	assert_true(span_is(header_find(block, "x-b"), "b"));
	assert_int_equal(header_find(block, "x-c").len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_freshness__max_age_comes_before_expires),
		cmocka_unit_test(test_freshness__expires_counts_from_the_servers_own_date),
		cmocka_unit_test(test_freshness__what_a_cache_has_kept_is_older),
		cmocka_unit_test(test_freshness__who_must_be_asked_is_stale),
		cmocka_unit_test(test_freshness__silence_says_nothing),
		cmocka_unit_test(test_freshness__a_year_is_the_most),
		cmocka_unit_test(test_header__fields_are_found_whatever_their_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
