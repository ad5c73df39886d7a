#include "crawler/read/article/docnumber.h"

#include "common/utf8.h"

#include <stdint.h>

#define NUMBERS_MAX 50
#define PREFIX_MAX  12 /* Han characters: longer runs are the sentence before */
#define PREFIX_MIN  2
#define AGENCY_MAX  18 /* Han characters of a full name */
#define YEAR_MIN    1949
#define YEAR_MAX    2199

static bool is_open(uint32_t c)
{
	return c == U'〔' || c == '[' || c == U'［' || c == U'【' || c == '(' || c == U'（' ||
		c == U'﹝' || c == U'﹙' || c == U'{' || c == U'〈';
}

static bool is_close(uint32_t c)
{
	return c == U'〕' || c == ']' || c == U'］' || c == U'】' || c == ')' || c == U'）' ||
		c == U'﹞' || c == U'﹚' || c == U'}' || c == U'〉';
}

static uint32_t peek(const char *p, const char *end)
{
	return p < end ? utf8_next(&p, end) : 0;
}

static const char *skip_spaces(const char *p, const char *end)
{
	const char *next = p;

	while (p < end && utf8_is_space(utf8_next(&next, end)))
		p = next;
	return p;
}

static const char *skip_word(const char *p, const char *end, const char *word)
{
	return span_starts_with(span_from(p, (size_t)(end - p)), span_str(word)) ? p + strlen(word)
										 : p;
}

/* Of a digit in either width, or of a Chinese one; 10 and 100 for 十 and 百, -1 for what is none. */
static int digit_of(uint32_t c)
{
	static const uint32_t chinese[] = {U'〇', U'一', U'二', U'三', U'四', U'五', U'六', U'七',
		U'八', U'九', U'十'};

	if (c >= '0' && c <= '9')
		return (int)(c - '0');
	if (c >= U'０' && c <= U'９')
		return (int)(c - U'０');
	for (size_t i = 0; i < sizeof chinese / sizeof *chinese; i++)
		if (c == chinese[i])
			return (int)i;
	return c == U'百' ? 100 : c == U'○' || c == U'零' ? 0 : -1;
}

/* 2025, ２０２５, 二〇二五; 十八, 一百二十. NULL if no digit stands at @p. */
static const char *read_digits(const char *p, const char *end, int max, int *ret)
{
	int n = 0, sum = 0, last = 0;

	for (; p < end && n < max; n++) {
		const char *next = p;
		int digit = digit_of(utf8_next(&next, end));

		if (digit < 0)
			break;
		if (digit >= 10) {
			sum += (last ? last : 1) * digit;
			last = 0;
		} else
			last = last * 10 + digit;
		p = next;
	}
	*ret = sum + last;
	return n ? p : NULL;
}

/* Words after which a new phrase begins: what stands before them is no prefix. */
static bool ends_phrase(struct span before)
{
	static const char *const words[] = {"根据", "按照", "依据", "印发", "关于", "通知", "文件",
		"转发", "以", "发布", "的", "和", "及", "与", "由", "《", "》", "文号", "字号",
		"贯彻", "落实", "执行", "参照", "依照", "遵照", "废止", "修订", "下发", "出台",
		"公布", "现将"};

	if (span_ends_with(before, SPAN_LITERAL("共和"))) /* 中华人民共和国 */
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_ends_with(before, span_str(words[i])))
			return true;
	return false;
}

static size_t skip_spaces_back(struct span text, size_t at)
{
	while (at > 0 && text.data[at - 1] == ' ')
		at--;
	return at;
}

/* 5月10日国务院令: the day is no part of the name. */
static size_t skip_end_of_date(struct span text, size_t at)
{
	struct span rest = span_from_offset(text, at);

	if (at > 0 && text.data[at - 1] >= '0' && text.data[at - 1] <= '9' &&
		(span_starts_with(rest, SPAN_LITERAL("日")) ||
			span_starts_with(rest, SPAN_LITERAL("年"))))
		return at + strlen("日");
	return at;
}

/* The run of at most @max Han characters that ends at @at: the sign or the name of an agency. */
static struct span prefix_before(struct span text, size_t at, size_t max)
{
	size_t start = at, n = 0;

