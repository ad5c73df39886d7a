#include "crawler/read/date/date_relative.h"

#include "crawler/read/date/date_clock.h"
#include "crawler/read/date/date_parts.h"

static int64_t unit_of_word(const struct date_token *t)
{
	static const struct {
		const char *begins;
		int64_t ms;
	} units[] = {{"min", 60000}, {"hour", 3600000}, {"hr", 3600000}, {"stunde", 3600000},
		{"heure", 3600000}, {"hora", 3600000}, {"ore", 3600000}, {"ora", 3600000},
		{"day", DATE_DAY_MS}, {"tag", DATE_DAY_MS}, {"jour", DATE_DAY_MS},
		{"dia", DATE_DAY_MS}, {"giorn", DATE_DAY_MS}, {"sec", 1000}, {"sek", 1000}};

	for (size_t i = 0; t->kind == DATE_TOKEN_WORD && i < sizeof units / sizeof *units; i++)
		if (strncmp(t->word, units[i].begins, strlen(units[i].begins)) == 0)
			return units[i].ms;
	return 0;
}

/* Words before the number: vor 3 Stunden, il y a 3 heures, hace 3 horas. */
static size_t match_ago_first(const struct date_scan *s, size_t i)
{
	if (date_is_word(date_at(s, i), "vor") || date_is_word(date_at(s, i), "hace") ||
		date_is_word(date_at(s, i), "ha"))
		return 1;
	return date_is_word(date_at(s, i), "il") && date_is_word(date_at(s, i + 1), "y") &&
			date_is_word(date_at(s, i + 2), "a")
		? 3
		: 0;
}

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
	if (date_is_char(a, U'时') && date_is_char(b, U'间') && date_is_char(c, U'前'))
		return *n = 3, 3600000;
	if (date_is_char(a, U'日') && date_is_char(b, U'前'))
		return *n = 2, DATE_DAY_MS;
	*n = 2;
	return date_is_word(b, "ago") ? unit_of_word(a) : 0;
}

/* The same with the measure word that may stand before it: 3个小时前. */
static int64_t relative_unit(const struct date_scan *s, size_t i, size_t *n)
{
	size_t measure = date_is_char(date_at(s, i), U'个');
	int64_t unit = unit_of(s, i + measure, n);

	*n += measure;
	return unit;
}

static void set_ago(int64_t number, int64_t unit, const struct date_context *ctx,
	struct record_time *ret)
{
	date_set_moment(ctx->now_ms - number * unit, ctx->zone_min,
		unit < DATE_DAY_MS ? PRECISION_MINUTE : PRECISION_DAY, ret);
	if (unit == DATE_DAY_MS)
		ret->ms = date_start_of_day(ret->ms, ctx->zone_min);
}

/* yesterday, gestern, hier: days ago, or -1. */
static int day_of_word(const struct date_token *t)
{
	static const struct {
		const char *word;
		int days;
	} words[] = {{"today", 0}, {"yesterday", 1}, {"heute", 0}, {"gestern", 1}};

	for (size_t i = 0; t->kind == DATE_TOKEN_WORD && i < sizeof words / sizeof *words; i++)
		if (strcmp(t->word, words[i].word) == 0)
			return words[i].days;
	return -1;
}

static void set_day_and_clock(const struct date_scan *s, size_t i, int days_ago,
	const struct date_context *ctx, size_t *n, struct record_time *ret)
{
	struct date_parts p = {.hour = -1};
	size_t clock = date_clock_match_behind(s, i + *n, ctx->zone_min, &p);

	date_set_moment(date_start_of_day(ctx->now_ms, ctx->zone_min) - DATE_DAY_MS * days_ago,
		ctx->zone_min, clock ? PRECISION_MINUTE : PRECISION_DAY, ret);
	if (clock)
		ret->ms += date_parts_clock_ms(&p);
	*n += clock;
}

size_t date_relative_match(const struct date_scan *s, size_t i, const struct date_context *ctx,
	struct record_time *ret)
{
	const struct date_token *a = date_at(s, i), *b = date_at(s, i + 1);
	int64_t unit;
	int days;
	size_t n = match_ago_first(s, i);

	if (n && date_is_number(date_at(s, i + n), 0, 9999, 4) &&
		(unit = unit_of_word(date_at(s, i + n + 1))) != 0) {
		set_ago(date_at(s, i + n)->value, unit, ctx, ret);
		return n + 2;
	}

	if (a->kind == DATE_TOKEN_NUMBER && a->digits <= 4 &&
		(unit = relative_unit(s, i + 1, &n)) != 0) {
		set_ago(a->value, unit, ctx, ret);
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
	days = day_of_word(a);
	n = 1;
	if (days < 0) {
		if ((!date_is_char(b, U'天') && !date_is_char(b, U'日')) ||
			!(date_is_char(a, U'今') || date_is_char(a, U'昨') ||
				date_is_char(a, U'前')))
			return 0;
		days = date_is_char(a, U'今') ? 0 : date_is_char(a, U'昨') ? 1 : 2;
		n = 2;
	}
	set_day_and_clock(s, i, days, ctx, &n, ret);
	return n;
}
