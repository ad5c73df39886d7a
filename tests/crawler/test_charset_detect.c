#include "crawler/read/charset/charset_detect.h"

#include "crawler/read/charset/charset.h"
#include "tests/cmocka_all.h"
#include "tests/web/encode.h"

#define SIMPLIFIED  "本市公布人工智能产业发展三年行动方案"
#define TRADITIONAL "本市公布人工智慧產業發展三年行動方案"
#define JAPANESE    "市は今年度から人工知能を使った行政サービスを始める"
#define KOREAN      "시는 올해부터 인공지능을 이용한 행정 서비스를 시작한다"
#define RUSSIAN     "Город начинает использовать искусственный интеллект в управлении"

/* What the bytes of @text in @charset are found to be. */
static const char *found(const char *text, const char *charset, struct strbuf *bytes)
{
	encode_add(span_str(text), charset, bytes);
	return encoding_name(detect_encoding(strbuf_span(bytes)));
}

static void test_detect__a_headline_tells_its_encoding(void **state)
{
	static const struct {
		const char *text, *charset, *name;
	} rows[] = {
		{SIMPLIFIED, "GB18030", "GB18030"},
		{TRADITIONAL, "GB18030", "GB18030"},
		{TRADITIONAL, "BIG5-HKSCS", "Big5"},
		{JAPANESE, "SHIFT_JIS", "Shift_JIS"},
		{JAPANESE, "EUC-JP", "EUC-JP"},
		{KOREAN, "EUC-KR", "EUC-KR"},
		{RUSSIAN, "KOI8-R", "KOI8-R"},
		{RUSSIAN, "CP1251", "windows-1251"},
		{"工业大数据", "GB18030", "GB18030"},
		{"人工智慧", "BIG5", "Big5"},
		{"為獎勵醫", "BIG5", "Big5"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(bytes);

		if (strcmp(found(rows[i].text, rows[i].charset, &bytes), rows[i].name) != 0)
			fail_msg("row %zu", i);
	}
}

static void test_detect__markup_does_not_hide_the_text(void **state)
{
	STRBUF_LOCAL(bytes);

	(void)state;
	for (int i = 0; i < 9000; i++)
		strbuf_add_str(&bytes, "<div class=\"box\">");
	assert_string_equal(found(TRADITIONAL, "BIG5", &bytes), "Big5");
}

/* uchardet alone takes these for Greek, for a Macintosh and for DOS. */
static void test_detect__accents_in_latin_words_are_western(void **state)
{
	static const char *const texts[] = {
		"intelligentie ’s het jaar voor “plan” diensten dit – – bedrijven – in in dit",
		"De stad krijgt financiële hulp van België, niet van Brazilië, voor de reële markt.",
		"gebruik voor haar van in haar naïef coördinator in idee bedrijven België",
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		STRBUF_LOCAL(bytes);

		if (strcmp(found(texts[i], "CP1252", &bytes), "windows-1252") != 0)
			fail_msg("row %zu", i);
	}
}

static void test_detect__iso_8859_has_no_quotation_marks_where_windows_has(void **state)
{
	static const char text[] = "Miesto valdžia šiemet pradeda naudoti „dirbtinį intelektą“ "
				   "savivaldybės įstaigose, žmonėms bus lengviau gauti pažymėjimų";
	STRBUF_LOCAL(bytes);

	(void)state;
	assert_string_equal(found(text, "CP1257", &bytes), "windows-1257");
}

static void test_detect__utf16_and_utf32_need_no_mark(void **state)
{
	static const char *const charsets[] = {"UTF-16LE", "UTF-16BE", "UTF-32LE", "UTF-32BE"};

	(void)state;
	for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++) {
		STRBUF_LOCAL(bytes);

		encode_add(SPAN_LITERAL("Plan: " SIMPLIFIED "\n" TRADITIONAL "\n"), charsets[i],
			&bytes);
		assert_string_equal(encoding_name(detect_wide(strbuf_span(&bytes))), charsets[i]);
	}
	assert_int_equal(detect_wide(SPAN_LITERAL(SIMPLIFIED "\n" TRADITIONAL)), ENCODING_NONE);
	assert_int_equal(detect_wide(SPAN_LITERAL("plain text, and enough of it")), ENCODING_NONE);
}

static void test_detect__escapes_tell_iso_2022_and_hz(void **state)
{
	static const char *const charsets[] = {"ISO-2022-JP", "ISO-2022-KR", "ISO-2022-CN"};

	(void)state;
	for (size_t i = 0; i < sizeof charsets / sizeof *charsets; i++) {
		STRBUF_LOCAL(bytes);

		encode_add(SPAN_LITERAL("人工"), charsets[i], &bytes);
		assert_string_equal(encoding_name(detect_escaped(strbuf_span(&bytes))),
			charsets[i]);
	}
	assert_int_equal(detect_escaped(SPAN_LITERAL("~{VP9zHK9$VGD\\~} is HZ")), ENCODING_HZ);
	assert_int_equal(detect_escaped(SPAN_LITERAL("a ~{ in a text")), ENCODING_NONE);
	assert_int_equal(detect_escaped(SPAN_LITERAL("a \x1B[1mbold\x1B[0m word")), ENCODING_NONE);
}