	while (start > 0 && n < max + 1) {
		size_t before = start;
		const char *p;

		while (before > 0 && (text.data[--before] & 0xC0) == 0x80)
			;
		p = text.data + before;
		if (!utf8_is_han(utf8_next(&p, text.data + text.len)) ||
			(n >= PREFIX_MIN && ends_phrase(span_from(text.data, start))))
			break;
		start = before;
		n++;
	}
	if (n < PREFIX_MIN || n > max)
		return span_from(NULL, 0);
	start = skip_end_of_date(text, start);
	return span_from(text.data + start, at - start);
}

static void add(struct arena *a, struct str_list *ret, const char *number)
{
	if (ret->len < NUMBERS_MAX && !record_list_has(ret, number))
		record_list_add(a, ret, number);
}

/* The spaces and the 号 behind a number. Moves @p behind them. */
static bool skip_number_sign(const char **p, const char *end)
{
	const char *next = skip_spaces(*p, end);
	uint32_t c = peek(next, end);

	if (c != U'号' && c != U'號')
		return false;
	*p = next + strlen("号");
	return true;
}

static const char *skip_opening(const char *p, const char *end)
{
	const char *next = skip_spaces(p, end);

	if (is_open(peek(next, end)))
		utf8_next(&next, end);
	return next;
}

static size_t skip_opening_back(struct span text, size_t at)
{
	struct span before = span_from(text.data, at);

	if (span_ends_with(before, SPAN_LITERAL("(")))
		return skip_spaces_back(text, at - 1);
	if (span_ends_with(before, SPAN_LITERAL("（")) ||
		span_ends_with(before, SPAN_LITERAL("〔")))
		return skip_spaces_back(text, at - 3);
	return at;
}

static const char *skip_dash(const char *p, const char *end)
{
	static const char *const dashes[] = {"-", "—", "–", "－", "‐", "−"};

	p = skip_spaces(p, end);
	for (size_t i = 0; i < sizeof dashes / sizeof *dashes; i++) {
		const char *next = skip_word(p, end, dashes[i]);

		if (next != p)
			return skip_spaces(next, end);
	}
	return p;
}

static bool is_letter_or_digit(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
}

/* 〔2025〕11号 behind a prefix, from the bracket on. */
static void match_bracketed(struct span text, size_t at, struct arena *a, struct str_list *ret)
{
	const char *p = text.data + at, *end = p + text.len - at;
	struct span prefix;
	int year, number;

	utf8_next(&p, end);
	p = read_digits(skip_spaces(p, end), end, 4, &year);
	if (!p || year < YEAR_MIN || year > YEAR_MAX)
		return;
	p = skip_spaces(p, end);
	if (!is_close(peek(p, end)))
		return;
	utf8_next(&p, end);
	p = skip_spaces(skip_word(skip_spaces(p, end), end, "第"), end);
	p = read_digits(p, end, 6, &number);
	if (!p)
		return;
	if (!skip_number_sign(&p, end))
		return;
	prefix = prefix_before(text, skip_spaces_back(text, at), PREFIX_MAX);
	if (prefix.len)
		add(a, ret,
			arena_printf(a, "%.*s〔%d〕%d号", (int)prefix.len, prefix.data, year,
				number));
}

/* 第15号 at @p. Moves @p behind it. */
static bool read_ordinal(const char **p, const char *end, int *ret)
{
	const char *next = skip_word(skip_spaces(*p, end), end, "第");

	if (next == skip_spaces(*p, end))
		return false;
	next = read_digits(skip_spaces(next, end), end, 6, ret);
	if (!next || !skip_number_sign(&next, end))
		return false;
	*p = next;
	return true;
}

/* 国务院令第15号, from 令 on. */
static void match_order(struct span text, size_t at, struct arena *a, struct str_list *ret)
{
	const char *p = text.data + at + strlen("令"), *end = text.data + text.len;
	struct span agency;
	int number;

	p = skip_opening(p, end);
	if (!read_ordinal(&p, end, &number))
		return;
	agency = prefix_before(text, at, AGENCY_MAX);
	if (agency.len)
		add(a, ret, arena_printf(a, "%.*s令第%d号", (int)agency.len, agency.data, number));
}

