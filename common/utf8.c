#include "common/utf8.h"

uint32_t utf8_next_other(const char **p, const char *end)
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
