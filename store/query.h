/*
 * Query: the language of subscriptions and searches over records (DESIGN.md,
 * "The query language").
 *
 *	A B, A AND B, A 与 B, A 且 B     both
 *	A OR B, A 或 B                   one of them
 *	NOT A, 非 A, -A                  not A
 *	( )                              grouping; NOT before AND before OR
 *	"a phrase"                       one term in spite of spaces and operators
 *	A NEAR/5 B                       at most 5 characters between, in any order
 *	A*B, A*                          at most 12 characters between; a beginning of a word
 *	/regex/                          regular expression over the folded text
 *	title:A  source:(A OR B)  ...    in a field, of the table in query_parse.c
 *	after:2025-05-01 before:2025-06  published from then on; earlier than then
 *	2025-05..2025-06                 published within, both ends included
 *
 * Operators may be written in small letters and in full width. A term is a
 * part of the folded title or text; where it begins or ends with a Latin letter
 * or digit, a word has to begin or end there. Latin words that stand side by side
 * also match when they are written as one (Open AI, OpenAI).
 *
 * A record is folded once, as a query_document, for any number of queries.
 * A document does not change once made. A query is for one thread at a time (its
 * regular expressions keep what they work on).
 */
#ifndef POLICYWATCH_STORE_QUERY_H
#define POLICYWATCH_STORE_QUERY_H

#include "common/arena.h"
#include "common/cleanup.h"
#include "common/span.h"
#include "common/strbuf.h"
#include "store/record.h"

#include <stdbool.h>
#include <stddef.h>

#define QUERY_BYTES_MAX 16384

struct query;
struct query_document;

struct query_fault {
	size_t column;  /* in code points, from 1 */
	char text[120]; /* "unknown field titel" */
};

/* Returns 0, or -ERR_PARSE with *@ret_fault filled in. */
int query_parse(struct span text, struct query **ret, struct query_fault *ret_fault);
void query_free(struct query *q);
DEFINE_CLEANUP(struct query *, query_free)

/* The text it was parsed from; borrowed. */
const char *query_text(const struct query *q);

/* Folds @r, which need not outlive this call. */
struct query_document *query_document_new(const struct record *r);
void query_document_free(struct query_document *d);
DEFINE_CLEANUP(struct query_document *, query_document_free)

/* The folded title and text; borrowed from @d. */
struct span query_document_title(const struct query_document *d);
struct span query_document_text(const struct query_document *d);

bool query_match(const struct query *q, const struct query_document *d);

/*
 * The terms of a query that matches which are found in the document, as the
 * query writes them, each once. The strings are borrowed from @q.
 */
void query_terms(const struct query *q, const struct query_document *d, struct arena *a,
	struct str_list *ret);

/*
 * Where the first of these terms begins in the folded text, for a snippet.
 * False if none is in the text (but in the title or a field).
 */
bool query_locate(const struct query *q, const struct query_document *d, size_t *ret_offset);

/*
 * Literals of which one at least is in the folded title or text of every
 * document that the query matches, so that an index can rule most queries
 * out. False if there is no such set: the query has to be tried on every
 * document. The spans are borrowed from @q.
 */
bool query_anchors(const struct query *q, struct arena *a, struct span **ret, size_t *ret_n);

#endif
