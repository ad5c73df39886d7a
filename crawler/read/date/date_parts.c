#include "crawler/read/date/date_parts.h"

#include "common/clock.h"
#include "crawler/read/date/date_place.h"

#define RECENT_MS   (400 * DATE_DAY_MS)
#define EARLIEST_MS INT64_C(788918400000) /* 1995: there were no news pages before */

void date_parts_set_day(struct date_parts *p, int64_t year, int64_t month, int64_t day)
{
	p->year = (int)year;
	p->month = (int)month;
	p->day = (int)day;
}

int64_t date_parts_clock_ms(const struct date_parts *p)
{
	return p->hour * INT64_C(3600000) + p->minute * INT64_C(60000) + p->second * 1000;
}

int64_t date_start_of_day(int64_t ms, int zone_min)
{
	int64_t local = ms + zone_min * INT64_C(60000);

	return ms - ((local % DATE_DAY_MS) + DATE_DAY_MS) % DATE_DAY_MS;
}

static int64_t moment_of(const struct date_parts *p, int zone_min)
{
	int64_t ms =
		clock_days(p->year, p->month, p->day) * DATE_DAY_MS - zone_min * INT64_C(60000);

	if (p->hour >= 0)
		ms += date_parts_clock_ms(p) + p->ms;
	return ms;
}

/* The newest year in which the day is not in the future. */
static bool guess_year(struct date_parts *p, const struct date_context *ctx)
{
	int64_t days;

	if (!ctx->now_ms)
		return false;
	days = ctx->now_ms / DATE_DAY_MS;
	p->year = 1970 + (int)(days / 365) + 1;
	for (int tries = 0; tries < 6; tries++, p->year--)
		if (clock_is_date(p->year, p->month, p->day) &&
			moment_of(p, ctx->zone_min) <= ctx->now_ms + DATE_DAY_MS)
			return true;
	return false;
}

bool date_is_plausible(int64_t ms, const struct date_context *ctx)
{
	return ms >= EARLIEST_MS && (!ctx->now_ms || ms <= ctx->now_ms + DATE_DAY_MS);
}

static int zone_of(const struct date_parts *p, const struct date_context *ctx)
{
	const char *zone = p->zone ? p->zone : ctx->zone;

	if (p->has_zone)
		return p->zone_min;
	return zone ? date_place_offset(zone, moment_of(p, 0)) : ctx->zone_min;
}

bool date_parts_settle(struct date_parts *p, const struct date_context *ctx,
	struct record_time *ret)
{
	int64_t ms;
	int zone_min;

	if (!p->year && !guess_year(p, ctx))
		return false;
	if (!clock_is_date(p->year, p->month, p->day))
		return false;
	zone_min = zone_of(p, ctx);
	ms = moment_of(p, zone_min);
	if (!date_is_plausible(ms, ctx) || (p->is_short && ms + RECENT_MS < ctx->now_ms))
		return false;
	date_set_moment(ms, zone_min,
		p->hour < 0             ? PRECISION_DAY
			: p->has_second ? PRECISION_SECOND
					: PRECISION_MINUTE,
		ret);
	return true;
}
