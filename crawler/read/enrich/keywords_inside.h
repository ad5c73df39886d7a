/*
 * Keywords from the inside. Its parts:
 *
 *	keywords_given.c   what the page lists, as far as it belongs to the article
 *	keywords_found.c   the article -> candidates: names, quotes, runs, words, each rated
 *	keywords_title.c   its title -> candidates: words between breaks
 *	keywords.c         candidates -> the best of them
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_KEYWORDS_INSIDE_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_KEYWORDS_INSIDE_H

#include "crawler/read/enrich/breaks.h"
#include "crawler/read/enrich/keywords.h"
#include "crawler/read/enrich/runs.h"

enum candidate_kind {
	CANDIDATE_NAME,
	CANDIDATE_QUOTE,
	CANDIDATE_RUN,  /* found by repetition: what it begins and ends with is a guess */
	CANDIDATE_WORD, /* found between breaks */
};

struct candidate {
	uint32_t start, end; /* in the folded text */
	uint32_t times;
	uint32_t score;
	uint32_t entry; /* of a name, else NO_ENTRY */
	enum candidate_kind kind;
	bool is_own; /* the entry's own name */
};

struct candidates {
	struct candidate *items;
	size_t len, cap;
};

struct chooser {
	const struct gazetteers *g;
	struct folded *f;
	const struct hits *hits;
	struct span text;  /* folded */
	uint32_t language; /* of the background */
	struct arena *arena;
	struct candidates candidates;
	struct str_list *ret;
	struct span chosen[KEYWORDS_MAX]; /* folded */
	uint32_t entries[KEYWORDS_MAX];   /* of those that are names, else NO_ENTRY */
	bool is_chinese;
};

#define WEIGHT_RUN 4 /* what a word of a text without spaces is worth, and one for each character */

/* What the page lists */

void keywords_choose_given(struct chooser *c, const char *list);
bool keywords_is_chosen(const struct chooser *c, struct span folded);
void keywords_choose(struct chooser *c, struct span written, struct span folded, uint32_t entry);

/* What is known of a folded word: how rare it is in any text, and the first entry of this name, or NO_ENTRY. */
unsigned keywords_rarity(const struct chooser *c, struct span folded);
uint32_t keywords_entry(const struct chooser *c, struct span folded);

/* Candidates, in no order; whether the text is Chinese is told on the way */

void keywords_find(struct chooser *c);
void keywords_add_titled(struct chooser *c); /* behind names and runs */

/* NULL when there are too many; valid until the next one. */
struct candidate *keywords_add(struct chooser *c, enum candidate_kind kind, size_t start,
	size_t end);

/* The score of what stands @times times, at @start first. */
uint32_t keywords_rate(const struct chooser *c, uint32_t start, uint32_t times, uint32_t weight,
	unsigned rarity);

bool keywords_in_title(const struct chooser *c, size_t start);
struct span keywords_text(const struct chooser *c, size_t start, size_t end);

#endif
