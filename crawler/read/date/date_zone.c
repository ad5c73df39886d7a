#include "crawler/read/date/date_zone.h"

#include "common/utf8.h"

static const struct {
	const char *name;
	int minutes;
} zones[] = {{"z", 0}, {"ut", 0}, {"utc", 0}, {"gmt", 0}, {"est", -300}, {"edt", -240},
	{"cdt", -300}, {"mst", -420}, {"mdt", -360}, {"pst", -480}, {"pdt", -420}, {"bst", 60},
	{"cet", 60}, {"cest", 120}, {"mez", 60}, {"mesz", 120}, {"eet", 120}, {"eest", 180},
	{"msk", 180}, {"ist", 330}, {"jst", 540}, {"kst", 540}, {"hkt", 480}, {"sgt", 480},
	{"bjt", 480}, {"aest", 600}};

/* As American papers write them, in capitals: et is a word of other languages. */
static const struct {
	const char *name, *zone;
} american[] = {{"ET", "America/New_York"}, {"CT", "America/Chicago"}, {"MT", "America/Denver"},
	{"PT", "America/Los_Angeles"}};

static bool is_american(const struct date_scan *s, size_t i, struct date_parts *p)
{
	const struct date_token *t = date_at(s, i), *next = date_at(s, i + 1);
	struct span word = span_from(s->text.data + t->start, t->end - t->start);

	/* CT检查 is what hospitals do. */
	if (next->kind == DATE_TOKEN_CHAR && !next->gap && utf8_is_han(next->c))
		return false;

	for (size_t k = 0; word.len == 2 && k < sizeof american / sizeof *american; k++) {
		if (span_is(word, american[k].name)) {
			p->zone = american[k].zone;
			return true;
		}
	}
	return false;
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

static size_t match_bare(const struct date_scan *s, size_t i, int fallback_min,
	struct date_parts *p)
{
	const struct date_token *sign = date_at(s, i), *number = date_at(s, i + 1);
	int64_t minutes;

	if (sign->kind == DATE_TOKEN_WORD && zone_of_word(sign->word, fallback_min, &p->zone_min)) {
		bool more = date_at(s, i + 1)->kind == DATE_TOKEN_CHAR &&
			(date_is_char(date_at(s, i + 1), '+') ||
				date_is_char(date_at(s, i + 1), '-')) &&
			date_at(s, i + 2)->kind == DATE_TOKEN_NUMBER;

		p->has_zone = true;
		return more ? 1 + match_bare(s, i + 1, fallback_min, p) : 1;
	}
	if (date_is_word(sign, "beijing") && date_is_word(number, "time")) {
		p->has_zone = true;
		p->zone_min = DATE_ZONE_CHINA;
		return 2;
	}
	if (sign->kind == DATE_TOKEN_WORD)
		return is_american(s, i, p);
	if ((!date_is_char(sign, '+') && !date_is_char(sign, '-')) ||
		number->kind != DATE_TOKEN_NUMBER || number->gap)
		return 0;
	if (number->digits == 4)
		minutes = number->value / 100 * 60 + number->value % 100;
	else if (number->digits <= 2 && date_is_char(date_at(s, i + 2), ':') &&
		date_is_number(date_at(s, i + 3), 0, 59, 2))
		minutes = number->value * 60 + date_at(s, i + 3)->value;
	else if (number->digits <= 2 && date_is_char(sign, '+'))
		minutes = number->value * 60;
	else
		return 0;
	if (minutes > 14 * 60)
		return 0;
	p->has_zone = true;
	p->zone_min = (int)(date_is_char(sign, '-') ? -minutes : minutes);
	return number->digits <= 2 && date_is_char(date_at(s, i + 2), ':') ? 4 : 2;
}

size_t date_zone_match(const struct date_scan *s, size_t i, int fallback_min, struct date_parts *p)
{
	bool bracket = date_is_char(date_at(s, i), '(') || date_is_char(date_at(s, i), U'（');
	size_t n = match_bare(s, i + bracket, fallback_min, p);

	if (!n || !bracket)
		return n;
	n++;
	return n + (date_is_char(date_at(s, i + n), ')') || date_is_char(date_at(s, i + n), U'）'));
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
	struct date_parts p = {0};
	struct date_scan s;

	text = span_trim(text);
	for (size_t i = 0; i < sizeof places / sizeof *places; i++) {
		if (span_is_nocase(text, places[i].name)) {
			*ret_min = places[i].minutes;
			return true;
		}
	}
	date_scan_init(&s, text);
	if (!date_zone_match(&s, 0, fallback_min, &p))
		return false;
	*ret_min = p.zone_min;
	return true;
}
