/*
 *	or      = and { OR and }
 *	and     = not { [AND] not }
 *	not     = { NOT } near
 *	near    = primary { NEAR/n primary }
 *	primary = "(" or ")" | FIELD primary | word | regex
 *
 * A field applies to all that stands in the parentheses behind it.
 */
#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/fold.h"
#include "common/utf8.h"
#include "store/query_lexer.h"
#include "store/query_node.h"
#include "store/regex.h"
#include "store/region.h"

#define DEPTH_MAX 64 /* of parentheses and NOTs: the parser and the evaluation recurse */

#define BIT(part) (1u << (part))

enum field_kind { FIELD_SEARCH, FIELD_REGION, FIELD_AFTER, FIELD_BEFORE };

struct field {
	const char *name; /* folded */
	enum field_kind kind;
	unsigned parts;
};

static const struct field field_anywhere = {"", FIELD_SEARCH, BIT(PART_TITLE) | BIT(PART_TEXT)};

static const struct field fields[] = {
	{"title", FIELD_SEARCH, BIT(PART_TITLE)},
	{"标题", FIELD_SEARCH, BIT(PART_TITLE)},
	{"text", FIELD_SEARCH, BIT(PART_TEXT)},
	{"正文", FIELD_SEARCH, BIT(PART_TEXT)},
	{"source", FIELD_SEARCH, BIT(PART_SOURCE) | BIT(PART_PUBLISHER)},
	{"来源", FIELD_SEARCH, BIT(PART_SOURCE) | BIT(PART_PUBLISHER)},
	{"publisher", FIELD_SEARCH, BIT(PART_PUBLISHER)},
	{"媒体", FIELD_SEARCH, BIT(PART_PUBLISHER)},
	{"region", FIELD_REGION, 0},
	{"地区", FIELD_REGION, 0},
	{"industry", FIELD_SEARCH, BIT(PART_INDUSTRIES)},
	{"行业", FIELD_SEARCH, BIT(PART_INDUSTRIES)},
	{"tech", FIELD_SEARCH, BIT(PART_TECHNOLOGIES)},
	{"技术", FIELD_SEARCH, BIT(PART_TECHNOLOGIES)},
	{"ai技术", FIELD_SEARCH, BIT(PART_TECHNOLOGIES)},
	{"agency", FIELD_SEARCH, BIT(PART_AGENCIES)},
	{"机构", FIELD_SEARCH, BIT(PART_AGENCIES)},
	{"number", FIELD_SEARCH, BIT(PART_NUMBERS)},
	{"文号", FIELD_SEARCH, BIT(PART_NUMBERS)},
	{"after", FIELD_AFTER, 0},
	{"before", FIELD_BEFORE, 0},
};

#define N_FIELDS (sizeof fields / sizeof *fields)

struct parser {
	struct query *query;
	struct query_lexer lexer;
	struct query_token token; /* the one that is looked at */
	const struct field *field;
	int depth;
};

bool query_is_word_char(uint32_t c)
{
	if (c < 0x80)
		return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
	return (c >= 0xC0 && c <= 0x24F && c != 0xD7 && c != 0xF7) || (c >= 0x370 && c <= 0x52F);
}

static int fail(struct parser *p, size_t column, const char *text)
{
	return query_lexer_fail(&p->lexer, column, "%s", text);
}

static void advance(struct parser *p)
{
	p->token = query_lexer_next(&p->lexer);
}

/* Nodes */

static struct query_node *node_new(struct parser *p, enum query_kind kind)
{
	struct query_node *n = arena_alloc(p->query->arena, sizeof *n);

	n->kind = kind;
	n->column = p->token.column;
	n->parts = p->field->parts;
	return n;
}

static void node_add(struct parser *p, struct query_node *n, struct query_node *child)
{
	if (n->n_children == n->cap) {
		struct query_node **moved;

		n->cap = n->cap ? n->cap * 2 : 2;
		moved = arena_alloc(p->query->arena, n->cap * sizeof(struct query_node *));
		if (n->n_children)
			memcpy(moved, n->children, n->n_children * sizeof(struct query_node *));
		n->children = moved;
	}
	n->children[n->n_children++] = child;
}

static struct query_node *node_pair(struct parser *p, enum query_kind kind, struct query_node *a,
	struct query_node *b)
{
	struct query_node *n = node_new(p, kind);

