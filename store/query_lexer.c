/*
 * A word goes on until white space or a parenthesis; quotation and book-title
 * marks within it group what they hold and vanish. So that “甲”或“乙” is read as it is
 * meant, a word also ends between a mark and an operator that stands alone.
 */
#include "store/query_lexer.h"

#include "common/err.h"
#include "common/fold.h"
#include "common/utf8.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

#define DISTANCE_MAX 1000

static const struct {
	uint32_t open, close;
} quotes[] = {
	{'"', '"'},
	{0x201C, 0x201D},
	{0x201E, 0x201D},
	{0x300A, 0x300B},
	{0x3008, 0x3009},
	{0x300C, 0x300D},
	{0x300E, 0x300F},
	{0x301D, 0x301E},
};

#define N_QUOTES (sizeof quotes / sizeof *quotes)

static const struct {
	const char *name; /* folded */
	enum query_token_kind kind;
} operators[] = {
	{"and", TOKEN_AND},
	{"与", TOKEN_AND},
	{"且", TOKEN_AND},
	{"or", TOKEN_OR},
	{"或", TOKEN_OR},
	{"not", TOKEN_NOT},
	{"非", TOKEN_NOT},
};

struct word {
	struct query_token *token;
	struct strbuf piece; /* as written */
	struct strbuf shown;
	bool has_star;
};

void query_lexer_init(struct query_lexer *l, struct span text, struct arena *a,
	struct query_fault *fault)
{
	*l = (struct query_lexer){
		.p = text.data,
		.end = text.data + text.len,
		.column = 1,
		.arena = a,
		.fault = fault,
	};
}

int query_lexer_fail(struct query_lexer *l, size_t column, const char *format, ...)
{
	va_list args;

	if (l->err)
		return l->err;
	l->fault->column = column;
	va_start(args, format);
	vsnprintf(l->fault->text, sizeof l->fault->text, format, args);
	va_end(args);
	l->err = -ERR_PARSE;
	l->p = l->end;
	return l->err;
}

/* ASCII in full width, and the ideographic space, as ASCII. */
static uint32_t narrow(uint32_t c)
{
	if (c >= 0xFF01 && c <= 0xFF5E)
		return c - 0xFEE0;
	return utf8_is_space(c) ? ' ' : c;
}

static uint32_t peek_raw(const struct query_lexer *l)
{
	const char *p = l->p;

	return p < l->end ? utf8_next(&p, l->end) : 0;
}

static uint32_t peek(const struct query_lexer *l)
{
	return narrow(peek_raw(l));
}

static uint32_t take(struct query_lexer *l)
{
	uint32_t c = utf8_next(&l->p, l->end);

	l->column++;
	return c;
}

static bool at_end(const struct query_lexer *l)
{
	return l->p >= l->end;
}

static const char *folded(struct query_lexer *l, struct span s)
{
	STRBUF_LOCAL(out);

	fold_text(s, &out);
	return arena_dup(l->arena, strbuf_span(&out));
}

static bool find_operator(struct query_lexer *l, struct span written, enum query_token_kind *ret)
{
	const char *name = written.len <= 12 ? folded(l, written) : "";

	for (size_t i = 0; i < sizeof operators / sizeof *operators; i++) {
		if (strcmp(operators[i].name, name) == 0) {
			*ret = operators[i].kind;
			return true;
		}
	}
	return false;
}

static uint32_t closing_of(uint32_t open)
{
	for (size_t i = 0; i < N_QUOTES; i++) {
		if (quotes[i].open == open)
			return quotes[i].close;
	}
	return 0;
}

static bool is_closing(uint32_t c)
{
	for (size_t i = 0; i < N_QUOTES; i++) {
		if (quotes[i].close == c)
			return true;
	}
	return false;
}

static bool ends_word(uint32_t c)
{
	return c == ' ' || c == '(' || c == ')';
}

