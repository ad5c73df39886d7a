/*
 * The tree of a query, between its parser, its evaluation and its anchors.
 * Nodes live in the query's arena.
 */
#ifndef POLICYWATCH_STORE_QUERY_NODE_H
#define POLICYWATCH_STORE_QUERY_NODE_H

#include "store/query.h"

#include <stdint.h>

#define QUERY_GAP_MAX    12 /* characters that a * may stand for between two parts */
#define QUERY_PIECES_MAX 8  /* parts of a term: each multiplies the places to look at */

enum query_kind {
	QUERY_AND,
	QUERY_OR,
	QUERY_NOT,
	QUERY_NEAR, /* two children that are terms, or alternatives of terms */
	QUERY_TERM,
	QUERY_REGION,
	QUERY_DATE,
	QUERY_REGEX,
};

/* The parts of a document that can be searched. */
enum query_part {
	PART_TITLE,
	PART_TEXT,
	PART_SOURCE,
	PART_PUBLISHER,
	PART_INDUSTRIES,
	PART_TECHNOLOGIES,
	PART_AGENCIES,
	PART_NUMBERS,
	PART_REGIONS,
	PARTS
};

/* What stands between two stars of a term. */
struct query_piece {
	struct span text; /* folded */
	bool word_start;  /* a word must begin where it begins */
	bool word_end;
};

struct query_node {
	enum query_kind kind;
	unsigned parts;               /* TERM, REGEX: bits of enum query_part */
	struct query_node **children; /* AND, OR, NOT, NEAR */
	size_t n_children, cap;
	struct query_piece *pieces; /* TERM */
	size_t n_pieces;
	const char *shown;           /* TERM, REGION, REGEX: as the query has it */
	size_t column;               /* where it stands */
	size_t distance;             /* NEAR */
	const char *region_prefix;   /* REGION: digits */
	int64_t from_day, until_day; /* DATE: days since 1970, the second one not included */
	struct regex *regex;         /* REGEX: owned by the query */
};

struct query {
	struct arena *arena;
	char *text;
	struct query_node *root;
	struct regex **regexes; /* to be freed */
	size_t n_regexes, cap_regexes;
};

struct query_document {
	struct strbuf parts[PARTS]; /* folded; lists with each item on a line of its own */
	bool is_dated;
	int64_t day; /* of publication, in the zone of the page */
};

/* Letters and digits of scripts that put spaces between words. */
bool query_is_word_char(uint32_t c);

#endif
