/*
 * Background: how rare words are in any text, as counted beforehand, so that
 * words that tell what an article is about stand out. A rarity is in bits: one
 * article in 2^n has the word. Words belong to a language, since "war" is rare
 * in one and said everywhere in another; those of BACKGROUND_ANY to all.
 *
 * Read-only and thread-safe once it is filled.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_BACKGROUND_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_BACKGROUND_H

#include "common/cleanup.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stddef.h>
#include <stdint.h>

struct background;

#define BACKGROUND_ANY  0u
#define RARITY_FUNCTION 1u /* up to here a word says nothing */
#define RARITY_COMMON   4u
#define RARITY_UNKNOWN  10u /* of words that are nowhere counted */

struct background *background_new(void);
void background_free(struct background *b);
DEFINE_CLEANUP(struct background *, background_free)

/* The language of a tag, "de" in "de-AT"; BACKGROUND_ANY of NULL and of what is no tag. */
uint32_t background_language(const char *tag);

/* Replaces what the word had in this language; @word in any form. */
void background_add(struct background *b, uint32_t language, struct span word, unsigned rarity);

/*
 * Reads a file of lines "LANGUAGE RARITY WORD...", "*" being any language, and
 * "#" before remarks. Appends "FILE:LINE: ..." to @errors and returns negative
 * if anything is wrong; the words up to there are added.
 */
int background_read(struct background *b, const char *path, struct strbuf *errors);

/* Of a folded word by its hash64_of(); what is less of @language and of any. NULL knows no word. */
unsigned background_rarity(const struct background *b, uint32_t language, uint64_t hash);

size_t background_count(const struct background *b);

#endif
