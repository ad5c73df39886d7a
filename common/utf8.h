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
static inline uint32_t utf8_next(const char **p, const char *end);

/* Writes 1 to 4 bytes; what is no scalar value is written as U+FFFD. */
size_t utf8_encode(uint32_t code_point, char out[4]);

bool utf8_is_valid(struct span s);

/* Number of code points. */
size_t utf8_count(struct span s);

/* The longest beginning of @s with at most @max bytes that does not cut a code point. */
struct span utf8_cut(struct span s, size_t max);

/* Chinese characters: CJK unified ideographs with extensions and compatibility forms, 〇 and 々. */
static inline bool utf8_is_han(uint32_t c);

/* Scripts written without spaces: Han, kana, Bopomofo, Hangul excluded. */
static inline bool utf8_is_cjk(uint32_t c);

/* White space of Unicode, U+3000 and U+00A0 among it. */
static inline bool utf8_is_space(uint32_t c);

/* Invisible: zero-width spaces and joiners, byte order mark, soft hyphen, direction marks. */
static inline bool utf8_is_invisible(uint32_t c);

/* What follows are the bodies: every character of every page goes through them. */

/* utf8_next() for what is neither ASCII nor most of Chinese. */
uint32_t utf8_next_other(const char **p, const char *end);

static inline uint32_t utf8_next(const char **p, const char *end)
{
	const unsigned char *s = (const unsigned char *)*p;

	if (s[0] < 0x80) {
		*p += 1;
		return s[0];
	}
	if (s[0] >= 0xE3 && s[0] <= 0xE9 && end - *p >= 3 && (s[1] & 0xC0) == 0x80 &&
		(s[2] & 0xC0) == 0x80) {
		*p += 3;
		return (s[0] & 0x0Fu) << 12 | (s[1] & 0x3Fu) << 6 | (s[2] & 0x3Fu);
	}
	return utf8_next_other(p, end);
}

static inline bool utf8_is_han(uint32_t c)
{
	return c >= 0x3005 &&
		((c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || c == 0x3007 ||
			c == 0x3005 || (c >= 0xF900 && c <= 0xFAFF) ||
			(c >= 0x20000 && c <= 0x3FFFD));
}

static inline bool utf8_is_cjk(uint32_t c)
{
	return c >= 0x3005 &&
		(utf8_is_han(c) || (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3105 && c <= 0x312F) ||
			(c >= 0x31F0 && c <= 0x31FF) || (c >= 0xFF66 && c <= 0xFF9D));
}

static inline bool utf8_is_space(uint32_t c)
{
	if (c < 0x80)
		return c == ' ' || (c >= 0x09 && c <= 0x0D);
	return c == 0x3000 || c == 0xA0 || c == 0x85 || c == 0x1680 ||
		(c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
		c == 0x205F;
}

static inline bool utf8_is_invisible(uint32_t c)
{
	return c >= 0xAD &&
		(c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
			(c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x2069) ||
			c == 0xFEFF || c == 0x180E || (c >= 0xFE00 && c <= 0xFE0F));
}

#endif
