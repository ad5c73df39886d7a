/*
 * One pass over the source:
 *
 *	next token -> a name, if ':' or '=' follows it
 *	           -> a string: unescape -> prose? -> add to the group of its name
 *	                                 -> holds names and strings itself? -> the same pass over it
 *
 * Code is passed over with the data. What looks like a string in it and is
 * none (an apostrophe in a comment) ends with its line.
 */
#include "crawler/read/article/embedded.h"

#include "common/hash.h"
#include "common/url_host.h"
#include "common/utf8.h"
#include "crawler/read/html/block.h"

#define GROUPS_MAX       128
#define STRINGS_MAX      4096
#define SCRIPT_BYTES_MIN 200 /* shorter ones hold no article */
#define PROSE_BYTES_MIN  60
#define PROSE_WEIGHT_MIN (15 * BLOCK_HAN_WEIGHT)
#define TEXT_WEIGHT_MIN  (80 * BLOCK_HAN_WEIGHT) /* less is no article */
#define NEST_MAX         2                       /* data in a string in a string */
#define NAMED_FACTOR     4                       /* a name that articles have outweighs others */

struct group {
	struct span name;
	uint64_t weight;
};

struct prose {
	struct span text;
	uint64_t hash;
	uint32_t group;
};

struct search {
	struct arena *arena;
	struct group groups[GROUPS_MAX];
	size_t n_groups;
	struct prose *strings;
	size_t n_strings;
};

struct scan {
	struct span rest;
	struct span name;        /* the last one before ':' or '=' */
	const char *unpaired[3]; /* up to here no " and ' and ` closes: it opens nothing either */
	unsigned depth, muted;   /* of brackets, and of the one around what others say; 0 outside */
};

static bool is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_identifier(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
		c == '_' || c == '$';
}

/* Bytes of a string without its quotes, or of the rest of the line when that ends first; of a
 * template, which has lines, those of all the rest. */
static size_t measure_string(struct span s, char quote)
{
	size_t i = 0;

	while (i < s.len && s.data[i] != quote && (s.data[i] != '\n' || quote == '`'))
		i += s.data[i] == '\\' && i + 1 < s.len ? 2 : 1;
	return i;
}

static uint32_t hex(const char *p, const char *end, size_t n)
{
	uint32_t value = 0;

	for (size_t i = 0; i < n; i++) {
		char c = p + i < end ? p[i] : 'x';
		uint32_t digit = c >= '0' && c <= '9'        ? (uint32_t)(c - '0')
			: (c | 32) >= 'a' && (c | 32) <= 'f' ? (uint32_t)((c | 32) - 'a' + 10)
							     : UINT32_MAX;

		if (digit == UINT32_MAX)
			return UINT32_MAX;
		value = value * 16 + digit;
	}
	return value;
}

/* After \u: one or two units of UTF-16. */
static const char *unescape_unit(const char *p, const char *end, struct strbuf *out)
{
	uint32_t c = hex(p, end, 4), low;

	if (c == UINT32_MAX)
		return p;
	p += 4;
	if (c >= 0xD800 && c < 0xDC00 && end - p >= 6 && p[0] == '\\' && p[1] == 'u') {
		low = hex(p + 2, end, 4);
		if (low >= 0xDC00 && low < 0xE000) {
			strbuf_add_utf8(out, 0x10000 + ((c - 0xD800) << 10) + (low - 0xDC00));
			return p + 6;
		}
	}
	strbuf_add_utf8(out, c >= 0xD800 && c < 0xE000 ? 0xFFFD : c);
	return p;
}

static const char *unescape_one(const char *p, const char *end, struct strbuf *out)
{
	uint32_t c;

	switch (*p) {
	case 'n':
	case 'r':
		strbuf_add_char(out, '\n');
		return p + 1;
	case 't':
	case 'b':
	case 'f':
		strbuf_add_char(out, ' ');
		return p + 1;
	case 'u':
		return unescape_unit(p + 1, end, out);
	case 'x':
		c = hex(p + 1, end, 2);
		if (c != UINT32_MAX)
			strbuf_add_utf8(out, c);
		return c == UINT32_MAX ? p + 1 : p + 3;
	default:
		strbuf_add_char(out, *p);
		return p + 1;
	}
}

static void unescape(struct span s, struct strbuf *out)
{
	const char *p = s.data, *end = p + s.len;

	while (p < end) {
		const char *escape = memchr(p, '\\', (size_t)(end - p));
		size_t n = (size_t)((escape ? escape : end) - p);

		strbuf_add(out, p, n);
		p += n;
		if (end - p >= 2)
			p = unescape_one(p + 1, end, out);
		else
			p = end;
	}
}

static bool is_article_name(struct span name)
{
	static const char *const names[] = {"content", "contents", "contenthtml", "articlebody",
		"body", "bodyhtml", "bodytext", "html", "text", "articletext", "articlecontent",
		"newscontent", "maintext", "story", "paragraph", "paragraphs", "detail",
		"artcontent", "contenttext", "post_content", "article_content", "content_html"};

	return SPAN_IS_ONE_OF_NOCASE(name, names);
}

