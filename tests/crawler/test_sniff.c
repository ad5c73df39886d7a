#include "crawler/fetch/sniff.h"

#include "tests/cmocka_all.h"

#define HTML "text/html; charset=utf-8"

#define BYTES(s)                                                                                   \
	{                                                                                          \
		(s), sizeof(s) - 1                                                                 \
	}

struct row {
	const char *type;
	struct span body;
};

static void test_sniff__bytes_of_a_format_are_no_text_whatever_the_label(void **state)
{
	static const struct row rows[] = {
		{HTML, BYTES("%PDF-1.7\n1 0 obj")},
		{HTML, BYTES("\xEF\xBB\xBF\r\n%PDF-1.4")},
		{HTML, BYTES("PK\x03\x04\x14\0\x06\0")},
		{HTML, BYTES("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1")},
		{HTML, BYTES("\x89PNG\r\n\x1A\n\0\0\0\rIHDR")},
		{"text/plain",
			BYTES("\0\0\0\x20"
			      "ftypisom\0\0\2\0")},
		{NULL, BYTES("RIFF\x24\x10\0\0WEBPVP8 ")},
		{NULL, BYTES("Rar!\x1A\x07\x01\0")},
		{NULL, BYTES("\xFF\xD8\xFF\xE0\0\x10JFIF")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (sniff_is_text(rows[i].type, rows[i].body))
			fail_msg("row %zu", i);
}

static void test_sniff__a_label_of_no_text_is_believed(void **state)
{
	static const char *const types[] = {"application/pdf", "Image/PNG", "video/mp4",
		"application/vnd.ms-excel", "application/msword", "audio/mpeg", "font/woff2"};

	(void)state;
	for (size_t i = 0; i < sizeof types / sizeof *types; i++)
		assert_false(sniff_is_text(types[i], SPAN_LITERAL("<p>x")));
}

static void test_sniff__markup_is_text_under_an_opaque_label(void **state)
{
	(void)state;
	assert_true(sniff_is_text("application/octet-stream", SPAN_LITERAL("\n <rss></rss>")));
	assert_true(sniff_is_text("application/octet-stream", SPAN_LITERAL("\xFF\xFE<\0")));
	assert_false(sniff_is_text("application/octet-stream", SPAN_LITERAL("x=1")));
	assert_true(sniff_is_text("application/vnd.wap.xhtml+xml", SPAN_LITERAL("<html>")));
	assert_true(sniff_is_text("application/rss+xml", SPAN_LITERAL("<rss/>")));
	assert_true(sniff_is_text(NULL, SPAN_LITERAL("User-agent: *")));
}

static void test_sniff__noise_is_no_text_and_utf16_is(void **state)
{
	static const struct row texts[] = {
		{HTML, BYTES("\xFF\xFE<\0h\0t\0m\0l\0>\0")},
		{HTML, BYTES("\xFE\xFF\0<\0p\0>N-")},
		{HTML, BYTES("<\0p\0>\0-N\x87\x65")},
		{HTML, BYTES("\0<\0p\0>N-")},
		{HTML, BYTES("<p>\x1B$B%F%9%H\x1B(B</p>")}, /* ISO-2022-JP */
		{HTML, BYTES("<p>\xD6\xD0\xCE\xC4</p>")},
	};
	static const struct row noise[] = {
		{HTML, BYTES("\x01\x02\x03\x04noise that is none of the formats")},
		{NULL, BYTES("\x7F\x01x\0\0\0\0y\x05\x06")},
	};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++)
		if (!sniff_is_text(texts[i].type, texts[i].body))
			fail_msg("text %zu", i);
	for (size_t i = 0; i < sizeof noise / sizeof *noise; i++)
		if (sniff_is_text(noise[i].type, noise[i].body))
			fail_msg("noise %zu", i);
}

static void test_sniff__a_stray_control_byte_is_a_fault_and_not_noise(void **state)
{
	char page[1000];

	(void)state;
	memset(page, 'x', sizeof page);
	page[500] = '\0';
	page[700] = '\x0B';
	assert_true(sniff_is_text(HTML, span_from(page, sizeof page)));
	memset(page + 200, '\x01', 100);
	assert_false(sniff_is_text(HTML, span_from(page, sizeof page)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sniff__bytes_of_a_format_are_no_text_whatever_the_label),
		cmocka_unit_test(test_sniff__a_label_of_no_text_is_believed),
		cmocka_unit_test(test_sniff__markup_is_text_under_an_opaque_label),
		cmocka_unit_test(test_sniff__noise_is_no_text_and_utf16_is),
		cmocka_unit_test(test_sniff__a_stray_control_byte_is_a_fault_and_not_noise),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
