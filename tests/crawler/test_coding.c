#include "crawler/fetch/coding.h"

#include "common/alloc.h"
#include "tests/cmocka_all.h"

#include <brotli/encode.h>
#include <zlib.h>
#include <zstd.h>

#define GZIP    31
#define ZLIB    15
#define RAW     (-15)
#define TRAILER 8 /* bytes of gzip's */

struct fixture {
	struct strbuf text, again, coded, out;
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	strbuf_init(&fx->text, 0);
	strbuf_init(&fx->again, 0);
	strbuf_init(&fx->coded, 0);
	strbuf_init(&fx->out, 0);
	for (int i = 0; i < 3000; i++)
		strbuf_printf(&fx->text, "<p>%d 新闻 %d</p>\n", i, i * 7919 % 4096);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	strbuf_release(&fx->text);
	strbuf_release(&fx->again);
	strbuf_release(&fx->coded);
	strbuf_release(&fx->out);
	test_free(fx);
	return 0;
}

static void deflate_with(int window, struct span text, struct strbuf *out)
{
	z_stream z = {0};
	size_t room;
	CLEANUP(freep) uint8_t *bytes = NULL;

	assert_int_equal(deflateInit2(&z, 6, Z_DEFLATED, window, 8, Z_DEFAULT_STRATEGY), Z_OK);
	room = deflateBound(&z, text.len);
	bytes = alloc_bytes(room);
	z.next_in = (Bytef *)text.data;
	z.avail_in = (uInt)text.len;
	z.next_out = bytes;
	z.avail_out = (uInt)room;
	assert_int_equal(deflate(&z, Z_FINISH), Z_STREAM_END);
	strbuf_add(out, bytes, room - z.avail_out);
	deflateEnd(&z);
}

static void add_gzip(struct span text, struct strbuf *out)
{
	deflate_with(GZIP, text, out);
}

static void add_zlib(struct span text, struct strbuf *out)
{
	deflate_with(ZLIB, text, out);
}

static void add_raw(struct span text, struct strbuf *out)
{
	deflate_with(RAW, text, out);
}

static void add_brotli(struct span text, struct strbuf *out)
{
	size_t len = BrotliEncoderMaxCompressedSize(text.len);
	CLEANUP(freep) uint8_t *bytes = alloc_bytes(len);

	assert_true(BrotliEncoderCompress(5, 22, BROTLI_MODE_TEXT, text.len,
		(const uint8_t *)text.data, &len, bytes));
	strbuf_add(out, bytes, len);
}

static void add_zstd(struct span text, struct strbuf *out)
{
	size_t room = ZSTD_compressBound(text.len);
	CLEANUP(freep) char *bytes = alloc_bytes(room);
	size_t len = ZSTD_compress(bytes, room, text.data, text.len, 3);

	assert_false(ZSTD_isError(len));
	strbuf_add(out, bytes, len);
}

static void add_brotli_of_gzip(struct span text, struct strbuf *out)
{
	STRBUF_LOCAL(inner);

	add_gzip(text, &inner);
	add_brotli(strbuf_span(&inner), out);
}

static const struct {
	const char *names;
	void (*add)(struct span text, struct strbuf *out);
	bool many; /* several streams may stand in a row */
} rows[] = {
	{"gzip", add_gzip, true},
	{"x-GZip", add_gzip, true},
	{"deflate", add_zlib, false},
	{"deflate", add_raw, false},
	{"br", add_brotli, false},
	{"zstd", add_zstd, true},
	{"gzip, identity, br", add_brotli_of_gzip, false},
};

#define N_ROWS (sizeof rows / sizeof *rows)

/* Decodes in pieces of @step bytes; tells whether it was whole. */
static bool decode(struct fixture *fx, const char *names, struct span coded, size_t step)
{
	CLEANUP(coding_freep) struct coding *c = NULL;

	strbuf_clear(&fx->out);
	assert_true(coding_new(span_str(names), &c));
	while (coded.len) {
		size_t n = coded.len < step ? coded.len : step;

		if (coding_add(c, span_from(coded.data, n), &fx->out) != CODING_OK)
			return false;
		coded = span_from_offset(coded, n);
	}
	return coding_is_whole(c);
}

static void assert_decodes_to(struct fixture *fx, size_t row, const struct strbuf *want)
{
	static const size_t steps[] = {1, 7, 1000, SIZE_MAX};

	for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
		if (!decode(fx, rows[row].names, strbuf_span(&fx->coded), steps[i]) ||
			!span_eq(strbuf_span(&fx->out), strbuf_span(want)))
			fail_msg("row %zu in steps of %zu", row, steps[i]);
	}
}

static void test_coding__every_coding_comes_whole_in_any_pieces(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < N_ROWS; i++) {
		strbuf_clear(&fx->coded);
		rows[i].add(strbuf_span(&fx->text), &fx->coded);
		assert_decodes_to(fx, i, &fx->text);
	}
}

/* Symptom: half an article was stored as if it were all of it. */
static void test_coding__a_stream_without_its_end_is_not_whole(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < N_ROWS; i++) {
		const size_t trailer = rows[i].add == add_gzip ? TRAILER
			: rows[i].add == add_zlib              ? 4
							       : 0;

		strbuf_clear(&fx->coded);
		rows[i].add(strbuf_span(&fx->text), &fx->coded);
		for (size_t n = 1; n < fx->coded.len - trailer; n += 1 + n / 3)
			if (decode(fx, rows[i].names, span_from(fx->coded.data, n), SIZE_MAX))
				fail_msg("row %zu, %zu bytes", i, n);
		if (decode(fx, rows[i].names,
			    span_from(fx->coded.data, fx->coded.len - trailer - 1), 1))
			fail_msg("row %zu without its last byte", i);
	}
}

