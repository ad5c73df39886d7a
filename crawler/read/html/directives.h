/*
 * Directives: what a page asks of crawlers, by META tags and X-Robots-Tag
 * headers (Google's "Robots meta tag" specification; nobody else wrote one).
 * All that are addressed to everybody or to us count together.
 *
 * rel=nofollow of a single link is none of them: it tells for whom the author
 * vouches (HTML 4.6.7), and lists of news carry it throughout.
 *
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_HTML_DIRECTIVES_H
#define POLICYWATCH_CRAWLER_READ_HTML_DIRECTIVES_H

#include "common/span.h"
#include "crawler/read/html/html.h"
#include "store/record.h"

#include <stdbool.h>

struct directives {
	bool noindex;   /* recorded */
	bool nofollow;  /* recorded, and obeyed: links of the page are not followed */
	bool noarchive; /* recorded */
};

/* Values of X-Robots-Tag, a line each. @user_agent begins with our product token; NULL: none. */
void directives_add_header(struct directives *d, struct span values, const char *user_agent);

void directives_add_meta(struct directives *d, const struct html *h, const char *user_agent);

/* Appends their names to @list. */
void directives_list(const struct directives *d, struct arena *a, struct str_list *list);

#endif
