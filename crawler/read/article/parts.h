/*
 * Parts: an article that is cut into several pages. The next one has nearly
 * the address of this one (t1.html, t1_2.html; ?page=2; /slug/2/), and a link
 * by the text's end, or a script that draws such links, leads there.
 *
 * Thread-safe; linear in the page.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_PARTS_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_PARTS_H

#include "common/arena.h"
#include "crawler/read/html/html.h"

#include <stdbool.h>

/*
 * The absolute address of the page that goes on with the article, in the
 * arena, or NULL. Links are resolved against @base in the page's @encoding.
 */
const char *parts_next(const struct html *h, const char *url, const char *base,
	const char *encoding, struct arena *a);

/* Whether @next is the address of the part behind the one at @url. *@ret_number: as it stands there. */
bool parts_follows(const char *url, const char *next, unsigned *ret_number);

#endif
