#include "store/body.h"

#include "common/err.h"

#include <zstd.h>

/* A page costs 250 us at this level and becomes a third; higher levels cost more than they save. */
#define BODY_LEVEL 3

/* With a checksum, so that readers of any language are told of a bit that turned. */
static size_t compress(char *to, size_t room, struct span raw)
{
	ZSTD_CCtx *z = ZSTD_createCCtx();
	size_t n = ZSTD_CCtx_setParameter(z, ZSTD_c_compressionLevel, BODY_LEVEL);

	if (!ZSTD_isError(n))
		n = ZSTD_CCtx_setParameter(z, ZSTD_c_checksumFlag, 1);
	if (!ZSTD_isError(n))
		n = ZSTD_compress2(z, to, room, raw.data, raw.len);
	ZSTD_freeCCtx(z);
	return n;
}

int body_pack(struct span raw, struct strbuf *out)
{
	size_t bound = ZSTD_compressBound(raw.len);
	size_t n;

	if (raw.len > BODY_BYTES_MAX)
		return -ERR_TOO_BIG;
	strbuf_reserve(out, bound);
	n = compress(out->data + out->len, bound, raw);
	if (ZSTD_isError(n))
		return -ERR_LIBRARY;
	strbuf_truncate(out, out->len + n);
	return 0;
}

int body_unpack(struct span frame, struct strbuf *out)
{
	/* Its errors are numbers beyond the limit too. */
	unsigned long long size = ZSTD_getFrameContentSize(frame.data, frame.len);
	size_t n;

	if (size > BODY_BYTES_MAX)
		return -ERR_CORRUPT;
	strbuf_reserve(out, (size_t)size);
	n = ZSTD_decompress(out->data + out->len, (size_t)size, frame.data, frame.len);
	if (ZSTD_isError(n) || n != size) {
		strbuf_truncate(out, out->len);
		return -ERR_CORRUPT;
	}
	strbuf_truncate(out, out->len + n);
	return 0;
}