static void test_coding__a_trailer_may_be_missing_or_wrong(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < N_ROWS; i++) {
		if (rows[i].add != add_gzip && rows[i].add != add_zlib)
			continue;
		strbuf_clear(&fx->coded);
		rows[i].add(strbuf_span(&fx->text), &fx->coded);
		fx->coded.data[fx->coded.len - 1] ^= 1;
		assert_decodes_to(fx, i, &fx->text);
		strbuf_truncate(&fx->coded, fx->coded.len - 3);
		assert_decodes_to(fx, i, &fx->text);
	}
}

static void test_coding__streams_in_a_row_are_one_and_other_bytes_nothing(void **state)
{
	struct fixture *fx = *state;

	strbuf_add_span(&fx->again, strbuf_span(&fx->text));
	strbuf_add_span(&fx->again, strbuf_span(&fx->text));
	for (size_t i = 0; i < N_ROWS; i++) {
		strbuf_clear(&fx->coded);
		rows[i].add(strbuf_span(&fx->text), &fx->coded);
		if (rows[i].many)
			rows[i].add(strbuf_span(&fx->text), &fx->coded);
		strbuf_add(&fx->coded, "\0\0 and more\r\n", 13);
		assert_decodes_to(fx, i, rows[i].many ? &fx->again : &fx->text);
	}
}

static void test_coding__a_further_stream_must_end_as_well(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < N_ROWS; i++) {
		if (!rows[i].many)
			continue;
		strbuf_clear(&fx->coded);
		rows[i].add(strbuf_span(&fx->text), &fx->coded);
		rows[i].add(strbuf_span(&fx->text), &fx->coded);
		strbuf_truncate(&fx->coded, fx->coded.len * 3 / 4);
		assert_false(decode(fx, rows[i].names, strbuf_span(&fx->coded), SIZE_MAX));
	}
}

static void test_coding__nothing_is_whole(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < N_ROWS; i++)
		assert_true(decode(fx, rows[i].names, span_from("", 0), 1));
}

static void test_coding__without_a_coding_bytes_stay_as_they_are(void **state)
{
	struct fixture *fx = *state;

	assert_true(decode(fx, "", strbuf_span(&fx->text), 1000));
	assert_true(span_eq(strbuf_span(&fx->out), strbuf_span(&fx->text)));
	assert_true(decode(fx, "identity", SPAN_LITERAL("abc"), 1));
	assert_string_equal(fx->out.data, "abc");
}

/* Symptom: pages of servers that write their charset there were lost. */
static void test_coding__a_charset_is_no_coding(void **state)
{
	struct fixture *fx = *state;

	assert_true(decode(fx, "UTF-8", SPAN_LITERAL("abc"), 1));
	assert_string_equal(fx->out.data, "abc");
	add_gzip(SPAN_LITERAL("abc"), &fx->coded);
	assert_true(decode(fx, "none, gzip, gbk", strbuf_span(&fx->coded), 1000));
	assert_string_equal(fx->out.data, "abc");
}

static void test_coding__what_is_not_coded_is_broken(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < N_ROWS; i++) {
		CLEANUP(coding_freep) struct coding *c = NULL;

		assert_true(coding_new(span_str(rows[i].names), &c));
		assert_int_equal(coding_add(c, strbuf_span(&fx->text), &fx->out), CODING_BROKEN);
	}
}

static void test_coding__the_output_is_cut_at_its_maximum(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < N_ROWS; i++) {
		CLEANUP(coding_freep) struct coding *c = NULL;

		strbuf_clear(&fx->coded);
		rows[i].add(strbuf_span(&fx->text), &fx->coded);
		strbuf_release(&fx->out);
		strbuf_init(&fx->out, 20000);
		assert_true(coding_new(span_str(rows[i].names), &c));
		assert_int_equal(coding_add(c, strbuf_span(&fx->coded), &fx->out), CODING_FULL);
		assert_int_equal(fx->out.len, 20000);
	}
}

static void test_coding__unknown_codings_and_long_chains_are_refused(void **state)
{
	struct coding *c = NULL;

	(void)state;
	assert_false(coding_new(SPAN_LITERAL("x-own"), &c));
	assert_false(coding_new(SPAN_LITERAL("gzip, compress"), &c));
	assert_false(coding_new(SPAN_LITERAL("gzip, gzip, gzip, gzip"), &c));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_coding__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_coding_comes_whole_in_any_pieces),
		TEST(a_stream_without_its_end_is_not_whole),
		TEST(a_trailer_may_be_missing_or_wrong),
		TEST(streams_in_a_row_are_one_and_other_bytes_nothing),
		TEST(a_further_stream_must_end_as_well),
		TEST(nothing_is_whole),
		TEST(without_a_coding_bytes_stay_as_they_are),
		TEST(a_charset_is_no_coding),
		TEST(what_is_not_coded_is_broken),
		TEST(the_output_is_cut_at_its_maximum),
		TEST(unknown_codings_and_long_chains_are_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
