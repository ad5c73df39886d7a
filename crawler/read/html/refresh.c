#include "crawler/read/html/refresh.h"

#include "common/url.h"
#include "common/utf8.h"
#include "crawler/read/html/block.h"

#include <strings.h>

#define SHOWN_WEIGHT_MAX (60 * BLOCK_HAN_WEIGHT) /* "if you are not sent on, click here" */
#define SCRIPT_BYTES_MAX 2000                    /* a script that only sends on is a line or two */
#define DELAY_S_MAX      60                      /* who waits longer shows its page again */

/* Only the first base with an address counts, even where that is none of the web. */
const char *refresh_base(const struct html *h, const char *url, struct arena *a)
{
	HTML_EACH (h, i, HTML_BASE) {
		struct span href;
		STRBUF_LOCAL(base);

		href = html_attr(h, i, "href");
		if (!href.data)
			continue;
		return url_resolve(href, span_str(url), &base) == 0
			? arena_dup(a, strbuf_span(&base))
			: url;
	}
	return url;
}

static bool shows_more(const struct html *h)
{
	uint64_t weight = 0;

	for (uint32_t i = 0; i < h->n_nodes && weight < SHOWN_WEIGHT_MAX; i++) {
		if (h->nodes[i].tag == HTML_TEXT)
			weight += block_weigh(h->nodes[i].text);
		else if (html_trait(h->nodes[i].tag) == HTML_TRAIT_SILENT && h->nodes[i].end > i)
			i = h->nodes[i].end - 1;
	}
	return weight >= SHOWN_WEIGHT_MAX;
}

static bool is_space(char c)
{
	return c && strchr(" \t\r\n\f", c);
}

static struct span skip_space(struct span s)
{
	while (s.len && is_space(*s.data))
		s = span_from_offset(s, 1);
	return s;
}

static struct span skip_seconds(struct span s, unsigned *ret_seconds)
{
	*ret_seconds = 0;
	for (; s.len && *s.data >= '0' && *s.data <= '9'; s = span_from_offset(s, 1))
		*ret_seconds = *ret_seconds > DELAY_S_MAX ? *ret_seconds
							  : *ret_seconds * 10 + (*s.data - '0');
	while (s.len && (*s.data == '.' || (*s.data >= '0' && *s.data <= '9')))
		s = span_from_offset(s, 1);
	return s;
}

/* "url=" before the address, which may be left out. */
static struct span skip_label(struct span s)
{
	struct span rest;

	if (s.len < 3 || strncasecmp(s.data, "url", 3) != 0)
		return s;
	rest = skip_space(span_from_offset(s, 3));
	return rest.len && *rest.data == '=' ? skip_space(span_from_offset(rest, 1)) : s;
}

/* HTML 4.2.5.3, refresh: seconds, a separator, the address, with or without quotes. */
static struct span target_of_content(struct span content)
{
	unsigned seconds;
	struct span s = skip_space(skip_seconds(skip_space(content), &seconds));
	const char *end;
	char quote;

	while (s.len && (*s.data == ';' || *s.data == ','))
		s = skip_space(span_from_offset(s, 1));
	s = skip_label(s);
	if (!s.len || seconds > DELAY_S_MAX)
		return span_from(NULL, 0);
	quote = *s.data;
	if (quote != '"' && quote != '\'')
		return span_trim(s);
	s = span_from_offset(s, 1);
	end = memchr(s.data, quote, s.len);
	return span_trim(end ? span_from(s.data, (size_t)(end - s.data)) : s);
}

static struct span target_of_meta(const struct html *h)
{
	HTML_EACH (h, i, HTML_META) {
		struct span target;

		if (!span_is_nocase(span_trim(html_attr(h, i, "http-equiv")), "refresh"))
			continue;
		target = target_of_content(html_attr(h, i, "content"));
		if (target.len)
			return target;
	}
	return span_from(NULL, 0);
}

/* Scripts. */

static bool is_of_name(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') ||
		c == '_' || c == '$';
}

static bool is_commented_out(struct span before)
{
	size_t i = before.len;

	while (i > 0 && before.data[i - 1] != '\n' && before.data[i - 1] != ';')
		i--;
	before = skip_space(span_from_offset(before, i));
	return span_starts_with(before, SPAN_LITERAL("//"));
}

