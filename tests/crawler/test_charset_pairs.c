#include "crawler/read/charset/charset_pairs.h"

#include "tests/cmocka_all.h"

static uint64_t fnv1a(struct span s)
{
	uint64_t hash = UINT64_C(0xCBF29CE484222325);

	for (size_t i = 0; i < s.len; i++)
		hash = (hash ^ (unsigned char)s.data[i]) * UINT64_C(0x100000001B3);
	return hash;
}

static void add_byte(struct strbuf *b, unsigned c)
{
	strbuf_add_char(b, (char)c);
}

/* A line for each two bytes, the first from @first on; before them @prefix, if any. */
static void add_pairs(struct strbuf *b, unsigned prefix, unsigned first)
{
	for (unsigned lead = first; lead <= 0xFF; lead++) {
		for (unsigned trail = 0; trail <= 0xFF; trail++) {
			if (trail == '\n' || (!prefix && trail == 0x1B))
				continue;
			if (prefix)
				add_byte(b, prefix);
			add_byte(b, lead);
			add_byte(b, trail);
			add_byte(b, '\n');
		}
	}
}

/* The hashes are those of what another implementation of the standard makes of the same lines. */
static void test_pairs__every_pair_is_what_the_standards_index_says(void **state)
{
	static const struct {
		enum encoding encoding;
		unsigned prefix, first;
		uint64_t hash;
	} rows[] = {
		{ENCODING_GB18030, 0, 0x80, UINT64_C(0x746175043BEE46B2)},
		{ENCODING_BIG5, 0, 0x80, UINT64_C(0x8ADEFB56218871CA)},
		{ENCODING_EUC_KR, 0, 0x80, UINT64_C(0xED5226477A8DCBD8)},
		{ENCODING_EUC_JP, 0, 0x80, UINT64_C(0xA3F3557A3088CC2F)},
		{ENCODING_SHIFT_JIS, 0, 0x80, UINT64_C(0xD93A51AA084417DD)},
		{ENCODING_EUC_JP, 0x8F, 0xA0, UINT64_C(0x2FCA6A6DCFCE78D5)},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(bytes);
		STRBUF_LOCAL(text);

		add_pairs(&bytes, rows[i].prefix, rows[i].first);
		pairs_decode(rows[i].encoding, strbuf_span(&bytes), &text);
		if (fnv1a(strbuf_span(&text)) != rows[i].hash)
			fail_msg("%s, row %zu", encoding_name(rows[i].encoding), i);
	}
}

static void test_pairs__every_four_bytes_of_gb18030_are_what_the_ranges_say(void **state)
{
	STRBUF_LOCAL(bytes);
	STRBUF_LOCAL(text);

	(void)state;
	for (unsigned pointer = 0; pointer < 39419; pointer++) {
		add_byte(&bytes, 0x81 + pointer / 12600);
		add_byte(&bytes, '0' + pointer / 1260 % 10);
		add_byte(&bytes, 0x81 + pointer / 10 % 126);
		add_byte(&bytes, '0' + pointer % 10);
		add_byte(&bytes, '\n');
	}
	assert_int_equal(pairs_decode(ENCODING_GB18030, strbuf_span(&bytes), &text), 0);
	assert_true(fnv1a(strbuf_span(&text)) == UINT64_C(0x16F0E97EA49961D3));
}

static void test_pairs__a_fault_eats_no_ascii(void **state)
{
	static const struct {
		enum encoding encoding;
		const char *bytes, *text;
		size_t faults;
	} rows[] = {
		{ENCODING_GB18030, "\xB0<b>", "\uFFFD<b>", 1},
		{ENCODING_GB18030,
			"\xB0\xFF"
			"a",
			"\uFFFDa", 1},
		{ENCODING_GB18030,
			"\x81"
			"0a",
			"\uFFFD0a", 1},
		{ENCODING_GB18030,
			"\x81"
			"0\x81<",
			"\uFFFD0\uFFFD<", 2},
		{ENCODING_GB18030,
			"\xFE"
			"9\xFE"
			"9",
			"\uFFFD", 1},
		{ENCODING_GB18030,
			"a\x81"
			"0\x81",
			"a\uFFFD", 1},
		{ENCODING_GB18030,
			"a\x81"
			"0",
			"a\uFFFD", 1},
		{ENCODING_GB18030, "\x80", "€", 0},
		{ENCODING_BIG5, "\xA4\"", "\uFFFD\"", 1},
		{ENCODING_BIG5, "\xA4\x80z", "\uFFFDz", 1},
		{ENCODING_BIG5, "\x88\x62", "\u00CA\u0304", 0},
		{ENCODING_EUC_KR, "\xB0>", "\uFFFD>", 1},
		{ENCODING_EUC_JP, "\x8F\xA1<", "\uFFFD<", 1},
		{ENCODING_EUC_JP, "\x8E\xB1", "ｱ", 0},
		{ENCODING_EUC_JP, "\x8F\xA1", "\uFFFD", 1},
		{ENCODING_SHIFT_JIS, "\x82/", "\uFFFD/", 1},
		{ENCODING_SHIFT_JIS, "\xF0\x40\xB1", "\uE000ｱ", 0},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(text);

		if (pairs_decode(rows[i].encoding, span_str(rows[i].bytes), &text) !=
			rows[i].faults)
			fail_msg("row %zu: faults", i);
		if (strcmp(text.data, rows[i].text) != 0)
			fail_msg("row %zu: %s", i, text.data);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pairs__every_pair_is_what_the_standards_index_says),
		cmocka_unit_test(test_pairs__every_four_bytes_of_gb18030_are_what_the_ranges_say),
		cmocka_unit_test(test_pairs__a_fault_eats_no_ascii),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
