/*
 * Text becomes tokens (numbers, words, single characters), and patterns are
 * tried at each token, the most complete first. A pattern looks at a bounded
 * number of tokens, so the whole is linear.
 */
#include "crawler/read/date.h"

#include "common/clock.h"
#include "common/utf8.h"

#define DAY_MS	    INT64_C(86400000)
#define EARLIEST_MS INT64_C(788918400000) /* 1995: there were no news pages before */
#define WINDOW	    24			  /* tokens a date may take; a scan keeps no more of them */
#define WORD_MAX    12
#define DIGITS_MAX  18 /* fits an int64_t */

enum token_kind { TOKEN_END, TOKEN_NUMBER, TOKEN_WORD, TOKEN_CHAR };

struct token {
	enum token_kind kind;
	bool gap;     /* white space stands before it */
	bool chinese; /* a number in Chinese numerals */
	bool glued;   /* a letter or digit stands directly before it */
	int digits;
	int64_t value;
	uint32_t c;		 /* of a character, traditional ones made simple */
	char word[WORD_MAX + 1]; /* lower case, cut */
	size_t start, end;	 /* offsets in the text */
};

/* A reader of tokens with a window of look-ahead. */
struct scan {
	struct span text;
	size_t at;
	uint32_t before; /* the code point before `at` */
	struct token window[WINDOW];
	size_t n;
};

struct parts {
	int year, month, day;	      /* 0: not given */
	int hour, minute, second, ms; /* hour -1: not given */
	bool has_second;
	bool has_zone;
	int zone_min;
};

static const char *const months[] = {"january", "february", "march", "april", "may", "june", "july",
	"august", "september", "october", "november", "december"};

static const struct {
	const char *name;
	int minutes;
} zones[] = {{"z", 0}, {"ut", 0}, {"utc", 0}, {"gmt", 0}, {"est", -300}, {"edt", -240},
	{"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420}, {"bst", 60},
	{"cet", 60}, {"cest", 120}, {"eet", 120}, {"eest", 180}, {"msk", 180}, {"ist", 330},
	{"jst", 540}, {"kst", 540}, {"hkt", 480}, {"sgt", 480}, {"bjt", 480}, {"aest", 600}};

static bool is_letter(uint32_t c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= 0xC0 && c < 0x250);
}

static int digit_of(uint32_t c)
{
	if (c >= '0' && c <= '9')
		return (int)c - '0';
	if (c >= 0xFF10 && c <= 0xFF19)
		return (int)c - 0xFF10;
	return -1;
}

/* 10 stands for 十. */
static int chinese_digit_of(uint32_t c)
{
	static const uint32_t digits[] = {
		U'〇', U'一', U'二', U'三', U'四', U'五', U'六', U'七', U'八', U'九', U'十'};

	if (c == U'零' || c == U'○' || c == U'Ο' || c == U'O')
		return c == U'O' || c == U'Ο' ? -1 : 0;
	for (int i = 0; i <= 10; i++)
		if (digits[i] == c)
			return i;
	return -1;
}

/* Characters that mean the same in a date. */
static uint32_t normal_char(uint32_t c)
{
	switch (c) {
	case U'時':
	case U'时':
	case U'點':
	case U'点':
		return U'时';
	case U'號':
	case U'号':
	case U'日':
		return U'日';
	case U'：':
	case U'︰':
	case U'∶':
		return ':';
	case U'鐘':
	case U'钟':
		return U'钟';
	case U'剛':
		return U'刚';
	case U'／':
		return '/';
	case U'．':
		return '.';
	case U'－':
	case U'—':
	case U'–':
	case U'‐':
	case U'‑':
	case U'−':
		return '-';
	case U'＋':
		return '+';
	case U'後':
		return U'后';
	case U'週':
		return U'周';
	default:
		return c;
	}
}

static void read_number(struct scan *s, const char *p, const char *end, struct token *t)
{
	t->kind = TOKEN_NUMBER;
	while (p < end) {
		const char *next = p;
		int digit = digit_of(utf8_next(&next, end));

		if (digit < 0)
			break;
		if (t->digits < DIGITS_MAX)
			t->value = t->value * 10 + digit;
		t->digits++;
		p = next;
	}
	s->at = (size_t)(p - s->text.data);
}

