/*
 * Time zones behind a time of day. Private to date*.c; date_zone_parse() is the
 * public face.
 */
#ifndef POLICYWATCH_CRAWLER_READ_DATE_ZONE_H
#define POLICYWATCH_CRAWLER_READ_DATE_ZONE_H

#include "crawler/read/date/date_parts.h"
#include "crawler/read/date/date_scan.h"

/* "+08:00", "+0800", "+8" or a name at token @i. Returns tokens taken, 0 when none stands there. */
size_t date_zone_match(const struct date_scan *s, size_t i, int fallback_min, struct date_parts *p);

#endif