	n->column = a->column;
	node_add(p, n, a);
	node_add(p, n, b);
	return n;
}

/* Words */

static uint32_t first_char(struct span s)
{
	const char *at = s.data;

	return s.len ? utf8_next(&at, s.data + s.len) : 0;
}

static uint32_t last_char(struct span s)
{
	const char *at = s.data + s.len;

	if (!s.len)
		return 0;
	do
		at--;
	while (at > s.data && ((unsigned char)*at & 0xC0) == 0x80);
	return first_char(span_from(at, s.len - (size_t)(at - s.data)));
}

/* Beside a star no word has to begin or end; at the ends of the term one has to. */
static void set_pieces(struct parser *p, struct query_node *n, const struct span *texts,
	size_t count)
{
	n->pieces = arena_alloc(p->query->arena, count * sizeof *n->pieces);
	for (size_t i = 0; i < count; i++) {
		struct query_piece *piece = &n->pieces[n->n_pieces];

		if (!texts[i].len)
			continue;
		piece->text = texts[i];
		piece->word_start = i == 0 && query_is_word_char(first_char(texts[i]));
		piece->word_end = i == count - 1 && query_is_word_char(last_char(texts[i]));
		n->n_pieces++;
	}
}

/* Of a zone that has no code of its own: "x-" and letters, as records and gazetteers have it. */
static bool is_zone(struct span name)
{
	size_t i = 2;

	while (i < name.len && name.data[i] >= 'a' && name.data[i] <= 'z')
		i++;
	return i > 2 && i == name.len && span_starts_with(name, SPAN_LITERAL("x-"));
}

static struct query_node *parse_region(struct parser *p)
{
	struct query_node *n = node_new(p, QUERY_REGION);
	struct span name = p->token.pieces[0];
	const char *code = region_code(name);
	size_t len = 0;

	while (len < name.len && name.data[len] >= '0' && name.data[len] <= '9')
		len++;
	if (!code && ((len == name.len && (len == 2 || len == 4 || len == 6)) || is_zone(name)))
		code = name.data;
	if (!code || p->token.n_pieces > 1) {
		query_lexer_fail(&p->lexer, p->token.column,
			"unknown region %s: give a province, a city, or a code of six digits",
			p->token.shown);
		return NULL;
	}
	for (len = strlen(code); len > 2 && memcmp(code + len - 2, "00", 2) == 0; len -= 2)
		;
	n->region_prefix = arena_dup(p->query->arena, span_from(code, len));
	n->shown = p->token.shown;
	return n;
}

static bool read_digits(const char **s, int n, int *ret)
{
	int value = 0;

	for (int i = 0; i < n; i++, (*s)++) {
		if (**s < '0' || **s > '9')
			return false;
		value = value * 10 + (**s - '0');
	}
	*ret = value;
	return true;
}

/* YYYY, YYYY-MM or YYYY-MM-DD at *@s: its first day, and the first one behind it. */
static bool read_period(const char **s, int64_t *ret_first, int64_t *ret_behind)
{
	int year, month = 1, day = 1;

	if (!read_digits(s, 4, &year))
		return false;
	if (**s != '-') {
		*ret_first = clock_days(year, 1, 1);
		*ret_behind = clock_days(year + 1, 1, 1);
		return true;
	}
	++*s;
	if (!read_digits(s, 2, &month) || !clock_is_date(year, month, 1))
		return false;
	if (**s != '-') {
		*ret_first = clock_days(year, month, 1);
		*ret_behind =
			month == 12 ? clock_days(year + 1, 1, 1) : clock_days(year, month + 1, 1);
		return true;
	}
	++*s;
	if (!read_digits(s, 2, &day) || !clock_is_date(year, month, day))
		return false;
	*ret_first = clock_days(year, month, day);
	*ret_behind = *ret_first + 1;
	return true;
}

static struct query_node *parse_date(struct parser *p)
{
	struct query_node *n = node_new(p, QUERY_DATE);
	const char *s = p->token.pieces[0].data;
	int64_t first, behind;

	if (p->token.n_pieces > 1 || !read_period(&s, &first, &behind) || *s) {
		fail(p, p->token.column, "a date is written 2025, 2025-05 or 2025-05-29");
		return NULL;
	}
	n->from_day = p->field->kind == FIELD_AFTER ? first : INT64_MIN;
	n->until_day = p->field->kind == FIELD_BEFORE ? first : INT64_MAX;
	return n;
}

