#include "tests/web/prose.h"

#include "common/hash.h"
#include "common/utf8.h"
#include "tests/cmocka_all.h"

#include <stdlib.h>

static bool holds(const struct strbuf *b, const char *needle)
{
	return span_find(strbuf_span(b), span_str(needle)) >= 0;
}

static int compare_hashes(const void *a, const void *b)
{
	return memcmp(a, b, sizeof(struct hash));
}

static void assert_all_differ(struct hash *hashes, size_t n)
{
	qsort(hashes, n, sizeof *hashes, compare_hashes);
	for (size_t i = 1; i < n; i++)
		assert_false(hash_eq(&hashes[i - 1], &hashes[i]));
}

static size_t add_paragraph_hashes(struct span text, struct hash *out)
{
	size_t n = 0;

	while (text.len) {
		ptrdiff_t split = span_find(text, SPAN_LITERAL("\n"));
		size_t len = split < 0 ? text.len : (size_t)split;

		out[n++] = hash_of(span_from(text.data, len));
		text = span_from_offset(text, split < 0 ? len : len + 1);
	}
	return n;
}

static void test_prose__articles_share_neither_title_nor_paragraph(void **state)
{
	enum { N = 4000 };
	struct hash *titles = calloc(N, sizeof *titles),
		    *paragraphs = calloc(N * 12, sizeof *paragraphs);
	size_t n_paragraphs = 0;

	(void)state;
	for (uint32_t i = 0; i < N; i++) {
		const struct prose p = prose_of(3, i * 37);
		size_t n;
		STRBUF_LOCAL(title);
		STRBUF_LOCAL(text);

		prose_add_title(&p, &title);
		prose_add_text(&p, &text);
		titles[i] = hash_of(strbuf_span(&title));
		n = add_paragraph_hashes(strbuf_span(&text), paragraphs + n_paragraphs);
		n_paragraphs += n;
		assert_in_range(n, 4, 12);
		assert_in_range(utf8_count(strbuf_span(&title)), 12, 30);
		assert_in_range(utf8_count(strbuf_span(&text)), 300, 1500);
	}
	assert_all_differ(titles, N);
	assert_all_differ(paragraphs, n_paragraphs);
	free(titles);
	free(paragraphs);
}

static void test_prose__words_stand_only_where_they_are_put(void **state)
{
	uint32_t n_with[PROSE_N_WORDS] = {0};

	(void)state;
	for (uint32_t i = 0; i < 2000; i++) {
		struct prose p = prose_of(3, i);
		STRBUF_LOCAL(text);

		p.n_edits = i % 2;
		p.edits[0] = PROSE_ADD_WORD;
		prose_add_text(&p, &text);
		prose_add_title(&p, &text);
		prose_add_other_title(&p, &text);
		for (uint32_t k = 0; k < PROSE_N_WORDS; k++) {
			assert_int_equal(holds(&text, prose_words[k]),
				prose_words_now(&p) >> k & 1);
			n_with[k] += p.words >> k & 1;
		}
	}
	assert_in_range(n_with[0], 400, 600); /* one in four */
	assert_in_range(n_with[1], 180, 320); /* one in eight */
}

static void test_prose__edits_change_it(void **state)
{
	static const enum prose_edit edits[] = {PROSE_ADD_PARAGRAPH, PROSE_CHANGE_NUMBER,
		PROSE_CHANGE_TITLE, PROSE_ADD_WORD};

	(void)state;
	for (size_t i = 0; i < sizeof edits / sizeof *edits; i++) {
		struct prose p = prose_of(3, 77);
		STRBUF_LOCAL(title);
		STRBUF_LOCAL(text);
		STRBUF_LOCAL(new_title);
		STRBUF_LOCAL(new_text);

		prose_add_title(&p, &title);
		prose_add_text(&p, &text);
		p.edits[p.n_edits++] = edits[i];
		prose_add_title(&p, &new_title);
		prose_add_text(&p, &new_text);
		assert_string_not_equal(text.data, new_text.data);
		assert_int_equal(strcmp(title.data, new_title.data) != 0,
			edits[i] == PROSE_CHANGE_TITLE);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_prose__articles_share_neither_title_nor_paragraph),
		cmocka_unit_test(test_prose__words_stand_only_where_they_are_put),
		cmocka_unit_test(test_prose__edits_change_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
