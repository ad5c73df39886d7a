/*
 * Sitemap: urlset and index of sitemaps.org with the news extension, lists of
 * addresses as plain text, and the Sitemap lines of a robots.txt.
 *
 * Strings belong to the arena; NULL is absent. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_SITEMAP_H
#define POLICYWATCH_CRAWLER_READ_SITEMAP_H

#include "common/arena.h"
#include "common/span.h"
#include "crawler/read/date/date.h"
#include "store/record.h"

#include <stdbool.h>
#include <stddef.h>

enum sitemap_type {
	SITEMAP_URLSET,
	SITEMAP_INDEX,
	SITEMAP_TEXT,
	SITEMAP_ROBOTS, /* a robots.txt: names sitemaps, is none itself */
};

struct sitemap_url {
	const char *loc; /* absolute */
	struct record_time lastmod;
	struct {
		const char *title, *name, *language;
		struct record_time published;
	} news;
};

struct sitemap {
	enum sitemap_type type;
	struct sitemap_url *urls; /* of an index and of robots.txt: the sitemaps */
	size_t n_urls;
	size_t n_dropped; /* no web addresses, or beyond the limit */
};

/* "urlset", "index", "text", "robots". */
const char *sitemap_type_str(enum sitemap_type t);

/* Reads UTF-8 that came from @url. False, @ret untouched, when it is no sitemap. */
bool sitemap_parse(struct span utf8, const char *url, const struct date_context *ctx,
	struct arena *a, struct sitemap *ret);

#endif
