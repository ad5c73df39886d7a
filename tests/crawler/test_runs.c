#include "crawler/read/enrich/runs.h"

#include "common/strbuf.h"
#include "tests/cmocka_all.h"

#include <string.h>

/* Han characters of which no two are the same, for what stands between. */
static void add_filler(struct strbuf *b, int n)
{
	for (int i = 0; i < n; i++)
		strbuf_add_utf8(b, 0x6000 + (uint32_t)b->len % 0x2000);
}

enum sides { BOTH_VARY, LEFT_VARIES, RIGHT_VARIES };

/* @word so many times among others. */
static void add_word(struct strbuf *b, const char *word, int times, enum sides sides)
{
	for (int i = 0; i < times; i++) {
		add_filler(b, 12);
		strbuf_add_utf8(b, sides == RIGHT_VARIES ? U'了' : 0x5000 + (uint32_t)i);
		strbuf_add_str(b, word);
		strbuf_add_utf8(b, sides == LEFT_VARIES ? U'了' : 0x5100 + (uint32_t)i);
	}
	add_filler(b, 12);
}

static uint32_t times_of(const struct strbuf *b, const char *word)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct runs runs;

	runs_find(strbuf_span(b), NULL, a, &runs);
	for (size_t i = 0; i < runs.len; i++) {
		const struct run *r = &runs.items[i];

		if (span_is(span_from(b->data + r->start, r->end - r->start), word))
			return r->times;
	}
	return 0;
}

static void test_runs__a_word_repeats_among_others(void **state)
{
	STRBUF_LOCAL(text);

	(void)state;
	add_word(&text, "蓝莓", 5, BOTH_VARY);
	assert_int_equal(times_of(&text, "蓝莓"), 5);
}

static void test_runs__what_stands_beside_a_word_varies(void **state)
{
	STRBUF_LOCAL(left);
	STRBUF_LOCAL(right);

	(void)state;
	add_word(&left, "蓝莓", 5, LEFT_VARIES);
	add_word(&right, "蓝莓", 5, RIGHT_VARIES);
	assert_int_equal(times_of(&left, "蓝莓"), 0);
	assert_int_equal(times_of(&right, "蓝莓"), 0);
}

static void test_runs__a_word_within_a_longer_one_is_none(void **state)
{
	STRBUF_LOCAL(text);

	(void)state;
	add_word(&text, "蓝莓酱", 5, BOTH_VARY);
	add_word(&text, "蓝莓", 1, BOTH_VARY);
	assert_int_equal(times_of(&text, "蓝莓酱"), 5);
	assert_int_equal(times_of(&text, "蓝莓"), 0);
	add_word(&text, "蓝莓", 9, BOTH_VARY);
	assert_int_equal(times_of(&text, "蓝莓"), 15);
}

/* Two characters that are everywhere meet by chance. */
static void test_runs__parts_of_a_word_belong_together(void **state)
{
	STRBUF_LOCAL(text);

	(void)state;
	add_word(&text, "蓝", 40, BOTH_VARY);
	add_word(&text, "莓", 40, BOTH_VARY);
	add_word(&text, "蓝莓", 3, BOTH_VARY);
	assert_int_equal(times_of(&text, "蓝莓"), 0);
}

static void test_runs__words_do_not_begin_or_end_with_any_character(void **state)
{
	static const char *const none[] = {"的蓝莓", "蓝莓的", "蓝的莓", "蓝莓上", "性蓝莓"};

	(void)state;
	for (size_t i = 0; i < sizeof none / sizeof *none; i++) {
		STRBUF_LOCAL(text);

		add_word(&text, none[i], 6, BOTH_VARY);
		assert_int_equal(times_of(&text, none[i]), 0);
	}
}

static void test_runs__latin_words_are_characters_numbers_are_not(void **state)
{
	STRBUF_LOCAL(text);

	(void)state;
	add_word(&text, "蓝莓ai", 5, BOTH_VARY);
	add_word(&text, "青梅7", 5, BOTH_VARY);
	assert_int_equal(times_of(&text, "蓝莓ai"), 5);
	assert_int_equal(times_of(&text, "青梅"), 5);
}

static void test_runs__names_are_left_to_gazetteers(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct hit hit[5];
	struct hits hits = {.items = hit};
	struct span left;
	struct runs runs;
	STRBUF_LOCAL(text);

	(void)state;
	add_word(&text, "蓝莓酱", 5, BOTH_VARY);
	left = strbuf_span(&text);
	for (ptrdiff_t at; (at = span_find(left, SPAN_LITERAL("蓝莓"))) >= 0;) {
		uint32_t start = (uint32_t)(left.data + at - text.data);

		hit[hits.len++] = (struct hit){.start = start, .end = start + 6};
		left = span_from_offset(left, (size_t)at + 6);
	}
	runs_find(strbuf_span(&text), &hits, a, &runs);
	assert_int_equal(runs.len, 1); /* 蓝莓酱, which is more than the name */
	runs_find(strbuf_span(&text), &hits, a, &runs);
	for (size_t i = 0; i < hits.len; i++)
		hit[i].end += 3;
	runs_find(strbuf_span(&text), &hits, a, &runs);
	assert_int_equal(runs.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_runs__a_word_repeats_among_others),
		cmocka_unit_test(test_runs__what_stands_beside_a_word_varies),
		cmocka_unit_test(test_runs__a_word_within_a_longer_one_is_none),
		cmocka_unit_test(test_runs__parts_of_a_word_belong_together),
		cmocka_unit_test(test_runs__words_do_not_begin_or_end_with_any_character),
		cmocka_unit_test(test_runs__latin_words_are_characters_numbers_are_not),
		cmocka_unit_test(test_runs__names_are_left_to_gazetteers),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
