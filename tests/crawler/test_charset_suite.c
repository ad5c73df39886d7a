/* Cases of a public suite, where it is at hand: which encoding the prescan of HTML finds. */
#include "crawler/read/charset/charset.h"

#include "common/alloc.h"
#include "common/strbuf.h"
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#define SUITE SHARED_DIR "/suites/charset/"

struct tally {
	size_t n, failed;
};

static bool read_file(const char *name, struct strbuf *out)
{
	CLEANUP(freep) char *path = alloc_printf(SUITE "%s", name);
	FILE *f = fopen(path, "rb");
	char block[4096];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(block, 1, sizeof block, f)) > 0)
		strbuf_add(out, block, n);
	fclose(f);
	return true;
}

/* What stands from behind @from to @to; *@text goes on behind it. False when there is no more. */
static bool take(struct span *text, struct span from, struct span to, struct span *ret)
{
	ptrdiff_t at = span_find(*text, from), end;

	if (at < 0)
		return false;
	*text = span_from_offset(*text, (size_t)at + from.len);
	end = span_find(*text, to);
	*ret = span_from(text->data, end < 0 ? text->len : (size_t)end);
	*text = span_from_offset(*text, ret->len);
	return true;
}

/* Records write GB18030 for the standard's gbk and gb18030 alike. */
static bool is_same_encoding(struct span expected, const char *got)
{
	if (span_is_nocase(expected, "gbk") || span_is_nocase(expected, "gb18030"))
		return strcmp(got, "GB18030") == 0;
	return span_is_nocase(expected, got);
}

static void check(struct span data, struct span expected, struct tally *tally)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct charset_text text;

	charset_decode(data, NULL, CHARSET_HTML, a, &text);
	tally->n++;
	if (is_same_encoding(expected, text.encoding))
		return;
	tally->failed++;
	print_error("%.*s, not %s: %.*s\n", (int)expected.len, expected.data, text.encoding,
		(int)data.len, data.data);
}

static void test_charset_suite__every_prescan_finds_its_label(void **state)
{
	static const char *const files[] = {"tests1.dat", "tests2.dat"};
	struct tally tally = {0};

	(void)state;
	for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
		STRBUF_LOCAL(file);
		struct span rest, data, expected;

		if (!read_file(files[i], &file))
			skip();
		rest = strbuf_span(&file);
		while (take(&rest, SPAN_LITERAL("#data\n"), SPAN_LITERAL("\n#encoding\n"), &data) &&
			take(&rest, SPAN_LITERAL("#encoding\n"), SPAN_LITERAL("\n"), &expected))
			check(data, expected, &tally);
	}
	assert_int_equal(tally.failed, 0);
	assert_true(tally.n > 80);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_charset_suite__every_prescan_finds_its_label),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