/* Whether "location" behind @before is the window's own: by itself, or of a window's name. */
static bool is_windows_own(struct span before)
{
	static const char *const owners[] = {"window", "self", "top", "parent", "document", "this"};

	if (is_commented_out(before))
		return false;
	if (!before.len)
		return true;
	if (before.data[before.len - 1] != '.')
		return !is_of_name(before.data[before.len - 1]);
	before.len--;
	for (size_t i = 0; i < sizeof owners / sizeof *owners; i++) {
		size_t len = strlen(owners[i]);

		if (span_ends_with(before, span_str(owners[i])) &&
			(before.len == len || !is_of_name(before.data[before.len - len - 1])))
			return true;
	}
	return false;
}

/* Behind "location": up to the quote of what is assigned; an empty span when nothing is. */
static struct span find_value(struct span s)
{
	static const char *const calls[] = {".replace(", ".assign("};

	for (size_t i = 0; i < sizeof calls / sizeof *calls; i++)
		if (span_starts_with(s, span_str(calls[i])))
			return skip_space(span_from_offset(s, strlen(calls[i])));
	if (span_starts_with(s, SPAN_LITERAL(".href")))
		s = span_from_offset(s, 5);
	s = skip_space(s);
	if (!s.len || *s.data != '=')
		return span_from(NULL, 0);
	return skip_space(span_from_offset(s, 1));
}

/* A string that is all of the value: joined to others or with escapes it says too little. */
static bool read_literal(struct span s, struct strbuf *out)
{
	size_t i;

	strbuf_clear(out);
	if (!s.len || (*s.data != '"' && *s.data != '\''))
		return false;
	for (i = 1; i < s.len && s.data[i] != *s.data; i++) {
		if (s.data[i] == '\\' && (++i == s.len || s.data[i] != '/'))
			return false;
		strbuf_add_char(out, s.data[i]);
	}
	if (i >= s.len)
		return false;
	s = skip_space(span_from_offset(s, i + 1));
	return out->len && !(s.len && *s.data == '+');
}

/* The address that @script goes to; empty when it goes nowhere, or only phones do. */
static void target_of_script(struct span script, struct strbuf *out)
{
	bool tells_phones = span_find(script, SPAN_LITERAL("userAgent")) >= 0;
	struct span rest = script;
	unsigned n = 0;
	ptrdiff_t at;
	STRBUF_LOCAL(value);

	while ((at = span_find(rest, SPAN_LITERAL("location"))) >= 0) {
		size_t offset = (size_t)(rest.data - script.data) + (size_t)at;

		rest = span_from_offset(rest, (size_t)at + 8);
		if (!is_windows_own(span_from(script.data, offset)) ||
			!read_literal(find_value(rest), &value))
			continue;
		if (n++ && !tells_phones)
			continue;
		strbuf_clear(out);
		strbuf_add_span(out, strbuf_span(&value));
	}
	if (tells_phones && n < 2)
		strbuf_clear(out);
}

static void find_in_scripts(const struct html *h, struct strbuf *out)
{
	STRBUF_LOCAL(script);

	HTML_EACH (h, i, HTML_SCRIPT) {
		strbuf_clear(&script);
		html_add_raw(h, i, &script);
		if (script.len && script.len <= SCRIPT_BYTES_MAX)
			target_of_script(strbuf_span(&script), out);
		if (out->len)
			return;
	}
	HTML_EACH (h, i, HTML_BODY)
		target_of_script(utf8_cut(html_attr(h, i, "onload"), SCRIPT_BYTES_MAX), out);
}

static struct span without_fragment(struct span url)
{
	const char *hash = url.len ? memchr(url.data, '#', url.len) : NULL;

	return hash ? span_from(url.data, (size_t)(hash - url.data)) : url;
}

/* NULL for the page itself, too. */
static const char *resolve(struct span target, const char *base, const char *url, struct arena *a)
{
	STRBUF_LOCAL(to);

	if (!target.len || url_resolve(target, span_str(base), &to) < 0 ||
		span_eq(without_fragment(strbuf_span(&to)), without_fragment(span_str(url))))
		return NULL;
	return arena_dup(a, strbuf_span(&to));
}

const char *refresh_of_header(struct span value, const char *url, struct arena *a)
{
	return resolve(target_of_content(value), url, url, a);
}

const char *refresh_find(const struct html *h, const char *base, const char *url, struct arena *a)
{
	STRBUF_LOCAL(target);

	if (shows_more(h))
		return NULL;
	strbuf_add_span(&target, target_of_meta(h));
	if (!target.len)
		find_in_scripts(h, &target);
	return resolve(strbuf_span(&target), base, url, a);
}
