/* Dates told from now: 3小时前, 半小时前, 刚刚, 昨天 08:30. Private to date*.c. */
#ifndef POLICYWATCH_CRAWLER_READ_DATE_RELATIVE_H
#define POLICYWATCH_CRAWLER_READ_DATE_RELATIVE_H

#include "crawler/read/date/date.h"
#include "crawler/read/date/date_scan.h"

/* At token @i; @ctx must know the time. Returns tokens taken, or 0 with *@ret untouched. */
size_t date_relative_match(const struct date_scan *s, size_t i, const struct date_context *ctx,
	struct record_time *ret);

#endif
