/*
 * Tokens of a query. The lexer reads the text as it was written, so that
 * columns are right and spaces still mean something; what becomes a term is
 * folded piece by piece.
 */
#ifndef POLICYWATCH_STORE_QUERY_LEXER_H
#define POLICYWATCH_STORE_QUERY_LEXER_H

#include "common/arena.h"
#include "store/query.h"

enum query_token_kind {
	TOKEN_END,
	TOKEN_LEFT,  /* ( */
	TOKEN_RIGHT, /* ) */
	TOKEN_AND,
	TOKEN_OR,
	TOKEN_NOT,
	TOKEN_NEAR,
	TOKEN_FIELD,
	TOKEN_WORD,
	TOKEN_REGEX,
};

struct query_token {
	enum query_token_kind kind;
	size_t column;
	size_t distance;     /* NEAR */
	struct span name;    /* FIELD: folded */
	struct span pattern; /* REGEX: between the slashes */
	struct span *pieces; /* WORD: folded parts between stars; empty ones only at its ends */
	size_t n_pieces, cap;
	bool is_quoted;    /* WORD: some of it was in quotation marks */
	const char *shown; /* WORD, REGEX: without marks */
};

struct query_lexer {
	const char *p, *end;
	size_t column; /* of p */
	struct arena *arena;
	struct query_fault *fault;
	int err; /* -ERR_PARSE once a fault was found */
};

void query_lexer_init(struct query_lexer *l, struct span text, struct arena *a,
	struct query_fault *fault);

/* TOKEN_END at the end and after a fault. */
struct query_token query_lexer_next(struct query_lexer *l);

/* Notes the first fault; returns -ERR_PARSE. */
int query_lexer_fail(struct query_lexer *l, size_t column, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
