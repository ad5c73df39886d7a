/*
 * Keywords: the few words that tell what an article is about. Names of
 * gazetteers, words that its text repeats, and what its title has of both;
 * words of any text (the gazetteers' common words) count less, or not at all.
 * What the page itself lists goes first, as far as it belongs to the article.
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
 * article. @given is what the page lists, in any separators; it may be NULL,
 * and so may @g, with which goes @hits. Strings belong to @a.
 */
void keywords_set(const struct gazetteers *g, struct folded *f, const struct hits *hits,
	const char *given, struct arena *a, struct str_list *ret);

#endif
