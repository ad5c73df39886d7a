/*
 * Prose: invented Chinese news out of a number. An article has a title that no
 * other one has and 4 to 12 paragraphs; edits change it, clearly. The words of
 * prose_words[] stand in an article only where it is told to have them, and
 * nowhere else in the world.
 *
 * All texts are UTF-8 in simplified characters, paragraphs split by \n.
 * Thread-safe.
 */
#ifndef POLICYWATCH_TESTS_WEB_PROSE_H
#define POLICYWATCH_TESTS_WEB_PROSE_H

#include "common/strbuf.h"

#include <stdint.h>

#define PROSE_N_WORDS   8
#define PROSE_EDITS_MAX 2

/* What subscriptions look for. */
extern const char *const prose_words[PROSE_N_WORDS];

enum prose_edit {
	PROSE_ADD_PARAGRAPH,
	PROSE_CHANGE_NUMBER,
	PROSE_CHANGE_TITLE, /* and a paragraph tells why */
	PROSE_ADD_WORD,     /* a paragraph with a word of prose_words[] that was not there */
};

struct prose {
	uint64_t seed;   /* of the world */
	uint64_t serial; /* the article's own; titles differ up to PROSE_SERIALS of them */
	uint32_t words;  /* bit i: prose_words[i] stands in it */
	uint32_t n_edits;
	enum prose_edit edits[PROSE_EDITS_MAX]; /* the first n_edits are done */
};

#define PROSE_SERIALS 7680000u

/* The article in its first version, with the words that chance gives it. */
struct prose prose_of(uint64_t seed, uint64_t serial);

/* The words of its present version, edits included. */
uint32_t prose_words_now(const struct prose *p);

/* Append. */
void prose_add_title(const struct prose *p, struct strbuf *out);
void prose_add_text(const struct prose *p, struct strbuf *out);

/* A headline that somebody else would give the same article. */
void prose_add_other_title(const struct prose *p, struct strbuf *out);

/* The name of a place (one of 120) or of a person, by any number. */
void prose_add_place(uint64_t number, struct strbuf *out);
void prose_add_person(uint64_t number, struct strbuf *out);

#endif
