/*
 * Dates in a page's scripts: the data that a page is drawn from gives a moment
 * under a name like publishTime, as text or as Unix time. Weak evidence, for
 * pages that say nothing else. Thread-safe; linear in the script.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_STATE_DATE_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_STATE_DATE_H

#include "crawler/read/date/date.h"

/* The first moment that @script gives for a publication, with a day at least. */
bool state_date_find(struct span script, const struct date_context *ctx, struct record_time *ret);

#endif
