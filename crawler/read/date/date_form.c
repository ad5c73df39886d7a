#include "crawler/read/date/date_form.h"

static const char *const months[] = {"january", "february", "march", "april", "may", "june", "july",
	"august", "september", "october", "november", "december"};

static int month_of(const struct date_token *t)
{
	size_t len = t->kind == DATE_TOKEN_WORD ? strlen(t->word) : 0;

	if (len < 3)
		return 0;
	for (int i = 0; i < 12; i++)
		if ((len == 3 || len == strlen(months[i]) || (i == 8 && len == 4)) &&
			strncmp(t->word, months[i], len) == 0)
			return i + 1;
	return 0;
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

/* May 29, 2025; 29 May 2025; 29. May 25. */
static size_t match_month_word(const struct date_scan *s, size_t i, struct date_parts *p)
{
	int month = month_of(date_at(s, i));
	size_t n = i + 1;

	if (month && date_is_char(date_at(s, n), '.'))
		n++;
	if (month && date_is_number(date_at(s, n), 1, 31, 2)) {
		int64_t day = date_at(s, n++)->value;

		if (date_at(s, n)->kind == DATE_TOKEN_WORD && strlen(date_at(s, n)->word) == 2 &&
			!date_at(s, n)->gap)
			n++; /* 29th */
		if (date_is_char(date_at(s, n), ','))
			n++;
		if (!date_is_number(date_at(s, n), 1900, 2199, 4))
			return 0;
		date_parts_set_day(p, date_at(s, n)->value, month, day);
		return n + 1 - i;
	}
	if (!date_is_number(date_at(s, i), 1, 31, 2))
		return 0;
	if (date_at(s, n)->kind == DATE_TOKEN_WORD && !date_at(s, n)->gap &&
		strlen(date_at(s, n)->word) == 2)
		n++;
	if (date_is_char(date_at(s, n), '.') || date_is_char(date_at(s, n), '-') ||
		date_is_word(date_at(s, n), "de"))
		n++;
	month = month_of(date_at(s, n));
	if (!month)
		return 0;
	n++;
	if (date_is_char(date_at(s, n), '.') || date_is_char(date_at(s, n), '-') ||
		date_is_char(date_at(s, n), ','))
		n++;
	if (date_at(s, n)->kind != DATE_TOKEN_NUMBER ||
		(date_at(s, n)->digits != 4 && date_at(s, n)->digits != 2))
		return 0;
	date_parts_set_day(p,
		date_at(s, n)->digits == 2 ? 2000 + date_at(s, n)->value : date_at(s, n)->value,
		month, date_at(s, i)->value);
	return n + 1 - i;
}

/* 29.05.2025 and 29/05/2025; 05/29/2025 where the numbers leave no doubt or the slash stands. */
static size_t match_year_last(const struct date_scan *s, size_t i, struct date_parts *p)
{
	const struct date_token *a = date_at(s, i), *sep = date_at(s, i + 1),
				*b = date_at(s, i + 2), *year = date_at(s, i + 4);

	if (!date_is_number(a, 1, 31, 2) || !date_is_separator(sep) ||
		!date_is_number(b, 1, 31, 2) || !date_is_char(date_at(s, i + 3), sep->c) ||
		!date_is_number(year, 1995, 2199, 4))
		return 0;
	if (a->value > 12 || (b->value <= 12 && sep->c != '/'))
		date_parts_set_day(p, year->value, b->value, a->value);
	else
		date_parts_set_day(p, year->value, a->value, b->value);
	return 5;
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
	if (bare != DATE_BARE_SEPARATED || !date_is_separator(sep) || sep->c == '.' || sep->gap ||
		(date_is_separator(date_at(s, i + 3)) && !date_at(s, i + 3)->gap))
		return 0;
	date_parts_set_day(p, 0, month->value, day->value);
	return 3;
}

size_t date_form_match(const struct date_scan *s, enum date_form_bare bare, struct date_parts *p)
{
	size_t n = match_year_first(s, 0, p);

	if (!n)
		n = match_month_word(s, 0, p);
	if (!n)
		n = match_year_last(s, 0, p);
	if (!n)
		n = match_compact(s, 0, p);
	if (!n && bare)
		n = match_month_day(s, 0, bare, p);
	return n;
}
