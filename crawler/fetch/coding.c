/*
 *	coding_add() -> layer -> layer ... -> strbuf
 *
 * A layer undoes one coding and hands each block it gets to the next, so that
 * nothing but blocks and the decoders' windows is held.
 */
#include "crawler/fetch/coding.h"

#include "common/alloc.h"

#include <brotli/decode.h>
#include <zlib.h>
#include <zstd.h>

#define LAYERS_MAX      3 /* two are a mistake that happens; more are a bomb */
#define BLOCK_BYTES     16384
#define ZSTD_WINDOW_LOG 23 /* 8 MiB: more is not allowed here (RFC 9659) */
#define DEFLATE_WINDOW  15
#define GZIP_WINDOW     (DEFLATE_WINDOW + 16)
#define LAST_BLOCK_DONE (64 | 128) /* in z_stream.data_type, when told to stop at blocks */

struct layer;

typedef enum coding_outcome undo_fn(struct layer *l, struct span bytes, struct strbuf *out);

struct layer {
	undo_fn *undo;
	struct layer *next; /* NULL: the output is next */
	bool begun;         /* in the middle of a stream */
	bool whole;         /* its content is, though a trailer may be missing */
	bool ended;         /* a stream has ended, and none has begun since */
	bool ignores;       /* all that comes */
	z_stream zlib;
	BrotliDecoderState *brotli;
	ZSTD_DStream *zstd;
};

struct coding {
	size_t n_layers;
	struct layer layers[LAYERS_MAX];
};

static enum coding_outcome hand_on(struct layer *l, const void *block, size_t len,
	struct strbuf *out)
{
	if (!len)
		return CODING_OK;
	if (l->next)
		return l->next->undo(l->next, span_from(block, len), out);
	return strbuf_add(out, block, len) ? CODING_OK : CODING_FULL;
}

static bool is_magic(const struct layer *l, unsigned char first)
{
	if (l->zstd)
		return first == 0x28 || (first & 0xF0) == 0x50; /* a frame, or one to be skipped */
	return first == 0x1F;
}

/* Behind the end of a stream another may begin; other bytes are of no meaning. */
static bool goes_on(struct layer *l, struct span bytes)
{
	l->ignores = l->ignores || (l->ended && !is_magic(l, (unsigned char)bytes.data[0]));
	return !l->ignores;
}

static void begin(struct layer *l)
{
	l->begun = true;
	l->whole = l->ended = false;
}

static void end(struct layer *l)
{
	l->begun = false;
	l->whole = l->ended = true;
}

/* Of one stream, as far as @l->zlib's input and the stream go. */
static enum coding_outcome inflate_stream(struct layer *l, struct strbuf *out)
{
	unsigned char block[BLOCK_BYTES];
	enum coding_outcome outcome = CODING_OK;
	int r = Z_OK;

	while (outcome == CODING_OK && r == Z_OK) {
		l->zlib.next_out = block;
		l->zlib.avail_out = sizeof block;
		r = inflate(&l->zlib, Z_BLOCK);
		l->whole = l->whole || (l->zlib.data_type & LAST_BLOCK_DONE) == LAST_BLOCK_DONE;
		outcome = hand_on(l, block, sizeof block - l->zlib.avail_out, out);
	}
	if (r == Z_STREAM_END)
		end(l);
	if (outcome == CODING_OK && r != Z_STREAM_END && r != Z_BUF_ERROR && !l->whole)
		return CODING_BROKEN;
	l->ignores = l->ignores || (l->whole && r != Z_STREAM_END && r != Z_BUF_ERROR);
	return outcome;
}

static void set_input(struct layer *l, struct span bytes)
{
	l->zlib.next_in = (Bytef *)bytes.data;
	l->zlib.avail_in = (uInt)bytes.len;
}

static enum coding_outcome undo_gzip(struct layer *l, struct span bytes, struct strbuf *out)
{
	enum coding_outcome outcome = CODING_OK;

	while (bytes.len && outcome == CODING_OK && goes_on(l, bytes)) {
		if (!l->begun) {
			inflateReset(&l->zlib);
			inflateValidate(&l->zlib, 0);
			begin(l);
		}
		set_input(l, bytes);
		outcome = inflate_stream(l, out);
		bytes = span_from_offset(bytes, bytes.len - l->zlib.avail_in);
	}
	return outcome;
}

/* A stored block has no bits set beside its type, and no other begins like zlib's header. */
static bool has_zlib_header(struct span bytes)
{
	return (bytes.data[0] & 0x0F) == Z_DEFLATED;
}

static enum coding_outcome undo_deflate(struct layer *l, struct span bytes, struct strbuf *out)
{
	if (!bytes.len || l->ended || l->ignores)
		return CODING_OK;
	if (!l->begun) {
		inflateReset2(&l->zlib, has_zlib_header(bytes) ? DEFLATE_WINDOW : -DEFLATE_WINDOW);
		inflateValidate(&l->zlib, 0);
		begin(l);
	}
	set_input(l, bytes);
	return inflate_stream(l, out);
}