/* 二〇二五 digit by digit, 二十九 by tens. */
static void read_chinese_number(struct scan *s, const char *p, const char *end, struct token *t)
{
	bool tens = false;
	int64_t value = 0;

	t->kind = TOKEN_NUMBER;
	t->chinese = true;
	while (p < end && t->digits < 8) {
		const char *next = p;
		int digit = chinese_digit_of(utf8_next(&next, end));

		if (digit < 0)
			break;
		if (digit == 10) {
			value = value ? value * 10 : 10;
			tens = true;
		} else
			value = tens ? value + digit : value * 10 + digit;
		t->digits++;
		p = next;
	}
	t->value = value;
	if (tens)
		t->digits = 2;
	s->at = (size_t)(p - s->text.data);
}

static void read_word(struct scan *s, const char *p, const char *end, struct token *t)
{
	size_t n = 0;

	t->kind = TOKEN_WORD;
	while (p < end) {
		const char *next = p;
		uint32_t c = utf8_next(&next, end);

		if (!is_letter(c))
			break;
		if (n < WORD_MAX)
			t->word[n++] = c < 0x80 ? (char)(c | 0x20) : '?';
		p = next;
	}
	s->at = (size_t)(p - s->text.data);
}

static struct token read_token(struct scan *s)
{
	struct token t = {0};
	const char *end = s->text.data + s->text.len;

	while (s->at < s->text.len) {
		const char *p = s->text.data + s->at, *next = p;
		uint32_t c = utf8_next(&next, end), before = s->before;

		s->before = c;
		if (utf8_is_space(c) || utf8_is_invisible(c)) {
			t.gap = true;
			s->at = (size_t)(next - s->text.data);
			continue;
		}
		t.start = s->at;
		t.glued = is_letter(before) || digit_of(before) >= 0;
		if (digit_of(c) >= 0)
			read_number(s, p, end, &t);
		else if (chinese_digit_of(c) >= 0)
			read_chinese_number(s, p, end, &t);
		else if (is_letter(c))
			read_word(s, p, end, &t);
		else {
			t.kind = TOKEN_CHAR;
			t.c = normal_char(c);
			s->at = (size_t)(next - s->text.data);
		}
		if (t.kind == TOKEN_NUMBER || t.kind == TOKEN_WORD)
			s->before = t.kind == TOKEN_NUMBER && !t.chinese ? '0'
				    : t.kind == TOKEN_WORD		 ? 'a'
									 : 0;
		break;
	}
	t.end = s->at;
	return t;
}

static void scan_init(struct scan *s, struct span text)
{
	*s = (struct scan){.text = text.len ? text : SPAN_LITERAL("")};
	while (s->n < WINDOW)
		s->window[s->n++] = read_token(s);
}

static void scan_move(struct scan *s)
{
	memmove(s->window, s->window + 1, (WINDOW - 1) * sizeof *s->window);
	s->window[WINDOW - 1] = read_token(s);
}

/* Moves so that the last of @n tokens is next to be left behind. */
static void scan_skip(struct scan *s, size_t n)
{
	while (n-- > 1)
		scan_move(s);
}

static const struct token *at(const struct scan *s, size_t i)
{
	return &s->window[i < WINDOW ? i : WINDOW - 1];
}

static bool is_number(const struct token *t, int64_t low, int64_t high, int digits_max)
{
	return t->kind == TOKEN_NUMBER && t->digits <= digits_max && t->value >= low &&
	       t->value <= high;
}

static bool is_char(const struct token *t, uint32_t c)
{
	return t->kind == TOKEN_CHAR && t->c == c;
}

static bool is_separator(const struct token *t)
{
	return t->kind == TOKEN_CHAR && (t->c == '-' || t->c == '/' || t->c == '.' || t->c == '_');
}

static bool is_word(const struct token *t, const char *word)
{
	return t->kind == TOKEN_WORD && strcmp(t->word, word) == 0;
}

static int month_of(const struct token *t)
{
	size_t len = t->kind == TOKEN_WORD ? strlen(t->word) : 0;

	if (len < 3)
		return 0;
	for (int i = 0; i < 12; i++)
		if ((len == 3 || len == strlen(months[i]) || (i == 8 && len == 4)) &&
			strncmp(t->word, months[i], len) == 0)
			return i + 1;
	return 0;
}

