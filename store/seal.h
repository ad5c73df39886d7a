/*
 * Seal: the last member of the JSON objects that the store keeps for itself,
 * "check", with 16 digits of XXH3 (64 bits) over all that stands before it. LMDB
 * has no checksums: a bit that turned on the disk shows here. Pure functions.
 */
#ifndef POLICYWATCH_STORE_SEAL_H
#define POLICYWATCH_STORE_SEAL_H

#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

enum seal {
	SEAL_NONE, /* an object of before there were seals, or the seal itself is damaged */
	SEAL_WHOLE,
	SEAL_BROKEN,
};

/* Adds the member to the object that began at @from in @out and is still open. */
void seal_add(struct strbuf *out, size_t from);
enum seal seal_of(struct span json);

#define SEAL_DIGITS 16

/* The same sum of any bytes as 16 digits, and back. */
void seal_digits(uint64_t sum, char out[SEAL_DIGITS + 1]);
bool seal_read_digits(struct span digits, uint64_t *ret);

#endif
