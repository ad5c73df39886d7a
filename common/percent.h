/* Percent-encoded bytes of URLs (RFC 3986 2.1). Thread-safe. */
#ifndef POLICYWATCH_COMMON_PERCENT_H
#define POLICYWATCH_COMMON_PERCENT_H

#include "common/hex.h"
#include "common/span.h"
#include "common/strbuf.h"

#define PERCENT_LEN 3

/* The byte that an escape at the front of @s stands for, or -1. */
static inline int percent_value(struct span s)
{
	if (s.len < PERCENT_LEN || s.data[0] != '%' || hex_value(s.data[1]) < 0 ||
		hex_value(s.data[2]) < 0)
		return -1;
	return hex_value(s.data[1]) << 4 | hex_value(s.data[2]);
}

/* In upper case. */
static inline void percent_add(struct strbuf *out, unsigned char byte)
{
	static const char digits[] = "0123456789ABCDEF";
	const char escape[PERCENT_LEN] = {'%', digits[byte >> 4], digits[byte & 15]};

	strbuf_add(out, escape, sizeof escape);
}

#endif
