#include "scheduler/trap.h"

#include "common/clock.h"
#include "common/url.h"

#include <ctype.h>
#include <stdbool.h>

#define LENGTH_MAX      2048 /* the sitemap protocol's; links with Chinese words come to 1,000 */
#define SEGMENTS_MAX    20   /* ministries go to 9 */
#define PERIOD_MAX      8
#define REPEATS_MAX     4 /* of one segment: columns and their pages have their parent's name */
#define REPEATS_OF_MANY 3 /* of several segments in a row */
#define PARAMETERS_MAX  40
#define TWINS_MAX       3 /* the same name and value again */
#define NAMESAKES_MAX   8 /* the same name with any value */
#define FUTURE_DAYS     366
#define PAST_DAYS       366
#define YEAR_MIN        1900
#define YEAR_MAX        2199 /* later ones are numbers of something else */
#define DAY_MS          INT64_C(86400000)

static struct span until(struct span s, char stop)
{
	const char *end = s.len ? memchr(s.data, stop, s.len) : NULL;

	return span_from(s.data, end ? (size_t)(end - s.data) : s.len);
}

/* The next part of a list in front of @stop. */
static struct span take(struct span *s, char stop)
{
	struct span part = until(*s, stop);

	*s = span_from_offset(*s, part.len + (part.len < s->len));
	return part;
}

static bool is_number(struct span s)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!isdigit((unsigned char)s.data[i]))
			return false;
	}
	return true;
}

/* Paths. */

/* "/2025/05/05/05.html" and "//" repeat nothing but numbers. */
static bool has_words(const struct span *segments, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!is_number(segments[i]))
			return true;
	}
	return false;
}

static bool is_repeated(const struct span *segments, size_t n)
{
	for (size_t period = 1; period <= PERIOD_MAX; period++) {
		size_t times = period == 1 ? REPEATS_MAX : REPEATS_OF_MANY, run = 0;

		for (size_t i = period; i < n; i++) {
			run = span_eq(segments[i], segments[i - period]) ? run + 1 : 0;
			if (run >= period * (times - 1) &&
				has_words(segments + i + 1 - period, period))
				return true;
		}
	}
	return false;
}

static enum trap judge_path(struct span path)
{
	struct span segments[SEGMENTS_MAX];
	size_t n = 0;

	for (path = span_from_offset(path, path.len > 0); path.len; n++) {
		if (n == SEGMENTS_MAX)
			return TRAP_DEEP;
		segments[n] = take(&path, '/');
	}
	return is_repeated(segments, n) ? TRAP_REPEATED : TRAP_NONE;
}

/* Queries. */

static bool has_same_name(struct span a, struct span b)
{
	return a.len && span_eq(until(a, '='), until(b, '='));
}

static enum trap judge_parameters(struct span query)
{
	struct span pairs[PARAMETERS_MAX];
	size_t n = 0;

	for (query = span_from_offset(query, query.len > 0); query.len; n++) {
		size_t twins = 1, namesakes = 1;

		if (n == PARAMETERS_MAX)
			return TRAP_PARAMETERS;
		pairs[n] = take(&query, '&');
		for (size_t i = 0; i < n && pairs[n].len; i++) {
			twins += span_eq(pairs[i], pairs[n]);
			namesakes += has_same_name(pairs[i], pairs[n]);
		}
		if (twins > TWINS_MAX || namesakes > NAMESAKES_MAX)
			return TRAP_PARAMETERS;
	}
	return TRAP_NONE;
}

/*
 * How often the "%" at the front was escaped itself: 0 for "%3A", 1 for "%253A". -1: no
 * "%XX" of @digits.
 */
static int escape_depth(struct span s, const char *digits, size_t *ret_len)
{
	size_t i = 1;
	int depth = 0;

	if (!s.len || s.data[0] != '%')
		return -1;
	for (; s.len - i >= 2 && memcmp(s.data + i, "25", 2) == 0; i += 2)
		depth++;
	if (s.len - i < 2 || strncasecmp(s.data + i, digits, 2) != 0)
		return -1;
	*ret_len = i + 2;
	return depth;
}

/*
 * How deep the "://" at the front lies: 1 as it is, 2 and more when escaped again. 0:
 * there is none.
 */
static int nesting_at(struct span s)
{
	size_t len;
	int depth;

	if (span_starts_with(s, SPAN_LITERAL("://")))
		return 1;
	depth = escape_depth(s, "3A", &len);
	if (depth < 0)
		return 0;
	s = span_from_offset(s, len);
	if (!span_starts_with(s, SPAN_LITERAL("//")) && escape_depth(s, "2F", &len) < 0)
		return 0;
	return depth + 1;
}

/*
 * One address within another is how things are shared, two beside each other, too. It is
 * a trap when the inner one has one of its own, which is escaped once more, or three in a row.
 * One alone may be escaped twice, by who is careful.
 */
static bool is_nested(struct span query)
{
	unsigned n = 0;

	for (; query.len; query = span_from_offset(query, 1)) {
		int depth = nesting_at(query);

		n += depth > 0;
		if (depth > 2 || (depth > 1 && n > 1) || n > 2)
			return true;
	}
	return false;
}

/* Calendars. */

