#include "crawler/read/enrich/background.h"

#include "common/fold.h"
#include "common/hash.h"
#include "tests/cmocka_all.h"
#include "tests/folder.h"

struct fixture {
	char *folder, *path;
	struct background *b;
	struct strbuf errors;
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	fx->folder = folder_new();
	fx->path = alloc_printf("%s/background.words", fx->folder);
	fx->b = background_new();
	strbuf_init(&fx->errors, 0);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	background_free(fx->b);
	strbuf_release(&fx->errors);
	folder_free(fx->folder);
	free(fx->path);
	test_free(fx);
	return 0;
}

static int read_text(struct fixture *fx, const char *text)
{
	folder_write(fx->folder, "background.words", text);
	strbuf_clear(&fx->errors);
	return background_read(fx->b, fx->path, &fx->errors);
}

static unsigned rarity(struct fixture *fx, const char *language, const char *folded)
{
	return background_rarity(fx->b, background_language(language), hash64_of(span_str(folded)));
}

static void test_background__a_word_has_the_rarity_of_its_language(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(read_text(fx, "en 7 war harbour\nde 0 war\nzh 3 发展\nzh 15 墨子\n"), 0);
	assert_int_equal(rarity(fx, "en", "war"), 7);
	assert_int_equal(rarity(fx, "de", "war"), 0);
	assert_int_equal(rarity(fx, "fr", "war"), RARITY_UNKNOWN);
	assert_int_equal(rarity(fx, "zh", "发展"), 3);
	assert_int_equal(rarity(fx, "zh", "墨子"), 15); /* rarer than what is nowhere counted */
	assert_int_equal(rarity(fx, "de", "harbour"), RARITY_UNKNOWN);
	assert_int_equal(background_count(fx->b), 5);
}

static void test_background__of_its_language_and_of_any_the_lesser_counts(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(read_text(fx,
				 "en 7 war\n* 3 war\n* 8 the\nen 0 the\n"
				 "* 2 fox\nen 6 fox\n"),
		0);
	assert_int_equal(rarity(fx, "en", "fox"), 2);
	assert_int_equal(rarity(fx, "en", "war"), 3);
	assert_int_equal(rarity(fx, "en", "the"), 0);
	assert_int_equal(rarity(fx, "fr", "war"), 3);
	assert_int_equal(rarity(fx, NULL, "the"), 8);
}

static void test_background__what_is_read_later_replaces(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(read_text(fx, "en 7 war\nen 2 war\n"), 0);
	assert_int_equal(rarity(fx, "en", "war"), 2);
	assert_int_equal(read_text(fx, "en 5 war\n"), 0);
	assert_int_equal(rarity(fx, "en", "war"), 5);
	assert_int_equal(background_count(fx->b), 1);
}

static void test_background__words_are_folded(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(read_text(fx, "# remark\n\n  en\t4  Harbour \r\nzh 5 發展"), 0);
	assert_int_equal(rarity(fx, "en", "harbour"), 4);
	assert_int_equal(rarity(fx, "zh", "发展"), 5);
}

static void test_background__it_grows(void **state)
{
	struct fixture *fx = *state;
	char word[16];

	for (int i = 0; i < 5000; i++) {
		snprintf(word, sizeof word, "word%d", i);
		background_add(fx->b, background_language("en"), span_str(word), (unsigned)i % 9);
	}
	assert_int_equal(background_count(fx->b), 5000);
	for (int i = 0; i < 5000; i++) {
		snprintf(word, sizeof word, "word%d", i);
		assert_int_equal(rarity(fx, "en", word), i % 9);
	}
}

static void test_background__without_one_all_words_are_unknown(void **state)
{
	(void)state;
	assert_int_equal(background_rarity(NULL, BACKGROUND_ANY, 1), RARITY_UNKNOWN);
}

static void test_background__faults_have_file_and_line(void **state)
{
	static const struct {
		const char *text, *fault;
	} rows[] = {
		{"en 3 a\neng 3 word\n", ":2: must begin with a language"},
		{"EN 3 word\n", ":1: must begin with a language"},
		{"3 word\n", ":1: must begin with a language"},
		{"en\n", ":1: must have a class"},
		{"en word\n", ":1: must have a class"},
		{"en 16 word\n", ":1: must have a class"},
		{"en -1 word\n", ":1: must have a class"},
	};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		assert_true(read_text(fx, rows[i].text) < 0);
		if (!strstr(fx->errors.data, rows[i].fault) || !strstr(fx->errors.data, fx->path))
			fail_msg("row %zu: %s", i, fx->errors.data);
	}
	assert_true(background_read(fx->b, "/nonexistent/background.words", &fx->errors) < 0);
}

static void test_background__tags_name_languages(void **state)
{
	(void)state;
	assert_int_equal(background_language("de-AT"), background_language("de"));
	assert_int_equal(background_language("zh-Hant"), background_language("zh"));
	assert_int_equal(background_language("nb-NO"), background_language("no"));
	assert_int_equal(background_language("EN"), background_language("en"));
	assert_int_not_equal(background_language("en"), background_language("de"));
	assert_int_equal(background_language(NULL), BACKGROUND_ANY);
	assert_int_equal(background_language(""), BACKGROUND_ANY);
	assert_int_equal(background_language("d"), BACKGROUND_ANY);
	assert_int_equal(background_language("german"), BACKGROUND_ANY);
}

/* What is shipped has no fault, and knows what any reader knows. */
static void test_background__the_shipped_table_is_sane(void **state)
{
	struct fixture *fx = *state;
	int r = background_read(fx->b, SOURCE_DIR "/deploy/gazetteers/background.words",
		&fx->errors);

	assert_string_equal(fx->errors.data, "");
	assert_int_equal(r, 0);
	assert_in_range(background_count(fx->b), 10000, 60000);
	assert_in_range(rarity(fx, "en", "the"), 0, 1);
	assert_in_range(rarity(fx, "zh", "我们"), 0, 2);
	assert_in_range(rarity(fx, "de", "war"), 0, 1);
	assert_in_range(rarity(fx, "en", "war"), 3, 8);
	assert_in_range(rarity(fx, "zh", "望远镜"), 6, RARITY_UNKNOWN);
	assert_true(rarity(fx, "zh", "经济") < rarity(fx, "zh", "春运"));
	assert_true(rarity(fx, "en", "people") < rarity(fx, "en", "harbour"));
}

int main(void)
{
#define WITH(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		WITH(test_background__a_word_has_the_rarity_of_its_language),
		WITH(test_background__of_its_language_and_of_any_the_lesser_counts),
		WITH(test_background__what_is_read_later_replaces),
		WITH(test_background__words_are_folded),
		WITH(test_background__it_grows),
		cmocka_unit_test(test_background__without_one_all_words_are_unknown),
		WITH(test_background__faults_have_file_and_line),
		cmocka_unit_test(test_background__tags_name_languages),
		WITH(test_background__the_shipped_table_is_sane),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