static void test_detect__a_contradicted_label_is_overruled(void **state)
{
	static const struct {
		enum encoding label;
		const char *text, *charset;
		enum encoding is;
	} rows[] = {
		{ENCODING_WINDOWS_1252, SIMPLIFIED, "GB18030", ENCODING_GB18030},
		{ENCODING_WINDOWS_1252, "Een café in één stad", "CP1252", ENCODING_WINDOWS_1252},
		{ENCODING_WINDOWS_1251, SIMPLIFIED, "GB18030", ENCODING_WINDOWS_1251},
		{ENCODING_SHIFT_JIS, JAPANESE, "EUC-JP", ENCODING_EUC_JP},
		{ENCODING_BIG5, SIMPLIFIED SIMPLIFIED SIMPLIFIED, "GB18030", ENCODING_GB18030},
		{ENCODING_GB18030, TRADITIONAL TRADITIONAL TRADITIONAL, "BIG5", ENCODING_BIG5},
		{ENCODING_BIG5, TRADITIONAL, "BIG5", ENCODING_BIG5},
		/* Thin evidence. */
		{ENCODING_WINDOWS_1252, "公布", "GB18030", ENCODING_WINDOWS_1252},
		{ENCODING_BIG5, "人工智能", "GB18030", ENCODING_BIG5},
		{ENCODING_GB18030, TRADITIONAL, "BIG5", ENCODING_GB18030},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(bytes);

		encode_add(span_str(rows[i].text), rows[i].charset, &bytes);
		if (detect_contradiction(rows[i].label, strbuf_span(&bytes)) != rows[i].is)
			fail_msg("row %zu", i);
	}
}

/* C2 A1 to C2 BF are UTF-8 and characters of all the East Asian encodings. */
static void test_detect__mere_lists_of_characters_contradict_no_label(void **state)
{
	STRBUF_LOCAL(bytes);
	STRBUF_LOCAL(singles);

	(void)state;
	for (int c = 0xC0; c <= 0xDF; c++) {
		strbuf_add_char(&singles, (char)c);
		strbuf_add_char(&singles, '\n');
	}
	assert_int_equal(detect_contradiction(ENCODING_WINDOWS_1252, strbuf_span(&singles)),
		ENCODING_WINDOWS_1252);
	for (int trail = 0xA1; trail <= 0xBF; trail++) {
		strbuf_add_char(&bytes, '\xC2');
		strbuf_add_char(&bytes, (char)trail);
		strbuf_add_char(&bytes, '\n');
	}
	assert_false(detect_is_utf8(ENCODING_GB18030, strbuf_span(&bytes)));
	assert_false(detect_is_utf8(ENCODING_EUC_KR, strbuf_span(&bytes)));
	assert_int_equal(detect_contradiction(ENCODING_EUC_KR, strbuf_span(&bytes)),
		ENCODING_EUC_KR);
}

/* 模式 is C4 A3 CA BD in GBK, which is valid UTF-8. */
static void test_detect__valid_utf8_is_utf8_if_it_reads_better(void **state)
{
	static const struct {
		enum encoding label;
		const char *bytes;
		bool is_utf8;
	} rows[] = {
		{ENCODING_NONE, "\xC4\xA3\xCA\xBD", false},
		{ENCODING_NONE, "a \xD0\xA1 b", false}, /* 小 in GBK, a lonely Cyrillic letter */
		{ENCODING_NONE, "a \xD0\xB8 \xD0\xB5\xD0\xB3\xD0\xBE b", true},
		{ENCODING_GB18030, "\xC4\xA3\xCA\xBD", false},
		{ENCODING_NONE, "caf\xC3\xA9", true},
		{ENCODING_NONE, "\xC2\xA9 2025", true},
		{ENCODING_NONE, "中", true},
		{ENCODING_GB18030, "人工智能", true},
		{ENCODING_BIG5, "人 工 智 能", true},
		{ENCODING_WINDOWS_1252, "caf\xC3\xA9", true},
		{ENCODING_GB18030, "caf\xC3\xA9", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (detect_is_utf8(rows[i].label, span_str(rows[i].bytes)) != rows[i].is_utf8)
			fail_msg("row %zu", i);
	}
}

static void test_detect__utf16_as_said_unless_it_is_plainly_ascii(void **state)
{
	STRBUF_LOCAL(bytes);

	(void)state;
	encode_add(SPAN_LITERAL("中"), "UTF-16LE", &bytes); /* "-N" */
	assert_true(detect_is_utf16(ENCODING_UTF_16LE, strbuf_span(&bytes)));
	assert_false(detect_is_utf16(ENCODING_UTF_16LE,
		SPAN_LITERAL("<html><head><title>a page in ASCII</title></head>")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_detect__a_headline_tells_its_encoding),
		cmocka_unit_test(test_detect__markup_does_not_hide_the_text),
		cmocka_unit_test(test_detect__accents_in_latin_words_are_western),
		cmocka_unit_test(test_detect__iso_8859_has_no_quotation_marks_where_windows_has),
		cmocka_unit_test(test_detect__utf16_and_utf32_need_no_mark),
		cmocka_unit_test(test_detect__escapes_tell_iso_2022_and_hz),
		cmocka_unit_test(test_detect__a_contradicted_label_is_overruled),
		cmocka_unit_test(test_detect__mere_lists_of_characters_contradict_no_label),
		cmocka_unit_test(test_detect__valid_utf8_is_utf8_if_it_reads_better),
		cmocka_unit_test(test_detect__utf16_as_said_unless_it_is_plainly_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