static bool zone_of_word(const char *word, int fallback_min, int *ret)
{
	if (strcmp(word, "cst") == 0) { /* China's or the American one: by where the page stands */
		*ret = fallback_min == DATE_ZONE_CHINA ? DATE_ZONE_CHINA : -360;
		return true;
	}
	for (size_t i = 0; i < sizeof zones / sizeof *zones; i++) {
		if (strcmp(word, zones[i].name) == 0) {
			*ret = zones[i].minutes;
			return true;
		}
	}
	return false;
}

/* "+08:00", "+0800", "+8" or a name behind the time. Returns tokens taken. */
static size_t match_zone(const struct scan *s, size_t i, int fallback_min, struct parts *p)
{
	const struct token *sign = at(s, i), *number = at(s, i + 1);
	int64_t minutes;

	if (sign->kind == TOKEN_WORD && zone_of_word(sign->word, fallback_min, &p->zone_min)) {
		bool more = at(s, i + 1)->kind == TOKEN_CHAR &&
			    (is_char(at(s, i + 1), '+') || is_char(at(s, i + 1), '-')) &&
			    at(s, i + 2)->kind == TOKEN_NUMBER;

		p->has_zone = true;
		return more ? 1 + match_zone(s, i + 1, fallback_min, p) : 1;
	}
	if ((!is_char(sign, '+') && !is_char(sign, '-')) || number->kind != TOKEN_NUMBER ||
		number->gap)
		return 0;
	if (number->digits == 4)
		minutes = number->value / 100 * 60 + number->value % 100;
	else if (number->digits <= 2 && is_char(at(s, i + 2), ':') &&
		 is_number(at(s, i + 3), 0, 59, 2))
		minutes = number->value * 60 + at(s, i + 3)->value;
	else if (number->digits <= 2 && is_char(sign, '+'))
		minutes = number->value * 60;
	else
		return 0;
	if (minutes > 14 * 60)
		return 0;
	p->has_zone = true;
	p->zone_min = (int)(is_char(sign, '-') ? -minutes : minutes);
	return number->digits <= 2 && is_char(at(s, i + 2), ':') ? 4 : 2;
}

static size_t match_half_of_day(const struct scan *s, size_t i, struct parts *p)
{
	const struct token *t = at(s, i);
	bool dotted =
		t->kind == TOKEN_WORD && is_char(at(s, i + 1), '.') && is_word(at(s, i + 2), "m");

	if (is_word(t, "pm") || (dotted && is_word(t, "p"))) {
		p->hour += p->hour < 12 ? 12 : 0;
		return dotted ? 3 + is_char(at(s, i + 3), '.') : 1;
	}
	if (is_word(t, "am") || (dotted && is_word(t, "a"))) {
		p->hour %= 12;
		return dotted ? 3 + is_char(at(s, i + 3), '.') : 1;
	}
	return 0;
}

/* 上午 下午 晚上 中午 凌晨 早上 before the hour. Returns tokens taken; *@ret_pm by 12 hours. */
static size_t match_chinese_half(const struct scan *s, size_t i, bool *ret_pm)
{
	uint32_t a = at(s, i)->kind == TOKEN_CHAR ? at(s, i)->c : 0;
	uint32_t b = at(s, i + 1)->kind == TOKEN_CHAR ? at(s, i + 1)->c : 0;

	*ret_pm = (a == U'下' && b == U'午') || a == U'晚';
	if ((a == U'上' || a == U'下' || a == U'中') && b == U'午')
		return 2;
	if (a == U'晚' || a == U'早')
		return b == U'上' ? 2 : 1;
	return a == U'凌' && b == U'晨' ? 2 : 0;
}

static size_t match_fraction(const struct scan *s, size_t i, struct parts *p)
{
	const struct token *t = at(s, i + 1);
	int64_t ms;

	if ((!is_char(at(s, i), '.') && !is_char(at(s, i), ',')) || t->kind != TOKEN_NUMBER ||
		t->gap || t->digits > 9)
		return 0;
	ms = t->value;
	for (int d = t->digits; d < 3; d++)
		ms *= 10;
	for (int d = t->digits; d > 3; d--)
		ms /= 10;
	p->ms = (int)ms;
	return 2;
}

