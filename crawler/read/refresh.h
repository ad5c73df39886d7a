/*
 * Refresh: where a page sends its reader: to the base of its links, and on to
 * another page by META or by a line of script.
 *
 * Strings belong to the arena. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_REFRESH_H
#define POLICYWATCH_CRAWLER_READ_REFRESH_H

#include "common/arena.h"
#include "crawler/read/html.h"

/* What relative links start at: <base href>, else @url itself. */
const char *refresh_base(const struct html *h, const char *url, struct arena *a);

/*
 * The absolute address that a page goes on to, or NULL. Meaningful only for a
 * page that shows hardly anything: others mention location= for other reasons.
 */
const char *refresh_find(const struct html *h, const char *base, const char *url, struct arena *a);

#endif