/* Whether an operator stands between here and the next mark, space, parenthesis or the end. */
static bool operator_follows(struct query_lexer *l)
{
	struct query_lexer ahead = *l;
	enum query_token_kind kind;

	while (!at_end(&ahead) && !ends_word(peek(&ahead)) && !closing_of(peek(&ahead)))
		take(&ahead);
	return find_operator(l, span_from(l->p, (size_t)(ahead.p - l->p)), &kind);
}

/* "(2025)" inside a document number that was written with plain brackets. */
static bool year_follows(const struct query_lexer *l)
{
	struct query_lexer ahead = *l;

	if (peek(&ahead) != '(')
		return false;
	take(&ahead);
	for (int i = 0; i < 4; i++) {
		uint32_t c = at_end(&ahead) ? 0 : narrow(take(&ahead));

		if (c < '0' || c > '9')
			return false;
	}
	return peek(&ahead) == ')';
}

/* The piece so far is complete: a star or the end of the word follows. */
static void end_piece(struct query_lexer *l, struct word *w)
{
	struct query_token *t = w->token;
	struct span text = span_str(folded(l, strbuf_span(&w->piece)));

	if (t->n_pieces == t->cap) {
		struct span *moved;

		t->cap = t->cap ? t->cap * 2 : 2;
		moved = arena_alloc(l->arena, t->cap * sizeof *moved);
		if (t->n_pieces)
			memcpy(moved, t->pieces, t->n_pieces * sizeof *moved);
		t->pieces = moved;
	}
	/* Two stars side by side are one. */
	if (text.len || t->n_pieces == 0 || t->pieces[t->n_pieces - 1].len)
		t->pieces[t->n_pieces++] = text;
	strbuf_clear(&w->piece);
}

static void take_char(struct query_lexer *l, struct word *w)
{
	uint32_t c = take(l);

	strbuf_add_utf8(&w->piece, c);
	strbuf_add_utf8(&w->shown, c);
}

static void take_quoted(struct query_lexer *l, struct word *w)
{
	size_t column = l->column;
	uint32_t close = closing_of(narrow(take(l)));

	w->token->is_quoted = true;
	while (!at_end(l) && peek(l) != close)
		take_char(l, w);
	if (at_end(l)) {
		query_lexer_fail(l, column, "this quotation mark is not closed");
		return;
	}
	take(l);
}

static bool is_field_name(struct span name)
{
	const char *p = name.data, *end = name.data + name.len;

	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		if (!((c >= 'a' && c <= 'z') || utf8_is_han(c)))
			return false;
	}
	return name.len > 0;
}

/* "title:" and the like, and what looks like it. */
static bool take_field(struct query_lexer *l, struct word *w)
{
	struct span name;

	if (w->token->is_quoted || w->has_star)
		return false;
	name = span_str(folded(l, strbuf_span(&w->piece)));
	if (!is_field_name(name))
		return false;
	take(l);
	w->token->kind = TOKEN_FIELD;
	w->token->name = name;
	return true;
}

/* True when the word is complete. */
static bool take_part(struct query_lexer *l, struct word *w)
{
	uint32_t c = peek(l);
	enum query_token_kind kind;

	if (c == '*') {
		take(l);
		strbuf_add_char(&w->shown, '*');
		w->has_star = true;
		end_piece(l, w);
	} else if (closing_of(c)) {
		if (!w->token->is_quoted && find_operator(l, strbuf_span(&w->piece), &kind))
			return true;
		take_quoted(l, w);
		return operator_follows(l);
	} else if (is_closing(c)) {
		take(l);
	} else if (c == ':' && take_field(l, w)) {
		return true;
	} else {
		take_char(l, w);
	}
	return false;
}

static bool is_word_at(const struct query_lexer *l, const struct word *w)
{
	return !at_end(l) && (!ends_word(peek(l)) || (w->piece.len && year_follows(l)));
}

static void take_year(struct query_lexer *l, struct word *w)
{
	for (int i = 0; i < 6; i++)
		take_char(l, w);
}