/* Sentences: marks behind words, and no code. */
static bool is_prose(struct span s)
{
	const char *p = s.data, *end = p + s.len;
	size_t marks = 0, braces = 0, spaces = 0, wide = 0;

	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		braces += c == '{' || c == '}';
		spaces += c == ' ';
		wide += c >= 0x1100;
		marks += c == U'，' || c == U'。' || c == U'、' || c == U'！' || c == U'？' ||
			((c == ',' || c == '.' || c == '?' || c == '!') && p < end &&
				(*p == ' ' || *p == '<'));
		marks += (c == '.' || c == '?' || c == '!') && p == end;
	}
	return marks > 0 && braces < 2 + s.len / 1000 && (spaces * 20 > s.len || wide * 10 > s.len);
}

static uint32_t group_of(struct search *f, struct span name)
{
	for (size_t i = 0; i < f->n_groups; i++)
		if (span_eq(f->groups[i].name, name))
			return (uint32_t)i;
	if (f->n_groups == GROUPS_MAX)
		return UINT32_MAX;
	f->groups[f->n_groups] = (struct group){.name = name};
	return (uint32_t)f->n_groups++;
}

static bool is_known(const struct search *f, uint32_t group, uint64_t hash)
{
	for (size_t i = f->n_strings; i-- > 0 && i + 64 > f->n_strings;)
		if (f->strings[i].group == group && f->strings[i].hash == hash)
			return true;
	return false;
}

static void add_prose(struct search *f, struct span name, struct span text)
{
	uint32_t weight = block_weigh(text), group;
	uint64_t hash = hash64_of(text);

	if (weight < PROSE_WEIGHT_MIN || f->n_strings == STRINGS_MAX)
		return;
	group = group_of(f, name);
	if (group == UINT32_MAX || is_known(f, group, hash))
		return;
	f->strings[f->n_strings++] = (struct prose){.text = text, .hash = hash, .group = group};
	f->groups[group].weight += (uint64_t)weight * (is_article_name(name) ? NAMED_FACTOR : 1);
}

static bool holds_data(struct span s)
{
	return span_find(s, SPAN_LITERAL("\":\"")) >= 0 ||
		span_find(s, SPAN_LITERAL("\": \"")) >= 0;
}

static void scan_source(struct search *f, struct span source, int depth);

/* %7B%22content: data that was made fit for an address. */
static bool is_percent_encoded(struct span s)
{
	return span_starts_with(s, SPAN_LITERAL("%7B")) ||
		span_starts_with(s, SPAN_LITERAL("%5B")) ||
		span_starts_with(s, SPAN_LITERAL("%3C"));
}

static struct span percent_decode(struct search *f, struct span s)
{
	STRBUF_LOCAL(out);

	url_percent_decode(s, &out);
	return arena_take(f->arena, &out);
}

static void take_string(struct search *f, struct span name, struct span raw, int depth)
{
	struct span text;
	STRBUF_LOCAL(out);

	if (raw.len < PROSE_BYTES_MIN)
		return;
	unescape(raw, &out);
	text = arena_take(f->arena, &out);
	if (is_percent_encoded(text))
		text = percent_decode(f, text);
	if (depth < NEST_MAX && holds_data(text))
		scan_source(f, text, depth + 1);
	else if (is_prose(text))
		add_prose(f, name, text);
}

/* What stands before ':' or '=' names what comes behind. */
static bool is_name(struct span rest)
{
	size_t i = 0;

	while (i < rest.len && i < 8 && is_space(rest.data[i]))
		i++;
	return i < rest.len &&
		(rest.data[i] == ':' ||
			(rest.data[i] == '=' && i + 1 < rest.len && rest.data[i + 1] != '='));
}

static void scan_string(struct search *f, struct scan *s, int depth)
{
	char quote = s->rest.data[0];
	struct span string = span_from_offset(s->rest, 1);
	const char **unpaired = &s->unpaired[quote == '"' ? 0 : quote == '\'' ? 1 : 2];
	size_t len = *unpaired > string.data ? string.len : measure_string(string, quote);

	if (len >= string.len || string.data[len] != quote) {
		*unpaired = *unpaired > string.data ? *unpaired : string.data + len;
		s->rest = string;
		return;
	}
	s->rest = span_from_offset(string, len + 1);
	string.len = len;
	if (is_name(s->rest))
		s->name = string;
	else if (!s->muted)
		take_string(f, s->name, string, depth);
}

static void scan_identifier(struct scan *s)
{
	size_t n = 1;

	while (n < s->rest.len && is_identifier(s->rest.data[n]))
		n++;
	if (is_name(span_from_offset(s->rest, n)))
		s->name = span_from(s->rest.data, n);
	s->rest = span_from_offset(s->rest, n);
}

/* Names of what stands beside an article. */
static bool is_beside(struct span name)
{
	static const char *const names[] = {"comment", "comments", "commentlist", "replies",
		"replylist", "related", "relatedlist", "recommend", "recommends", "recommendlist",
		"hotlist", "hotcomments"};

	return SPAN_IS_ONE_OF_NOCASE(name, names);
}