/* 2025-05..2025-06; anything else is an ordinary word. */
static bool is_range(const struct query_token *t, int64_t *ret_from, int64_t *ret_until)
{
	int64_t first, behind;
	const char *s;

	if (t->is_quoted || t->n_pieces != 1)
		return false;
	s = t->pieces[0].data;
	if (!read_period(&s, ret_from, &behind) || strncmp(s, "..", 2) != 0)
		return false;
	s += 2;
	return read_period(&s, &first, ret_until) && !*s;
}

static struct query_node *parse_term(struct parser *p)
{
	struct query_node *n = node_new(p, QUERY_TERM);

	if (p->field == &field_anywhere && is_range(&p->token, &n->from_day, &n->until_day)) {
		n->kind = QUERY_DATE;
		return n;
	}
	if (p->token.n_pieces > QUERY_PIECES_MAX + 1) {
		query_lexer_fail(&p->lexer, p->token.column, "more than %d stars in one term",
			QUERY_PIECES_MAX);
		return NULL;
	}
	set_pieces(p, n, p->token.pieces, p->token.n_pieces);
	n->shown = p->token.shown;
	return n;
}

static struct query_node *parse_word(struct parser *p)
{
	struct query_node *n;

	if (p->field->kind == FIELD_SEARCH)
		n = parse_term(p);
	else if (p->field->kind == FIELD_REGION)
		n = parse_region(p);
	else
		n = parse_date(p);
	if (n)
		advance(p);
	return n;
}

/* Folds what is no ASCII: that may be syntax, and case does not count anyway. */
static void fold_pattern(struct span pattern, struct strbuf *out)
{
	const char *at = pattern.data, *end = at + pattern.len;

	while (at < end) {
		const char *start = at;
		uint32_t c = utf8_next(&at, end);
		struct span one = span_from(start, (size_t)(at - start));

		if (c < 0x80)
			strbuf_add_span(out, one);
		else
			fold_text(one, out);
	}
}

static struct query_node *parse_regex(struct parser *p)
{
	struct query_node *n = node_new(p, QUERY_REGEX);
	struct query *q = p->query;
	STRBUF_LOCAL(pattern);
	size_t offset = 0;

	fold_pattern(p->token.pattern, &pattern);
	if (p->field->kind != FIELD_SEARCH || !pattern.len) {
		fail(p, p->token.column, "no regular expression can stand here");
		return NULL;
	}
	n->regex = regex_new(strbuf_span(&pattern), &offset);
	if (!n->regex) {
		fail(p, p->token.column + 1 + offset, "this regular expression cannot be compiled");
		return NULL;
	}
	q->regexes = alloc_grow(q->regexes, q->n_regexes, &q->cap_regexes, sizeof(struct regex *));
	q->regexes[q->n_regexes++] = n->regex;
	n->shown = p->token.shown;
	advance(p);
	return n;
}

/* The grammar; each returns NULL after a fault */

static struct query_node *parse_or(struct parser *p);
static struct query_node *parse_primary(struct parser *p);

static struct query_node *parse_group(struct parser *p)
{
	size_t column = p->token.column;
	struct query_node *n;

	advance(p);
	n = parse_or(p);
	if (!n)
		return NULL;
	if (p->token.kind != TOKEN_RIGHT) {
		fail(p, column, "this parenthesis is not closed");
		return NULL;
	}
	advance(p);
	return n;
}

static const struct field *find_field(struct span name)
{
	for (size_t i = 0; i < N_FIELDS; i++) {
		if (span_is(name, fields[i].name))
			return &fields[i];
	}
	return NULL;
}

static struct query_node *parse_field(struct parser *p)
{
	const struct field *outer = p->field, *field = find_field(p->token.name);
	size_t column = p->token.column;
	struct query_node *n;

	if (!field) {
		query_lexer_fail(&p->lexer, column,
			"unknown field %.*s (quote it to search for it)", (int)p->token.name.len,
			p->token.name.data);
		return NULL;
	}
	advance(p);
	if (p->token.kind != TOKEN_WORD && p->token.kind != TOKEN_LEFT &&
		p->token.kind != TOKEN_REGEX) {
		query_lexer_fail(&p->lexer, column, "nothing behind %s:", field->name);
		return NULL;
	}
	p->field = field;
	n = parse_primary(p);
	p->field = outer;
	return n;
}