/* 20:30[:00[.5]], 20时30分, 8:30 pm. Returns tokens taken, 0 when no time stands here. */
static size_t match_clock(const struct scan *s, size_t i, struct parts *p)
{
	size_t start = i;
	bool pm, chinese;

	i += match_chinese_half(s, i, &pm);
	if (!is_number(at(s, i), 0, 24, 2))
		return 0;
	chinese = is_char(at(s, i + 1), U'时');
	if (!chinese && (!is_char(at(s, i + 1), ':') || !is_number(at(s, i + 2), 0, 59, 2)))
		return 0;
	p->hour = (int)at(s, i)->value;
	p->minute = 0;
	i += 2;
	if (is_number(at(s, i), 0, 59, 2) && (!chinese || is_char(at(s, i + 1), U'分'))) {
		p->minute = (int)at(s, i)->value;
		i += chinese ? 2 : 1;
		if (((!chinese && is_char(at(s, i), ':') && is_number(at(s, i + 1), 0, 60, 2)) ||
			    (chinese && is_number(at(s, i), 0, 60, 2) &&
				    is_char(at(s, i + 1), U'秒')))) {
			p->second = (int)at(s, chinese ? i : i + 1)->value;
			p->second = p->second == 60 ? 59 : p->second;
			p->has_second = true;
			i += 2;
			i += match_fraction(s, i, p);
		}
	}
	if (pm && p->hour < 12)
		p->hour += 12;
	i += match_half_of_day(s, i, p);
	return i - start;
}

/* What may stand between day and time: T, a comma, a weekday, a hyphen, "at". */
static size_t match_between(const struct scan *s, size_t i)
{
	size_t start = i;

	if (is_char(at(s, i), '(') || is_char(at(s, i), U'（'))
		i++;
	if (is_char(at(s, i), U'星') && is_char(at(s, i + 1), U'期'))
		i += 3;
	else if (is_char(at(s, i), U'周'))
		i += 2;
	if (is_char(at(s, i), ')') || is_char(at(s, i), U'）'))
		i++;
	if (is_char(at(s, i), ',') || is_char(at(s, i), '-') || is_char(at(s, i), '|') ||
		is_char(at(s, i), U'，') || is_char(at(s, i), U'·') || is_char(at(s, i), '/') ||
		is_char(at(s, i), ':') || is_char(at(s, i), '_'))
		i++;
	if (is_word(at(s, i), "t") || is_word(at(s, i), "at"))
		i++;
	return i - start;
}

/* The time behind a day, if one stands there. Returns tokens taken. */
static size_t match_time(const struct scan *s, size_t i, int fallback_min, struct parts *p)
{
	size_t between = match_between(s, i), clock = match_clock(s, i + between, p);

	if (!clock)
		return 0;
	return between + clock + match_zone(s, i + between + clock, fallback_min, p);
}

static void set_day(struct parts *p, int64_t year, int64_t month, int64_t day)
{
	p->year = (int)year;
	p->month = (int)month;
	p->day = (int)day;
}

/* 2025-05-29, 2025年5月29日, 2025/5/29, 2025-05/29. */
static size_t match_year_first(const struct scan *s, size_t i, struct parts *p)
{
	const struct token *year = at(s, i), *sep = at(s, i + 1), *month = at(s, i + 2),
			   *sep2 = at(s, i + 3), *day = at(s, i + 4);
	bool chinese = is_char(sep, U'年');
	size_t n;

	if (!is_number(year, 1900, 2199, 4) || year->digits != 4 ||
		(!chinese && !is_separator(sep)) || !is_number(month, 1, 12, 2) ||
		(chinese ? !is_char(sep2, U'月') : !is_separator(sep2)) ||
		!is_number(day, 1, 31, 2))
		return 0;
	set_day(p, year->value, month->value, day->value);
	n = i + 5;
	if (chinese && is_char(at(s, n), U'日'))
		n++;
	return n - i;
}

