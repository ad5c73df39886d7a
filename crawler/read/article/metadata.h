/*
 * Metadata: what a page says about itself for machines: META tags of the
 * Chinese government's rules, Open Graph and its relatives, Dublin Core,
 * JSON-LD, microdata, the title. Empty values are no values; the first one of the best kind counts.
 *
 * Strings belong to the arena. Thread-safe; linear in the page.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_METADATA_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_METADATA_H

#include "common/arena.h"
#include "crawler/read/date/date.h"
#include "crawler/read/html/html.h"
#include "store/record.h"

/* Where names of authors were found, the trusted before the rest. */
enum metadata_authors {
	METADATA_AUTHORS_LD,    /* persons of JSON-LD */
	METADATA_AUTHORS_META,  /* <meta name=author> and its like */
	METADATA_AUTHORS_TWIN,  /* tags that often hold an address or a role as well */
	METADATA_AUTHORS_GROUP, /* organisations that JSON-LD names as authors */
	METADATA_AUTHORS_COUNT,
};

/* A moment, and what said so, for people: "JSON-LD datePublished". NULL: nothing did. */
struct metadata_time {
	struct record_time time;
	const char *from; /* static */
};

struct metadata {
	const char *page_title;    /* <title> */
	const char *article_title; /* ArticleTitle */
	const char *social_title;  /* og:title, twitter:title */
	const char *headline;      /* JSON-LD, itemprop */
	const char *site_name;
	const char *publisher; /* ContentSource, JSON-LD */
	const char *publisher_from;
	const char *keywords; /* as written */
	const char *lang;
	const char *article_body; /* JSON-LD articleBody */
	struct str_list authors[METADATA_AUTHORS_COUNT];
	struct str_list editors;
	struct metadata_time published, modified;
};

void metadata_read(const struct html *h, const struct date_context *ctx, struct arena *a,
	struct metadata *ret);

#endif
