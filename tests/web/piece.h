/*
 * Piece: one thing that a site publishes: an article of its own or a copy of
 * another site's, what becomes of it, and where it stands. Thread-safe.
 */
#ifndef POLICYWATCH_TESTS_WEB_PIECE_H
#define POLICYWATCH_TESTS_WEB_PIECE_H

#include "tests/web/prose.h"
#include "tests/web/repost.h"
#include "tests/web/site.h"

enum piece_access {
	PIECE_OPEN,
	PIECE_MOVED,    /* behind n_hops redirects */
	PIECE_PRIVATE,  /* robots.txt forbids it */
	PIECE_CIRCLE,   /* the listed address leads in a circle of redirects */
	PIECE_SOFT_404, /* listed, but the page says with status 200 that it is not there */
};

struct piece {
	const struct site *site; /* borrowed */
	uint32_t number;
	int64_t published_ms;
	struct prose prose; /* as it was first published */

	bool is_copy;
	uint32_t of_site, of_number; /* what it copies; itself otherwise */
	enum repost noise;

	uint32_t n_edits;
	enum prose_edit edits[PROSE_EDITS_MAX];
	int64_t edited_ms[PROSE_EDITS_MAX];
	int64_t withdrawn_ms; /* INT64_MAX: never */
	int withdrawn_status; /* 404 or 410 */
	enum piece_access access;
	uint32_t n_hops;
};

/* Item @number (less than the world's n_items) of a site. */
struct piece piece_of(const struct site *s, uint32_t number);

/* Edits that are done by @now_ms: 0 is the first version. */
uint32_t piece_version(const struct piece *p, int64_t now_ms);
/* When that version came. */
int64_t piece_version_ms(const struct piece *p, uint32_t version);
/* Published and not withdrawn. */
bool piece_is_there(const struct piece *p, int64_t now_ms);
/* Whether it is in a feed's window at any time from the start on; always true elsewhere. */
bool piece_is_shown(const struct piece *p);

/* Append. The truth: what a reader that cleans well finds, in simplified characters. */
void piece_add_title(const struct piece *p, uint32_t version, struct strbuf *out);
void piece_add_text(const struct piece *p, uint32_t version, struct strbuf *out);

/* Append. What the page shows: with the copy's noise. */
void piece_add_shown_title(const struct piece *p, uint32_t version, struct strbuf *out);
void piece_add_shown_text(const struct piece *p, uint32_t version, struct strbuf *out);

/* Append. Where the article stands, and the address in lists (differs behind redirects). */
void piece_add_path(const struct piece *p, struct strbuf *out);
void piece_add_listed_path(const struct piece *p, struct strbuf *out);
/* Where redirect @hop (from 1) of n_hops stands. */
void piece_add_hop_path(const struct piece *p, uint32_t hop, struct strbuf *out);

#define PIECE_ID_BASE 100000u /* the number in addresses is the item's and this */

#endif
