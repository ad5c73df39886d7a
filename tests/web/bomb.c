#include "tests/web/bomb.h"

#include "common/alloc.h"

#include <assert.h>
#include <brotli/encode.h>
#include <stdlib.h>
#include <zlib.h>

#define PIECE_BYTES ((size_t)4 << 20) /* compressed once, then repeated */
#define N_PIECES    (BOMB_BYTES / PIECE_BYTES)
#define WINDOW_BITS 15
#define GZIP_BITS   (WINDOW_BITS + 16)

static void *spaces_new(size_t len)
{
	return memset(alloc_bytes(len), ' ', len);
}

/* What deflate makes of @text with a flush or an end after it. */
static void deflate_add(z_stream *z, const void *text, size_t len, int flush, struct strbuf *out)
{
	size_t room = deflateBound(z, len) + 64;
	uint8_t *bytes = alloc_bytes(room);

	z->next_in = (Bytef *)text;
	z->avail_in = (uInt)len;
	z->next_out = bytes;
	z->avail_out = (uInt)room;
	deflate(z, flush);
	assert(z->avail_in == 0 && z->avail_out > 0);
	strbuf_add(out, bytes, room - z->avail_out);
	free(bytes);
}

void bomb_add_gzip(struct span text, struct strbuf *out)
{
	z_stream z = {0};

	deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, GZIP_BITS, 8, Z_DEFAULT_STRATEGY);
	deflate_add(&z, text.data, text.len, Z_FINISH, out);
	deflateEnd(&z);
}

static void add_le32(struct strbuf *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		strbuf_add_char(out, (char)(value >> 8 * i));
}

/* After a full flush nothing refers back, so a flushed piece may stand any number of times. */
static void make_gzip(struct strbuf *out)
{
	CLEANUP(freep) void *spaces = spaces_new(PIECE_BYTES);
	uLong piece_crc = crc32(0, spaces, (uInt)PIECE_BYTES), crc = 0;
	STRBUF_LOCAL(piece);
	z_stream z = {0};

	deflateInit2(&z, Z_BEST_COMPRESSION, Z_DEFLATED, -WINDOW_BITS, 8, Z_DEFAULT_STRATEGY);
	deflate_add(&z, spaces, PIECE_BYTES, Z_FULL_FLUSH, &piece);
	strbuf_add(out, "\x1f\x8b\x08\0\0\0\0\0\x02\xff", 10);
	for (size_t i = 0; i < N_PIECES; i++) {
		strbuf_add_span(out, strbuf_span(&piece));
		crc = crc32_combine(crc, piece_crc, (z_off_t)PIECE_BYTES);
	}
	deflate_add(&z, "", 0, Z_FINISH, out);
	deflateEnd(&z);
	add_le32(out, (uint32_t)crc);
	add_le32(out, (uint32_t)BOMB_BYTES);
}

static void brotli_add(BrotliEncoderState *b, BrotliEncoderOperation what, const void *text,
	size_t len, struct strbuf *out)
{
	const uint8_t *next_in = text;
	size_t none = 0;

	do {
		size_t n = 0;
		const uint8_t *bytes;

		BrotliEncoderCompressStream(b, what, &len, &next_in, &none, NULL, NULL);
		bytes = BrotliEncoderTakeOutput(b, &n);
		strbuf_add(out, bytes, n);
	} while (len || BrotliEncoderHasMoreOutput(b));
}

/*
 * A flush ends on a byte. What the decoder remembers (the last bytes and
 * distances) is the same after the second piece and after every later one,
 * so the third may be repeated.
 */
static void make_brotli(struct strbuf *out)
{
	CLEANUP(freep) void *spaces = spaces_new(PIECE_BYTES);
	BrotliEncoderState *b = BrotliEncoderCreateInstance(NULL, NULL, NULL);
	STRBUF_LOCAL(piece);

	BrotliEncoderSetParameter(b, BROTLI_PARAM_QUALITY, 5);
	for (int i = 0; i < 2; i++)
		brotli_add(b, BROTLI_OPERATION_FLUSH, spaces, PIECE_BYTES, out);
	brotli_add(b, BROTLI_OPERATION_FLUSH, spaces, PIECE_BYTES, &piece);
	for (size_t i = 2; i < N_PIECES; i++)
		strbuf_add_span(out, strbuf_span(&piece));
	brotli_add(b, BROTLI_OPERATION_FINISH, NULL, 0, out);
	BrotliEncoderDestroyInstance(b);
}

/* One frame of blocks that say "this byte, 128 KiB times" (RFC 8878 3.1.1.2). */
static void make_zstd(struct strbuf *out)
{
	const uint32_t block_bytes = 128 << 10, n_blocks = (uint32_t)(BOMB_BYTES / block_bytes);

	strbuf_add(out, "\x28\xB5\x2F\xFD\0\x58", 6); /* no checksum or size; a window of 2 MiB */
	for (uint32_t i = 1; i <= n_blocks; i++) {
		uint32_t header = block_bytes << 3 | 1 << 1 | (i == n_blocks);

		strbuf_add_char(out, (char)header);
		strbuf_add_char(out, (char)(header >> 8));
		strbuf_add_char(out, (char)(header >> 16));
		strbuf_add_char(out, ' ');
	}
}

struct span bomb_gzip(void)
{
	static struct strbuf bomb = STRBUF_INIT;

	if (!bomb.len)
		make_gzip(&bomb);
	return strbuf_span(&bomb);
}

struct span bomb_brotli(void)
{
	static struct strbuf bomb = STRBUF_INIT;

	if (!bomb.len)
		make_brotli(&bomb);
	return strbuf_span(&bomb);
}

struct span bomb_zstd(void)
{
	static struct strbuf bomb = STRBUF_INIT;

	if (!bomb.len)
		make_zstd(&bomb);
	return strbuf_span(&bomb);
}