static bool is_calendar(struct span href)
{
	static const char *const words[] = {"/calendar/", "/calendars/", "/rili/", "/cal/",
		"calendar=", "rili=", "calendar?", "calendar.", "rili?", "rili.", "/cal?", "/cal.",
		"/events/month/", "/events/day/"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (span_find(href, span_str(words[i])) >= 0)
			return true;
	}
	return false;
}

static bool date_of(int year, int month, int day, int64_t *ret_ms)
{
	if (year < YEAR_MIN || year > YEAR_MAX || !clock_is_date(year, month, day))
		return false;
	*ret_ms = clock_days(year, month, day) * DAY_MS;
	return true;
}

/* The number in front, of @min to @max digits, is taken off. -1 if there is none of that length. */
static int take_number(struct span *s, size_t min, size_t max)
{
	size_t n = 0;
	int value = 0;

	for (; n < s->len && n <= max && isdigit((unsigned char)s->data[n]); n++)
		value = value * 10 + (s->data[n] - '0');
	if (n < min || n > max)
		return -1;
	*s = span_from_offset(*s, n);
	return value;
}

static bool take_mark(struct span *s, char mark)
{
	if (!s->len || s->data[0] != mark)
		return false;
	*s = span_from_offset(*s, 1);
	return true;
}

/*
 * "2031/05/02", "2031-05-02"; of a calendar "2031/5", too: elsewhere that may be a number
 * of anything.
 */
static bool date_in_front(struct span s, bool is_calendar, int64_t *ret_ms)
{
	int year = take_number(&s, 4, 4), month, day = 1;
	char mark = s.len ? s.data[0] : '\0';

	if (mark != '/' && mark != '-')
		return false;
	take_mark(&s, mark);
	month = take_number(&s, is_calendar ? 1 : 2, 2);
	if (!is_calendar)
		day = take_mark(&s, mark) ? take_number(&s, 2, 2) : -1;
	return date_of(year, month, day, ret_ms);
}

/* "20310502", "203105" */
static bool digits_in_front(struct span s, int64_t *ret_ms)
{
	size_t n = 0;
	int value = 0, day = 1;

	for (; n < s.len && n <= 8 && isdigit((unsigned char)s.data[n]); n++)
		value = value * 10 + (s.data[n] - '0');
	if (n == 8) {
		day = value % 100;
		value /= 100;
	} else if (n != 6)
		return false;
	return date_of(value / 100, value % 100, day, ret_ms);
}

/* The number that a parameter of one of these names has, or 0. */
static int number_of(struct span query, const char *const names[3])
{
	while (query.len) {
		struct span pair = take(&query, '&'), name = take(&pair, '=');

		for (size_t i = 0; i < 3; i++) {
			if (span_is_nocase(name, names[i]) && pair.len <= 4 && is_number(pair))
				return take_number(&pair, 1, 4);
		}
	}
	return 0;
}

/* "?year=2031&month=5", in any order */
static bool date_in_query(struct span query, int64_t *ret_ms)
{
	static const char *const years[] = {"year", "y", "nian"},
				 *const months[] = {"month", "m", "yue"};

	query = span_from_offset(query, query.len > 0);
	return date_of(number_of(query, years), number_of(query, months), 1, ret_ms);
}

/*
 * Nothing is published a year ahead. A calendar's own pages are also too old a year back;
 * archives are read, however old they are.
 */
static bool is_out_of_time(int64_t ms, bool of_calendar, int64_t now_ms)
{
	return ms > now_ms + FUTURE_DAYS * DAY_MS ||
		(of_calendar && ms < now_ms - PAST_DAYS * DAY_MS);
}

static bool has_date_out_of_time(struct span href, struct span query, int64_t now_ms)
{
	bool of_calendar = is_calendar(href), was_digit = false;
	int64_t ms;

	if (date_in_query(query, &ms) && is_out_of_time(ms, of_calendar, now_ms))
		return true;
	for (; href.len; href = span_from_offset(href, 1)) {
		bool is_digit = isdigit((unsigned char)href.data[0]);

		if (is_digit && !was_digit &&
			(date_in_front(href, of_calendar, &ms) ||
				(of_calendar && digits_in_front(href, &ms))) &&
			is_out_of_time(ms, of_calendar, now_ms))
			return true;
		was_digit = is_digit;
	}
	return false;
}

enum trap trap_of(struct span href, int64_t now_ms)
{
	struct url_parts parts;
	enum trap t;

	if (href.len > LENGTH_MAX)
		return TRAP_LONG;
	if (!url_split(href, &parts))
		return TRAP_NONE;
	t = judge_path(parts.path);
	if (!t)
		t = judge_parameters(parts.query);
	if (!t && is_nested(parts.query))
		t = TRAP_NESTED;
	if (!t &&
		has_date_out_of_time(span_from_offset(href, parts.origin.len), parts.query, now_ms))
		t = TRAP_CALENDAR;
	return t;
}

const char *trap_str(enum trap t)
{
	static const char *const names[] = {
		[TRAP_LONG] = "its address is too long",
		[TRAP_DEEP] = "its path is too deep",
		[TRAP_REPEATED] = "its path repeats itself",
		[TRAP_PARAMETERS] = "it has too many parameters",
		[TRAP_NESTED] = "its parameters hold addresses within addresses",
		[TRAP_CALENDAR] = "it is of a day that has no news",
	};

	return names[t];
}
