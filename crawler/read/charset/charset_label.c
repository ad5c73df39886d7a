#include "crawler/read/charset/charset_label.h"

#define PRESCAN_BYTES 16384 /* the standard asks for 1,024; Chinese pages put it behind scripts */

/* A label inside of ASCII-compatible bytes cannot be UTF-16 (HTML, "prescan"; XML 4.3.3). */
static enum encoding encoding_of_inner_label(struct span label)
{
	enum encoding e = encoding_of_label(label);

	if (e == ENCODING_UTF_16BE || e == ENCODING_UTF_16LE)
		return ENCODING_UTF_8;
	if (e == ENCODING_X_USER_DEFINED)
		return ENCODING_WINDOWS_1252;
	return e;
}

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

/* HTML, "extracting a character encoding from a meta element"; also good for HTTP's header. */
static struct span label_in_content(struct span s)
{
	for (size_t i = 0; i + 7 <= s.len; i++) {
		size_t at, start;
		char quote;

		if (strncasecmp(s.data + i, "charset", 7) != 0)
			continue;
		for (at = i + 7; at < s.len && is_space(s.data[at]); at++)
			;
		if (at >= s.len || s.data[at] != '=')
			continue;
		for (at++; at < s.len && is_space(s.data[at]); at++)
			;
		if (at >= s.len)
			break;
		quote = s.data[at];
		if (quote == '"' || quote == '\'') {
			const char *close = memchr(s.data + at + 1, quote, s.len - at - 1);

			return close ? span_from(s.data + at + 1, (size_t)(close - s.data) - at - 1)
				     : span_from(NULL, 0);
		}
		for (start = at; at < s.len && !is_space(s.data[at]) && s.data[at] != ';'; at++)
			;
		return span_from(s.data + start, at - start);
	}
	return span_from(NULL, 0);
}

/* One attribute of a tag (HTML, "get an attribute"); *@p stands behind it. */
static bool next_attribute(const char **p, const char *end, struct span *name, struct span *value)
{
	const char *s = *p, *start;

	while (s < end && (is_space(*s) || *s == '/'))
		s++;
	*p = s;
	if (s >= end || *s == '>')
		return false;
	for (start = s;
		s < end && (*s != '=' || s == start) && !is_space(*s) && *s != '/' && *s != '>';
		s++)
		;
	*name = span_from(start, (size_t)(s - start));
	*value = span_from(NULL, 0);
	while (s < end && is_space(*s))
		s++;
	if (s < end && *s == '=') {
		for (s++; s < end && is_space(*s); s++)
			;
		if (s < end && (*s == '"' || *s == '\'')) {
			char quote = *s++;

			for (start = s; s < end && *s != quote; s++)
				;
			*value = span_from(start, (size_t)(s - start));
			s += s < end;
		} else {
			for (start = s; s < end && !is_space(*s) && *s != '>'; s++)
				;
			*value = span_from(start, (size_t)(s - start));
		}
	}
	*p = s;
	return true;
}

static enum encoding label_of_meta(const char **p, const char *end)
{
	struct span name, value, charset = {0};
	bool got_pragma = false, from_content = false, has[3] = {false};

	while (next_attribute(p, end, &name, &value)) {
		if (span_is_nocase(name, "http-equiv") && !has[0]) {
			has[0] = true;
			got_pragma = span_is_nocase(value, "content-type");
		} else if (span_is_nocase(name, "content") && !has[1]) {
			has[1] = true;
			if (!charset.data) {
				charset = label_in_content(value);
				from_content = charset.data != NULL;
			}
		} else if (span_is_nocase(name, "charset") && !has[2]) {
			has[2] = true;
			charset = value;
			from_content = false;
		}
	}
	if (*p >= end || !charset.data || (from_content && !got_pragma))
		return ENCODING_NONE;
	return encoding_of_inner_label(charset);
}

static const char *skip_to(const char *p, const char *end, const char *what, size_t len)
{
	const char *found = memmem(p, (size_t)(end - p), what, len);

	return found ? found + len : end;
}

static bool at_word(const char *p, const char *end, const char *word)
{
	size_t len = strlen(word);

	return (size_t)(end - p) >= len && strncasecmp(p, word, len) == 0;
}

enum encoding label_in_html(struct span bytes)
{
	const char *p = bytes.data,
		   *end = p + (bytes.len < PRESCAN_BYTES ? bytes.len : PRESCAN_BYTES);
	struct span name, value;

	while (p < end && (p = memchr(p, '<', (size_t)(end - p)))) {
		if (at_word(p, end, "<!--")) {
			p = skip_to(p + 2, end, "-->", 3);
		} else if (at_word(p, end, "<meta") && p + 5 < end &&
			(is_space(p[5]) || p[5] == '/')) {
			enum encoding e;

			p += 5;
			e = label_of_meta(&p, end);
			if (e)
				return e;
		} else if (p + 2 < end && lower(p[p[1] == '/' ? 2 : 1]) >= 'a' &&
			lower(p[p[1] == '/' ? 2 : 1]) <= 'z') {
			while (p < end && !is_space(*p) && *p != '>')
				p++;
			while (next_attribute(&p, end, &name, &value))
				;
		} else if (p + 1 < end && (p[1] == '!' || p[1] == '/' || p[1] == '?')) {
			p = skip_to(p, end, ">", 1);
		} else
			p++;
	}
	return ENCODING_NONE;
}

enum encoding label_in_xml(struct span bytes)
{
	struct span head = span_trim(span_from(bytes.data, bytes.len < 1024 ? bytes.len : 1024));
	ptrdiff_t close, at;
	size_t i;
	const char *quote;

	if (!span_starts_with(head, SPAN_LITERAL("<?xml")))
		return ENCODING_NONE;
	close = span_find(head, SPAN_LITERAL("?>"));
	if (close < 0)
		return ENCODING_NONE;
	head.len = (size_t)close;
	at = span_find(head, SPAN_LITERAL("encoding"));
	if (at < 0)
		return ENCODING_NONE;
	for (i = (size_t)at + 8; i < head.len && (is_space(head.data[i]) || head.data[i] == '=');
		i++)
		;
	if (i >= head.len || (head.data[i] != '"' && head.data[i] != '\''))
		return ENCODING_NONE;
	quote = memchr(head.data + i + 1, head.data[i], head.len - i - 1);
	return quote ? encoding_of_inner_label(
			       span_from(head.data + i + 1, (size_t)(quote - head.data) - i - 1))
		     : ENCODING_NONE;
}

enum encoding label_in_content_type(const char *content_type)
{
	return encoding_of_label(label_in_content(span_str(content_type)));
}
