#include "common/strbuf.h"

#include "tests/cmocka_all.h"

#include <stdlib.h>
#include <string.h>

static void test_strbuf__it_is_terminated_from_the_start(void **state)
{
	STRBUF_LOCAL(b);

	(void)state;
	assert_string_equal(b.data, "");
	strbuf_add(&b, NULL, 0);
	assert_string_equal(b.data, "");
	strbuf_add_str(&b, "ab");
	strbuf_add_char(&b, 'c');
	strbuf_printf(&b, "%d", 4);
	assert_string_equal(b.data, "abc4");
	strbuf_truncate(&b, 1);
	assert_string_equal(b.data, "a");
}

static void test_strbuf__over_the_maximum_what_fits_is_kept(void **state)
{
	CLEANUP(strbuf_releasep) struct strbuf b;

	(void)state;
	strbuf_init(&b, 5);
	assert_true(strbuf_add_str(&b, "1234"));
	assert_false(b.cut);
	assert_false(strbuf_add_str(&b, "567"));
	assert_string_equal(b.data, "12345");
	assert_true(b.cut);
	assert_false(strbuf_add_char(&b, 'x'));
	strbuf_clear(&b);
	assert_false(b.cut);
	assert_true(strbuf_add_str(&b, "12345"));
}

static void test_strbuf__a_maximum_bounds_memory_too(void **state)
{
	CLEANUP(strbuf_releasep) struct strbuf b;
	char block[1000] = {0};

	(void)state;
	strbuf_init(&b, 1 << 20);
	while (strbuf_add(&b, block, sizeof block))
		;
	assert_int_equal(b.len, 1 << 20);
	assert_true(b.cap < 2 << 20);
}

static void test_strbuf__a_long_format_is_written_whole(void **state)
{
	char text[1000];
	STRBUF_LOCAL(b);

	(void)state;
	memset(text, 'x', sizeof text);
	for (int len = 250; len < 260; len++) { /* around the size of the buffer on the stack */
		strbuf_clear(&b);
		strbuf_printf(&b, "%.*s", len, text);
		assert_int_equal(b.len, len);
		assert_int_equal(strlen(b.data), len);
	}
}

static void test_strbuf__what_is_taken_is_the_takers(void **state)
{
	struct strbuf b = STRBUF_INIT;
	char *s;

	(void)state;
	s = strbuf_take(&b);
	assert_string_equal(s, "");
	free(s);
	strbuf_add_str(&b, "abc");
	s = strbuf_take(&b);
	assert_string_equal(s, "abc");
	assert_int_equal(b.len, 0);
	free(s);
	strbuf_release(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strbuf__it_is_terminated_from_the_start),
		cmocka_unit_test(test_strbuf__over_the_maximum_what_fits_is_kept),
		cmocka_unit_test(test_strbuf__a_maximum_bounds_memory_too),
		cmocka_unit_test(test_strbuf__a_long_format_is_written_whole),
		cmocka_unit_test(test_strbuf__what_is_taken_is_the_takers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
