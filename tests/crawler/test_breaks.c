#include "crawler/read/enrich/breaks.h"

#include "common/strbuf.h"
#include "tests/cmocka_all.h"

#include <pthread.h>

/* The text with a bar at each break but the last. */
static void check(const char *text, const char *wanted)
{
	struct breaks b;
	STRBUF_LOCAL(out);

	breaks_find(span_str(text), &b);
	assert_int_equal(b.at[0], 0);
	assert_int_equal(b.at[b.len - 1], strlen(text));
	for (size_t i = 1; i < b.len; i++)
		strbuf_printf(&out, "%s%.*s", i > 1 ? "|" : "", (int)(b.at[i] - b.at[i - 1]),
			text + b.at[i - 1]);
	assert_string_equal(out.data, wanted);
}

static void test_breaks__are_those_of_a_dictionary(void **state)
{
	(void)state;
	check("县里的人民法院开门", "县|里|的|人民法院|开门");
	check("农民法律课", "农民|法律|课");
	check("夜校ai课", "夜校|ai|课");
	check("ภาษาไทยสวยงาม", "ภาษา|ไทย|สวยงาม");
}

static void test_breaks__are_offsets_in_bytes(void **state)
{
	struct breaks b;

	(void)state;
	check("𠮷𠮷 学习", "𠮷|𠮷| |学习"); /* two units of UTF-16 each */
	breaks_find(SPAN_LITERAL("农民法律课"), &b);
	assert_true(breaks_has(&b, 0));
	assert_true(breaks_has(&b, 6));
	assert_true(breaks_has(&b, 15));
	assert_false(breaks_has(&b, 3));
	assert_false(breaks_has(&b, 18));
}

static void test_breaks__of_nothing_there_is_one(void **state)
{
	struct breaks b;

	(void)state;
	breaks_find((struct span){0}, &b);
	assert_int_equal(b.len, 1);
	assert_true(breaks_has(&b, 0));
}

static void test_breaks__what_is_behind_a_long_text_is_one_word(void **state)
{
	STRBUF_LOCAL(text);
	struct breaks b;

	(void)state;
	for (int i = 0; i < BREAKS_CHARS_MAX; i++)
		strbuf_add_str(&text, "、");
	strbuf_add_str(&text, "农民法律");
	breaks_find(strbuf_span(&text), &b);
	assert_int_equal(b.len, BREAKS_CHARS_MAX + 2);
	assert_int_equal(b.at[b.len - 2], BREAKS_CHARS_MAX * 3);
	assert_int_equal(b.at[b.len - 1], text.len);
}

static void *find_in_thread(void *unused)
{
	for (int i = 0; i < 100; i++)
		check("农民法律课", "农民|法律|课");
	return unused;
}

static void test_breaks__threads_have_iterators_of_their_own(void **state)
{
	pthread_t threads[4];

	(void)state;
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, find_in_thread, NULL), 0);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(pthread_join(threads[i], NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_breaks__are_those_of_a_dictionary),
		cmocka_unit_test(test_breaks__are_offsets_in_bytes),
		cmocka_unit_test(test_breaks__of_nothing_there_is_one),
		cmocka_unit_test(test_breaks__what_is_behind_a_long_text_is_one_word),
		cmocka_unit_test(test_breaks__threads_have_iterators_of_their_own),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
