/* Times of day. Private to date*.c. */
#ifndef POLICYWATCH_CRAWLER_READ_DATE_CLOCK_H
#define POLICYWATCH_CRAWLER_READ_DATE_CLOCK_H

#include "crawler/read/date/date_parts.h"
#include "crawler/read/date/date_scan.h"

/* 20:30[:00[.5]], 20时30分, 8:30 pm at token @i. Returns tokens taken, 0 when no time stands there.
 */
size_t date_clock_match(const struct date_scan *s, size_t i, struct date_parts *p);

/*
 * The time behind a day, if one stands there: with what may lie between the two
 * before it and a zone behind it. Returns tokens taken.
 */
size_t date_clock_match_behind(const struct date_scan *s, size_t i, int fallback_min,
	struct date_parts *p);

#endif
