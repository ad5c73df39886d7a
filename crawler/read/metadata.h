/*
 * Metadata: what a page says about itself for machines: META tags of the
 * Chinese government's rules, Open Graph and its relatives, JSON-LD, time
 * elements, the title. Empty values are no values; the first one counts.
 *
 * Strings belong to the arena. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_METADATA_H
#define POLICYWATCH_CRAWLER_READ_METADATA_H

#include "common/arena.h"
#include "crawler/read/date/date.h"
#include "crawler/read/html.h"
#include "store/record.h"

struct metadata {
	const char *page_title;    /* <title> */
	const char *article_title; /* ArticleTitle */
	const char *social_title;  /* og:title, twitter:title */
	const char *headline;      /* JSON-LD, itemprop */
	const char *site_name;
	const char *publisher; /* ContentSource, JSON-LD */
	const char *keywords;  /* as written */
	const char *lang;
	const char *article_body; /* JSON-LD articleBody */
	struct str_list authors;
	struct record_time published, modified;
	bool organisation; /* the only author is one */
};

void metadata_read(const struct html *h, const struct date_context *ctx, struct arena *a,
	struct metadata *ret);

#endif
