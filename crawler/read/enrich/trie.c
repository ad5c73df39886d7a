/*
 * Nodes stand in the order of breadth, so that those behind one node are
 * neighbours, sorted by their character. Names are sorted, so that those with
 * a beginning in common are neighbours, too: a node is made of a range of them.
 */
#include "crawler/read/enrich/trie.h"

#include "common/alloc.h"
#include "common/utf8.h"

#define PLANE 0x10000 /* first characters beyond it are searched like all others */

struct node {
	uint32_t c;
	uint32_t first; /* of those behind it */
	uint32_t n;
	uint32_t value;
};

struct trie {
	struct node *nodes;
	size_t n, cap;
	uint32_t *starts; /* by first character; 0: none */
};

/* The names that a node is the beginning of. */
struct range {
	size_t first, end;
	size_t depth; /* bytes */
};

struct build {
	struct trie *trie;
	const struct trie_name *names;
	struct range *ranges; /* by node */
	size_t cap;
};

static void add_node(struct build *b, uint32_t c, struct range range)
{
	struct trie *t = b->trie;

	t->nodes = alloc_grow(t->nodes, t->n, &t->cap, sizeof *t->nodes);
	b->ranges = alloc_grow(b->ranges, t->n, &b->cap, sizeof *b->ranges);
	t->nodes[t->n] = (struct node){.c = c};
	b->ranges[t->n++] = range;
}

static uint32_t char_at(struct span text, size_t *at)
{
	const char *p = text.data + *at;
	uint32_t c = utf8_next(&p, text.data + text.len);

	*at = (size_t)(p - text.data);
	return c;
}

/* A node for each character that goes on behind node @i. */
static void spread(struct build *b, size_t i)
{
	struct range range = b->ranges[i];
	size_t first = b->trie->n;

	if (range.first < range.end && b->names[range.first].text.len == range.depth)
		b->trie->nodes[i].value = b->names[range.first++].value;
	while (range.first < range.end) {
		size_t end = range.first, behind = 0, depth = range.depth;
		uint32_t c = char_at(b->names[range.first].text, &depth);

		do {
			end++;
			behind = range.depth;
		} while (end < range.end && char_at(b->names[end].text, &behind) == c);
		add_node(b, c, (struct range){range.first, end, depth});
		range.first = end;
	}
	b->trie->nodes[i].first = (uint32_t)first;
	b->trie->nodes[i].n = (uint32_t)(b->trie->n - first);
}

struct trie *trie_new(const struct trie_name *names, size_t n)
{
	struct trie *t = ALLOC_NEW(struct trie);
	struct build b = {.trie = t, .names = names};

	t->starts = alloc_zeroed(PLANE, sizeof *t->starts);
	add_node(&b, 0, (struct range){0, n, 0});
	for (size_t i = 0; i < t->n; i++)
		spread(&b, i);
	for (uint32_t i = 1; i <= t->nodes[TRIE_ROOT].n; i++)
		if (t->nodes[i].c < PLANE)
			t->starts[t->nodes[i].c] = i;
	free(b.ranges);
	return t;
}

void trie_free(struct trie *t)
{
	if (!t)
		return;
	free(t->nodes);
	free(t->starts);
	free(t);
}

static uint32_t search(const struct trie *t, const struct node *node, uint32_t c)
{
	uint32_t low = node->first, high = node->first + node->n;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (t->nodes[middle].c == c)
			return middle;
		if (t->nodes[middle].c < c)
			low = middle + 1;
		else
			high = middle;
	}
	return TRIE_NONE;
}

uint32_t trie_step(const struct trie *t, uint32_t node, uint32_t c)
{
	if (node == TRIE_ROOT && c < PLANE)
		return t->starts[c] ? t->starts[c] : TRIE_NONE;
	return search(t, &t->nodes[node], c);
}

uint32_t trie_value(const struct trie *t, uint32_t node)
{
	return t->nodes[node].value;
}

uint32_t trie_find(const struct trie *t, struct span name)
{
	const char *p = name.data, *end = p + name.len;
	uint32_t node = TRIE_ROOT;

	while (p < end && node != TRIE_NONE)
		node = trie_step(t, node, utf8_next(&p, end));
	return node == TRIE_NONE ? 0 : trie_value(t, node);
}