/* 20250529, with time 20250529203000 or 20250529T203000. */
static size_t match_compact(const struct scan *s, size_t i, struct parts *p)
{
	const struct token *t = at(s, i);
	int64_t day = t->value, clock = -1;
	size_t n = 1;

	if (t->kind != TOKEN_NUMBER || t->chinese ||
		(t->digits != 8 && t->digits != 14 && t->digits != 12))
		return 0;
	if (t->digits == 14 || t->digits == 12) {
		int64_t unit = t->digits == 14 ? 1000000 : 10000;

		clock = t->digits == 14 ? day % unit : day % unit * 100;
		day /= unit;
	} else if (is_word(at(s, i + 1), "t") && at(s, i + 2)->digits == 6) {
		clock = at(s, i + 2)->value;
		n = 3;
	}
	if (day / 10000 < 1995 || day / 10000 > 2199)
		return 0;
	set_day(p, day / 10000, day / 100 % 100, day % 100);
	if (clock >= 0 && clock / 10000 < 24 && clock / 100 % 100 < 60 && clock % 100 < 60) {
		p->hour = (int)(clock / 10000);
		p->minute = (int)(clock / 100 % 100);
		p->second = (int)(clock % 100);
		p->has_second = t->digits != 12;
	}
	return n;
}

/* May 29, 2025; 29 May 2025; 29. May 25. */
static size_t match_month_word(const struct scan *s, size_t i, struct parts *p)
{
	int month = month_of(at(s, i));
	size_t n = i + 1;

	if (month && is_char(at(s, n), '.'))
		n++;
	if (month && is_number(at(s, n), 1, 31, 2)) {
		int64_t day = at(s, n++)->value;

		if (at(s, n)->kind == TOKEN_WORD && strlen(at(s, n)->word) == 2 && !at(s, n)->gap)
			n++; /* 29th */
		if (is_char(at(s, n), ','))
			n++;
		if (!is_number(at(s, n), 1900, 2199, 4))
			return 0;
		set_day(p, at(s, n)->value, month, day);
		return n + 1 - i;
	}
	if (!is_number(at(s, i), 1, 31, 2))
		return 0;
	if (at(s, n)->kind == TOKEN_WORD && !at(s, n)->gap && strlen(at(s, n)->word) == 2)
		n++;
	if (is_char(at(s, n), '.') || is_char(at(s, n), '-') || is_word(at(s, n), "de"))
		n++;
	month = month_of(at(s, n));
	if (!month)
		return 0;
	n++;
	if (is_char(at(s, n), '.') || is_char(at(s, n), '-') || is_char(at(s, n), ','))
		n++;
	if (at(s, n)->kind != TOKEN_NUMBER || (at(s, n)->digits != 4 && at(s, n)->digits != 2))
		return 0;
	set_day(p, at(s, n)->digits == 2 ? 2000 + at(s, n)->value : at(s, n)->value, month,
		at(s, i)->value);
	return n + 1 - i;
}

/* 29.05.2025 and 29/05/2025; 05/29/2025 where the numbers leave no doubt or the slash stands. */
static size_t match_year_last(const struct scan *s, size_t i, struct parts *p)
{
	const struct token *a = at(s, i), *sep = at(s, i + 1), *b = at(s, i + 2),
			   *year = at(s, i + 4);

	if (!is_number(a, 1, 31, 2) || !is_separator(sep) || !is_number(b, 1, 31, 2) ||
		!is_char(at(s, i + 3), sep->c) || !is_number(year, 1995, 2199, 4))
		return 0;
	if (a->value > 12 || (b->value <= 12 && sep->c != '/'))
		set_day(p, year->value, b->value, a->value);
	else
		set_day(p, year->value, a->value, b->value);
	return 5;
}

/* 5月29日, and 05-29 in lists. */
static size_t match_month_day(const struct scan *s, size_t i, bool separators, struct parts *p)
{
	const struct token *month = at(s, i), *sep = at(s, i + 1), *day = at(s, i + 2);
	bool chinese = is_char(sep, U'月');

	if (!is_number(month, 1, 12, 2) || !is_number(day, 1, 31, 2) || day->gap)
		return 0;
	if (chinese && is_char(at(s, i + 3), U'日')) {
		set_day(p, 0, month->value, day->value);
		return 4;
	}
	if (!separators || !is_separator(sep) || sep->c == '.' || sep->gap ||
		(is_separator(at(s, i + 3)) && !at(s, i + 3)->gap))
		return 0;
	set_day(p, 0, month->value, day->value);
	return 3;
}

