/*
 * Bombs: small bodies that unpack to a gigabyte of spaces. Each is made when it
 * is first asked for, in milliseconds, since a repeated piece is compressed once.
 * They stay until the process ends.
 */
#ifndef POLICYWATCH_TESTS_WEB_BOMB_H
#define POLICYWATCH_TESTS_WEB_BOMB_H

#include "common/span.h"
#include "common/strbuf.h"

#define BOMB_BYTES ((size_t)1 << 30) /* what comes out at least */

struct span bomb_gzip(void); /* 1 MB: deflate cannot do better than 1:1032 */
struct span bomb_brotli(void);
struct span bomb_zstd(void);

/* Appends @text as gzip, for who needs a piece of it. */
void bomb_add_gzip(struct span text, struct strbuf *out);

#endif
