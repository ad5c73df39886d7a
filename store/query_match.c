/*
 * Evaluation over a folded document. A term is looked for part by part; NEAR
 * lists the places of both sides and walks them together.
 */
#include "common/alloc.h"
#include "common/utf8.h"
#include "store/query_node.h"
#include "store/regex.h"

#define UTF8_BYTES_MAX 4
#define ENDS_MAX                                                                                   \
	(QUERY_PIECES_MAX * (QUERY_GAP_MAX + 1)) /* starts within reach, however pieces overlap */

struct place {
	size_t start, end; /* bytes */
};

struct places {
	struct place *items;
	size_t len, cap;
};

static struct span part_of(const struct query_document *d, int part)
{
	return strbuf_span(&d->parts[part]);
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xC0) == 0x80;
}

static uint32_t char_before(struct span s, size_t at)
{
	const char *p = s.data + at;

	if (at == 0)
		return 0;
	do
		p--;
	while (p > s.data && is_continuation(*p));
	return utf8_next(&p, s.data + at);
}

static uint32_t char_at(struct span s, size_t at)
{
	const char *p = s.data + at;

	return at < s.len ? utf8_next(&p, s.data + s.len) : 0;
}

/* Terms */

/* The first place of one piece from @from on that ends at or before @limit. */
static bool find_piece(struct span text, const struct query_piece *piece, size_t from, size_t limit,
	struct place *ret)
{
	while (from <= limit) {
		ptrdiff_t at = span_find(span_from(text.data + from, limit - from), piece->text);
		size_t start, end;

		if (at < 0)
			return false;
		start = from + (size_t)at;
		end = start + piece->text.len;
		if (!(piece->word_start && query_is_word_char(char_before(text, start))) &&
			!(piece->word_end && query_is_word_char(char_at(text, end)))) {
			*ret = (struct place){start, end};
			return true;
		}
		from = start + 1;
	}
	return false;
}

static size_t chars_between(struct span text, size_t start, size_t end)
{
	return utf8_count(span_from(text.data + start, end - start));
}

/* Where a part of a term can end, in ascending order. */
struct ends {
	size_t at[ENDS_MAX];
	size_t len;
};

/* The closest of them that is not behind @start is at most QUERY_GAP_MAX characters away. */
static bool is_reached(struct span text, const struct ends *ends, size_t start)
{
	size_t i = ends->len;

	while (i > 0 && ends->at[i - 1] > start)
		i--;
	return i > 0 && chars_between(text, ends->at[i - 1], start) <= QUERY_GAP_MAX;
}

/* From the ends of one piece to those of the next: all places count, since the first need not lead on. */
static void step(struct span text, const struct query_piece *piece, struct ends *ends)
{
	const struct ends before = *ends;
	size_t limit = before.at[before.len - 1] + QUERY_GAP_MAX * UTF8_BYTES_MAX + piece->text.len;
	size_t from = before.at[0];
	struct place at;

	ends->len = 0;
	if (limit > text.len)
		limit = text.len;
	while (ends->len < ENDS_MAX && find_piece(text, piece, from, limit, &at)) {
		if (is_reached(text, &before, at.start))
			ends->at[ends->len++] = at.end;
		from = at.start + 1;
	}
}

/* The pieces behind the first one, which ends at @from. */
static bool find_rest(struct span text, const struct query_node *term, size_t from, size_t *ret_end)
{
	struct ends ends = {.at = {from}, .len = 1};

	for (size_t i = 1; i < term->n_pieces && ends.len; i++)
		step(text, &term->pieces[i], &ends);
	if (!ends.len)
		return false;
	*ret_end = ends.at[0];
	return true;
}

static bool find_term(struct span text, const struct query_node *term, size_t from,
	struct place *ret)
{
	struct place at;

	while (find_piece(text, &term->pieces[0], from, text.len, &at)) {
		if (term->n_pieces == 1 || find_rest(text, term, at.end, &at.end)) {
			*ret = at;
			return true;
		}
		from = at.start + 1;
	}
	return false;
}

static bool match_term(const struct query_node *n, const struct query_document *d)
{
	struct place at;

	for (int part = 0; part < PARTS; part++) {
		if ((n->parts & 1u << part) && find_term(part_of(d, part), n, 0, &at))
			return true;
	}
	return false;
}

/* NEAR */

static void list_places(struct span text, const struct query_node *n, struct places *list)
{
	struct place at;
	size_t from = 0;

	for (size_t i = 0; i < n->n_children; i++)
		list_places(text, n->children[i], list);
	if (n->kind != QUERY_TERM)
		return;
	while (find_term(text, n, from, &at)) {
		list->items = alloc_grow(list->items, list->len, &list->cap, sizeof *list->items);
		list->items[list->len++] = at;
		from = at.start + 1;
	}
}

