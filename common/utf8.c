#include "common/utf8.h"

uint32_t utf8_next(const char **p, const char *end)
{
	const unsigned char *s = (const unsigned char *)*p;
	unsigned char first = *s++;
	unsigned char low = 0x80,
		      high = 0xBF; /* bounds of the second byte: no overlong forms, no surrogates */
	uint32_t c;
	int more;

	if (first < 0x80) {
		*p = (const char *)s;
		return first;
	}
	if (first >= 0xC2 && first <= 0xDF) {
		more = 1;
		c = first & 0x1F;
	} else if (first >= 0xE0 && first <= 0xEF) {
		more = 2;
		c = first & 0x0F;
		if (first == 0xE0)
			low = 0xA0;
		else if (first == 0xED)
			high = 0x9F;
	} else if (first >= 0xF0 && first <= 0xF4) {
		more = 3;
		c = first & 0x07;
		if (first == 0xF0)
			low = 0x90;
		else if (first == 0xF4)
			high = 0x8F;
	} else {
		*p = (const char *)s;
		return UTF8_REPLACEMENT;
	}
	for (; more > 0; more--) {
		if ((const char *)s >= end || *s < low || *s > high) {
			*p = (const char *)s;
			return UTF8_REPLACEMENT;
		}
		c = c << 6 | (*s++ & 0x3F);
		low = 0x80;
		high = 0xBF;
	}
	*p = (const char *)s;
	return c;
}

size_t utf8_encode(uint32_t c, char out[4])
{
	if (c > 0x10FFFF || (c >= 0xD800 && c <= 0xDFFF))
		c = UTF8_REPLACEMENT;
	if (c < 0x80) {
		out[0] = (char)c;
		return 1;
	}
	if (c < 0x800) {
		out[0] = (char)(0xC0 | c >> 6);
		out[1] = (char)(0x80 | (c & 0x3F));
		return 2;
	}
	if (c < 0x10000) {
		out[0] = (char)(0xE0 | c >> 12);
		out[1] = (char)(0x80 | (c >> 6 & 0x3F));
		out[2] = (char)(0x80 | (c & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | c >> 18);
	out[1] = (char)(0x80 | (c >> 12 & 0x3F));
	out[2] = (char)(0x80 | (c >> 6 & 0x3F));
	out[3] = (char)(0x80 | (c & 0x3F));
	return 4;
}

bool utf8_is_valid(struct span s)
{
	const char *p = s.len ? s.data : "", *end = p + s.len;

	while (p < end) {
		const char *start = p;

		/* A genuine U+FFFD is three bytes long; any fault is seen by its bytes. */
		if (utf8_next(&p, end) == UTF8_REPLACEMENT &&
			(p - start != 3 || memcmp(start, "\xEF\xBF\xBD", 3) != 0))
			return false;
	}
	return true;
}

size_t utf8_count(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len; i++)
		n += (s.data[i] & 0xC0) != 0x80;
	return n;
}

struct span utf8_cut(struct span s, size_t max)
{
	if (s.len <= max)
		return s;
	while (max > 0 && (s.data[max] & 0xC0) == 0x80)
		max--;
	return span_from(s.data, max);
}

bool utf8_is_han(uint32_t c)
{
	return (c >= 0x4E00 && c <= 0x9FFF) || (c >= 0x3400 && c <= 0x4DBF) || c == 0x3007 ||
		c == 0x3005 || (c >= 0xF900 && c <= 0xFAFF) || (c >= 0x20000 && c <= 0x3FFFD);
}

bool utf8_is_cjk(uint32_t c)
{
	return utf8_is_han(c) || (c >= 0x3041 && c <= 0x30FF) || (c >= 0x3105 && c <= 0x312F) ||
		(c >= 0x31F0 && c <= 0x31FF) || (c >= 0xFF66 && c <= 0xFF9D);
}

bool utf8_is_space(uint32_t c)
{
	return c == ' ' || (c >= 0x09 && c <= 0x0D) || c == 0x85 || c == 0xA0 || c == 0x1680 ||
		(c >= 0x2000 && c <= 0x200A) || c == 0x2028 || c == 0x2029 || c == 0x202F ||
		c == 0x205F || c == 0x3000;
}

bool utf8_is_invisible(uint32_t c)
{
	return c == 0xAD || (c >= 0x200B && c <= 0x200F) || (c >= 0x202A && c <= 0x202E) ||
		(c >= 0x2060 && c <= 0x2064) || (c >= 0x2066 && c <= 0x2069) || c == 0xFEFF ||
		c == 0x180E || (c >= 0xFE00 && c <= 0xFE0F);
}