static struct query_node *parse_primary(struct parser *p)
{
	struct query_node *n = NULL;

	if (++p->depth > DEPTH_MAX) {
		fail(p, p->token.column, "nested too deeply");
		return NULL;
	}
	switch (p->token.kind) {
	case TOKEN_LEFT:
		n = parse_group(p);
		break;
	case TOKEN_FIELD:
		n = parse_field(p);
		break;
	case TOKEN_WORD:
		n = parse_word(p);
		break;
	case TOKEN_REGEX:
		n = parse_regex(p);
		break;
	case TOKEN_END:
		fail(p, p->token.column, "something is missing at the end");
		break;
	case TOKEN_RIGHT:
		fail(p, p->token.column, "something is missing before this parenthesis");
		break;
	default:
		fail(p, p->token.column, "something is missing before this operator");
	}
	p->depth--;
	return n;
}

/* What has places in a text. */
static bool has_places(const struct query_node *n)
{
	if (n->kind != QUERY_OR)
		return n->kind == QUERY_TERM;
	for (size_t i = 0; i < n->n_children; i++) {
		if (!has_places(n->children[i]))
			return false;
	}
	return true;
}

static struct query_node *parse_near(struct parser *p)
{
	struct query_node *left = parse_primary(p), *all = left;

	while (left && p->token.kind == TOKEN_NEAR) {
		size_t column = p->token.column, distance = p->token.distance;
		struct query_node *right, *pair;

		advance(p);
		right = parse_primary(p);
		if (!right)
			return NULL;
		if (!has_places(left) || !has_places(right)) {
			fail(p, column, "NEAR stands between words, or alternatives of words");
			return NULL;
		}
		pair = node_pair(p, QUERY_NEAR, left, right);
		pair->distance = distance;
		pair->parts = left->parts;
		all = all == left ? pair : node_pair(p, QUERY_AND, all, pair);
		left = right;
	}
	return all;
}

static struct query_node *parse_not(struct parser *p)
{
	struct query_node *n = NULL, *child;

	if (p->token.kind != TOKEN_NOT)
		return parse_near(p);
	if (++p->depth > DEPTH_MAX) {
		fail(p, p->token.column, "nested too deeply");
		return NULL;
	}
	n = node_new(p, QUERY_NOT);
	advance(p);
	child = parse_not(p);
	p->depth--;
	if (!child)
		return NULL;
	node_add(p, n, child);
	return n;
}

static bool starts_operand(const struct query_token *t)
{
	return t->kind == TOKEN_LEFT || t->kind == TOKEN_FIELD || t->kind == TOKEN_WORD ||
		t->kind == TOKEN_REGEX || t->kind == TOKEN_NOT;
}

/* A single Latin word that is searched for in title and text. */
static bool is_latin(const struct query_node *n)
{
	return n->kind == QUERY_TERM && n->parts == field_anywhere.parts && n->n_pieces == 1 &&
		n->pieces[0].word_start && n->pieces[0].word_end &&
		utf8_count(n->pieces[0].text) == n->pieces[0].text.len &&
		!memchr(n->pieces[0].text.data, ' ', n->pieces[0].text.len);
}

static struct query_node *joined(struct parser *p, const struct query_node *a,
	const struct query_node *b)
{
	struct query_node *n = node_new(p, QUERY_TERM);
	struct span x = a->pieces[0].text, y = b->pieces[0].text;
	struct span text = span_str(
		arena_printf(p->query->arena, "%.*s%.*s", (int)x.len, x.data, (int)y.len, y.data));

	set_pieces(p, n, &text, 1);
	n->shown = arena_printf(p->query->arena, "%s%s", a->shown, b->shown);
	n->parts = a->parts;
	return n;
}

