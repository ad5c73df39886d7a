#include "crawler/read/charset/charset.h"

#include "common/arena.h"
#include "common/strbuf.h"
#include "common/utf8.h"
#include "tests/cmocka_all.h"

/* 人工智能 in GBK, 人工智慧 in Big5. */
#define GBK_WORD  "\xC8\xCB\xB9\xA4\xD6\xC7\xC4\xDC"
#define BIG5_WORD "\xA4\x48\xA4\x75\xB4\xBC\xBC\x7A"
#define WORD      "人工智能"

#define REPEAT4(s)  s s s s
#define REPEAT16(s) REPEAT4(s) REPEAT4(s) REPEAT4(s) REPEAT4(s)

static void check(const char *bytes, const char *content_type, enum charset_kind kind,
	const char *encoding, const char *text)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct charset_text t;

	charset_decode(span_str(bytes), content_type, kind, a, &t);
	assert_string_equal(t.encoding, encoding);
	if (text)
		assert_string_equal(arena_dup(a, t.text), text);
}

static void test_charset__gb2312_is_decoded_as_gb18030(void **state)
{
	(void)state;
	check("<meta charset=gb2312>" GBK_WORD, NULL, CHARSET_HTML, "GB18030",
		"<meta charset=gb2312>" WORD);
	check(GBK_WORD, "text/html; charset=gbk", CHARSET_HTML, "GB18030", WORD);
	/* A four-byte sequence, which neither label has: U+2000B. */
	check("\x95\x32\x83\x37", "text/html; charset=GB2312", CHARSET_HTML, "GB18030",
		"\U0002000B");
}

static void test_charset__utf8_beats_a_stale_label(void **state)
{
	(void)state;
	check("<meta charset=gb2312>" WORD, NULL, CHARSET_HTML, "UTF-8",
		"<meta charset=gb2312>" WORD);
	check(WORD, "text/html; charset=big5", CHARSET_HTML, "UTF-8", WORD);
	check("caf\xC3\xA9", "text/html; charset=iso-8859-1", CHARSET_HTML, "UTF-8", "café");
	check(WORD, "text/html; charset=iso-2022-jp", CHARSET_HTML, "UTF-8", WORD);
	check("<p title='" WORD "'>in ASCII mostly</p>", "text/html; charset=utf-16", CHARSET_HTML,
		"UTF-8", NULL);
}

/* Symptom: a page in GBK whose header said "unicode" was read as UTF-16. */
static void test_charset__tags_in_ascii_are_no_utf16(void **state)
{
	(void)state;
	check("<p>" GBK_WORD "</p>", "text/html; charset=unicode", CHARSET_HTML, "GB18030", NULL);
	check("<!doctype html>" GBK_WORD, "text/html; charset=utf-16be", CHARSET_HTML, "GB18030",
		NULL);
	check("<\x68\xBA\x4E", "a;charset=utf-16le", CHARSET_HTML, "UTF-16LE", "格人");
}

static void test_charset__a_label_of_utf8_is_overruled_by_faults(void **state)
{
	(void)state;
	check(GBK_WORD GBK_WORD, "text/html; charset=utf-8", CHARSET_HTML, "GB18030", WORD WORD);
	check(BIG5_WORD BIG5_WORD, "text/html; charset=utf-8", CHARSET_HTML, "Big5", NULL);
}