static bool parse_distance(struct query_lexer *l, struct query_token *t, const char *digits)
{
	size_t n = 0;

	if (!*digits)
		return query_lexer_fail(l, t->column, "NEAR needs a distance, as in NEAR/10") == 0;
	for (; *digits >= '0' && *digits <= '9' && n <= DISTANCE_MAX; digits++)
		n = n * 10 + (size_t)(*digits - '0');
	if (*digits || n > DISTANCE_MAX)
		return query_lexer_fail(l, t->column, "NEAR/n: n is a number up to %d",
			       DISTANCE_MAX) == 0;
	t->kind = TOKEN_NEAR;
	t->distance = n;
	return true;
}

/* A word without marks may be an operator. */
static void classify(struct query_lexer *l, struct word *w)
{
	struct query_token *t = w->token;
	const char *name;

	if (t->is_quoted || w->has_star)
		return;
	if (find_operator(l, strbuf_span(&w->shown), &t->kind))
		return;
	name = folded(l, strbuf_span(&w->shown));
	if (strncmp(name, "near/", 5) == 0)
		parse_distance(l, t, name + 5);
	else if (strcmp(name, "near") == 0 && strcmp(w->shown.data, "near") != 0)
		parse_distance(l, t, "");
}

static bool is_empty(const struct query_token *t)
{
	for (size_t i = 0; i < t->n_pieces; i++) {
		if (t->pieces[i].len)
			return false;
	}
	return true;
}

static void read_word(struct query_lexer *l, struct query_token *t)
{
	struct word w = {.token = t, .piece = STRBUF_INIT, .shown = STRBUF_INIT};
	bool complete = false;

	t->kind = TOKEN_WORD;
	while (!complete && is_word_at(l, &w)) {
		if (ends_word(peek(l)))
			take_year(l, &w);
		else
			complete = take_part(l, &w);
	}
	if (t->kind == TOKEN_WORD) {
		end_piece(l, &w);
		t->shown = arena_dup(l->arena, strbuf_span(&w.shown));
		classify(l, &w);
	}
	if (t->kind == TOKEN_WORD && is_empty(t) && w.has_star)
		query_lexer_fail(l, t->column, "a star needs something beside it");
	strbuf_release(&w.piece);
	strbuf_release(&w.shown);
}

static void read_regex(struct query_lexer *l, struct query_token *t)
{
	const char *start;

	take(l);
	start = l->p;
	t->kind = TOKEN_REGEX;
	while (!at_end(l) && peek_raw(l) != '/') {
		if (take(l) == '\\' && !at_end(l))
			take(l);
	}
	if (at_end(l)) {
		query_lexer_fail(l, t->column,
			"this regular expression is not closed with a slash");
		return;
	}
	t->pattern = span_from(start, (size_t)(l->p - start));
	t->shown = arena_printf(l->arena, "/%.*s/", (int)t->pattern.len, t->pattern.data);
	take(l);
}

static void read_minus(struct query_lexer *l, struct query_token *t)
{
	take(l);
	t->kind = TOKEN_NOT;
	if (at_end(l) || peek(l) == ' ' || peek(l) == ')')
		query_lexer_fail(l, t->column, "a minus stands directly before what it excludes");
}

static void read_token(struct query_lexer *l, struct query_token *t)
{
	uint32_t c = peek(l);

	if (c == '(' || c == ')') {
		take(l);
		t->kind = c == '(' ? TOKEN_LEFT : TOKEN_RIGHT;
	} else if (c == '-') {
		read_minus(l, t);
	} else if (peek_raw(l) == '/') {
		read_regex(l, t);
	} else {
		read_word(l, t);
	}
}

struct query_token query_lexer_next(struct query_lexer *l)
{
	struct query_token t;

	do {
		while (!at_end(l) && peek(l) == ' ')
			take(l);
		t = (struct query_token){.kind = TOKEN_END, .column = l->column};
		if (at_end(l))
			return t;
		read_token(l, &t);
		/* Marks around nothing are ignored like all marks. */
	} while (!l->err && t.kind == TOKEN_WORD && is_empty(&t));
	if (l->err)
		t.kind = TOKEN_END;
	return t;
}
