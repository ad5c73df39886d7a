/*
 * Dates as pages write them: ISO 8601 and its sloppy relatives, RFC 822,
 * Chinese (2025年5月1日 20:30, 二〇二五年五月一日, 3小时前), English words, digits
 * alone. A date that lies after the time of fetching plus a day, or before
 * 1995, is refused: it is something else.
 *
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_DATE_H
#define POLICYWATCH_CRAWLER_READ_DATE_H

#include "common/span.h"
#include "store/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DATE_ZONE_CHINA 480

struct date_context {
	int64_t now_ms;   /* relative dates count from here; 0: neither they nor the upper limit */
	int zone_min;     /* of dates that name none */
	const char *zone; /* whose rules hold instead (date_place.h), or NULL */
	bool day_first;   /* 05/04/2025 is in April */
};

/*
 * Reads a text that is a date and little else: a meta tag's, a feed's, a list's.
 * Short forms (05-01, 2025-05, Unix seconds) are understood here only.
 */
bool date_parse(struct span text, const struct date_context *ctx, struct record_time *ret);

struct date_found {
	struct record_time time;
	size_t start, end; /* offsets in the text */
};

/*
 * Finds the first date with year and day in running text. Month and day alone,
 * and relative dates, count where @bare is set.
 */
bool date_find(struct span text, const struct date_context *ctx, bool bare, struct date_found *ret);

/* The day that an address names: /202505/29/, t20250529_118, /2025-05/01/, /2025/0529/. */
bool date_in_url(struct span url, const struct date_context *ctx, struct record_time *ret);

/* "+08:00", "Z", "CST", "Asia/Shanghai": minutes east of UTC. */
bool date_zone_parse(struct span text, int fallback_min, int *ret_min);

#endif
