/*
 * Trie: names by their characters, for finding at every place of a text all
 * names that begin there. Built once; read-only and thread-safe afterwards.
 *
 * A step costs a table look-up at the first character and a binary search
 * among the characters that go on behind it, of which there are few.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_TRIE_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_TRIE_H

#include "common/cleanup.h"
#include "common/span.h"

#include <stddef.h>
#include <stdint.h>

struct trie;

struct trie_name {
	struct span text; /* UTF-8, not empty */
	uint32_t value;   /* not 0 */
};

#define TRIE_ROOT 0u
#define TRIE_NONE UINT32_MAX

/* @names are sorted by the bytes of their texts, which differ; they are not kept. */
struct trie *trie_new(const struct trie_name *names, size_t n);
void trie_free(struct trie *t);
DEFINE_CLEANUP(struct trie *, trie_free)

/* From a node (TRIE_ROOT first) over the character @c to the next one, or TRIE_NONE. */
uint32_t trie_step(const struct trie *t, uint32_t node, uint32_t c);

/* The value of the name that ends at a node, 0 when none does. */
uint32_t trie_value(const struct trie *t, uint32_t node);

/* The value of a whole name, 0 when it is unknown. */
uint32_t trie_find(const struct trie *t, struct span name);

#endif
