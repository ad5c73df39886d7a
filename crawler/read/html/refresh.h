/*
 * Refresh: where a page sends its reader: to the base of its links, and on to
 * another page by META, by a line of script, or by a header that says the same.
 *
 * Strings belong to the arena. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_HTML_REFRESH_H
#define POLICYWATCH_CRAWLER_READ_HTML_REFRESH_H

#include "common/arena.h"
#include "crawler/read/html/html.h"

/* What relative links start at: <base href>, else @url itself. */
const char *refresh_base(const struct html *h, const char *url, struct arena *a);

/*
 * The absolute address that a page goes on to, or NULL: one that shows more
 * than a line or two mentions location= for other reasons, and what a script
 * computes is not known. Of a script that tells phones from others the way of
 * the others is taken.
 */
const char *refresh_find(const struct html *h, const char *base, const char *url, struct arena *a);

/* The same of a Refresh header, "5; url=/next", whatever its page shows. */
const char *refresh_of_header(struct span value, const char *url, struct arena *a);

#endif
