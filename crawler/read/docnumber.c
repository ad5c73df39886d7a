#include "crawler/read/docnumber.h"

#include "common/utf8.h"

#include <stdint.h>

#define NUMBERS_MAX 50
#define PREFIX_MAX  12 /* Han characters: longer runs are the sentence before */
#define PREFIX_MIN  2

static bool is_open(uint32_t c)
{
	return c == U'〔' || c == '[' || c == U'［' || c == U'【' || c == '(' || c == U'（' ||
		c == U'﹝' || c == U'{' || c == U'〈';
}

static bool is_close(uint32_t c)
{
	return c == U'〕' || c == ']' || c == U'］' || c == U'】' || c == ')' || c == U'）' ||
		c == U'﹞' || c == U'}' || c == U'〉';
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

static const char *read_digits(const char *p, const char *end, int max, int *ret)
{
	int n = 0;

	*ret = 0;
	while (p < end && *p >= '0' && *p <= '9' && n++ < max)
		*ret = *ret * 10 + (*p++ - '0');
	return n ? p : NULL;
}

/* Words after which a new phrase begins: what stands before them is no prefix. */
static bool ends_phrase(struct span before)
{
	static const char *const words[] = {"根据", "按照", "依据", "印发", "关于", "通知", "文件",
		"转发", "以", "发布", "的", "和", "及", "与", "由", "《", "》", "文号", "字号"};

	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_ends_with(before, span_str(words[i])))
			return true;
	return false;
}

/* The run of Han characters that ends at @at: the sign of an agency. */
static struct span prefix_before(struct span text, size_t at)
{
	size_t start = at, n = 0;

	while (start > 0 && n < PREFIX_MAX + 1) {
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
	if (n < PREFIX_MIN || n > PREFIX_MAX)
		return span_from(NULL, 0);
	return span_from(text.data + start, at - start);
}

static void add(struct arena *a, struct str_list *ret, const char *number)
{
	if (ret->len < NUMBERS_MAX && !record_list_has(ret, number))
		record_list_add(a, ret, number);
}

/* 〔2025〕11号 behind a prefix, from the bracket on. */
static void match_bracketed(struct span text, size_t at, struct arena *a, struct str_list *ret)
{
	const char *p = text.data + at, *end = p + text.len - at;
	struct span prefix;
	int year, number;

	utf8_next(&p, end);
	p = read_digits(skip_spaces(p, end), end, 4, &year);
	if (!p || year < 1949 || year > 2199)
		return;
	p = skip_spaces(p, end);
	if (!is_close(peek(p, end)))
		return;
	utf8_next(&p, end);
	p = skip_spaces(skip_word(skip_spaces(p, end), end, "第"), end);
	p = read_digits(p, end, 6, &number);
	if (!p)
		return;
	p = skip_spaces(p, end);
	if (peek(p, end) != U'号' && peek(p, end) != U'號')
		return;
	while (at > 0 && text.data[at - 1] == ' ')
		at--;
	prefix = prefix_before(text, at);
	if (prefix.len)
		add(a, ret,
			arena_printf(a, "%.*s〔%d〕%d号", (int)prefix.len, prefix.data, year,
				number));
}

void docnumber_find(struct span text, struct arena *a, struct str_list *ret)
{
	const char *p = text.len ? text.data : "", *end = p + text.len;

	while (p < end && ret->len < NUMBERS_MAX) {
		const char *start = p;

		if (is_open(utf8_next(&p, end)) && p < end)
			match_bracketed(text, (size_t)(start - text.data), a, ret);
	}
}
