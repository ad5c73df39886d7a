#include "common/hash.h"

#include "common/hex.h"

#define XXH_INLINE_ALL
#include <xxhash.h>

struct hash hash_of(struct span data)
{
	XXH128_canonical_t canonical;
	struct hash h;

	XXH128_canonicalFromHash(&canonical, XXH3_128bits(data.data, data.len));
	memcpy(h.bytes, canonical.digest, HASH_BYTES);
	return h;
}

uint64_t hash64_of(struct span data)
{
	return XXH3_64bits(data.data, data.len);
}

uint64_t hash64_of_pair(struct span a, struct span b)
{
	return XXH3_64bits_withSeed(b.data, b.len, hash64_of(a));
}

bool hash_eq(const struct hash *a, const struct hash *b)
{
	return memcmp(a->bytes, b->bytes, HASH_BYTES) == 0;
}

char *hash_hex(const struct hash *h, char out[HASH_HEX_SIZE])
{
	static const char digits[] = "0123456789abcdef";

	for (int i = 0; i < HASH_BYTES; i++) {
		out[i * 2] = digits[h->bytes[i] >> 4];
		out[i * 2 + 1] = digits[h->bytes[i] & 15];
	}
	out[HASH_BYTES * 2] = '\0';
	return out;
}

bool hash_parse(struct span hex, struct hash *ret)
{
	struct hash h;

	if (hex.len != HASH_BYTES * 2)
		return false;
	for (int i = 0; i < HASH_BYTES; i++) {
		int high = hex_value(hex.data[i * 2]), low = hex_value(hex.data[i * 2 + 1]);

		if (high < 0 || low < 0)
			return false;
		h.bytes[i] = (uint8_t)(high << 4 | low);
	}
	*ret = h;
	return true;
}
