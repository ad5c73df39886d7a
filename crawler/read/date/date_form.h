/* The forms in which pages write a day. Private to date*.c. */
#ifndef POLICYWATCH_CRAWLER_READ_DATE_FORM_H
#define POLICYWATCH_CRAWLER_READ_DATE_FORM_H

#include "crawler/read/date/date_parts.h"
#include "crawler/read/date/date_scan.h"

/* Which forms without a year count. */
enum date_form_bare {
	DATE_BARE_NONE,
	DATE_BARE_TIMED,     /* 5月29日, 05-29 08:30 */
	DATE_BARE_SEPARATED, /* 05-29 too */
};

/*
 * The day at the start of the window, most complete form first. The digits of
 * a compact one may hold the time too. @day_first decides 05/04/2025. Returns tokens
 * taken, or 0.
 */
size_t date_form_match(const struct date_scan *s, enum date_form_bare bare, bool day_first,
	struct date_parts *p);

#endif
