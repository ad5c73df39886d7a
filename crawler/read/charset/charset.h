/*
 * Charset: the bytes of a document to UTF-8, by the Encoding Standard's labels
 * and decoders, except where Chinese pages are known to lie.
 *
 *	byte order mark -> HTTP -> meta (HTML) or declaration (XML) -> the bytes themselves
 *
 * A label that the bytes contradict is overruled: sites change their encoding
 * and forget the label. What is valid UTF-8 is UTF-8, unless the label's
 * reading of it is the better language (the GBK bytes of some words are valid
 * UTF-8 too); what a reading in another encoding of East Asia fits far better
 * is in that one. gb2312 and gbk are decoded, and reported, as GB18030.
 *
 * charset_label.h finds labels, charset_detect.h looks at the bytes,
 * charset_codec.h decodes. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CHARSET_H
#define POLICYWATCH_CRAWLER_READ_CHARSET_H

#include "common/arena.h"
#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum charset_kind {
	CHARSET_HTML,
	CHARSET_XML,
	CHARSET_TEXT,
};

struct charset_text {
	struct span text;     /* UTF-8 without a byte order mark; in the arena or in the input */
	const char *encoding; /* as the Encoding Standard writes it; static */
	size_t faults;        /* broken sequences, each of them U+FFFD in the text */
	bool is_cut; /* decoding made so much of a large document that its end is left out */
};

/* Decodes @bytes. @content_type is the HTTP header's value or NULL. */
void charset_decode(struct span bytes, const char *content_type, enum charset_kind kind,
	struct arena *a, struct charset_text *ret);

/* "html", "xml" or "text". */
bool charset_kind_parse(const char *name, enum charset_kind *ret);

/* The two GBK bytes of a code point; false for what GBK writes in another number of bytes. */
bool charset_gbk_encode(uint32_t code_point, unsigned char out[2]);

/* The code point of two GBK bytes, or U+FFFD. */
uint32_t charset_gbk_decode(const unsigned char bytes[2]);

#endif
