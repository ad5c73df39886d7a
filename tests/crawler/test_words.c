#include "crawler/read/enrich/words.h"

#include "crawler/read/enrich/folded.h"

#include "tests/cmocka_all.h"

#define ENGLISH background_language("en")

struct fixture {
	struct arena *arena;
	struct background *background;
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	fx->arena = arena_new();
	fx->background = background_new();
	background_add(fx->background, ENGLISH, SPAN_LITERAL("of"), 0);
	background_add(fx->background, ENGLISH, SPAN_LITERAL("the"), 1);
	background_add(fx->background, ENGLISH, SPAN_LITERAL("report"), 4);
	background_add(fx->background, ENGLISH, SPAN_LITERAL("meeting"), 4);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	background_free(fx->background);
	arena_free(fx->arena);
	test_free(fx);
	return 0;
}

static const struct word *find(struct fixture *fx, const char *text, const char *word)
{
	struct words words;

	words_find(span_str(text), fx->background, ENGLISH, fx->arena, &words);
	for (size_t i = 0; i < words.len; i++)
		if (span_is(span_from(text + words.items[i].start,
				    words.items[i].end - words.items[i].start),
			    word))
			return &words.items[i];
	return NULL;
}

static void test_words__are_counted(void **state)
{
	const char *text =
		"harbour, harbour; (harbour) harbours gpt-4 gpt-4- 2025 2025 a a été été";

	assert_int_equal(find(*state, text, "harbour")->times, 3);
	assert_int_equal(find(*state, text, "gpt-4")->times, 2);
	assert_int_equal(find(*state, text, "été")->times, 2);
	assert_null(find(*state, text, "2025"));
	assert_null(find(*state, text, "a"));
	assert_null(find(*state, text, "harbours")); /* once */
}

static void test_words__function_words_are_left_out(void **state)
{
	assert_null(find(*state, "the end of the of the", "the"));
	assert_null(find(*state, "the end of the of the", "of"));
	assert_int_equal(find(*state, "report report", "report")->rarity, 4);
	assert_int_equal(find(*state, "harbour harbour", "harbour")->rarity, RARITY_UNKNOWN);
}

static void test_words__pairs_stand_side_by_side(void **state)
{
	const struct word *pair = find(*state, "old harbour, old harbour", "old harbour");

	assert_int_equal(pair->times, 2);
	assert_true(pair->is_pair);
	assert_null(find(*state, "old, harbour old, harbour", "old, harbour"));
	assert_null(find(*state, "old\nharbour old\nharbour", "old\nharbour"));
	assert_null(find(*state, "old  harbour old  harbour", "old  harbour"));
	assert_null(find(*state, "of harbour of harbour of", "of harbour"));
	assert_null(find(*state, "of harbour of harbour of", "harbour of"));
	/* Rarer than either of the two. */
	assert_int_equal(find(*state, "report meeting report meeting", "report meeting")->rarity,
		6);
	assert_int_equal(find(*state, "harbour report harbour report", "harbour report")->rarity,
		RARITY_UNKNOWN);
}

/* The first byte of Hebrew letters is the number of a sign that is no letter. */
static void test_words__are_found_in_every_script(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(text);
	struct words words;

	for (uint32_t c = 0xC0; c < 0x2000; c++) {
		if (!folded_is_word_char(c))
			continue;
		strbuf_clear(&text);
		for (int i = 0; i < 200; i++) {
			strbuf_add_utf8(&text, c);
			strbuf_add_utf8(&text, c);
			strbuf_add_char(&text, i % 2 ? ',' : ' ');
		}
		words_find(strbuf_span(&text), NULL, ENGLISH, fx->arena, &words);
		assert_int_equal(words.len, 2); /* and a pair */
		assert_int_equal(words.items[0].times, 200);
	}
}

static void test_words__nothing_has_none(void **state)
{
	struct fixture *fx = *state;
	struct words words;

	words_find((struct span){0}, NULL, ENGLISH, fx->arena, &words);
	assert_int_equal(words.len, 0);
	words_find(SPAN_LITERAL("人工智能 人工智能"), NULL, ENGLISH, fx->arena, &words);
	assert_int_equal(words.len, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words__are_counted),
		cmocka_unit_test(test_words__function_words_are_left_out),
		cmocka_unit_test(test_words__pairs_stand_side_by_side),
		cmocka_unit_test(test_words__are_found_in_every_script),
		cmocka_unit_test(test_words__nothing_has_none),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