/* Text behind the number of a relative date, and how long one of it is. */
static int64_t relative_unit(const struct scan *s, size_t i, size_t *n)
{
	const struct token *a = at(s, i), *b = at(s, i + 1), *c = at(s, i + 2);

	if (is_char(a, U'个'))
		return relative_unit(s, i + 1, n) ? (++*n, relative_unit(s, i + 1, &(size_t){0}))
						  : 0;
	if (is_char(a, U'秒') && is_char(b, U'前'))
		return *n = 2, 1000;
	if (is_char(a, U'分') && is_char(b, U'前'))
		return *n = 2, 60000;
	if (is_char(a, U'分') && is_char(b, U'钟') && is_char(c, U'前'))
		return *n = 3, 60000;
	if (is_char(a, U'小') && is_char(b, U'时') && is_char(c, U'前'))
		return *n = 3, 3600000;
	if (is_char(a, U'天') && is_char(b, U'前'))
		return *n = 2, DAY_MS;
	if (!is_word(b, "ago"))
		return 0;
	*n = 2;
	if (strncmp(a->word, "min", 3) == 0)
		return 60000;
	if (strncmp(a->word, "hour", 4) == 0)
		return 3600000;
	return strncmp(a->word, "day", 3) == 0 ? DAY_MS : 0;
}

static void set_moment(
	int64_t ms, int zone_min, enum record_precision precision, struct record_time *ret)
{
	*ret = (struct record_time){.ms = ms, .zone_min = zone_min, .precision = precision};
}

static int64_t start_of_day(int64_t ms, int zone_min)
{
	int64_t local = ms + zone_min * INT64_C(60000);

	return ms - ((local % DAY_MS) + DAY_MS) % DAY_MS;
}

/* 3小时前, 半小时前, 刚刚, 昨天 08:30. */
static size_t match_relative(
	const struct scan *s, size_t i, const struct date_context *ctx, struct record_time *ret)
{
	const struct token *a = at(s, i), *b = at(s, i + 1);
	struct parts p = {.hour = -1};
	int64_t unit, day;
	size_t n = 0;

	if (a->kind == TOKEN_NUMBER && a->digits <= 4 &&
		(unit = relative_unit(s, i + 1, &n)) != 0) {
		set_moment(ctx->now_ms - a->value * unit, ctx->zone_min,
			unit < DAY_MS ? PRECISION_MINUTE : PRECISION_DAY, ret);
		if (unit == DAY_MS)
			ret->ms = start_of_day(ret->ms, ctx->zone_min);
		return n + 1;
	}
	if (is_char(a, U'半') && relative_unit(s, i + 1, &n) == 3600000) {
		set_moment(ctx->now_ms - 1800000, ctx->zone_min, PRECISION_MINUTE, ret);
		return n + 1;
	}
	if (is_char(a, U'刚') && is_char(b, U'刚')) {
		set_moment(ctx->now_ms, ctx->zone_min, PRECISION_MINUTE, ret);
		return 2;
	}
	if ((!is_char(b, U'天') && !is_char(b, U'日')) ||
		!(is_char(a, U'今') || is_char(a, U'昨') || is_char(a, U'前')))
		return 0;
	day = start_of_day(ctx->now_ms, ctx->zone_min) - DAY_MS * (is_char(a, U'今')	      ? 0
									  : is_char(a, U'昨') ? 1
											      : 2);
	n = match_clock(s, i + 2, &p);
	set_moment(day, ctx->zone_min, n ? PRECISION_MINUTE : PRECISION_DAY, ret);
	if (n)
		ret->ms += p.hour * INT64_C(3600000) + p.minute * INT64_C(60000) + p.second * 1000;
	return n + 2;
}

static int64_t moment_of(const struct parts *p, int zone_min)
{
	int64_t ms = clock_days(p->year, p->month, p->day) * DAY_MS - zone_min * INT64_C(60000);

	if (p->hour >= 0)
		ms += p->hour * INT64_C(3600000) + p->minute * INT64_C(60000) + p->second * 1000 +
		      p->ms;
	return ms;
}

