#include "crawler/read/enrich/dateline.h"

#include "common/utf8.h"

#include <stdbool.h>

#define PLACE_BYTES_MAX   100 /* up to the 讯 or 电 */
#define BRACKET_BYTES_MAX 200 /* names of reporters */
#define LATIN_BYTES_MAX   60

static bool is_one_of(const char *list, uint32_t c)
{
	char bytes[4];
	size_t n = utf8_encode(c, bytes);

	return c && memmem(list, strlen(list), bytes, n);
}

static struct span skip_spaces(struct span s)
{
	const char *p = s.data, *end = s.data + s.len;

	while (p < end) {
		const char *next = p;

		if (!utf8_is_space(utf8_next(&next, end)))
			break;
		p = next;
	}
	return span_from(p, (size_t)(end - p));
}

/* A bracket at the start, with what is in it: who reports. */
static struct span skip_bracket(struct span s)
{
	const char *p = s.data,
		   *end = s.data + (s.len < BRACKET_BYTES_MAX ? s.len : BRACKET_BYTES_MAX);
	bool is_open = p < end && is_one_of("（(【[", utf8_next(&p, end));

	while (is_open && p < end)
		if (is_one_of("）)】]", utf8_next(&p, end)))
			return skip_spaces(span_from_offset(s, (size_t)(p - s.data)));
	return s;
}

static bool ends_phrase(uint32_t c)
{
	switch (c) {
	case U'，':
	case U'。':
	case U'！':
	case U'？':
	case U'：':
	case U'；':
	case U'“':
	case U'”':
	case U'《':
	case U'》':
	case ',':
	case '!':
	case '?':
	case ';':
	case '"':
	case '\n':
		return true;
	default:
		return false;
	}
}

static bool is_sent(uint32_t c)
{
	return c == U'讯' || c == U'訊' || c == U'电' || c == U'電';
}

/* What begins behind a dateline that ends at @p; empty where none does. */
static struct span behind_dateline(struct span s, const char *p, uint32_t before, uint32_t last)
{
	struct span rest = span_from_offset(s, (size_t)(p - s.data));
	bool is_end = is_sent(last) && is_one_of("报報网網社都日刊台体 专專", before);
	bool is_news = last == U'息' && before == U'消';
	struct span stripped = skip_spaces(rest);
	struct span behind = skip_bracket(stripped);

	/* Something stands between it and the report: a bracket, or a space at least. */
	if ((is_end && behind.len < rest.len) || (is_news && behind.len < stripped.len))
		return behind;
	return (struct span){0};
}

/* 新华社北京5月1日电, 本报讯, 某网消息: its last character and the one before tell it from 腾讯. */
static struct span skip_han(struct span s)
{
	const char *p = s.data, *end = s.data + (s.len < PLACE_BYTES_MAX ? s.len : PLACE_BYTES_MAX);
	uint32_t before = 0;

	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		if (is_sent(c) || c == U'息') {
			struct span behind = behind_dateline(s, p, before, c);

			if (behind.len)
				return behind;
		}
		if (ends_phrase(c))
			break;
		before = c;
	}
	return s;
}

/* PLACE (Agency) - */
static struct span skip_latin(struct span s)
{
	size_t n = s.len < LATIN_BYTES_MAX ? s.len : LATIN_BYTES_MAX;
	const char *close = n ? memchr(s.data, ')', n) : NULL;
	struct span rest;
	const char *p;

	if (!close || !memchr(s.data, '(', (size_t)(close - s.data)))
		return s;
	rest = skip_spaces(span_from_offset(s, (size_t)(close - s.data) + 1));
	p = rest.data;
	if (!rest.len || !is_one_of("-–—", utf8_next(&p, rest.data + rest.len)))
		return s;
	while (p < rest.data + rest.len && *p == '-')
		p++;
	return skip_spaces(span_from_offset(rest, (size_t)(p - rest.data)));
}

struct span dateline_skip(struct span sentence)
{
	struct span s = skip_latin(sentence);

	return s.len < sentence.len ? s : skip_han(sentence);
}
