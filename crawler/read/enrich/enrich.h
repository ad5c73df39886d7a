/*
 * Enrichment: what an article is about, out of its title and text alone.
 * Pure, linear in the text, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_ENRICH_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_ENRICH_H

#include "common/arena.h"
#include "crawler/read/enrich/gazetteers.h"
#include "store/record.h"

/*
 * Sets keywords, summary, text_hash and, with gazetteers, ai_technologies,
 * industries, regions, agencies and policy_terms of @r from its title and
 * text; the language that @r has says whose words are common. @given: the
 * keywords that the page lists. Both may be NULL. A region
 * that @r has already is where the page is from. Strings belong to @a.
 */
void enrich_record(const struct gazetteers *g, const char *given, struct arena *a,
	struct record *r);

#endif