/* The newest year in which the day is not in the future. */
static bool guess_year(struct parts *p, const struct date_context *ctx)
{
	int64_t days;

	if (!ctx->now_ms)
		return false;
	days = ctx->now_ms / DAY_MS;
	p->year = 1970 + (int)(days / 365) + 1;
	for (int tries = 0; tries < 6; tries++, p->year--)
		if (clock_is_date(p->year, p->month, p->day) &&
			moment_of(p, ctx->zone_min) <= ctx->now_ms + DAY_MS)
			return true;
	return false;
}

static bool settle(struct parts *p, const struct date_context *ctx, struct record_time *ret)
{
	int zone_min = p->has_zone ? p->zone_min : ctx->zone_min;
	int64_t ms;

	if (!p->year && !guess_year(p, ctx))
		return false;
	if (!clock_is_date(p->year, p->month, p->day))
		return false;
	ms = moment_of(p, zone_min);
	if (ms < EARLIEST_MS || (ctx->now_ms && ms > ctx->now_ms + DAY_MS))
		return false;
	set_moment(ms, zone_min,
		p->hour < 0	? PRECISION_DAY
		: p->has_second ? PRECISION_SECOND
				: PRECISION_MINUTE,
		ret);
	return true;
}

static bool is_fenced(const struct scan *s, size_t n)
{
	const struct token *next = at(s, n);

	return !(next->kind == TOKEN_NUMBER && !next->gap && next->glued);
}

/*
 * A date at the start of the window. Returns tokens taken, or 0. What has the
 * form of a date and is refused is taken too, so that no part of it is read as
 * another one; its precision is none.
 */
static size_t match_date(const struct scan *s, const struct date_context *ctx, bool bare,
	bool separators, struct record_time *ret)
{
	struct parts p = {.hour = -1};
	size_t n = 0;

	if (at(s, 0)->glued && !at(s, 0)->chinese && at(s, 0)->kind == TOKEN_NUMBER)
		return 0;
	n = match_year_first(s, 0, &p);
	if (!n)
		n = match_month_word(s, 0, &p);
	if (!n)
		n = match_year_last(s, 0, &p);
	if (!n)
		n = match_compact(s, 0, &p);
	if (!n && bare)
		n = match_month_day(s, 0, separators, &p);
	if (n) {
		size_t time = p.hour < 0 ? match_time(s, n, ctx->zone_min, &p)
					 : match_zone(s, n, ctx->zone_min, &p);

		if (!is_fenced(s, n + time) || !settle(&p, ctx, ret))
			ret->precision = PRECISION_NONE;
		return n + time;
	}
	return ctx->now_ms && bare ? match_relative(s, 0, ctx, ret) : 0;
}

bool date_find(struct span text, const struct date_context *ctx, bool bare, struct record_time *ret,
	size_t *ret_end)
{
	struct record_time found;
	struct scan s;

	for (scan_init(&s, text); at(&s, 0)->kind != TOKEN_END; scan_move(&s)) {
		size_t n = at(&s, 0)->kind == TOKEN_CHAR && !bare
				   ? 0
				   : match_date(&s, ctx, bare, false, &found);

		if (n && found.precision) {
			*ret = found;
			*ret_end = at(&s, n - 1)->end;
			return true;
		}
		scan_skip(&s, n);
	}
	return false;
}

/* Time before the day: "11:54 2025-05-01", "20:30, 29 May 2025". */
static bool parse_time_first(
	struct scan *s, const struct date_context *ctx, struct record_time *ret)
{
	struct parts p = {.hour = -1};
	size_t n = match_clock(s, 0, &p);
	struct record_time day;

	if (!n)
		return false;
	n += match_zone(s, n, ctx->zone_min, &p);
	while (n-- > 0)
		scan_move(s);
	for (int i = 0; i < 3; i++, scan_move(s)) {
		if (!match_date(s, ctx, true, true, &day) || day.precision != PRECISION_DAY)
			continue;
		*ret = day;
		ret->ms += p.hour * INT64_C(3600000) + p.minute * INT64_C(60000) + p.second * 1000;
		if (p.has_zone) {
			ret->ms += (day.zone_min - p.zone_min) * INT64_C(60000);
			ret->zone_min = p.zone_min;
		}
		ret->precision = p.has_second ? PRECISION_SECOND : PRECISION_MINUTE;
		return true;
	}
	if (!ctx->now_ms || at(s, 0)->kind != TOKEN_END)
		return false;
	set_moment(start_of_day(ctx->now_ms, ctx->zone_min) + p.hour * INT64_C(3600000) +
			   p.minute * INT64_C(60000) + p.second * 1000,
		ctx->zone_min, PRECISION_MINUTE, ret);
	return true;
}

