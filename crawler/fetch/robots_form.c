#include "crawler/fetch/robots_form.h"

#include "common/percent.h"
#include "common/utf8.h"

#include <ctype.h>
#include <stdint.h>

static unsigned utf16_unit(struct span s, size_t at, bool is_little)
{
	unsigned first = (unsigned char)s.data[at], second = (unsigned char)s.data[at + 1];

	return is_little ? second << 8 | first : first << 8 | second;
}

/* Surrogates become U+FFFD: nobody has an emoji in his paths. */
static void add_utf16(struct span s, bool is_little, struct strbuf *out)
{
	for (size_t i = 0; i + 1 < s.len; i += 2)
		strbuf_add_utf8(out, utf16_unit(s, i, is_little));
}

struct span robots_form_text(struct span body, struct strbuf *room)
{
	bool is_little = span_starts_with(body, SPAN_LITERAL("\xFF\xFE"));

	if (is_little || span_starts_with(body, SPAN_LITERAL("\xFE\xFF"))) {
		body = span_from_offset(body, 2);
		if (!memchr(body.data, '\0', body.len < 64 ? body.len : 64))
			return body; /* the mark alone does not make it UTF-16 */
		add_utf16(body, is_little, room);
		return strbuf_span(room);
	}
	if (span_starts_with(body, SPAN_LITERAL("\xEF\xBB\xBF")))
		body = span_from_offset(body, 3);
	return body;
}

static bool is_one_of(int c, const char *set)
{
	return c && c < 0x80 && strchr(set, c);
}

static bool is_unreserved(int c)
{
	return c < 0x80 && (isalnum(c) || is_one_of(c, "-._~"));
}

/* What a URL may hold as it is. "%" that begins no escape is left alone, too. */
static bool is_plain(int c)
{
	return is_unreserved(c) || is_one_of(c, ":/?#[]@!&'()+,;=%");
}

/* @specials are left as they are. */
static void add_form(struct span s, const char *specials, struct strbuf *out)
{
	bool in_query = false;

	for (size_t i = 0; i < s.len; i++) {
		int c = (unsigned char)s.data[i], escaped = percent_value(span_from_offset(s, i));

		in_query |= c == '?';
		if (escaped >= 0) {
			i += PERCENT_LEN - 1;
			/*
			 * Within a query these separate nothing: "?u=http%3A%2F%2Fa" is
			 * "?u=http://a".
			 */
			if (is_unreserved(escaped) || (in_query && is_one_of(escaped, ":/?@")))
				strbuf_add_char(out, (char)escaped);
			else
				percent_add(out, (unsigned char)escaped);
		} else if (is_plain(c) || is_one_of(c, specials))
			strbuf_add_char(out, (char)c);
		else
			percent_add(out, (unsigned char)c);
	}
}

/*
 * Text that was taken for Latin-1 and made UTF-8 a second time: all beyond ASCII is within
 * U+0080 to U+00FF, and as bytes it is UTF-8 once more. By chance that does not happen.
 */
static bool undo_double(struct span s, struct strbuf *out)
{
	const char *p = s.data, *end = p + s.len;
	bool has_any = false;

	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		if (c > 0xFF)
			return false;
		has_any |= c >= 0x80;
		strbuf_add_char(out, (char)c);
	}
	return has_any && utf8_is_valid(strbuf_span(out));
}

void robots_form_pattern(struct span pattern, struct strbuf *out)
{
	STRBUF_LOCAL(once);
	bool is_anchored;

	if (undo_double(pattern, &once))
		pattern = strbuf_span(&once);
	is_anchored = pattern.len && pattern.data[pattern.len - 1] == '$';
	pattern.len -= is_anchored;
	/* "Disallow: tmp" is no path; nobody can have meant anything else by it. */
	if (pattern.len && pattern.data[0] != '/' && pattern.data[0] != '*')
		strbuf_add_char(out, '/');
	add_form(pattern, "*", out);
	if (is_anchored)
		strbuf_add_char(out, '$');
}

void robots_form_target(struct span target, struct strbuf *out)
{
	add_form(target, "", out);
}
