/*
 * Absence: pages that answer 200 and say that there is nothing: that it does
 * not exist, that it was deleted, that the site is out of order, that one asks
 * too often. An article about such things is none of them.
 *
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_HTML_ABSENCE_H
#define POLICYWATCH_CRAWLER_READ_HTML_ABSENCE_H

#include "common/protocol.h"
#include "crawler/read/html/block.h"

#include <stdbool.h>

struct absence {
	enum outcome outcome; /* OUTCOME_OK: none; else GONE, DOWN or THROTTLED */
	const char *why;      /* static text for people */
};

/*
 * @page_title may be NULL, as may @headline, which a list promised. A page that has it
 * is hardly an outage, and gone only when it says next to nothing besides, and nothing
 * that the headline says as well.
 */
struct absence absence_of(const struct block_list *blocks, const char *page_title,
	const char *headline);

/*
 * Whether the page has the headline that a list promised, for a title or
 * outside of its links: then it is the article, whatever else it is like. NULL
 * and few words promise nothing.
 */
bool absence_is_refuted(const struct block_list *blocks, const char *page_title,
	const char *headline);

#endif