/* 国务院第15号令, from 第 on. */
static void match_order_behind(struct span text, size_t at, struct arena *a, struct str_list *ret)
{
	const char *p = text.data + at, *end = text.data + text.len;
	struct span agency;
	int number;

	if (!read_ordinal(&p, end, &number) || skip_word(p, end, "令") == p)
		return;
	agency = prefix_before(text, skip_spaces_back(text, at), AGENCY_MAX);
	if (agency.len)
		add(a, ret, arena_printf(a, "%.*s令第%d号", (int)agency.len, agency.data, number));
}

static bool ends_with_announcement(struct span s)
{
	return span_ends_with(s, SPAN_LITERAL("公告")) || span_ends_with(s, SPAN_LITERAL("通告"));
}

/* 公告（2024年第5号）, 2024年第5号公告, from 年 on. */
static void match_announcement(struct span text, size_t at, struct arena *a, struct str_list *ret)
{
	const char *p = text.data + at + strlen("年"), *end = text.data + text.len;
	const char *behind;
	struct span agency;
	int year, number;
	size_t start;

	if (at < 4 || !read_digits(text.data + at - 4, end, 4, &year) || year < YEAR_MIN ||
		year > YEAR_MAX || !read_ordinal(&p, end, &number))
		return;
	start = skip_opening_back(text, skip_spaces_back(text, at - 4));
	agency = prefix_before(text, start, AGENCY_MAX);
	if (ends_with_announcement(agency)) {
		add(a, ret,
			arena_printf(a, "%.*s%d年第%d号", (int)agency.len, agency.data, year,
				number));
		return;
	}
	behind = skip_word(skip_word(p, end, "公告"), end, "通告");
	if (behind != p)
		add(a, ret,
			arena_printf(a, "%.*s%.*s%d年第%d号", (int)agency.len,
				agency.len ? agency.data : "", (int)(behind - p), p, year, number));
}

/* GB/T 45654-2025, DB44/T 1234-2020, TC260-003: from the first letter on. */
static void match_standard(struct span text, size_t at, struct arena *a, struct str_list *ret)
{
	static const char *const signs[] = {"GB/T", "GB/Z", "GB", "YD/T", "GA/T", "SJ/T", "JR/T",
		"TC260"};
	const char *p = text.data + at, *end = text.data + text.len, *digits, *behind;
	size_t i = 0, n = sizeof signs / sizeof *signs;
	int number, year;

	if (at > 0 && is_letter_or_digit(text.data[at - 1]))
		return;
	while (i < n && !span_starts_with(span_from_offset(text, at), span_str(signs[i])))
		i++;
	if (i == n)
		return;
	digits = p + strlen(signs[i]);
	if (i == n - 1) {
		behind = read_digits(skip_dash(digits, end), end, 3, &number);
		if (behind && skip_dash(digits, end) != digits)
			add(a, ret, arena_printf(a, "TC260-%03d", number));
		return;
	}
	digits = skip_spaces(digits, end);
	behind = read_digits(digits, end, 6, &number);
	if (!behind || skip_dash(behind, end) == behind ||
		!read_digits(skip_dash(behind, end), end, 4, &year) || year < YEAR_MIN ||
		year > YEAR_MAX)
		return;
	add(a, ret, arena_printf(a, "%s %d-%d", signs[i], number, year));
}

static void match_at(struct span text, size_t at, struct arena *a, struct str_list *ret)
{
	struct span rest = span_from_offset(text, at);
	const char *p = rest.data;

	switch ((unsigned char)rest.data[0]) {
	case 'G':
	case 'Y':
	case 'S':
	case 'J':
	case 'T':
		match_standard(text, at, a, ret);
		break;
	case 0xE4:
		if (span_starts_with(rest, SPAN_LITERAL("令")))
			match_order(text, at, a, ret);
		break;
	case 0xE7:
		if (span_starts_with(rest, SPAN_LITERAL("第")))
			match_order_behind(text, at, a, ret);
		break;
	case 0xE5:
		if (span_starts_with(rest, SPAN_LITERAL("年")))
			match_announcement(text, at, a, ret);
		break;
	case '(':
	case '[':
	case '{':
	case 0xE3:
	case 0xEF:
		if (is_open(utf8_next(&p, rest.data + rest.len)))
			match_bracketed(text, at, a, ret);
		break;
	default:
		break;
	}
}

void docnumber_find(struct span text, struct arena *a, struct str_list *ret)
{
	for (size_t at = 0; at < text.len && ret->len < NUMBERS_MAX; at++)
		match_at(text, at, a, ret);
}
