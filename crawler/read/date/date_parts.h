/*
 * A date on its way from the page to a moment: what was written of it, and the
 * one place that decides whether that can be a date at all. Private to date*.c.
 */
#ifndef POLICYWATCH_CRAWLER_READ_DATE_PARTS_H
#define POLICYWATCH_CRAWLER_READ_DATE_PARTS_H

#include "crawler/read/date/date.h"

#define DATE_DAY_MS INT64_C(86400000)

struct date_parts {
	int year, month, day;         /* 0: not given */
	int hour, minute, second, ms; /* hour -1: not given */
	bool is_short; /* the year has two digits, which may be a day: it counts if it is a recent one */
	bool has_second;
	bool has_zone;
	int zone_min;
	const char *zone; /* by its name; counts without has_zone */
};

void date_parts_set_day(struct date_parts *p, int64_t year, int64_t month, int64_t day);

/* The time of day without its fraction; an hour must be given. */
int64_t date_parts_clock_ms(const struct date_parts *p);

/*
 * Makes a moment of day and time; a year that is missing is the newest in which
 * the day is not in the future. Returns false with *@ret untouched when no such
 * day exists, or the moment is not plausible.
 */
bool date_parts_settle(struct date_parts *p, const struct date_context *ctx,
	struct record_time *ret);

/* Whether a news page fetched now may carry this moment. */
bool date_is_plausible(int64_t ms, const struct date_context *ctx);

/* Midnight, on clocks @zone_min minutes east of UTC. */
int64_t date_start_of_day(int64_t ms, int zone_min);

static inline void date_set_moment(int64_t ms, int zone_min, enum record_precision precision,
	struct record_time *ret)
{
	*ret = (struct record_time){.ms = ms, .zone_min = zone_min, .precision = precision};
}

#endif
