/*
 * Detect: the encoding of bytes by the bytes themselves. For the encodings of
 * East Asia: which reading has no faults and looks like language (charset_score.h).
 * For all others uchardet is asked.
 *
 * Thread-safe; the only user of uchardet. Looks at a bounded part of the bytes.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CHARSET_DETECT_H
#define POLICYWATCH_CRAWLER_READ_CHARSET_DETECT_H

#include "crawler/read/charset/charset_codec.h"

/* Of bytes that are no UTF-8. ENCODING_NONE when nothing is known of them. */
enum encoding detect_encoding(struct span bytes);

/* UTF-16 or UTF-32 without a mark; ENCODING_NONE for all else. */
enum encoding detect_wide(struct span bytes);

/* ISO-2022 and HZ in bytes that are all ASCII; ENCODING_NONE for all else. */
enum encoding detect_escaped(struct span bytes);

/* What the bytes are instead of what @label says, if they contradict it; else @label. */
enum encoding detect_contradiction(enum encoding label, struct span bytes);

/* Whether bytes that are valid as UTF-8 are that; @label may say otherwise, or be ENCODING_NONE. */
bool detect_is_utf8(enum encoding label, struct span bytes);

/* Whether bytes may be the UTF-16 that @label says: ASCII read so is no language. */
bool detect_is_utf16(enum encoding label, struct span bytes);

#endif
