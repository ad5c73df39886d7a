/*
 * Packing of the frontier's values: numbers in little-endian order, strings
 * behind their length. Unpacking is sticky: after a value that does not fit,
 * everything is 0 or empty, and unpack_ends() is false.
 */
#ifndef POLICYWATCH_SCHEDULER_PACK_H
#define POLICYWATCH_SCHEDULER_PACK_H

#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

static inline void pack_number(struct strbuf *out, uint64_t value, int width)
{
	char bytes[8];

	for (int i = 0; i < width; i++)
		bytes[i] = (char)(value >> (8 * i));
	strbuf_add(out, bytes, (size_t)width);
}

static inline void pack_u8(struct strbuf *out, unsigned value)
{
	pack_number(out, value, 1);
}

static inline void pack_u32(struct strbuf *out, uint32_t value)
{
	pack_number(out, value, 4);
}

static inline void pack_u64(struct strbuf *out, uint64_t value)
{
	pack_number(out, value, 8);
}

static inline void pack_i64(struct strbuf *out, int64_t value)
{
	pack_number(out, (uint64_t)value, 8);
}

/* Longer strings than 65,535 bytes are cut; no limit of the protocol lets one through. */
static inline void pack_span(struct strbuf *out, struct span s)
{
	if (s.len > UINT16_MAX)
		s.len = UINT16_MAX;
	pack_number(out, s.len, 2);
	strbuf_add_span(out, s);
}

struct unpacker {
	struct span left;
	bool failed;
};

static inline struct span unpack_bytes(struct unpacker *u, size_t len)
{
	struct span s = {"", 0};

	if (u->failed || len > u->left.len) {
		u->failed = true;
		return s;
	}
	s = span_from(u->left.data, len);
	u->left = span_from_offset(u->left, len);
	return s;
}

static inline uint64_t unpack_number(struct unpacker *u, size_t width)
{
	struct span s = unpack_bytes(u, width);
	uint64_t value = 0;

	for (size_t i = 0; i < s.len; i++)
		value |= (uint64_t)(uint8_t)s.data[i] << (8 * i);
	return value;
}

static inline uint8_t unpack_u8(struct unpacker *u)
{
	return (uint8_t)unpack_number(u, 1);
}

static inline uint32_t unpack_u32(struct unpacker *u)
{
	return (uint32_t)unpack_number(u, 4);
}

static inline uint64_t unpack_u64(struct unpacker *u)
{
	return unpack_number(u, 8);
}

static inline int64_t unpack_i64(struct unpacker *u)
{
	return (int64_t)unpack_number(u, 8);
}

/* A number that must be 0 to @max. */
static inline uint64_t unpack_max(struct unpacker *u, size_t width, uint64_t max)
{
	uint64_t value = unpack_number(u, width);

	if (value <= max)
		return value;
	u->failed = true;
	return 0;
}

/* Borrowed from what is unpacked. */
static inline struct span unpack_span(struct unpacker *u)
{
	return unpack_bytes(u, (size_t)unpack_number(u, 2));
}

/* Everything fitted, and nothing is left over. */
static inline bool unpack_ends(const struct unpacker *u)
{
	return !u->failed && u->left.len == 0;
}

#endif
