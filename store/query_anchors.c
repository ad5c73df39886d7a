/*
 * Anchors: what has to be in a text for a query to match. Of an AND one
 * operand's anchors are enough, and the best ones are taken; an OR needs those
 * of all its operands.
 */
#include "store/query_node.h"

#define ANCHORS_MAX 4096 /* of one query; one with more is tried on every document */

struct anchors {
	struct span *items;
	size_t len, cap;
	size_t shortest; /* bytes: what is long is rare */
};

static bool anchors_of(const struct query_node *n, struct arena *a, struct anchors *ret);

static bool add(struct arena *a, struct anchors *list, struct span s)
{
	if (list->len == ANCHORS_MAX)
		return false;
	if (list->len == list->cap) {
		struct span *moved;

		list->cap = list->cap ? list->cap * 2 : 2;
		moved = arena_alloc(a, list->cap * sizeof *moved);
		if (list->len)
			memcpy(moved, list->items, list->len * sizeof *moved);
		list->items = moved;
	}
	if (list->len == 0 || s.len < list->shortest)
		list->shortest = s.len;
	list->items[list->len++] = s;
	return true;
}

static bool is_better(const struct anchors *a, const struct anchors *b)
{
	return a->shortest > b->shortest || (a->shortest == b->shortest && a->len < b->len);
}

static bool anchors_of_term(const struct query_node *n, struct arena *a, struct anchors *ret)
{
	struct span longest = n->pieces[0].text;

	if (n->parts & ~(1u << PART_TITLE | 1u << PART_TEXT))
		return false;
	for (size_t i = 1; i < n->n_pieces; i++) {
		if (n->pieces[i].text.len > longest.len)
			longest = n->pieces[i].text;
	}
	return add(a, ret, longest);
}

static bool anchors_of_best(const struct query_node *n, struct arena *a, struct anchors *ret)
{
	bool found = false;

	for (size_t i = 0; i < n->n_children; i++) {
		struct anchors one = {0};

		if (anchors_of(n->children[i], a, &one) && (!found || is_better(&one, ret))) {
			*ret = one;
			found = true;
		}
	}
	return found;
}

static bool anchors_of_all(const struct query_node *n, struct arena *a, struct anchors *ret)
{
	for (size_t i = 0; i < n->n_children; i++) {
		struct anchors one = {0};

		if (!anchors_of(n->children[i], a, &one))
			return false;
		for (size_t k = 0; k < one.len; k++) {
			if (!add(a, ret, one.items[k]))
				return false;
		}
	}
	return true;
}

static bool anchors_of(const struct query_node *n, struct arena *a, struct anchors *ret)
{
	switch (n->kind) {
	case QUERY_TERM:
		return anchors_of_term(n, a, ret);
	case QUERY_AND:
	case QUERY_NEAR:
		return anchors_of_best(n, a, ret);
	case QUERY_OR:
		return anchors_of_all(n, a, ret);
	default:
		return false;
	}
}

bool query_anchors(const struct query *q, struct arena *a, struct span **ret, size_t *ret_n)
{
	struct anchors anchors = {0};

	if (!anchors_of(q->root, a, &anchors))
		return false;
	*ret = anchors.items;
	*ret_n = anchors.len;
	return true;
}