static enum coding_outcome undo_brotli(struct layer *l, struct span bytes, struct strbuf *out)
{
	const uint8_t *next = (const uint8_t *)bytes.data;
	BrotliDecoderResult r = BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT;
	enum coding_outcome outcome = CODING_OK;
	size_t left = bytes.len;

	if (!left || l->ended)
		return CODING_OK;
	l->begun = true;
	while (outcome == CODING_OK && r == BROTLI_DECODER_RESULT_NEEDS_MORE_OUTPUT) {
		uint8_t block[BLOCK_BYTES], *to = block;
		size_t room = sizeof block;

		r = BrotliDecoderDecompressStream(l->brotli, &left, &next, &room, &to, NULL);
		outcome = hand_on(l, block, sizeof block - room, out);
	}
	if (outcome == CODING_OK && r == BROTLI_DECODER_RESULT_ERROR)
		return CODING_BROKEN;
	if (r == BROTLI_DECODER_RESULT_SUCCESS)
		end(l);
	return outcome;
}

static enum coding_outcome undo_zstd(struct layer *l, struct span bytes, struct strbuf *out)
{
	ZSTD_inBuffer in = {bytes.data, bytes.len, 0};
	enum coding_outcome outcome = CODING_OK;
	bool is_full = false; /* there may be more output than fitted */

	while (outcome == CODING_OK && (in.pos < in.size || is_full)) {
		char block[BLOCK_BYTES];
		ZSTD_outBuffer to = {block, sizeof block, 0};
		size_t r;

		if (!l->begun && !goes_on(l, span_from_offset(bytes, in.pos)))
			break;
		begin(l);
		r = ZSTD_decompressStream(l->zstd, &to, &in);
		if (ZSTD_isError(r))
			return CODING_BROKEN;
		is_full = r && to.pos == to.size;
		if (!r)
			end(l);
		outcome = hand_on(l, block, to.pos, out);
	}
	return outcome;
}

static undo_fn *undo_of(struct span name)
{
	static const struct {
		const char *name;
		undo_fn *undo;
	} rows[] = {{"gzip", undo_gzip}, {"x-gzip", undo_gzip}, {"deflate", undo_deflate},
		{"br", undo_brotli}, {"zstd", undo_zstd}};

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (span_is_nocase(name, rows[i].name))
			return rows[i].undo;
	}
	return NULL;
}

static void must(bool ok)
{
	if (!ok)
		abort(); /* decoders fail to begin only without memory (alloc.h) */
}

static void layer_init(struct layer *l, undo_fn *undo)
{
	*l = (struct layer){.undo = undo};
	if (undo == undo_gzip || undo == undo_deflate)
		must(inflateInit2(&l->zlib, undo == undo_gzip ? GZIP_WINDOW : DEFLATE_WINDOW) ==
			Z_OK);
	if (undo == undo_brotli)
		must((l->brotli = BrotliDecoderCreateInstance(NULL, NULL, NULL)) != NULL);
	if (undo == undo_zstd) {
		must((l->zstd = ZSTD_createDStream()) != NULL);
		ZSTD_DCtx_setParameter(l->zstd, ZSTD_d_windowLogMax, ZSTD_WINDOW_LOG);
	}
}

static void layer_release(struct layer *l)
{
	if (l->undo == undo_gzip || l->undo == undo_deflate)
		inflateEnd(&l->zlib);
	if (l->brotli)
		BrotliDecoderDestroyInstance(l->brotli);
	ZSTD_freeDStream(l->zstd);
}

/* Also what some take the header for: the charset, or MIME's encoding of mails. */
static bool is_nothing(struct span name)
{
	static const char *const names[] = {"identity", "none", "utf-8", "utf8", "gbk", "gb2312",
		"gb18030", "big5", "iso-8859-1", "7bit", "8bit", "binary"};

	return SPAN_IS_ONE_OF_NOCASE(name, names) || !name.len;
}

bool coding_new(struct span names, struct coding **ret)
{
	CLEANUP(coding_freep) struct coding *c = ALLOC_NEW(struct coding);

	*c = (struct coding){0};
	while (names.len) {
		struct span name = span_next_item(&names);
		undo_fn *undo = undo_of(name);

		if (is_nothing(name))
			continue;
		if (!undo || c->n_layers == LAYERS_MAX)
			return false;
		layer_init(&c->layers[c->n_layers], undo);
		if (c->n_layers)
			c->layers[c->n_layers].next = &c->layers[c->n_layers - 1];
		c->n_layers++;
	}
	*ret = TAKE_PTR(c);
	return true;
}

void coding_free(struct coding *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < c->n_layers; i++)
		layer_release(&c->layers[i]);
	free(c);
}

enum coding_outcome coding_add(struct coding *c, struct span bytes, struct strbuf *out)
{
	struct layer *last;

	if (!c->n_layers)
		return strbuf_add_span(out, bytes) ? CODING_OK : CODING_FULL;
	last = &c->layers[c->n_layers - 1]; /* applied last, undone first */
	return last->undo(last, bytes, out);
}

bool coding_is_whole(const struct coding *c)
{
	for (size_t i = 0; i < c->n_layers; i++) {
		if (c->layers[i].begun && !c->layers[i].whole)
			return false;
	}
	return true;
}
