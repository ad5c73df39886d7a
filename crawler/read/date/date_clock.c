#include "crawler/read/date/date_clock.h"

#include "crawler/read/date/date_zone.h"

static size_t match_half_of_day(const struct date_scan *s, size_t i, struct date_parts *p)
{
	const struct date_token *t = date_at(s, i);
	bool dotted = t->kind == DATE_TOKEN_WORD && date_is_char(date_at(s, i + 1), '.') &&
		date_is_word(date_at(s, i + 2), "m");

	if (date_is_word(t, "pm") || (dotted && date_is_word(t, "p"))) {
		p->hour += p->hour < 12 ? 12 : 0;
		return dotted ? 3 + date_is_char(date_at(s, i + 3), '.') : 1;
	}
	if (date_is_word(t, "am") || (dotted && date_is_word(t, "a"))) {
		p->hour %= 12;
		return dotted ? 3 + date_is_char(date_at(s, i + 3), '.') : 1;
	}
	return 0;
}

/* 上午 下午 晚上 中午 凌晨 早上 午前 午後 before the hour. Returns tokens taken; *@ret_pm by 12 hours. */
static size_t match_chinese_half(const struct date_scan *s, size_t i, bool *ret_pm)
{
	uint32_t a = date_at(s, i)->kind == DATE_TOKEN_CHAR ? date_at(s, i)->c : 0;
	uint32_t b = date_at(s, i + 1)->kind == DATE_TOKEN_CHAR ? date_at(s, i + 1)->c : 0;

	*ret_pm = (a == U'下' && b == U'午') || a == U'晚';
	if ((a == U'上' || a == U'下' || a == U'中') && b == U'午')
		return 2;
	if (a == U'晚' || a == U'早')
		return b == U'上' ? 2 : 1;
	if (a == U'午' && (b == U'前' || b == U'后')) {
		*ret_pm = b == U'后';
		return 2;
	}
	if (a == U'오' && (b == U'前' || b == U'후')) {
		*ret_pm = b == U'후';
		return 2;
	}
	return a == U'凌' && b == U'晨' ? 2 : 0;
}

static size_t match_fraction(const struct date_scan *s, size_t i, struct date_parts *p)
{
	const struct date_token *t = date_at(s, i + 1);
	int64_t ms;

	if ((!date_is_char(date_at(s, i), '.') && !date_is_char(date_at(s, i), ',')) ||
		t->kind != DATE_TOKEN_NUMBER || t->chinese || t->gap || t->digits > 9)
		return 0;
	ms = t->value;
	for (int d = t->digits; d < 3; d++)
		ms *= 10;
	for (int d = t->digits; d > 3; d--)
		ms /= 10;
	p->ms = (int)ms;
	return 2;
}

/* 10.20 BST, 10.20am, 10.20 Uhr: what stands behind says that it is a time. */
static bool tells_time(const struct date_scan *s, size_t i)
{
	static const char *const words[] = {"am", "pm", "uhr", "uur"};
	struct date_parts scratch = {0};

	for (size_t w = 0; w < sizeof words / sizeof *words; w++)
		if (date_is_word(date_at(s, i), words[w]))
			return true;
	return date_at(s, i)->kind == DATE_TOKEN_WORD && date_zone_match(s, i, 0, &scratch) > 0;
}

/* What parts hours and minutes: 20:30, 20h30, and 20.30 where a word tells of a time. */
static bool is_clock_mark(const struct date_scan *s, size_t i, bool dotted)
{
	return (date_is_char(date_at(s, i), ':') || date_is_word(date_at(s, i), "h") ||
		       (date_is_char(date_at(s, i), '.') && (dotted || tells_time(s, i + 2)))) &&
		!date_at(s, i + 1)->gap && date_is_number(date_at(s, i + 1), 0, 59, 2);
}

