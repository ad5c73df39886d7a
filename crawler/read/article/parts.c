#include "crawler/read/article/parts.h"

#include "common/url.h"

#define PARTS_MAX   200 /* larger numbers are names of articles */
#define LABEL_NODES 6   /* its elements */
#define SCRIPT_CALL "createPageHTML("

/* Up to four digits; 0 for none or more. */
static unsigned read_number(struct span s, size_t *ret_len)
{
	unsigned value = 0;
	size_t n = 0;

	while (n < s.len && n < 5 && s.data[n] >= '0' && s.data[n] <= '9')
		value = value * 10 + (unsigned)(s.data[n++] - '0');
	*ret_len = n;
	return n < 5 ? value : 0;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_page_key(struct span key)
{
	static const char *const keys[] = {"page", "p", "pn", "pg", "pageno", "pagenum", "paged",
		"pageindex", "currentpage", "curpage"};

	return SPAN_IS_ONE_OF_NOCASE(key, keys);
}

/* The name before '=' at the end of @s. */
static struct span last_key(struct span s)
{
	size_t end = s.len - 1, at = end;

	while (at > 0 && s.data[at - 1] != '?' && s.data[at - 1] != '&')
		at--;
	return span_from(s.data + at, end - at);
}

/* What stands before the number of a part. */
static bool may_precede(struct span before)
{
	char c = before.len ? before.data[before.len - 1] : '\0';

	if (c == '=')
		return is_page_key(last_key(before));
	return c == '_' || c == '-' || c == '/';
}

/* The first part has no number: the second one's is put in, with what sets it apart. */
static bool is_inserted(struct span own, struct span next, size_t at, unsigned *ret_number)
{
	struct span rest = span_from_offset(next, at), tail = span_from_offset(own, at);
	bool in_query = rest.len && (rest.data[0] == '?' || rest.data[0] == '&');
	size_t len, skip = 0;
	unsigned number;

	while (in_query && skip < rest.len && rest.data[skip] != '=')
		skip++;
	if (rest.len && !is_digit(rest.data[0]))
		skip++;
	number = read_number(span_from_offset(rest, skip), &len);
	if (!len || !may_precede(span_from(next.data, at + skip)))
		return false;
	rest = span_from_offset(rest, skip + len);
	if (!span_eq(rest, tail) && !(tail.len == 0 && span_is(rest, "/")))
		return false;
	*ret_number = number;
	return number == 2 || (number == 1 && next.data[at] == '_');
}

static bool is_counted_up(struct span own, struct span next, size_t at, unsigned *ret_number)
{
	size_t own_len, next_len;
	unsigned from, to;

	while (at > 0 && is_digit(own.data[at - 1]))
		at--;
	from = read_number(span_from_offset(own, at), &own_len);
	to = read_number(span_from_offset(next, at), &next_len);
	*ret_number = to;
	return from && to == from + 1 && to <= PARTS_MAX && may_precede(span_from(own.data, at)) &&
		span_eq(span_from_offset(own, at + own_len), span_from_offset(next, at + next_len));
}

static struct span without_fragment(const char *url)
{
	return span_from(url, strcspn(url, "#"));
}

bool parts_follows(const char *url, const char *next, unsigned *ret_number)
{
	struct span own = without_fragment(url), other = without_fragment(next);
	size_t at = 0;

	while (at < own.len && at < other.len && own.data[at] == other.data[at])
		at++;
	if (at == other.len)
		return false;
	return is_inserted(own, other, at, ret_number) || is_counted_up(own, other, at, ret_number);
}

/* 下一页 and the like. */
static bool is_next_label(struct span label)
{
	static const char *const labels[] = {"下一页", "下页", "下一頁", "下頁", "后一页",
		"下一页>", "下一页>>", "下一页»", ">", ">>", "»", "›", "→", "Next", "next", "NEXT",
		"Next page", "Next Page", "Next »", "Next ›", "次へ", "次のページ", "다음",
		"Weiter", "Nächste Seite", "Suivant", "Siguiente", "Далее", "[下一页]",
		"【下一页】", "余下全文", "阅读下一页"};

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (labels[i][0] == label.data[0] && span_is(label, labels[i]))
			return true;
	return false;
}

struct search {
	const struct html *h;
	const char *url, *base, *encoding;
	struct arena *arena;
};

/* As secure as the page itself: links of old pages have the scheme of their time. */
static void take_scheme(const char *url, struct strbuf *address)
{
	const char *own = strstr(url, "://"), *other = strstr(address->data, "://");
	STRBUF_LOCAL(same);

	if (!own || !other)
		return;
	strbuf_add(&same, url, (size_t)(own - url));
	strbuf_add_str(&same, other);
	strbuf_clear(address);
	strbuf_add_span(address, strbuf_span(&same));
}

/* @href as an address, if that is the next part's. */
static const char *try_link(const struct search *s, struct span href, unsigned *ret_number)
{
	STRBUF_LOCAL(address);

	if (url_resolve_encoded(href, span_str(s->base), s->encoding, &address) < 0)
		return NULL;
	take_scheme(s->url, &address);
	if (!parts_follows(s->url, address.data, ret_number))
		return NULL;
	return arena_dup(s->arena, without_fragment(address.data));
}

/* A link shows the part's number, which may be counted from 0 in its address, or a word. */
static const char *try_anchor(const struct search *s, uint32_t node)
{
	struct span href = span_trim(html_attr(s->h, node, "href")), label;
	uint32_t text = html_find(s->h, node, s->h->nodes[node].end, HTML_TEXT);
	unsigned shown, number;
	const char *next;
	size_t len;

	if (!href.len || href.data[0] == '#' || text == HTML_NONE ||
		s->h->nodes[node].end - node > LABEL_NODES)
		return NULL;
	label = span_trim(s->h->nodes[text].text);
	shown = read_number(label, &len);
	if (!label.len || (len ? len < label.len : !is_next_label(label)))
		return NULL;
	next = try_link(s, href, &number);
	return !len || shown == number || shown == number + 1 ? next : NULL;
}

/* Past the next argument; an empty span when there is none. */
static struct span next_argument(struct span *rest)
{
	size_t n = 0;
	struct span argument;

	while (n < rest->len && n < 200 && rest->data[n] != ',' && rest->data[n] != ')')
		n++;
	argument = span_trim(span_from(rest->data, n));
	*rest = span_from_offset(*rest, n < rest->len ? n + 1 : n);
	if (argument.len >= 2 && (argument.data[0] == '"' || argument.data[0] == '\''))
		argument = span_from(argument.data + 1, argument.len - 2);
	return argument;
}

/* createPageHTML(parts, this one from 0, "name", "ending"), which government sites use. */
static const char *try_call(const struct search *s, struct span arguments)
{
	size_t len;
	unsigned number, parts = read_number(next_argument(&arguments), &len);
	unsigned own = read_number(next_argument(&arguments), &len);
	struct span name = next_argument(&arguments), ending = next_argument(&arguments);
	STRBUF_LOCAL(href);

	if (!len || own + 1 >= parts || !name.len || !ending.len)
		return NULL;
	strbuf_add_span(&href, name);
	strbuf_printf(&href, "_%u.", own + 1);
	strbuf_add_span(&href, ending);
	return try_link(s, strbuf_span(&href), &number);
}

static const char *try_script(const struct search *s, uint32_t node)
{
	struct span rest =
		node + 1 < s->h->nodes[node].end ? s->h->nodes[node + 1].text : span_from(NULL, 0);
	const char *next = NULL;
	ptrdiff_t at;

	while (!next && rest.len && (at = span_find(rest, SPAN_LITERAL(SCRIPT_CALL))) >= 0) {
		rest = span_from_offset(rest, (size_t)at + strlen(SCRIPT_CALL));
		next = try_call(s, rest);
	}
	return next;
}

const char *parts_next(const struct html *h, const char *url, const char *base,
	const char *encoding, struct arena *a)
{
	const struct search s = {.h = h,
		.url = url,
		.base = base,
		.encoding = encoding,
		.arena = a};
	const char *next = NULL;

	for (uint32_t i = 0; i < h->n_nodes && !next; i++) {
		if (h->nodes[i].tag == HTML_A)
			next = try_anchor(&s, i);
		else if (h->nodes[i].tag == HTML_SCRIPT)
			next = try_script(&s, i);
	}
	return next;
}
