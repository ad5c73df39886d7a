/*
 * Coding: content codings undone (RFC 9110 8.4), piece by piece: gzip, deflate,
 * br, zstd and chains of them. What decides whether an answer is whole:
 *
 * - The coded stream must reach its own end: the last block of deflate, the
 *   last metablock of brotli, the end of a zstd frame.
 * - gzip's and zlib's trailers are not needed and not checked; browsers skip
 *   them, and servers get them wrong.
 * - deflate may come without zlib's header (RFC 9110 8.4.1.2).
 * - Further gzip members and zstd frames are decoded, and must end as well.
 *   Anything else behind the end is ignored.
 * - Nothing at all is whole: answers without a body have the header too.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_CODING_H
#define POLICYWATCH_CRAWLER_FETCH_CODING_H

#include "common/cleanup.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>

#define CODING_ACCEPTED "gzip, deflate, br, zstd" /* for Accept-Encoding */

struct coding;

enum coding_outcome {
	CODING_OK,
	CODING_FULL,   /* the output has reached its maximum; out->cut is set */
	CODING_BROKEN, /* the input is not what it is said to be */
};

/*
 * @names is the value of Content-Encoding, "" for none. Returns false with
 * *@ret untouched for a coding that is unknown and for too long a chain.
 */
bool coding_new(struct span names, struct coding **ret);
void coding_free(struct coding *c);
DEFINE_CLEANUP(struct coding *, coding_free)

/* Decodes the next piece and appends what it gives. To be left alone after anything but CODING_OK. */
enum coding_outcome coding_add(struct coding *c, struct span bytes, struct strbuf *out);

/* Whether all that was begun has come to its end. */
bool coding_is_whole(const struct coding *c);

#endif