static size_t match_clock(const struct date_scan *s, size_t i, bool dotted, struct date_parts *p)
{
	size_t start = i;
	bool pm, chinese;

	i += match_chinese_half(s, i, &pm);
	if (!date_is_number(date_at(s, i), 0, 24, 2))
		return 0;
	chinese = date_is_char(date_at(s, i + 1), U'时');
	if (!chinese && !is_clock_mark(s, i + 1, dotted))
		return 0;
	p->hour = (int)date_at(s, i)->value;
	p->minute = 0;
	i += 2;
	if (date_is_number(date_at(s, i), 0, 59, 2) &&
		(!chinese || date_is_char(date_at(s, i + 1), U'分'))) {
		p->minute = (int)date_at(s, i)->value;
		i += chinese ? 2 : 1;
		if (((!chinese && date_is_char(date_at(s, i), ':') &&
			     date_is_number(date_at(s, i + 1), 0, 60, 2)) ||
			    (chinese && date_is_number(date_at(s, i), 0, 60, 2) &&
				    date_is_char(date_at(s, i + 1), U'秒')))) {
			p->second = (int)date_at(s, chinese ? i : i + 1)->value;
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

size_t date_clock_match(const struct date_scan *s, size_t i, struct date_parts *p)
{
	return match_clock(s, i, false, p);
}

static bool is_mark_between(const struct date_token *t)
{
	static const char marks[] = ",-|/:_";

	return t->kind == DATE_TOKEN_CHAR &&
		((t->c < 0x80 && t->c && strchr(marks, (int)t->c)) || t->c == U'，' ||
			t->c == U'·' || t->c == U'•' || t->c == '.');
}

/* Words between day and time; behind some a dot may part hours and minutes. */
static bool is_word_between(const struct date_token *t, bool *dotted)
{
	static const struct {
		const char *word;
		bool dotted;
	} words[] = {{"t", false}, {"at", false}, {"um", true}, {"kl", true}, {"klo", true},
		{"klokken", true}, {"a", false}, {"as", false}, {"alle", true}, {"ore", true},
		{"om", true}, {"ora", true}, {"в", false}, {"о", false}, {"u", true}, {"g", false},
		{"г", false}, {"saat", true}, {"pukul", true}, {"luc", false}, {"d", false},
		{"en", false}, {"las", false}};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
		if (date_is_word(t, words[i].word)) {
			*dotted |= words[i].dotted;
			return true;
		}
	}
	return false;
}

/* Of those that stand between day and time: Turkish ones, and English ones. */
static bool is_weekday(const struct date_token *t)
{
	static const char *const words[] = {"pazartesi", "sali", "carsamba", "persembe", "cuma",
		"cumartesi", "pazar", "monday", "tuesday", "wednesday", "thursday", "friday",
		"saturday", "sunday"};

	for (size_t i = 0; t->kind == DATE_TOKEN_WORD && i < sizeof words / sizeof *words; i++)
		if (date_is_word(t, words[i]))
			return true;
	return false;
}

/* What may stand between day and time: T, a comma, a weekday, a hyphen, "at". */
static size_t match_between(const struct date_scan *s, size_t i, bool *dotted)
{
	size_t start = i;

	if (date_is_char(date_at(s, i), '(') || date_is_char(date_at(s, i), U'（'))
		i++;
	if (date_is_char(date_at(s, i), U'星') && date_is_char(date_at(s, i + 1), U'期'))
		i += 3;
	else if (date_is_char(date_at(s, i), U'周'))
		i += 2;
	if (date_is_char(date_at(s, i), ')') || date_is_char(date_at(s, i), U'）'))
		i++;
	i += is_weekday(date_at(s, i));
	for (size_t n = 0; n < 4; n++, i++)
		if (!is_mark_between(date_at(s, i)) && !is_word_between(date_at(s, i), dotted))
			break;
	return i - start;
}

size_t date_clock_match_behind(const struct date_scan *s, size_t i, int fallback_min,
	struct date_parts *p)
{
	bool dotted = false;
	size_t between = match_between(s, i, &dotted);
	size_t clock = match_clock(s, i + between, dotted, p);

	if (!clock)
		return 0;
	if (date_is_word(date_at(s, i + between + clock), "uhr"))
		clock++;
	return between + clock + date_zone_match(s, i + between + clock, fallback_min, p);
}
