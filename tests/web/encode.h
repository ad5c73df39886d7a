/*
 * Encode: UTF-8 to the charsets of Chinese pages, through iconv. What a charset
 * lacks becomes a numeric character reference, as browsers and editors of
 * pages do it. Thread-safe.
 */
#ifndef POLICYWATCH_TESTS_WEB_ENCODE_H
#define POLICYWATCH_TESTS_WEB_ENCODE_H

#include "common/span.h"
#include "common/strbuf.h"

/* Appends @utf8, which is valid, in @charset: an iconv name, "GB18030", "BIG5". */
void encode_add(struct span utf8, const char *charset, struct strbuf *out);

#endif
