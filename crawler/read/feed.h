/*
 * Feed: RSS 0.9x, 1.0 and 2.0, Atom 0.3 and 1.0. Relative links start at
 * xml:base, else at the document's own address (a channel's link often lacks
 * the port, or names another site).
 *
 * Strings belong to the arena; NULL is absent. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_FEED_H
#define POLICYWATCH_CRAWLER_READ_FEED_H

#include "common/arena.h"
#include "common/span.h"
#include "crawler/read/date/date.h"
#include "store/record.h"

#include <stdbool.h>
#include <stddef.h>

struct feed_enclosure {
	const char *url, *type;
	const char *length; /* as written */
};

struct feed_entry {
	const char *title, *link, *id, *summary, *content, *author, *language;
	struct record_time published, updated;
	struct str_list categories;
	struct feed_enclosure *enclosures;
	size_t n_enclosures;
};

struct feed {
	const char *format; /* "rss20", "rss10", "rss091", "atom10", "atom03"... static */
	const char *title, *link, *id, *subtitle, *language, *author;
	struct record_time published, updated;
	struct feed_entry *entries;
	size_t n_entries;
};

/*
 * Reads UTF-8 that came from @url. False, @ret untouched, when the root is no
 * feed's.
 */
bool feed_parse(struct span utf8, const char *url, const struct date_context *ctx, struct arena *a,
	struct feed *ret);

#endif
