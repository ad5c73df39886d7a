/*
 * Text becomes tokens (date_scan), and patterns are tried at each token, the
 * most complete first: a day (date_form), the time behind it (date_clock) and
 * its zone (date_zone), or a date told from now (date_relative). What was
 * written becomes a moment in one place (date_parts). A pattern looks at a
 * bounded number of tokens, so the whole is linear.
 */
#include "crawler/read/date/date_clock.h"
#include "crawler/read/date/date_form.h"
#include "crawler/read/date/date_relative.h"
#include "crawler/read/date/date_zone.h"

#define CLOCK_DISTANCE_MAX 8 /* bytes between a time and the day behind it */

static const struct date_parts no_time = {.hour = -1};

static bool is_fenced(const struct date_scan *s, size_t n)
{
	const struct date_token *next = date_at(s, n);

	return !(next->kind == DATE_TOKEN_NUMBER && !next->gap && next->glued);
}

/*
 * A date at the start of the window, whose time may stand behind it or be the one in @before.
 * Returns tokens taken, or 0. What has the form of a date and is refused is taken too, so that no
 * part of it is read as another one; its precision is none.
 */
static size_t match_date(const struct date_scan *s, const struct date_context *ctx,
	enum date_form_bare bare, const struct date_parts *before, struct record_time *ret)
{
	struct date_parts p = *before;
	size_t n = 0;

	if (date_at(s, 0)->glued && !date_at(s, 0)->chinese &&
		date_at(s, 0)->kind == DATE_TOKEN_NUMBER)
		return 0;
	n = date_form_match(s, bare, ctx->day_first, &p);
	if (n) {
		size_t time = p.hour < 0 || before->hour >= 0
			? date_clock_match_behind(s, n, ctx->zone_min, &p)
			: 0;

		if (!time && p.hour >= 0)
			time = date_zone_match(s, n, ctx->zone_min, &p);

		if (!is_fenced(s, n + time) || !date_parts_settle(&p, ctx, ret))
			ret->precision = PRECISION_NONE;
		return n + time;
	}
	return ctx->now_ms && bare ? date_relative_match(s, 0, ctx, ret) : 0;
}

/* Every date without @bare has a digit or the zero of Chinese numerals. */
static bool may_hold_date(struct span text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.data[i];

		if ((c >= '0' && c <= '9') || c == 0xEF || c == 0xD9)
			return true;
	}
	return span_find(text, SPAN_LITERAL("〇")) >= 0 ||
		span_find(text, SPAN_LITERAL("○")) >= 0 ||
		span_find(text, SPAN_LITERAL("零")) >= 0 ||
		span_find(text, SPAN_LITERAL("年")) >= 0;
}

/* 11:54 2025-05-01: the time that stands last before a token. */
struct clock_before {
	struct date_parts parts;
	size_t end; /* offset in the text */
};

/* Returns the tokens of a time at the start of the window: no part of it is a day. */
static size_t note_clock(const struct date_scan *s, const struct date_context *ctx,
	struct clock_before *c)
{
	struct date_parts p = no_time;
	size_t n = date_is_char(date_at(s, 1), ':') ? date_clock_match(s, 0, &p) : 0;

	if (!n)
		return 0;
	n += date_zone_match(s, n, ctx->zone_min, &p);
	*c = (struct clock_before){.parts = p, .end = date_at(s, n - 1)->end};
	return n;
}

/* Nothing but marks and short words stand between. */
static const struct date_parts *time_before(const struct date_scan *s, const struct clock_before *c)
{
	size_t start = date_at(s, 0)->start;

	return c->end && start >= c->end && start - c->end <= CLOCK_DISTANCE_MAX ? &c->parts
										 : &no_time;
}

bool date_find(struct span text, const struct date_context *ctx, bool bare, struct date_found *ret)
{
	enum date_form_bare form = bare ? DATE_BARE_TIMED : DATE_BARE_NONE;
	struct clock_before clock = {0};
	struct record_time found;
	struct date_scan s;

	if (!bare && !may_hold_date(text))
		return false;
	for (date_scan_init(&s, text); date_at(&s, 0)->kind != DATE_TOKEN_END; date_scan_move(&s)) {
		size_t n = date_at(&s, 0)->kind == DATE_TOKEN_CHAR && !bare
			? 0
			: match_date(&s, ctx, form, time_before(&s, &clock), &found);

		if (n && found.precision) {
			*ret = (struct date_found){.time = found,
				.start = date_at(&s, 0)->start,
				.end = date_at(&s, n - 1)->end};
			return true;
		}
		if (!n && date_at(&s, 0)->kind == DATE_TOKEN_NUMBER)
			n = note_clock(&s, ctx, &clock);
		date_scan_skip(&s, n);
	}
	return false;
}

/* Time before the day: "11:54 2025-05-01", "20:30, 29 May 2025". */
static bool parse_time_first(struct date_scan *s, const struct date_context *ctx,
	struct record_time *ret)
{
	struct date_parts p = no_time;
	size_t n = date_clock_match(s, 0, &p);

