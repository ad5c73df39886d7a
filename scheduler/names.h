/*
 * Names: a table in memory from strings to objects, for what is as many as
 * hosts or sources. Nothing is ever taken out of it singly.
 */
#ifndef POLICYWATCH_SCHEDULER_NAMES_H
#define POLICYWATCH_SCHEDULER_NAMES_H

#include "common/span.h"

#include <stddef.h>
#include <stdint.h>

struct names_slot {
	uint64_t hash;
	const char *key; /* borrowed from the object; NULL in a free slot */
	void *object;    /* borrowed */
};

/* Zeroed is empty. */
struct names {
	struct names_slot *slots;
	size_t cap, len;
};

void names_release(struct names *n);
void *names_find(const struct names *n, struct span key);
/* @key must not be there yet, and must live as long as the table. */
void names_add(struct names *n, const char *key, void *object);

#endif
