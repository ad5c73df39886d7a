/*
 * The file is read line by line into a list of rules for our name and one for
 * "*"; the first counts if any group named us (RFC 9309 2.2.1). Patterns and
 * targets are compared in one normal form (robots_form.h).
 */
#include "crawler/fetch/robots.h"

#include "common/alloc.h"
#include "common/strbuf.h"
#include "common/url.h"
#include "crawler/fetch/robots_form.h"

#include <ctype.h>
#include <stdlib.h>

#define LINE_MAX_BYTES 16664 /* 8 times the longest URL that browsers take, as in Google's parser */
#define RULES_MAX      100000
#define SITEMAPS_MAX   1000
#define DELAY_MAX_S    86400

struct rule {
	bool allow;
	char *pattern; /* normalised, owned */
	size_t len;
};

struct group {
	struct rule *rules;
	size_t len, cap;
	int64_t delay_ms; /* -1 without one */
};

struct robots {
	struct group ours, all;
	bool named; /* some group names us */
	char **sitemaps;
	size_t n_sitemaps, cap_sitemaps;
};

enum key { KEY_NONE, KEY_AGENT, KEY_ALLOW, KEY_DISALLOW, KEY_DELAY, KEY_SITEMAP };

/* Typos that Google's parser reads as what was meant. */
static const struct {
	const char *name;
	enum key key;
} keys[] = {
	{"user-agent", KEY_AGENT},
	{"useragent", KEY_AGENT},
	{"user agent", KEY_AGENT},
	{"allow", KEY_ALLOW},
	{"disallow", KEY_DISALLOW},
	{"dissallow", KEY_DISALLOW},
	{"dissalow", KEY_DISALLOW},
	{"disalow", KEY_DISALLOW},
	{"diasllow", KEY_DISALLOW},
	{"disallaw", KEY_DISALLOW},
	{"crawl-delay", KEY_DELAY},
	{"crawldelay", KEY_DELAY},
	{"crawl delay", KEY_DELAY},
	{"sitemap", KEY_SITEMAP},
	{"site-map", KEY_SITEMAP},
};

/* Whom a line is for. */
struct addressees {
	bool us, all;
	bool are_told; /* the next agent line begins anew */
};

/*
 * What is no rule may not end a group (RFC 9309 2.2.4), so that agents before and after a
 * Crawl-delay share the rules behind; the delay is meant for those before it alone.
 */
struct reading {
	struct robots *robots;
	struct span name; /* our own */
	struct addressees rules, delay;
};

static void group_release(struct group *g)
{
	for (size_t i = 0; i < g->len; i++)
		free(g->rules[i].pattern);
	free(g->rules);
}

void robots_free(struct robots *r)
{
	if (!r)
		return;
	group_release(&r->ours);
	group_release(&r->all);
	for (size_t i = 0; i < r->n_sitemaps; i++)
		free(r->sitemaps[i]);
	free(r->sitemaps);
	free(r);
}

/*
 * The product's name in front of its version. Not only the letters that RFC 9309 2.2.1
 * allows: "bot1" and "bot2" are two, and a file may name either.
 */
static struct span product_name(struct span s)
{
	size_t n = 0;

	while (n < s.len && s.data[n] != '/' && s.data[n] != ' ' && s.data[n] != '\t')
		n++;
	return span_from(s.data, n);
}

/* As Google reads it, letters are enough: "policywatch2.0" is "policywatch" with a version. */
static struct span product_letters(struct span s)
{
	size_t n = 0;

	while (n < s.len &&
		(isalpha((unsigned char)s.data[n]) || s.data[n] == '-' || s.data[n] == '_'))
		n++;
	return span_from(s.data, n);
}

static bool is_same_name(struct span a, struct span b)
{
	return a.len && a.len == b.len && strncasecmp(a.data, b.data, a.len) == 0;
}

static void add_rule(struct group *g, bool allow, struct span pattern)
{
	STRBUF_LOCAL(normal);
	struct rule *r;

	if (g->len >= RULES_MAX)
		return;
	robots_form_pattern(pattern, &normal);
	g->rules = alloc_grow(g->rules, g->len, &g->cap, sizeof *g->rules);
	r = &g->rules[g->len++];
	*r = (struct rule){.allow = allow, .len = normal.len};
	r->pattern = strbuf_take(&normal);
}

