#include "tests/cmocka_all.h"
#include "tests/web/bomb.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#define BOMB_PACKED_MAX (2 << 20)

static uint8_t piece[1 << 20];

static void test_bomb__gzip_is_whole_and_unpacks_to_a_gigabyte(void **state)
{
	struct span bomb = bomb_gzip();
	z_stream z = {.next_in = (Bytef *)bomb.data, .avail_in = (uInt)bomb.len};
	int r = Z_OK;

	(void)state;
	assert_in_range(bomb.len, 1, BOMB_PACKED_MAX);
	inflateInit2(&z, 15 + 16);
	while (r == Z_OK) {
		z.next_out = piece;
		z.avail_out = sizeof piece;
		r = inflate(&z, Z_NO_FLUSH);
	}
	assert_int_equal(r, Z_STREAM_END); /* so length and checksum are right */
	assert_int_equal(z.total_out, BOMB_BYTES);
	inflateEnd(&z);
}

static void test_bomb__brotli_is_whole_and_unpacks_to_a_gigabyte(void **state)
{
	struct span bomb = bomb_brotli();
	const uint8_t *next_in = (const uint8_t *)bomb.data;
	size_t left = bomb.len, total = 0;
	BrotliDecoderState *b = BrotliDecoderCreateInstance(NULL, NULL, NULL);
	BrotliDecoderResult r = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;

	(void)state;
	assert_in_range(bomb.len, 1, BOMB_PACKED_MAX);
	while (r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
		uint8_t *out = piece;
		size_t room = sizeof piece;

		r = BrotliDecoderDecompressStream(b, &left, &next_in, &room, &out, &total);
		assert_int_equal(piece[0], ' ');
	}
	assert_int_equal(r, BROTLI_DECODER_RESULT_SUCCESS);
	assert_int_equal(total, BOMB_BYTES);
	BrotliDecoderDestroyInstance(b);
}

static void test_bomb__zstd_is_whole_and_unpacks_to_a_gigabyte(void **state)
{
	struct span bomb = bomb_zstd();
	ZSTD_inBuffer in = {bomb.data, bomb.len, 0};
	ZSTD_DStream *z = ZSTD_createDStream();
	size_t total = 0, r = 1;

	(void)state;
	assert_in_range(bomb.len, 1, BOMB_PACKED_MAX);
	while (r) {
		ZSTD_outBuffer out = {piece, sizeof piece, 0};

		r = ZSTD_decompressStream(z, &out, &in);
		assert_false(ZSTD_isError(r));
		assert_true(out.pos > 0);
		total += out.pos;
	}
	assert_int_equal(total, BOMB_BYTES);
	ZSTD_freeDStream(z);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bomb__gzip_is_whole_and_unpacks_to_a_gigabyte),
		cmocka_unit_test(test_bomb__brotli_is_whole_and_unpacks_to_a_gigabyte),
		cmocka_unit_test(test_bomb__zstd_is_whole_and_unpacks_to_a_gigabyte),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
