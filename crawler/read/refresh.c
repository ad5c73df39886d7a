#include "crawler/read/refresh.h"

#include "common/url.h"

#include <strings.h>

#define SCRIPT_BYTES_MAX 2000 /* a script that only sends on is a line or two */

/* Only the first base with an address counts, even where that is none of the web. */
const char *refresh_base(const struct html *h, const char *url, struct arena *a)
{
	for (uint32_t i = 0; i < h->n_nodes; i++) {
		struct span href;
		STRBUF_LOCAL(base);

		if (h->nodes[i].tag != HTML_BASE)
			continue;
		href = html_attr(h, i, "href");
		if (!href.data)
			continue;
		return url_resolve(href, span_str(url), &base) == 0
			? arena_dup(a, strbuf_span(&base))
			: url;
	}
	return url;
}

/* <meta http-equiv=refresh content="0; URL=...">: the address, or an empty span. */
static struct span refresh_of_meta(const struct html *h)
{
	for (uint32_t i = 0; i < h->n_nodes; i++) {
		struct span content;
		size_t at;

		if (h->nodes[i].tag != HTML_META ||
			!span_is_nocase(html_attr(h, i, "http-equiv"), "refresh"))
			continue;
		content = html_attr(h, i, "content");
		for (at = 0;
			at + 4 <= content.len && strncasecmp(content.data + at, "url=", 4) != 0;
			at++)
			;
		if (at + 4 > content.len)
			continue;
		content = span_trim(span_from_offset(content, at + 4));
		while (content.len && (*content.data == '"' || *content.data == '\''))
			content = span_from_offset(content, 1);
		for (at = 0;
			at < content.len && content.data[at] != '"' && content.data[at] != '\'';
			at++)
			;
		return span_trim(span_from(content.data, at));
	}
	return span_from(NULL, 0);
}

/* location.href='...', location.replace("..."), window.location = '...'. */
static struct span refresh_of_script(struct span script)
{
	ptrdiff_t at = span_find(script, SPAN_LITERAL("location"));
	size_t i, start;
	char quote;

	if (at < 0 || script.len > SCRIPT_BYTES_MAX)
		return span_from(NULL, 0);
	for (i = (size_t)at + 8; i < script.len && strchr("=.( hrefplacsign", script.data[i]); i++)
		;
	if (i >= script.len || (script.data[i] != '"' && script.data[i] != '\''))
		return span_from(NULL, 0);
	quote = script.data[i];
	for (start = ++i; i < script.len && script.data[i] != quote; i++)
		;
	return span_from(script.data + start, i - start);
}

const char *refresh_find(const struct html *h, const char *base, const char *url, struct arena *a)
{
	struct span target = refresh_of_meta(h);
	STRBUF_LOCAL(script);
	STRBUF_LOCAL(to);

	for (uint32_t i = 0; !target.len && i < h->n_nodes; i++) {
		if (h->nodes[i].tag != HTML_SCRIPT)
			continue;
		strbuf_clear(&script);
		html_add_raw(h, i, &script);
		target = refresh_of_script(strbuf_span(&script));
	}
	if (!target.len || url_resolve(target, span_str(base), &to) < 0 ||
		strcmp(to.data, url) == 0)
		return NULL;
	return arena_dup(a, strbuf_span(&to));
}