static size_t count_digits(struct span s)
{
	size_t n = 0;

	while (n < s.len && isdigit((unsigned char)s.data[n]))
		n++;
	return n;
}

/* Seconds with a point or a comma, and a unit that nobody asked for behind them; or -1. */
static int64_t parse_delay(struct span value)
{
	size_t n = count_digits(value), n_places = 0;
	int64_t ms = 0, unit_ms = 1000;

	for (size_t i = 0; i < n && ms < DELAY_MAX_S * unit_ms; i++)
		ms = ms * 10 + (value.data[i] - '0') * unit_ms;
	value = span_from_offset(value, n);
	if (value.len && (value.data[0] == '.' || value.data[0] == ',')) {
		value = span_from_offset(value, 1);
		n_places = count_digits(value);
		for (size_t i = 0; i < n_places && unit_ms > 1; i++)
			ms += (value.data[i] - '0') * (unit_ms /= 10);
	}
	if (!n && !n_places)
		return -1;
	return ms < DELAY_MAX_S * INT64_C(1000) ? ms : DELAY_MAX_S * INT64_C(1000);
}

static void address(struct addressees *a, bool us, bool all)
{
	if (a->are_told)
		*a = (struct addressees){0};
	a->us |= us;
	a->all |= all;
}

static void on_agent(struct reading *in, struct span value)
{
	struct span name = product_name(value);
	/* "*" may be followed by white space and anything, as Google reads it. */
	bool all = span_is(name, "*");
	bool us = !all &&
		(is_same_name(name, in->name) || is_same_name(product_letters(name), in->name));

	address(&in->rules, us, all);
	address(&in->delay, us, all);
	in->robots->named |= us;
}

static void on_rule(struct reading *in, bool allow, struct span value)
{
	in->rules.are_told = in->delay.are_told = true;
	if (!value.len)
		return; /* an empty pattern matches nothing */
	if (in->rules.us)
		add_rule(&in->robots->ours, allow, value);
	if (in->rules.all)
		add_rule(&in->robots->all, allow, value);
}

static void on_delay(struct reading *in, struct span value)
{
	int64_t delay = parse_delay(value);

	in->delay.are_told = true;
	if (delay < 0)
		return;
	if (in->delay.us)
		in->robots->ours.delay_ms = delay;
	if (in->delay.all)
		in->robots->all.delay_ms = delay;
}

static void on_sitemap(struct robots *r, struct span value)
{
	if (!value.len || r->n_sitemaps >= SITEMAPS_MAX)
		return;
	r->sitemaps = alloc_grow(r->sitemaps, r->n_sitemaps, &r->cap_sitemaps, sizeof *r->sitemaps);
	r->sitemaps[r->n_sitemaps++] = alloc_strndup(value.data, value.len);
}

static enum key key_of(struct span name)
{
	for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
		if (span_is_nocase(name, keys[i].name))
			return keys[i].key;
	}
	return KEY_NONE;
}

/* Key and value split at a colon, or at white space where the colon was forgotten. */
static bool split_line(struct span line, struct span *ret_key, struct span *ret_value)
{
	const char *colon = memchr(line.data, ':', line.len);
	size_t n = 0;

	if (colon) {
		n = (size_t)(colon - line.data);
		*ret_key = span_trim(span_from(line.data, n));
		*ret_value = span_trim(span_from_offset(line, n + 1));
		return true;
	}
	while (n < line.len && line.data[n] != ' ' && line.data[n] != '\t')
		n++;
	*ret_key = span_from(line.data, n);
	*ret_value = span_trim(span_from_offset(line, n));
	/* Exactly two words: "disallow /a b" is prose. */
	return ret_value->len && !memchr(ret_value->data, ' ', ret_value->len) &&
		!memchr(ret_value->data, '\t', ret_value->len);
}

static void on_line(struct reading *in, struct span line)
{
	struct span name, value;
	const char *comment;

	if (line.len > LINE_MAX_BYTES)
		line.len = LINE_MAX_BYTES;
	comment = line.len ? memchr(line.data, '#', line.len) : NULL;
	if (comment)
		line.len = (size_t)(comment - line.data);
	line = span_trim(line);
	if (!line.len || !split_line(line, &name, &value))
		return;
	switch (key_of(name)) {
	case KEY_AGENT:
		on_agent(in, value);
		break;
	case KEY_ALLOW:
		on_rule(in, true, value);
		break;
	case KEY_DISALLOW:
		on_rule(in, false, value);
		break;
	case KEY_DELAY:
		on_delay(in, value);
		break;
	case KEY_SITEMAP:
		on_sitemap(in->robots, value);
		break;
	case KEY_NONE:
		break;
	}
}

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