static int compare_places(const void *a, const void *b)
{
	const struct place *x = a, *y = b;

	return (x->start > y->start) - (x->start < y->start);
}

static bool is_near(struct span text, struct place a, struct place b, size_t distance)
{
	if (a.end <= b.start)
		return chars_between(text, a.end, b.start) <= distance;
	return b.end <= a.start && chars_between(text, b.end, a.start) <= distance;
}

static bool walk_places(struct span text, const struct places *left, const struct places *right,
	size_t distance)
{
	size_t reach = distance * UTF8_BYTES_MAX, first = 0;

	for (size_t i = 0; i < left->len; i++) {
		struct place a = left->items[i];

		while (first < right->len && right->items[first].end + reach < a.start)
			first++;
		for (size_t k = first; k < right->len && right->items[k].start <= a.end + reach;
			k++) {
			if (is_near(text, a, right->items[k], distance))
				return true;
		}
	}
	return false;
}

static bool match_near_in(const struct query_node *n, struct span text)
{
	struct places left = {0}, right = {0};
	bool found = false;

	list_places(text, n->children[0], &left);
	if (left.len)
		list_places(text, n->children[1], &right);
	if (right.len) {
		qsort(left.items, left.len, sizeof *left.items, compare_places);
		qsort(right.items, right.len, sizeof *right.items, compare_places);
		found = walk_places(text, &left, &right, n->distance);
	}
	free(left.items);
	free(right.items);
	return found;
}

static bool match_near(const struct query_node *n, const struct query_document *d)
{
	for (int part = 0; part < PARTS; part++) {
		if ((n->parts & 1u << part) && match_near_in(n, part_of(d, part)))
			return true;
	}
	return false;
}

/* The others */

/* A code stands on a line of its own: "\n420100". */
static bool match_region(const struct query_node *n, const struct query_document *d)
{
	struct span prefix = span_str(n->region_prefix), left = part_of(d, PART_REGIONS);

	while (left.len) {
		const char *line = memchr(left.data, '\n', left.len);

		if (!line)
			return false;
		left = span_from_offset(left, (size_t)(line - left.data) + 1);
		if (span_starts_with(left, prefix))
			return true;
	}
	return false;
}

static bool match_date(const struct query_node *n, const struct query_document *d)
{
	return d->is_dated && d->day >= n->from_day && d->day < n->until_day;
}

static bool match_regex(const struct query_node *n, const struct query_document *d)
{
	for (int part = 0; part < PARTS; part++) {
		if ((n->parts & 1u << part) && regex_find(n->regex, part_of(d, part)))
			return true;
	}
	return false;
}

static bool match(const struct query_node *n, const struct query_document *d)
{
	switch (n->kind) {
	case QUERY_AND:
		for (size_t i = 0; i < n->n_children; i++) {
			if (!match(n->children[i], d))
				return false;
		}
		return true;
	case QUERY_OR:
		for (size_t i = 0; i < n->n_children; i++) {
			if (match(n->children[i], d))
				return true;
		}
		return false;
	case QUERY_NOT:
		return !match(n->children[0], d);
	case QUERY_NEAR:
		return match_near(n, d);
	case QUERY_TERM:
		return match_term(n, d);
	case QUERY_REGION:
		return match_region(n, d);
	case QUERY_DATE:
		return match_date(n, d);
	case QUERY_REGEX:
		return match_regex(n, d);
	}
	return false;
}

bool query_match(const struct query *q, const struct query_document *d)
{
	return match(q->root, d);
}

/* Terms and places of a match */

static void collect_terms(const struct query_node *n, const struct query_document *d,
	struct arena *a, struct str_list *list)
{
	if (n->kind == QUERY_NOT)
		return;
	for (size_t i = 0; i < n->n_children; i++)
		collect_terms(n->children[i], d, a, list);
	if (n->shown && !record_list_has(list, n->shown) && match(n, d))
		record_list_add(a, list, n->shown);
}

void query_terms(const struct query *q, const struct query_document *d, struct arena *a,
	struct str_list *ret)
{
	collect_terms(q->root, d, a, ret);
}

static void locate(const struct query_node *n, struct span text, size_t *first)
{
	struct place at;

	if (n->kind == QUERY_NOT)
		return;
	for (size_t i = 0; i < n->n_children; i++)
		locate(n->children[i], text, first);
	if (n->kind == QUERY_TERM && (n->parts & 1u << PART_TEXT) && find_term(text, n, 0, &at) &&
		at.start < *first)
		*first = at.start;
}

bool query_locate(const struct query *q, const struct query_document *d, size_t *ret_offset)
{
	struct span text = part_of(d, PART_TEXT);
	size_t first = SIZE_MAX;

	locate(q->root, text, &first);
	if (first == SIZE_MAX)
		return false;
	*ret_offset = first;
	return true;
}
