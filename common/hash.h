/*
 * Hashes (XXH3, not cryptographic) and their hexadecimal form. Thread-safe.
 * The values are stored on disk and must never change.
 */
#ifndef POLICYWATCH_COMMON_HASH_H
#define POLICYWATCH_COMMON_HASH_H

#include "common/span.h"

#include <stdbool.h>
#include <stdint.h>

#define HASH_BYTES    16
#define HASH_HEX_SIZE (HASH_BYTES * 2 + 1)

/* 128 bits in canonical (big-endian) order: ids of pages and stories, hashes of texts. */
struct hash {
	uint8_t bytes[HASH_BYTES];
};

struct hash hash_of(struct span data);
uint64_t hash64_of(struct span data);
/* Of both, in this order; "ab", "c" is not "a", "bc". */
uint64_t hash64_of_pair(struct span a, struct span b);

bool hash_eq(const struct hash *a, const struct hash *b);

/* 32 lower-case digits and the terminator. Returns @out. */
char *hash_hex(const struct hash *h, char out[HASH_HEX_SIZE]);

/* False, *@ret untouched, unless @hex is exactly 32 hexadecimal digits. */
bool hash_parse(struct span hex, struct hash *ret);

#endif
