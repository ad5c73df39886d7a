#include "crawler/read/date/date_form.h"

#include "crawler/read/date/date_month.h"

static int month_of(const struct date_token *t)
{
	return t->kind == DATE_TOKEN_WORD ? date_month_of(t->word) : 0;
}

/* 2025-05-29, 2025年5月29日, 2025/5/29, 2025-05/29. */
static size_t match_year_first(const struct date_scan *s, size_t i, struct date_parts *p)
{
	const struct date_token *year = date_at(s, i), *sep = date_at(s, i + 1),
				*month = date_at(s, i + 2), *sep2 = date_at(s, i + 3),
				*day = date_at(s, i + 4);
	bool chinese = date_is_char(sep, U'年');
	size_t n;

	if (!date_is_number(year, 1900, 2199, 4) || year->digits != 4 ||
		(!chinese && !date_is_separator(sep)) || !date_is_number(month, 1, 12, 2) ||
		(chinese ? !date_is_char(sep2, U'月') : !date_is_separator(sep2)) ||
		!date_is_number(day, 1, 31, 2))
		return 0;
	date_parts_set_day(p, year->value, month->value, day->value);
	n = i + 5;
	if (chinese && date_is_char(date_at(s, n), U'日'))
		n++;
	return n - i;
}

/* 20250529, with time 20250529203000 or 20250529T203000. */
static size_t match_compact(const struct date_scan *s, size_t i, struct date_parts *p)
{
	const struct date_token *t = date_at(s, i);
	int64_t day = t->value, clock = -1;
	size_t n = 1;

	if (t->kind != DATE_TOKEN_NUMBER || t->chinese ||
		(t->digits != 8 && t->digits != 14 && t->digits != 12))
		return 0;
	if (t->digits == 14 || t->digits == 12) {
		int64_t unit = t->digits == 14 ? 1000000 : 10000;

		clock = t->digits == 14 ? day % unit : day % unit * 100;
		day /= unit;
	} else if (date_is_word(date_at(s, i + 1), "t") && date_at(s, i + 2)->digits == 6) {
		clock = date_at(s, i + 2)->value;
		n = 3;
	}
	if (day / 10000 < 1995 || day / 10000 > 2199)
		return 0;
	date_parts_set_day(p, day / 10000, day / 100 % 100, day % 100);
	if (clock >= 0 && clock / 10000 < 24 && clock / 100 % 100 < 60 && clock % 100 < 60) {
		p->hour = (int)(clock / 10000);
		p->minute = (int)(clock / 100 % 100);
		p->second = (int)(clock % 100);
		p->has_second = t->digits != 12;
	}
	return n;
}

/* Letters set directly behind a number: 29th, 1er. */
static size_t skip_ordinal(const struct date_scan *s, size_t n)
{
	const struct date_token *t = date_at(s, n);

	return t->kind == DATE_TOKEN_WORD && !t->gap && strlen(t->word) <= 3 && !month_of(t);
}

/* Small words and marks between day, month and year: de, del, ngày, a comma, a full stop. */
static size_t skip_filling(const struct date_scan *s, size_t n)
{
	static const char *const words[] = {"de", "del", "of", "d", "nam"};
	size_t start = n;
	const struct date_token *t = date_at(s, n);

	if (date_is_char(t, '.') || date_is_char(t, '-') || date_is_char(t, ',') ||
		date_is_char(t, '/'))
		t = date_at(s, ++n);
	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (date_is_word(t, words[i])) {
			n++;
			break;
		}
	}
	if (n > start && date_is_char(date_at(s, n), ','))
		n++;
	return n - start;
}

/* A month by its name, or as Vietnamese counts them: tháng 10. Returns tokens taken. */
static size_t match_month_name(const struct date_scan *s, size_t n, int *ret_month)
{
	*ret_month = month_of(date_at(s, n));
	if (*ret_month)
		return 1;
	if (!date_is_word(date_at(s, n), "thang") || !date_is_number(date_at(s, n + 1), 1, 12, 2))
		return 0;
	*ret_month = (int)date_at(s, n + 1)->value;
	return 2;
}

/* May 29, 2025. */
static size_t match_month_word_first(const struct date_scan *s, size_t i, struct date_parts *p)
{
	int month;
	size_t n = match_month_name(s, i, &month) + i;
	int64_t day;

	if (n == i)
		return 0;
	n += date_is_char(date_at(s, n), '.');
	if (!date_is_number(date_at(s, n), 1, 31, 2))
		return 0;
	day = date_at(s, n++)->value;
	n += skip_ordinal(s, n);
	n += date_is_char(date_at(s, n), ',');
	if (!date_is_number(date_at(s, n), 1900, 2199, 4))
		return 0;
	date_parts_set_day(p, date_at(s, n)->value, month, day);
	return n + 1 - i;
}

