/*
 * Hits: where the names of gazetteers stand in an article, and which of them
 * count. One pass over the text; a name is the longest of its table that
 * begins where no other one of the table has ended. Latin names are whole words.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_HITS_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_HITS_H

#include "crawler/read/enrich/folded.h"
#include "crawler/read/enrich/gazetteers_inside.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum hit_reason {
	HIT_SURE,         /* the name means nothing else */
	HIT_IN_COMPANY,   /* it may, but something near says that it does not */
	HIT_KNOWN,        /* it may, but the article has another name of the same thing */
	HIT_ORGAN,        /* of the region that stands before it */
	HIT_ORGAN_AT_HOME /* of the region that the article is about */
};

struct hit {
	uint32_t start, end; /* in the folded text */
	uint32_t entry;
	uint32_t region; /* entry of the region of an organ, NO_ENTRY: not told */
	enum region_level level;
	enum hit_reason reason;
	bool is_doubtful; /* a name that may mean something else, and nothing says what */
};

/* In the order of their places. */
struct hits {
	struct hit *items;
	size_t len, cap;
};

/* Finds names and drops the doubtful ones. */
void hits_find(const struct gazetteers *g, struct folded *f, struct hits *ret);
void hits_release(struct hits *h);

/* For people: why a name counts. */
const char *hit_reason_str(enum hit_reason reason);

#endif
