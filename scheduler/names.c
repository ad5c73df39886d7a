#include "scheduler/names.h"

#include "common/alloc.h"
#include "common/hash.h"

#include <stdlib.h>

#define CAP_MIN 64 /* a power of two, as every capacity is */

void names_release(struct names *n)
{
	free(n->slots);
	*n = (struct names){0};
}

/* The slot that holds the key, or the free one where it belongs. */
static struct names_slot *slot_of(const struct names *n, struct span key, uint64_t hash)
{
	size_t i = (size_t)hash & (n->cap - 1);

	while (n->slots[i].key && !(n->slots[i].hash == hash && span_is(key, n->slots[i].key)))
		i = (i + 1) & (n->cap - 1);
	return &n->slots[i];
}

void *names_find(const struct names *n, struct span key)
{
	return n->cap ? slot_of(n, key, hash64_of(key))->object : NULL;
}

static void grow(struct names *n)
{
	struct names old = *n;

	n->cap = old.cap ? old.cap * 2 : CAP_MIN;
	n->slots = alloc_zeroed(n->cap, sizeof *n->slots);
	for (size_t i = 0; i < old.cap; i++) {
		const struct names_slot *s = &old.slots[i];

		if (s->key)
			*slot_of(n, span_str(s->key), s->hash) = *s;
	}
	free(old.slots);
}

void names_add(struct names *n, const char *key, void *object)
{
	uint64_t hash = hash64_of(span_str(key));

	if (n->len * 4 >= n->cap * 3)
		grow(n);
	*slot_of(n, span_str(key), hash) = (struct names_slot){hash, key, object};
	n->len++;
}