	if (!n)
		return false;
	n += date_zone_match(s, n, ctx->zone_min, &p);
	while (n-- > 0)
		date_scan_move(s);
	for (int i = 0; i < 3; i++, date_scan_move(s))
		if (match_date(s, ctx, DATE_BARE_SEPARATED, &p, ret) &&
			ret->precision > PRECISION_DAY)
			return true;
	if (!ctx->now_ms || date_at(s, 0)->kind != DATE_TOKEN_END)
		return false;
	date_set_moment(date_start_of_day(ctx->now_ms, ctx->zone_min) + date_parts_clock_ms(&p),
		ctx->zone_min, PRECISION_MINUTE, ret);
	return true;
}

/* Unix time, a year with a month, a year: only where the text holds nothing else. */
static bool parse_short(const struct date_scan *s, const struct date_context *ctx,
	struct record_time *ret)
{
	const struct date_token *a = date_at(s, 0);
	struct date_parts p = {.hour = -1};
	bool settled;

	if (a->kind != DATE_TOKEN_NUMBER)
		return false;
	if (date_at(s, 1)->kind == DATE_TOKEN_END && (a->digits == 10 || a->digits == 13) &&
		!a->chinese) {
		int64_t ms = a->digits == 10 ? a->value * 1000 : a->value;

		date_set_moment(ms, ctx->zone_min, PRECISION_SECOND, ret);
		return date_is_plausible(ms, ctx);
	}
	if (!date_is_number(a, 1995, 2199, 4))
		return false;
	date_parts_set_day(&p, a->value, 1, 1);
	if ((date_is_separator(date_at(s, 1)) || date_is_char(date_at(s, 1), U'年')) &&
		date_is_number(date_at(s, 2), 1, 12, 2) &&
		(date_at(s, 3)->kind == DATE_TOKEN_END || date_is_char(date_at(s, 3), U'月'))) {
		p.month = (int)date_at(s, 2)->value;
		settled = date_parts_settle(&p, ctx, ret);
		ret->precision = settled ? PRECISION_MONTH : ret->precision;
		return settled;
	}
	if (date_at(s, 1)->kind != DATE_TOKEN_END &&
		!(date_is_char(date_at(s, 1), U'年') && date_at(s, 2)->kind == DATE_TOKEN_END))
		return false;
	settled = date_parts_settle(&p, ctx, ret);
	ret->precision = settled ? PRECISION_YEAR : ret->precision;
	return settled;
}

bool date_parse(struct span text, const struct date_context *ctx, struct record_time *ret)
{
	struct record_time first = {0}, found;
	struct date_scan s;

	if (text.len > 200) /* no date; and each step below looks at all of it */
		text.len = 200;
	for (date_scan_init(&s, text); date_at(&s, 0)->kind != DATE_TOKEN_END; date_scan_move(&s)) {
		size_t n = match_date(&s, ctx, DATE_BARE_SEPARATED, &no_time, &found);

		if (n && found.precision > first.precision)
			first = found;
		if (first.precision > PRECISION_DAY)
			break;
		date_scan_skip(&s, n);
	}
	if (first.precision <= PRECISION_DAY) {
		date_scan_init(&s, text);
		if (parse_time_first(&s, ctx, &found)) {
			*ret = found;
			return true;
		}
	}
	if (!first.precision) {
		date_scan_init(&s, text);
		if (!parse_short(&s, ctx, &found))
			return false;
		first = found;
	}
	*ret = first;
	return true;
}

static bool day_of_digits(struct span digits, const struct date_context *ctx,
	struct record_time *ret)
{
	struct date_parts p = {.hour = -1};
	int64_t value = 0;

	for (size_t i = 0; i < 8; i++)
		value = value * 10 + (digits.data[i] - '0');
	date_parts_set_day(&p, value / 10000, value / 100 % 100, value % 100);
	return date_parts_settle(&p, ctx, ret);
}

bool date_in_url(struct span url, const struct date_context *ctx, struct record_time *ret)
{
	bool found = false;

	for (size_t i = 0; i + 8 <= url.len; i++) {
		char digits[8];
		size_t n = 0, j = i;

		if (i > 0 && url.data[i - 1] >= '0' && url.data[i - 1] <= '9')
			continue;
		/* Year, month and day with at most one separator between each. */
		while (j < url.len && n < 8) {
			char c = url.data[j];

			if (c >= '0' && c <= '9')
				digits[n++] = c;
			else if ((n != 4 && n != 6) || (c != '/' && c != '-' && c != '_') ||
				(j > i && (url.data[j - 1] == '/' || url.data[j - 1] == '-')))
				break;
			j++;
		}
		if (n == 8 && (digits[0] == '1' || digits[0] == '2') &&
			day_of_digits(span_from(digits, 8), ctx, ret))
			found = true;
		if (found)
			return true;
	}
	return false;
}