/* 29 May 2025; 29. May 25; 29 de mayo de 2025. */
static size_t match_day_first(const struct date_scan *s, size_t i, struct date_parts *p)
{
	int month;
	size_t n = i + 1, taken;
	const struct date_token *year;

	if (!date_is_number(date_at(s, i), 1, 31, 2))
		return 0;
	n += skip_ordinal(s, n);
	n += skip_filling(s, n);
	taken = match_month_name(s, n, &month);
	if (!taken)
		return 0;
	n += taken;
	n += skip_filling(s, n);
	year = date_at(s, n);
	if (year->kind != DATE_TOKEN_NUMBER || year->chinese ||
		(year->digits != 4 && year->digits != 2) || date_is_char(date_at(s, n + 1), ':'))
		return 0;
	date_parts_set_day(p, year->digits == 2 ? 2000 + year->value : year->value, month,
		date_at(s, i)->value);
	return n + 1 - i;
}

/* 2025. május 1., 2025 m. gegužės 1 d., 2025. gada 1. maijs. */
static size_t match_year_and_word(const struct date_scan *s, size_t i, struct date_parts *p)
{
	static const char *const words[] = {"m", "gada", "g", "ko"};
	int64_t year = date_at(s, i)->value, day = 0;
	size_t n = i + 1;
	int month;

	if (!date_is_number(date_at(s, i), 1995, 2199, 4))
		return 0;
	n += date_is_char(date_at(s, n), '.');
	for (size_t w = 0; w < sizeof words / sizeof *words; w++) {
		if (date_is_word(date_at(s, n), words[w])) {
			n++;
			n += date_is_char(date_at(s, n), '.');
			break;
		}
	}
	if (date_is_number(date_at(s, n), 1, 31, 2)) {
		day = date_at(s, n++)->value;
		n += date_is_char(date_at(s, n), '.');
	}
	month = month_of(date_at(s, n));
	if (!month)
		return 0;
	n++;
	if (!day) {
		if (!date_is_number(date_at(s, n), 1, 31, 2))
			return 0;
		day = date_at(s, n++)->value;
		n += date_is_char(date_at(s, n), '.');
		n += date_is_word(date_at(s, n), "d");
	}
	date_parts_set_day(p, year, month, day);
	return n - i;
}

static size_t match_month_word(const struct date_scan *s, size_t i, struct date_parts *p)
{
	size_t n = match_month_word_first(s, i, p);

	if (!n)
		n = match_day_first(s, i, p);
	return n ? n : match_year_and_word(s, i, p);
}

/* 29.05.2025 and 29/05/2025; with a slash the month may come first: 05/29/2025. */
static size_t match_year_last(const struct date_scan *s, size_t i, bool day_first,
	struct date_parts *p)
{
	const struct date_token *a = date_at(s, i), *sep = date_at(s, i + 1),
				*b = date_at(s, i + 2), *year = date_at(s, i + 4);

	if (!date_is_number(a, 1, 31, 2) || !date_is_separator(sep) ||
		!date_is_number(b, 1, 31, 2) || !date_is_char(date_at(s, i + 3), sep->c) ||
		!date_is_number(year, 1995, 2199, 4))
		return 0;
	if (a->value > 12 || (b->value <= 12 && (day_first || sep->c != '/')))
		date_parts_set_day(p, year->value, b->value, a->value);
	else
		date_parts_set_day(p, year->value, a->value, b->value);
	return 5;
}

/* 28 / 2025-05: the day in large figures above its month. */
static size_t match_day_above(const struct date_scan *s, size_t i, struct date_parts *p)
{
	size_t n = i + 1 + date_is_char(date_at(s, i + 1), '/');
	const struct date_token *day = date_at(s, i), *year = date_at(s, n),
				*sep = date_at(s, n + 1), *month = date_at(s, n + 2),
				*next = date_at(s, n + 3);

	if (!date_is_number(day, 1, 31, 2) || day->chinese || !year->gap ||
		!date_is_number(year, 1995, 2199, 4) || !date_is_separator(sep) ||
		!date_is_number(month, 1, 12, 2) || (date_is_separator(next) && !next->gap))
		return 0;
	date_parts_set_day(p, year->value, month->value, day->value);
	return n + 3 - i;
}

/* 08:30 */
static bool is_clock(const struct date_scan *s, size_t i)
{
	return date_at(s, i)->gap && date_is_number(date_at(s, i), 0, 24, 2) &&
		date_is_char(date_at(s, i + 1), ':') && date_is_number(date_at(s, i + 2), 0, 59, 2);
}