static void scan_bracket(struct scan *s)
{
	switch (s->rest.data[0]) {
	case '{':
	case '[':
		s->depth++;
		if (!s->muted && is_beside(s->name))
			s->muted = s->depth;
		break;
	case '}':
	case ']':
		s->depth -= s->depth > 0;
		s->muted = s->depth < s->muted ? 0 : s->muted;
		break;
	default:
		break;
	}
	s->rest = span_from_offset(s->rest, 1);
}

static void scan_source(struct search *f, struct span source, int depth)
{
	struct scan s = {.rest = source, .name = span_str("")};

	while (s.rest.len) {
		if (s.rest.data[0] == '"' || s.rest.data[0] == '\'' || s.rest.data[0] == '`')
			scan_string(f, &s, depth);
		else if (is_identifier(s.rest.data[0]))
			scan_identifier(&s);
		else
			scan_bracket(&s);
	}
}

static struct span join(const struct search *f)
{
	const struct group *best = NULL;
	STRBUF_LOCAL(out);

	for (size_t i = 0; i < f->n_groups; i++)
		if (!best || f->groups[i].weight > best->weight)
			best = &f->groups[i];
	if (!best || best->weight < TEXT_WEIGHT_MIN)
		return span_from(NULL, 0);
	for (size_t i = 0; i < f->n_strings; i++) {
		if (&f->groups[f->strings[i].group] != best)
			continue;
		strbuf_add_str(&out, "<div>");
		strbuf_add_span(&out, f->strings[i].text);
		strbuf_add_str(&out, "</div>\n");
	}
	return arena_take(f->arena, &out);
}

static void search_init(struct search *f, struct arena *a)
{
	f->arena = a;
	f->strings = arena_alloc(a, STRINGS_MAX * sizeof *f->strings);
}

struct span embedded_find_in(struct span script, struct arena *a)
{
	struct search *f = arena_alloc(a, sizeof *f);

	search_init(f, a);
	scan_source(f, script, 0);
	return join(f);
}

/* Data, or markup that a script takes from here. */
static void scan_value(struct search *f, const char *name, struct span value)
{
	value = span_trim(value);
	if (value.len < SCRIPT_BYTES_MIN)
		return;
	if (is_percent_encoded(value))
		value = percent_decode(f, value);
	if (value.data[0] == '{' || value.data[0] == '[')
		scan_source(f, value, 0);
	else if (value.data[0] == '<' && is_prose(value))
		add_prose(f, span_str(name), value);
}

static struct span raw_text(const struct html *h, uint32_t node)
{
	return h->nodes[node].end > node + 1 ? h->nodes[node + 1].text : span_from(NULL, 0);
}

static void scan_script(struct search *f, const struct html *h, uint32_t node)
{
	struct span text = span_trim(raw_text(h, node));

	if (is_percent_encoded(text) || (text.len && text.data[0] == '<'))
		scan_value(f, "content", text);
	else if (text.len >= SCRIPT_BYTES_MIN)
		scan_source(f, text, 0);
}

static void scan_attributes(struct search *f, const struct html *h, uint32_t node)
{
	const struct html_node *n = &h->nodes[node];

	for (uint32_t i = 0; i < n->n_attrs; i++)
		if (h->attrs[n->first_attr + i].value.len >= SCRIPT_BYTES_MIN)
			scan_value(f, "content", h->attrs[n->first_attr + i].value);
}

/* Please enable JavaScript. */
static bool tells_of_browser(struct span text)
{
	static const char *const words[] = {"JavaScript", "Javascript", "javascript", "browser",
		"脚本", "腳本", "浏览器", "瀏覽器", "ブラウザ"};

	return SPAN_HOLDS_ONE_OF(text, words);
}

/* What is shown to those who have no scripts. */
static void scan_noscript(struct search *f, const struct html *h, uint32_t node)
{
	for (uint32_t i = node + 1; i < h->nodes[node].end; i++)
		if (h->nodes[i].text.len >= PROSE_BYTES_MIN && is_prose(h->nodes[i].text) &&
			!tells_of_browser(h->nodes[i].text))
			add_prose(f, SPAN_LITERAL("noscript"), h->nodes[i].text);
}

struct span embedded_find(const struct html *h, struct arena *a)
{
	struct search *f = arena_alloc(a, sizeof *f);
	uint32_t end = 0; /* of the outermost NOSCRIPT, whose text is all read */

	search_init(f, a);
	HTML_EACH (h, i, HTML_SCRIPT)
		scan_script(f, h, i);
	HTML_EACH (h, i, HTML_TEXTAREA)
		scan_value(f, "content", raw_text(h, i));
	HTML_EACH (h, i, HTML_NOSCRIPT) {
		if (i < end)
			continue;
		scan_noscript(f, h, i);
		end = h->nodes[i].end;
	}
	for (uint32_t i = 0; i < h->n_nodes; i++)
		scan_attributes(f, h, i);
	return join(f);
}
