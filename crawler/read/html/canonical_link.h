/*
 * <link rel=canonical>: the address that a page says it has. It is believed
 * only where it can be true and where a lie would not make one page of two;
 * the store has the last word on that (store/batch.c).
 *
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_HTML_CANONICAL_LINK_H
#define POLICYWATCH_CRAWLER_READ_HTML_CANONICAL_LINK_H

#include "common/arena.h"
#include "crawler/read/html/html.h"

struct url_rules;

/*
 * The canonical form of the address that a page fetched as @own (canonical,
 * too) gives itself, in the arena; NULL when it gives none, its own, several,
 * one of another site, one that is its site's front page or above itself, or one
 * without the number or the parameters that tell it from its neighbours.
 * Links start at @base and have queries in @encoding.
 */
const char *canonical_link_find(const struct html *h, const char *own, const char *base,
	const char *encoding, const struct url_rules *rules, struct arena *a);

#endif