/* 5月29日, and 05-29 in lists. */
static size_t match_month_day(const struct date_scan *s, size_t i, enum date_form_bare bare,
	struct date_parts *p)
{
	const struct date_token *month = date_at(s, i), *sep = date_at(s, i + 1),
				*day = date_at(s, i + 2);
	bool chinese = date_is_char(sep, U'月');

	if (!date_is_number(month, 1, 12, 2) || !date_is_number(day, 1, 31, 2) || day->gap)
		return 0;
	if (chinese && date_is_char(date_at(s, i + 3), U'日')) {
		date_parts_set_day(p, 0, month->value, day->value);
		return 4;
	}
	if ((bare == DATE_BARE_TIMED && !is_clock(s, i + 3)) || !date_is_separator(sep) ||
		sep->c == '.' || sep->gap ||
		(date_is_separator(date_at(s, i + 3)) && !date_at(s, i + 3)->gap))
		return 0;
	date_parts_set_day(p, 0, month->value, day->value);
	return 3;
}

/* 2025 05/01 11:54: a year that is set apart from its day, as two elements of a page's head. */
static size_t match_year_apart(const struct date_scan *s, size_t i, struct date_parts *p)
{
	const struct date_token *year = date_at(s, i), *month = date_at(s, i + 1),
				*day = date_at(s, i + 3), *clock = date_at(s, i + 5);

	if (!date_is_number(year, 1995, 2199, 4) || year->digits != 4 || !month->gap ||
		!date_is_number(month, 1, 12, 2) || !date_is_char(date_at(s, i + 2), '/') ||
		!date_is_number(day, 1, 31, 2) || !date_is_number(date_at(s, i + 4), 0, 23, 2) ||
		!date_is_char(clock, ':'))
		return 0;
	date_parts_set_day(p, year->value, month->value, day->value);
	return 4;
}

/* 25-05-29 08:30. Whether the first two digits are the year is told when it is settled. */
static size_t match_short_year(const struct date_scan *s, size_t i, struct date_parts *p)
{
	const struct date_token *year = date_at(s, i), *sep = date_at(s, i + 1),
				*month = date_at(s, i + 2), *day = date_at(s, i + 4);

	if (!date_is_number(year, 0, 99, 2) || year->digits != 2 || year->chinese ||
		!date_is_separator(sep) || !date_is_number(month, 1, 12, 2) ||
		!date_is_char(date_at(s, i + 3), sep->c) || !date_is_number(day, 1, 31, 2) ||
		!is_clock(s, i + 5))
		return 0;
	date_parts_set_day(p, 2000 + year->value, month->value, day->value);
	p->is_short = true;
	return 5;
}

/* 28.05.25, 05/28/25: the same, the year last. */
static size_t match_short_year_last(const struct date_scan *s, size_t i, bool day_first,
	struct date_parts *p)
{
	const struct date_token *a = date_at(s, i), *sep = date_at(s, i + 1),
				*b = date_at(s, i + 2), *year = date_at(s, i + 4),
				*next = date_at(s, i + 5);
	bool dotted = date_is_char(sep, '.');

	if (!date_is_number(a, 1, 31, 2) || a->chinese || (!dotted && !date_is_char(sep, '/')) ||
		!date_is_number(b, 1, 31, 2) || !date_is_char(date_at(s, i + 3), sep->c) ||
		!date_is_number(year, 0, 99, 2) || year->digits != 2 || year->gap ||
		(date_is_separator(next) && !next->gap &&
			date_at(s, i + 6)->kind == DATE_TOKEN_NUMBER))
		return 0;
	if (dotted || day_first)
		date_parts_set_day(p, 2000 + year->value, b->value, a->value);
	else
		date_parts_set_day(p, 2000 + year->value, a->value, b->value);
	p->is_short = true;
	return 5;
}

size_t date_form_match(const struct date_scan *s, enum date_form_bare bare, bool day_first,
	struct date_parts *p)
{
	size_t n = match_year_first(s, 0, p);

	if (!n)
		n = match_month_word(s, 0, p);
	if (!n)
		n = match_year_last(s, 0, day_first, p);
	if (!n)
		n = match_compact(s, 0, p);
	if (!n)
		n = match_year_apart(s, 0, p);
	if (!n)
		n = match_day_above(s, 0, p);
	if (!n && bare)
		n = match_short_year(s, 0, p);
	if (!n && bare)
		n = match_short_year_last(s, 0, day_first, p);
	if (!n && bare)
		n = match_month_day(s, 0, bare, p);
	return n;
}
