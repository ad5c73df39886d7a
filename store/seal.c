#include "store/seal.h"

#include "common/hash.h"

#include <inttypes.h>
#include <stdio.h>

#define SEAL_START ",\"check\":\""
#define SEAL_END   "\"}"

void seal_digits(uint64_t sum, char out[SEAL_DIGITS + 1])
{
	snprintf(out, SEAL_DIGITS + 1, "%016" PRIx64, sum);
}

bool seal_read_digits(struct span digits, uint64_t *ret)
{
	uint64_t sum = 0;

	if (digits.len != SEAL_DIGITS)
		return false;
	for (size_t i = 0; i < SEAL_DIGITS; i++) {
		const char *all = "0123456789abcdef";
		const char *digit = memchr(all, digits.data[i], 16);

		if (!digit)
			return false;
		sum = sum << 4 | (uint64_t)(digit - all);
	}
	*ret = sum;
	return true;
}

void seal_add(struct strbuf *out, size_t from)
{
	char digits[SEAL_DIGITS + 1];

	seal_digits(hash64_of(span_from(out->data + from, out->len - from)), digits);
	strbuf_printf(out, SEAL_START "%s\"", digits);
}

enum seal seal_of(struct span json)
{
	const size_t start = strlen(SEAL_START), end = strlen(SEAL_END);
	struct span rest;
	uint64_t sum;

	if (json.len < start + SEAL_DIGITS + end)
		return SEAL_NONE;
	rest = span_from_offset(json, json.len - (start + SEAL_DIGITS + end));
	json.len -= rest.len;
	if (!span_starts_with(rest, span_str(SEAL_START)) ||
		!span_ends_with(rest, span_str(SEAL_END)))
		return SEAL_NONE;
	rest = span_from(rest.data + start, SEAL_DIGITS);
	return seal_read_digits(rest, &sum) && sum == hash64_of(json) ? SEAL_WHOLE : SEAL_BROKEN;
}