/* Latin words side by side may be written as one: each may be found alone or with its neighbour. */
static void join_latin(struct parser *p, struct query_node *n, const bool *is_beside)
{
	size_t count = n->n_children;
	struct query_node **words =
		arena_alloc(p->query->arena, (count + 1) * sizeof(struct query_node *));
	struct query_node **joins =
		arena_alloc(p->query->arena, (count + 1) * sizeof(struct query_node *));

	memcpy(words, n->children, count * sizeof(struct query_node *));
	for (size_t i = 1; i < count; i++) {
		if (is_beside[i] && is_latin(words[i - 1]) && is_latin(words[i]))
			joins[i] = joined(p, words[i - 1], words[i]);
	}
	for (size_t i = 0; i < count; i++) {
		if (joins[i])
			n->children[i] = node_pair(p, QUERY_OR, n->children[i], joins[i]);
		if (i + 1 < count && joins[i + 1])
			n->children[i] = node_pair(p, QUERY_OR, n->children[i], joins[i + 1]);
	}
}

static struct query_node *parse_and(struct parser *p)
{
	struct query_node *all = node_new(p, QUERY_AND), *n = parse_not(p);
	/* Whether operand i stands beside the one before it, without an AND. */
	bool *is_beside = arena_alloc(p->query->arena, 1);
	size_t cap = 1;

	while (n) {
		bool has_operator = p->token.kind == TOKEN_AND;

		node_add(p, all, n);
		if (has_operator)
			advance(p);
		else if (!starts_operand(&p->token))
			break;
		if (all->n_children + 1 > cap) {
			bool *moved = arena_alloc(p->query->arena, cap * 2);

			memcpy(moved, is_beside, cap);
			is_beside = moved;
			cap *= 2;
		}
		is_beside[all->n_children] = !has_operator;
		n = parse_not(p);
	}
	if (!n)
		return NULL;
	if (all->n_children == 1)
		return all->children[0];
	join_latin(p, all, is_beside);
	return all;
}

static struct query_node *parse_or(struct parser *p)
{
	struct query_node *any = node_new(p, QUERY_OR), *n = parse_and(p);

	while (n) {
		node_add(p, any, n);
		if (p->token.kind != TOKEN_OR)
			break;
		advance(p);
		n = parse_and(p);
	}
	if (!n)
		return NULL;
	return any->n_children == 1 ? any->children[0] : any;
}

/* Whether anything is asked for, and not only excluded. */
static bool has_wanted(const struct query_node *n, bool wanted)
{
	if (n->kind == QUERY_NOT)
		return has_wanted(n->children[0], !wanted);
	for (size_t i = 0; i < n->n_children; i++) {
		if (has_wanted(n->children[i], wanted))
			return true;
	}
	return n->n_children == 0 && wanted;
}

static struct query_node *parse_all(struct parser *p)
{
	struct query_node *root;

	advance(p);
	if (p->token.kind == TOKEN_END) {
		fail(p, 1, "the query is empty");
		return NULL;
	}
	root = parse_or(p);
	if (!root)
		return NULL;
	if (p->token.kind == TOKEN_NEAR) {
		fail(p, p->token.column, "NEAR stands between words, or alternatives of words");
		return NULL;
	}
	if (p->token.kind != TOKEN_END) {
		fail(p, p->token.column, "this parenthesis was not opened");
		return NULL;
	}
	if (!p->lexer.err && !has_wanted(root, true))
		fail(p, root->column, "a query that only excludes would match everything else");
	return root;
}

int query_parse(struct span text, struct query **ret, struct query_fault *ret_fault)
{
	CLEANUP(query_freep) struct query *q = ALLOC_NEW(struct query);
	struct parser p = {.query = q, .field = &field_anywhere};

	q->arena = arena_new();
	q->text = arena_dup(q->arena, text);
	query_lexer_init(&p.lexer, text, q->arena, ret_fault);
	if (text.len > QUERY_BYTES_MAX)
		return query_lexer_fail(&p.lexer, 1, "longer than %d bytes", QUERY_BYTES_MAX);
	if (!utf8_is_valid(text))
		return query_lexer_fail(&p.lexer, 1, "not in UTF-8");
	q->root = parse_all(&p);
	if (p.lexer.err)
		return p.lexer.err;
	*ret = TAKE_PTR(q);
	return 0;
}

void query_free(struct query *q)
{
	if (!q)
		return;
	for (size_t i = 0; i < q->n_regexes; i++)
		regex_free(q->regexes[i]);
	free(q->regexes);
	arena_free(q->arena);
	free(q);
}

const char *query_text(const struct query *q)
{
	return q->text;
}
