/*
 * Subjects: which technologies, industries, regions, agencies and terms of
 * policy an article is about, by the names that stand in it.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_SUBJECTS_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_SUBJECTS_H

#include "crawler/read/enrich/hits.h"
#include "store/record.h"

/*
 * Sets the lists of @r, each ordered by how much of the article a subject is:
 * how often its names stand there, and whether in the title. Regions that @r
 * has already stay first; they are where the page is from. Strings belong to
 * @a. Organs that do not say whose they are get the region of the article.
 */
void subjects_set(const struct gazetteers *g, const struct folded *f, struct hits *hits,
	struct arena *a, struct record *r);

/* How much a name at this place of the folded text counts. */
uint32_t subjects_weight(const struct folded *f, size_t at);

#endif
