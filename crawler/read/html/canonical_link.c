#include "crawler/read/html/canonical_link.h"

#include "common/url.h"

#define NUMBER_DIGITS 4 /* of a page's number or date; lists count their pages in fewer */

/* Words of a rel attribute, in any case. */
static bool has_word(struct span words, const char *word)
{
	while (words.len) {
		size_t n = 0;

		while (n < words.len && !strchr(" \t\r\n\f", words.data[n]))
			n++;
		if (span_is_nocase(span_from(words.data, n), word))
			return true;
		words = span_from_offset(words, n + (n < words.len));
	}
	return false;
}

/* Page and address may be on www. and m., either way round. */
static bool are_of_one_site(struct span a, struct span b)
{
	return url_is_same_site(a, b) || url_is_same_site(b, a);
}

/* "/yw/", or "/yw" without an ending, for "/yw/1.html": templates write their column's address. */
static bool is_above(struct span path, struct span page)
{
	while (path.len && path.data[path.len - 1] == '/')
		path.len--;
	return page.len > path.len && span_starts_with(page, path) && page.data[path.len] == '/';
}

/*
 * An address that leaves out all parameters may leave out which page this is: templates
 * forget that "show?id=1" and "show?id=2" are two.
 */
static bool forgets_query(const struct url_parts *link, const struct url_parts *own)
{
	return own->query.len && !link->query.len && span_eq(link->path, own->path);
}

static bool has_number(struct span s)
{
	size_t n = 0;

	for (size_t i = 0; i < s.len && n < NUMBER_DIGITS; i++)
		n = s.data[i] >= '0' && s.data[i] <= '9' ? n + 1 : 0;
	return n == NUMBER_DIGITS;
}

/* "/yw/list_2.html" for "/yw/t20250528_7.html": what tells pages apart is not in it. */
static bool forgets_number(const struct url_parts *link, const struct url_parts *own)
{
	return (has_number(own->path) || has_number(own->query)) && !has_number(link->path) &&
		!has_number(link->query);
}

static bool is_credible(struct span href, struct span own_href)
{
	struct url_parts link, own;

	if (!url_split(href, &link) || !url_split(own_href, &own) ||
		!are_of_one_site(link.host, own.host))
		return false;
	if (link.path.len <= 1 && !link.query.len)
		return false; /* the front page; a page there has this address already */
	return !is_above(link.path, own.path) && !forgets_query(&link, &own) &&
		!forgets_number(&link, &own);
}

/* False when there is an address that is none, or another than before. */
static bool take(struct span href, const char *base, const char *encoding,
	const struct url_rules *rules, struct strbuf *found)
{
	STRBUF_LOCAL(absolute);
	STRBUF_LOCAL(canonical);

	if (url_resolve_encoded(href, span_str(base), encoding, &absolute) < 0 ||
		url_canonical(strbuf_span(&absolute), rules, &canonical) < 0)
		return false;
	if (found->len)
		return span_eq(strbuf_span(found), strbuf_span(&canonical));
	strbuf_add_span(found, strbuf_span(&canonical));
	return true;
}

const char *canonical_link_find(const struct html *h, const char *own, const char *base,
	const char *encoding, const struct url_rules *rules, struct arena *a)
{
	STRBUF_LOCAL(found);

	HTML_EACH (h, i, HTML_LINK) {
		struct span href;

		if (!has_word(html_attr(h, i, "rel"), "canonical"))
			continue;
		href = span_trim(html_attr(h, i, "href"));
		if (!href.len || !take(href, base, encoding, rules, &found))
			return NULL;
	}
	if (!found.len || span_is(strbuf_span(&found), own) ||
		!is_credible(strbuf_span(&found), span_str(own)))
		return NULL;
	return arena_dup(a, strbuf_span(&found));
}
