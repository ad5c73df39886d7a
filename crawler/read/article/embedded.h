/*
 * Embedded: the text of a page that is drawn by scripts, from the data that it
 * carries for them: __NEXT_DATA__, window.__INITIAL_STATE__, var allData = ...
 *
 * Scripts are not parsed. Strings are what matters, with the name before each
 * (key: "..."). Those that read like prose are summed up by name; the name
 * with the most text, names of articles before others, has the article.
 *
 * Thread-safe; linear in the scripts.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_EMBEDDED_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_EMBEDDED_H

#include "common/arena.h"
#include "crawler/read/html/html.h"

/* Markup with the text, in the arena; data is NULL when there is none. */
struct span embedded_find(const struct html *h, struct arena *a);

/* The same for the source of one script. */
struct span embedded_find_in(struct span script, struct arena *a);

#endif
