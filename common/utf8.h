/*
 * UTF-8 and classes of code points. Pure functions, thread-safe.
 */
#ifndef POLICYWATCH_COMMON_UTF8_H
#define POLICYWATCH_COMMON_UTF8_H

#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT 0xFFFDu

/*
 * Decodes the code point at *@p and moves *@p behind it; *@p is before @end.
 * A faulty sequence gives U+FFFD and moves over its longest valid beginning,
 * at least one byte (Unicode 3.9, substitution of maximal subparts).
 */
uint32_t utf8_next(const char **p, const char *end);

/* Writes 1 to 4 bytes; what is no scalar value is written as U+FFFD. */
size_t utf8_encode(uint32_t code_point, char out[4]);

bool utf8_is_valid(struct span s);

/* Number of code points. */
size_t utf8_count(struct span s);

/* The longest beginning of @s with at most @max bytes that does not cut a code point. */
struct span utf8_cut(struct span s, size_t max);

/* Chinese characters: CJK unified ideographs with extensions and compatibility forms, 〇 and 々. */
bool utf8_is_han(uint32_t c);

/* Scripts written without spaces: Han, kana, Bopomofo, Hangul excluded. */
bool utf8_is_cjk(uint32_t c);

/* White space of Unicode, U+3000 and U+00A0 among it. */
bool utf8_is_space(uint32_t c);

/* Invisible: zero-width spaces and joiners, byte order mark, soft hyphen, direction marks. */
bool utf8_is_invisible(uint32_t c);

#endif
