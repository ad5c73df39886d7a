/*
 * Listing: a page of links to articles becomes items. Without a rule of the
 * source, every link is judged by its own looks: the length of its words, the
 * shape of its address, a date beside it, where it stands. Navigation, paths,
 * calendars, friend links and buttons do not look like news.
 *
 * Strings belong to the arena. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_LISTING_H
#define POLICYWATCH_CRAWLER_READ_LISTING_H

#include "common/arena.h"
#include "crawler/read/html/html.h"
#include "crawler/read/items.h"
#include "crawler/read/read.h"

/* Adds the items of a page in its order. Returns the next page's address, NULL without one. */
const char *listing_read(struct html *h, const struct read_input *in, struct arena *a,
	struct items *items);

#endif
