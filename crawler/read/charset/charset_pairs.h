/*
 * Pairs: the East Asian encodings of the Encoding Standard, in which a character is
 * ASCII or mostly a pair of bytes that points into an index. The indexes are
 * lexbor's; its decoders take half the speed of these, and its Shift_JIS has no
 * lead byte above E0 (3.0.1).
 *
 * Pure functions, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CHARSET_PAIRS_H
#define POLICYWATCH_CRAWLER_READ_CHARSET_PAIRS_H

#include "crawler/read/charset/charset_codec.h"

/* GB18030, Big5, EUC-KR, EUC-JP, Shift_JIS. */
bool pairs_can_decode(enum encoding e);

/* As encoding_decode(), for these. */
size_t pairs_decode(enum encoding e, struct span bytes, struct strbuf *out);

#endif
