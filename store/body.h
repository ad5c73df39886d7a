/* Body: raw bytes as one zstd frame (whose only user this is), the value of table "bodies". Thread-safe. */
#ifndef POLICYWATCH_STORE_BODY_H
#define POLICYWATCH_STORE_BODY_H

#include "common/span.h"
#include "common/strbuf.h"

/* More than the crawler lets a page have (10 MB): a frame that claims more is not ours. */
#define BODY_BYTES_MAX (64 << 20)

/* Appends the frame. Returns 0, or -ERR_TOO_BIG. */
int body_pack(struct span raw, struct strbuf *out);

/* Appends the raw bytes. Returns 0, or -ERR_CORRUPT with @out as it was. */
int body_unpack(struct span frame, struct strbuf *out);

#endif