static void read_lines(struct reading *in, struct span body)
{
	while (body.len) {
		size_t n = 0;

		while (n < body.len && !is_line_end(body.data[n]))
			n++;
		on_line(in, span_from(body.data, n));
		body = span_from_offset(body, n < body.len ? n + 1 : n);
	}
}

/* "Disallow: /" that was "Disallow: /search" would close the site. */
static struct span without_torn_line(struct span body)
{
	body.len = ROBOTS_BODY_MAX;
	while (body.len && !is_line_end(body.data[body.len - 1]))
		body.len--;
	return body;
}

struct robots *robots_parse(struct span body, const char *user_agent)
{
	struct robots *r = ALLOC_NEW(struct robots);
	struct reading in = {.robots = r, .name = product_name(span_str(user_agent))};
	STRBUF_LOCAL(room);

	r->ours.delay_ms = r->all.delay_ms = -1;
	/* Nor is more of it fetched: one of just that length has been cut. */
	if (body.len >= ROBOTS_BODY_MAX)
		body = without_torn_line(body);
	read_lines(&in, robots_form_text(body, &room));
	return r;
}

/*
 * The pieces between "*" must follow each other; the earliest place of each is
 * as good as any later one. Linear in pattern and target, since both come from
 * a site that may mean us ill and this runs in the event loop.
 */
static bool pattern_matches(const struct rule *r, struct span target)
{
	struct span pattern = span_from(r->pattern, r->len);
	bool anchored = pattern.len && pattern.data[pattern.len - 1] == '$', is_first = true;

	if (anchored)
		pattern.len--;
	for (;;) {
		const char *star = pattern.len ? memchr(pattern.data, '*', pattern.len) : NULL;
		struct span piece =
			star ? span_from(pattern.data, (size_t)(star - pattern.data)) : pattern;
		ptrdiff_t at = is_first ? 0 : span_find(target, piece);

		if (!star && anchored && !is_first)
			return span_ends_with(target, piece);
		if (is_first && !span_starts_with(target, piece))
			return false;
		if (at < 0)
			return false;
		target = span_from_offset(target, (size_t)at + piece.len);
		if (!star)
			return !anchored || !target.len;
		pattern = span_from_offset(pattern, piece.len + 1);
		is_first = false;
	}
}

static const struct group *group_of(const struct robots *r)
{
	return r->named ? &r->ours : &r->all;
}

/* Path and query of a URL, without its fragment; "/" if it has no path. */
static struct span target_of(struct span s)
{
	struct url_parts parts;
	const char *hash;

	if (s.len && s.data[0] != '/' && url_split(s, &parts))
		s = span_from(parts.path.data, parts.path.len + parts.query.len);
	hash = s.len ? memchr(s.data, '#', s.len) : NULL;
	if (hash)
		s.len = (size_t)(hash - s.data);
	return s;
}

bool robots_allows(const struct robots *r, struct span target)
{
	const struct group *g = group_of(r);
	const struct rule *best = NULL;
	STRBUF_LOCAL(normal);

	target = target_of(target);
	if (!target.len || target.data[0] != '/')
		strbuf_add_char(&normal, '/');
	robots_form_target(target, &normal);
	if (strcmp(normal.data, "/robots.txt") == 0)
		return true; /* RFC 9309 2.2.2: implicitly allowed */
	for (size_t i = 0; i < g->len; i++) {
		const struct rule *rule = &g->rules[i];

		if (best && (rule->len < best->len || (rule->len == best->len && !rule->allow)))
			continue;
		if (pattern_matches(rule, strbuf_span(&normal)))
			best = rule;
	}
	return !best || best->allow;
}

int64_t robots_crawl_delay_ms(const struct robots *r)
{
	return group_of(r)->delay_ms;
}

size_t robots_n_sitemaps(const struct robots *r)
{
	return r->n_sitemaps;
}

const char *robots_sitemap(const struct robots *r, size_t i)
{
	return r->sitemaps[i];
}