/* Unix time, a year with a month, a year: only where the text holds nothing else. */
static bool parse_short(
	const struct scan *s, const struct date_context *ctx, struct record_time *ret)
{
	const struct token *a = at(s, 0);
	struct parts p = {.hour = -1};
	bool settled;

	if (a->kind != TOKEN_NUMBER)
		return false;
	if (at(s, 1)->kind == TOKEN_END && (a->digits == 10 || a->digits == 13) && !a->chinese) {
		int64_t ms = a->digits == 10 ? a->value * 1000 : a->value;

		set_moment(ms, ctx->zone_min, PRECISION_SECOND, ret);
		return ms >= EARLIEST_MS && (!ctx->now_ms || ms <= ctx->now_ms + DAY_MS);
	}
	if (!is_number(a, 1995, 2199, 4))
		return false;
	set_day(&p, a->value, 1, 1);
	if ((is_separator(at(s, 1)) || is_char(at(s, 1), U'年')) && is_number(at(s, 2), 1, 12, 2) &&
		(at(s, 3)->kind == TOKEN_END || is_char(at(s, 3), U'月'))) {
		p.month = (int)at(s, 2)->value;
		settled = settle(&p, ctx, ret);
		ret->precision = settled ? PRECISION_MONTH : ret->precision;
		return settled;
	}
	if (at(s, 1)->kind != TOKEN_END &&
		!(is_char(at(s, 1), U'年') && at(s, 2)->kind == TOKEN_END))
		return false;
	settled = settle(&p, ctx, ret);
	ret->precision = settled ? PRECISION_YEAR : ret->precision;
	return settled;
}

bool date_parse(struct span text, const struct date_context *ctx, struct record_time *ret)
{
	struct record_time first = {0}, found;
	struct scan s;

	if (text.len > 200) /* no date; and each step below looks at all of it */
		text.len = 200;
	for (scan_init(&s, text); at(&s, 0)->kind != TOKEN_END; scan_move(&s)) {
		size_t n = match_date(&s, ctx, true, true, &found);

		if (n && found.precision > first.precision)
			first = found;
		if (first.precision > PRECISION_DAY)
			break;
		scan_skip(&s, n);
	}
	if (first.precision <= PRECISION_DAY) {
		scan_init(&s, text);
		if (parse_time_first(&s, ctx, &found)) {
			*ret = found;
			return true;
		}
	}
	if (!first.precision) {
		scan_init(&s, text);
		if (!parse_short(&s, ctx, &found))
			return false;
		first = found;
	}
	*ret = first;
	return true;
}

static bool day_of_digits(
	struct span digits, const struct date_context *ctx, struct record_time *ret)
{
	struct parts p = {.hour = -1};
	int64_t value = 0;

	for (size_t i = 0; i < 8; i++)
		value = value * 10 + (digits.data[i] - '0');
	set_day(&p, value / 10000, value / 100 % 100, value % 100);
	return settle(&p, ctx, ret);
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

bool date_zone_parse(struct span text, int fallback_min, int *ret_min)
{
	static const struct {
		const char *name;
		int minutes;
	} places[] = {{"Asia/Shanghai", 480}, {"Asia/Chongqing", 480}, {"Asia/Urumqi", 360},
		{"Asia/Hong_Kong", 480}, {"Asia/Taipei", 480}, {"Asia/Macau", 480},
		{"Asia/Singapore", 480}, {"Asia/Tokyo", 540}, {"Asia/Seoul", 540}, {"PRC", 480},
		{"Etc/UTC", 0}, {"UTC", 0}};
	struct parts p = {0};
	struct scan s;

	text = span_trim(text);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (span_is_nocase(text, places[i].name)) {
			*ret_min = places[i].minutes;
			return true;
		}
	}
	scan_init(&s, text);
	if (!match_zone(&s, 0, fallback_min, &p))
		return false;
	*ret_min = p.zone_min;
	return true;
}
