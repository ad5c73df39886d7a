#include "crawler/read/date/date_relative.h"

#include "crawler/read/date/date_clock.h"
#include "crawler/read/date/date_parts.h"

/* Text behind the number of a relative date, and how long one of it is. */
static int64_t unit_of(const struct date_scan *s, size_t i, size_t *n)
{
	const struct date_token *a = date_at(s, i), *b = date_at(s, i + 1), *c = date_at(s, i + 2);

	if (date_is_char(a, U'秒') && date_is_char(b, U'前'))
		return *n = 2, 1000;
	if (date_is_char(a, U'分') && date_is_char(b, U'前'))
		return *n = 2, 60000;
	if (date_is_char(a, U'分') && date_is_char(b, U'钟') && date_is_char(c, U'前'))
		return *n = 3, 60000;
	if (date_is_char(a, U'小') && date_is_char(b, U'时') && date_is_char(c, U'前'))
		return *n = 3, 3600000;
	if (date_is_char(a, U'天') && date_is_char(b, U'前'))
		return *n = 2, DATE_DAY_MS;
	if (!date_is_word(b, "ago"))
		return 0;
	*n = 2;
	if (strncmp(a->word, "min", 3) == 0)
		return 60000;
	if (strncmp(a->word, "hour", 4) == 0)
		return 3600000;
	return strncmp(a->word, "day", 3) == 0 ? DATE_DAY_MS : 0;
}

/* The same with the measure word that may stand before it: 3个小时前. */
static int64_t relative_unit(const struct date_scan *s, size_t i, size_t *n)
{
	size_t measure = date_is_char(date_at(s, i), U'个');
	int64_t unit = unit_of(s, i + measure, n);

	*n += measure;
	return unit;
}

size_t date_relative_match(const struct date_scan *s, size_t i, const struct date_context *ctx,
	struct record_time *ret)
{
	const struct date_token *a = date_at(s, i), *b = date_at(s, i + 1);
	struct date_parts p = {.hour = -1};
	int64_t unit, day;
	size_t n = 0;

	if (a->kind == DATE_TOKEN_NUMBER && a->digits <= 4 &&
		(unit = relative_unit(s, i + 1, &n)) != 0) {
		date_set_moment(ctx->now_ms - a->value * unit, ctx->zone_min,
			unit < DATE_DAY_MS ? PRECISION_MINUTE : PRECISION_DAY, ret);
		if (unit == DATE_DAY_MS)
			ret->ms = date_start_of_day(ret->ms, ctx->zone_min);
		return n + 1;
	}
	if (date_is_char(a, U'半') && relative_unit(s, i + 1, &n) == 3600000) {
		date_set_moment(ctx->now_ms - 1800000, ctx->zone_min, PRECISION_MINUTE, ret);
		return n + 1;
	}
	if (date_is_char(a, U'刚') && date_is_char(b, U'刚')) {
		date_set_moment(ctx->now_ms, ctx->zone_min, PRECISION_MINUTE, ret);
		return 2;
	}
	if ((!date_is_char(b, U'天') && !date_is_char(b, U'日')) ||
		!(date_is_char(a, U'今') || date_is_char(a, U'昨') || date_is_char(a, U'前')))
		return 0;
	day = date_start_of_day(ctx->now_ms, ctx->zone_min) -
		DATE_DAY_MS *
			(date_is_char(a, U'今')                  ? 0
					: date_is_char(a, U'昨') ? 1
								 : 2);
	n = date_clock_match(s, i + 2, &p);
	date_set_moment(day, ctx->zone_min, n ? PRECISION_MINUTE : PRECISION_DAY, ret);
	if (n)
		ret->ms += date_parts_clock_ms(&p);
	return n + 2;
}
