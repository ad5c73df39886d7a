/*
 * Keywords: the few words that tell what an article is about. Names of
 * gazetteers, words that its text repeats, and what its title has of both; the
 * rarer a word is in any text (background.h), the more it counts. What the
 * page itself lists goes first, as far as it belongs to the article.
 *
 * The same text always gives the same words. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_KEYWORDS_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_KEYWORDS_H

#include "crawler/read/enrich/folded.h"
#include "crawler/read/enrich/hits.h"
#include "store/record.h"

#define KEYWORDS_MAX 10

/*
 * Adds at most KEYWORDS_MAX words, best first, as they are written in the
 * article. @lang is its language as in records, @given what the page lists, in
 * any separators; both may be NULL, and so may @g, with which goes @hits.
 * Strings belong to @a.
 */
void keywords_set(const struct gazetteers *g, struct folded *f, const struct hits *hits,
	const char *lang, const char *given, struct arena *a, struct str_list *ret);

#endif
