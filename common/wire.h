/*
 * Wire: pulls msgpack values out of bytes, one at a time. msgpack-c's own
 * reader builds a tree of 24-byte objects and allocates as many as a peer
 * declares, up to 2^32, before it has seen one of them; this one allocates
 * nothing, and any nesting costs it nothing.
 *
 * Pure functions, thread-safe.
 */
#ifndef POLICYWATCH_COMMON_WIRE_H
#define POLICYWATCH_COMMON_WIRE_H

#include "common/span.h"

#include <stdbool.h>
#include <stdint.h>

enum wire_type {
	WIRE_OTHER, /* nil, a float or an extension */
	WIRE_UINT,
	WIRE_NEGATIVE,
	WIRE_BOOL,
	WIRE_STRING, /* or binary */
	WIRE_ARRAY,
	WIRE_MAP,
};

/* One value, or the head of an array or map whose elements follow. */
struct wire_token {
	enum wire_type type;
	uint64_t number;  /* of UINT and BOOL; the count of ARRAY and MAP */
	int64_t negative; /* of NEGATIVE */
	struct span text; /* of STRING; borrowed from the bytes */
};

/* Takes the next token off *@left. False at the end and for what is no msgpack. */
bool wire_take(struct span *left, struct wire_token *ret);

/* Takes a whole value of any depth off *@left. */
bool wire_skip(struct span *left);

#endif