static void test_charset__labels_in_any_case_with_white_space(void **state)
{
	static const struct {
		const char *type, *encoding;
	} rows[] = {
		{"text/html;charset= GBK ", "GB18030"},
		{"text/html; Charset=\"x-gbk\"", "GB18030"},
		{"text/html; charset='gb_2312-80'", "GB18030"},
		{"text/html; charset=Big5-HKSCS", "Big5"},
		{"text/html; charset=x-sjis", "Shift_JIS"},
		{"text/html; charset=ks_c_5601-1987", "EUC-KR"},
		{"text/html; charset=latin1", "windows-1252"},
		{"text/html; charset=unicode11utf8", "UTF-8"},
		{"text/html; charset=nonsense", "windows-1252"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check("a", rows[i].type, CHARSET_HTML, rows[i].encoding, "a");
	check("a", "text/html; charset=unicode", CHARSET_HTML, "UTF-16LE", NULL);
	check("a", "text/html; charset=unicodefffe", CHARSET_HTML, "UTF-16BE", NULL);
}

/* The standard forbids their use by label: what a label of theirs covers is looked at. */
static void test_charset__labels_for_replacement_say_nothing(void **state)
{
	(void)state;
	check(GBK_WORD GBK_WORD, "text/html; charset=hz-gb-2312", CHARSET_HTML, "GB18030",
		WORD WORD);
	check("<b>x</b>", "text/html; charset=iso-2022-kr", CHARSET_HTML, "windows-1252",
		"<b>x</b>");
}

static void test_charset__a_cut_character_at_the_end_is_no_fault(void **state)
{
	(void)state;
	check(WORD "\xE4\xBA", "text/html; charset=gbk", CHARSET_HTML, "UTF-8", WORD "\uFFFD");
}

static void test_charset__order_is_mark_then_http_then_meta(void **state)
{
	(void)state;
	check("\xEF\xBB\xBF"
	      "abc",
		"text/html; charset=big5", CHARSET_HTML, "UTF-8", "abc");
	check("<meta charset=gbk>" BIG5_WORD, "text/html; charset=big5", CHARSET_HTML, "Big5",
		NULL);
	check("<meta charset=big5>" BIG5_WORD, NULL, CHARSET_HTML, "Big5",
		"<meta charset=big5>人工智慧");
}

static void test_charset__meta_is_read_as_browsers_do(void **state)
{
	static const struct {
		const char *html, *encoding;
	} rows[] = {
		{"<meta http-equiv=Content-Type content='text/html; charset=gb2312'>", "GB18030"},
		{"<meta content='text/html; charset=gb2312'>", "windows-1252"},
		{"<!-- <meta charset=gbk> --><meta charset=big5>", "Big5"},
		{"<script charset=gbk></script><meta charset=big5>", "Big5"},
		{"<metacharset=gbk>", "windows-1252"},
		{"<meta charset=utf-16>", "UTF-8"},
		{"<meta charset=nonsense><meta charset=gbk>", "GB18030"},
		{"<meta charset=\"gbk", "windows-1252"},
		{"<p title='<meta charset=gbk>'>", "windows-1252"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(rows[i].html, NULL, CHARSET_HTML, rows[i].encoding, NULL);
}

static void test_charset__xml_declaration(void **state)
{
	(void)state;
	check("<?xml version='1.0' encoding='GBK'?><a>" GBK_WORD "</a>", NULL, CHARSET_XML,
		"GB18030", "<?xml version='1.0' encoding='GBK'?><a>" WORD "</a>");
	check("<?xml version='1.0'?><a/>", NULL, CHARSET_XML, "UTF-8", NULL);
}

static void test_charset__without_a_label_the_bytes_tell(void **state)
{
	(void)state;
	check(WORD, NULL, CHARSET_TEXT, "UTF-8", WORD);
	check(GBK_WORD GBK_WORD, NULL, CHARSET_TEXT, "GB18030", WORD WORD);
	check("", NULL, CHARSET_HTML, "windows-1252", "");
	/* 模式 sixteen times and 人工 twice: more valid UTF-8 in it than faults. */
	check(REPEAT16("\xC4\xA3\xCA\xBD") "\xC8\xCB\xB9\xA4\xC8\xCB\xB9\xA4", NULL, CHARSET_TEXT,
		"GB18030", REPEAT16("模式") "人工人工");
}

static void test_charset__utf16_with_and_without_mark(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct charset_text t;

	(void)state;
	charset_decode(span_from("\xFF\xFE\xBA\x4E", 4), NULL, CHARSET_HTML, a, &t);
	assert_string_equal(t.encoding, "UTF-16LE");
	assert_true(span_is(t.text, "人"));
	charset_decode(span_from("\xFF\xFE\0\0\xBA\x4E\0\0", 8), NULL, CHARSET_TEXT, a, &t);
	assert_string_equal(t.encoding, "UTF-32LE");
	assert_true(span_is(t.text, "人"));
	charset_decode(span_from("\0<\0?\0x", 6), NULL, CHARSET_XML, a, &t);
	assert_string_equal(t.encoding, "UTF-16BE");
}

static void test_charset__faults_become_replacement_characters(void **state)
{
	(void)state;
	check("a\xFF" WORD WORD WORD WORD WORD WORD, NULL, CHARSET_TEXT, "UTF-8",
		"a\uFFFD" WORD WORD WORD WORD WORD WORD);
	check(GBK_WORD "\xFF"
		       "a",
		"text/html; charset=gb2312", CHARSET_HTML, "GB18030",
		WORD "\uFFFD"
		     "a");
}

static void test_charset__faults_are_counted(void **state)
{
	static const struct {
		const char *bytes, *type;
		size_t faults;
	} rows[] = {
		{WORD, NULL, 0}, {WORD "\uFFFD" WORD WORD, NULL, 0}, /* somebody else's fault */
		{"a\xFF" WORD "\xE4\xBA" WORD WORD WORD, "a;charset=utf-8", 2},
		{WORD "\xE4\xBA", "a;charset=utf-8", 1},
		{WORD "\uFFFD" WORD "\xFF", "a;charset=utf-8", 1},
		{GBK_WORD "\xFF" GBK_WORD "\x81", "a;charset=gbk", 2},
		{"\x81\x8D", "a;charset=windows-1253", 0}, {"\xD2", "a;charset=windows-1253", 1},
		{"\xBA\x4E\xE5\xDE\xBA\x4E", "a;charset=utf-16le", 1}, /* half a pair */
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		struct charset_text t;

		charset_decode(span_str(rows[i].bytes), rows[i].type, CHARSET_TEXT, a, &t);
		if (t.faults != rows[i].faults)
			fail_msg("row %zu: %zu in %s", i, t.faults, t.encoding);
	}
}

static void test_charset__valid_utf8_is_not_copied(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct span bytes = SPAN_LITERAL("\xEF\xBB\xBF" WORD);
	struct charset_text t;

	(void)state;
	charset_decode(bytes, NULL, CHARSET_HTML, a, &t);
	assert_ptr_equal(t.text.data, bytes.data + 3);
}

/* Symptom: each 2,048th character of a single-byte document was lost. */
static void test_charset__no_character_is_lost_however_long_the_document(void **state)
{
	static const struct {
		const char *type, *bytes, *text;
	} rows[] = {
		{"a;charset=windows-1252", "\xE9\xFF", "éÿ"},
		{"a;charset=windows-1251", "\xE4\xE0", "да"},
		{"a;charset=gbk", "\xC8\xCB\xB9\xA4", "人工"},
		{"a;charset=utf-16le", "\xBA\x4E\xE5\x5D", "人工"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		struct charset_text t;
		STRBUF_LOCAL(bytes);
		STRBUF_LOCAL(text);

		for (size_t n = 0; n < 5000; n++) {
			strbuf_add_str(&bytes, rows[i].bytes);
			strbuf_add_str(&text, rows[i].text);
		}
		charset_decode(strbuf_span(&bytes), rows[i].type, CHARSET_TEXT, a, &t);
		if (!span_eq(t.text, strbuf_span(&text)))
			fail_msg("row %zu: %zu bytes", i, t.text.len);
	}
}

/* 80 of windows-1252 is three bytes of UTF-8. */
static void test_charset__a_large_document_does_not_grow(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	size_t len = (size_t)5 << 20;
	struct charset_text t;
	STRBUF_LOCAL(bytes);

	(void)state;
	for (size_t i = 0; i < len; i++)
		strbuf_add_char(&bytes, '\x80');
	charset_decode(strbuf_span(&bytes), "a;charset=windows-1252", CHARSET_TEXT, a, &t);
	assert_true(t.is_cut && t.text.len <= len && t.text.len > len - 3);
	assert_true(utf8_is_valid(t.text));
	charset_decode(span_from(bytes.data, 1 << 20), "a;charset=windows-1252", CHARSET_TEXT, a,
		&t);
	assert_false(t.is_cut);
	assert_int_equal(t.text.len, 3 << 20);
}

static void test_charset__gbk_pairs_go_both_ways(void **state)
{
	unsigned char bytes[2];

	(void)state;
	assert_true(charset_gbk_encode(U'人', bytes));
	assert_memory_equal(bytes, "\xC8\xCB", 2);
	assert_int_equal(charset_gbk_decode(bytes), U'人');
	assert_false(charset_gbk_encode('a', bytes));
	assert_false(charset_gbk_encode(0x2000B, bytes));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_charset__gb2312_is_decoded_as_gb18030),
		cmocka_unit_test(test_charset__utf8_beats_a_stale_label),
		cmocka_unit_test(test_charset__a_cut_character_at_the_end_is_no_fault),
		cmocka_unit_test(test_charset__order_is_mark_then_http_then_meta),
		cmocka_unit_test(test_charset__meta_is_read_as_browsers_do),
		cmocka_unit_test(test_charset__xml_declaration),
		cmocka_unit_test(test_charset__without_a_label_the_bytes_tell),
		cmocka_unit_test(test_charset__utf16_with_and_without_mark),
		cmocka_unit_test(test_charset__faults_become_replacement_characters),
		cmocka_unit_test(test_charset__tags_in_ascii_are_no_utf16),
		cmocka_unit_test(test_charset__a_label_of_utf8_is_overruled_by_faults),
		cmocka_unit_test(test_charset__labels_in_any_case_with_white_space),
		cmocka_unit_test(test_charset__labels_for_replacement_say_nothing),
		cmocka_unit_test(test_charset__faults_are_counted),
		cmocka_unit_test(test_charset__valid_utf8_is_not_copied),
		cmocka_unit_test(test_charset__no_character_is_lost_however_long_the_document),
		cmocka_unit_test(test_charset__a_large_document_does_not_grow),
		cmocka_unit_test(test_charset__gbk_pairs_go_both_ways),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
