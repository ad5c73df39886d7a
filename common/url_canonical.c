/*
 * The canonical form leaves out what does not change the page that a URL shows. When in
 * doubt a difference stays: two names for one page cost a request, one name for two pages
 * loses one of them.
 */
#include "common/url.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/percent.h"
#include "common/url_host.h"

#include <ctype.h>
#include <stdlib.h>

#define PAIRS_SORTED_MAX 64 /* a query with more is a trap, or none that anyone wrote by hand */

/*
 * Parameters that say how a reader came, not what is shown: those of Chinese portals and
 * of ad systems.
 */
static const char *const tracking_default[] = {"utm_*", "spm", "spm_id_from", "scm", "wfr", "for",
	"f", "from", "isappinstalled", "share_token", "share_from", "share_source", "share_medium",
	"vd_source", "tt_from", "nsukey", "pass_ticket", "_t", "gclid", "gclsrc", "gbraid",
	"wbraid", "dclid", "_ga", "_gl", "fbclid", "igshid", "yclid", "ymclid", "msclkid", "twclid",
	"ttclid", "mc_cid", "mc_eid", "mkt_tok", "_hsenc", "_hsmi", "hmsr", "hmpl", "hmcu", "hmkw",
	"hmci", "bd_vid", "sessionid", "session_id", "jsessionid", "phpsessid", "aspsessionid*",
	"asp.net_sessionid", "cfid", "cftoken"};

/*
 * The folder stands for its default document: servers show one under both names. In any
 * case: IIS links to Default.aspx, and serves default.aspx.
 */
static const char *const documents_default[] = {"index.html", "index.htm", "index.shtml",
	"index.php", "index.jsp", "index.asp", "index.aspx", "default.html", "default.htm",
	"default.asp", "default.aspx"};

const struct url_rules url_rules_default = {
	.tracking = tracking_default,
	.n_tracking = sizeof tracking_default / sizeof *tracking_default,
	.documents = documents_default,
	.n_documents = sizeof documents_default / sizeof *documents_default,
	.sort_query = true,
};

static struct span until(struct span s, const char *stops)
{
	size_t n = 0;

	while (n < s.len && !strchr(stops, s.data[n]))
		n++;
	return span_from(s.data, n);
}

static bool is_tracking(struct span name, const struct url_rules *rules)
{
	for (size_t i = 0; i < rules->n_tracking; i++) {
		struct span pattern = span_str(rules->tracking[i]);

		if (pattern.len && pattern.data[pattern.len - 1] == '*') {
			pattern.len--;
			if (name.len >= pattern.len &&
				strncasecmp(name.data, pattern.data, pattern.len) == 0)
				return true;
		} else if (span_is_nocase(name, rules->tracking[i]))
			return true;
	}
	return false;
}

/*
 * Escapes of what needs none are undone, the others in upper case (RFC 3986 6.2.2). A "%"
 * that begins no escape becomes one, lest undoing what follows makes another of it.
 */
static void add_normal(struct span s, struct strbuf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		int c = (unsigned char)s.data[i], escaped;

		if (c != '%') {
			strbuf_add_char(out, (char)c);
			continue;
		}
		escaped = percent_value(span_from_offset(s, i));
		if (escaped >= 0) {
			c = escaped;
			i += PERCENT_LEN - 1;
		}
		if (c && c < 0x80 && (isalnum(c) || strchr("-._~", c)))
			strbuf_add_char(out, (char)c);
		else
			percent_add(out, (unsigned char)c);
	}
}

/* "id" in "?id=3": pairs are sorted by name, and equal names keep their order. */
static int compare_pairs(const void *a, const void *b)
{
	const struct span *x = a, *y = b;
	struct span name_x = until(*x, "="), name_y = until(*y, "=");
	size_t n = name_x.len < name_y.len ? name_x.len : name_y.len;
	int r = memcmp(name_x.data, name_y.data, n);

	if (!r)
		r = (name_x.len > name_y.len) - (name_x.len < name_y.len);
	return r ? r : (x->data > y->data) - (x->data < y->data);
}

/*
 * The pairs of @query that count. Returns their number, which may be more than @max;
 * these are left out.
 */
static size_t pick_pairs(struct span query, const struct url_rules *rules, struct span *pairs,
	size_t max)
{
	size_t n = 0;

	while (query.len) {
		struct span pair;

		query = span_from_offset(query, 1); /* "?" or "&" */
		pair = until(query, "&");
		query = span_from_offset(query, pair.len);
		if (!pair.len || is_tracking(until(pair, "="), rules))
			continue;
		if (n < max)
			pairs[n] = pair;
		n++;
	}
	return n;
}

/* What has no names, "?12&7", goes by its place. */
static bool have_names(const struct span *pairs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		if (!memchr(pairs[i].data, '=', pairs[i].len))
			return false;
	}
	return true;
}

static void add_query(struct span query, const struct url_rules *rules, struct strbuf *out)
{
	CLEANUP(freep) struct span *pairs = NULL;
	STRBUF_LOCAL(normal);
	size_t n;

	/* Names are compared, and pairs sorted, as they are in the end. */
	add_normal(query, &normal);
	n = pick_pairs(strbuf_span(&normal), rules, NULL, 0);
	if (!n)
		return;
	pairs = alloc_zeroed(n, sizeof *pairs);
	pick_pairs(strbuf_span(&normal), rules, pairs, n);
	if (rules->sort_query && n <= PAIRS_SORTED_MAX && have_names(pairs, n))
		qsort(pairs, n, sizeof *pairs, compare_pairs);
	for (size_t i = 0; i < n; i++) {
		strbuf_add_char(out, i ? '&' : '?');
		strbuf_add_span(out, pairs[i]);
	}
}

/* "(S(lit3py55t21z5v55vlm25s55))": ASP.NET keeps its sessions so where there are no cookies. */
static bool is_session_segment(struct span s)
{
	size_t n_groups = 0;

	if (s.len < 6 || s.data[0] != '(' || s.data[s.len - 1] != ')')
		return false;
	for (s = span_from(s.data + 1, s.len - 2); s.len; n_groups++) {
		size_t i = 2;

		if (s.len < 4 || !isupper((unsigned char)s.data[0]) || s.data[1] != '(')
			return false;
		while (i < s.len &&
			(isalnum((unsigned char)s.data[i]) || s.data[i] == '-' || s.data[i] == '_'))
			i++;
		if (i == s.len || s.data[i] != ')')
			return false;
		s = span_from_offset(s, i + 1);
	}
	return n_groups > 0;
}

/* Session ids stand in the path as well: "/a.html;jsessionid=1F" (servlets rewrite links so). */
static void add_segment(struct span segment, const struct url_rules *rules, struct strbuf *out)
{
	struct span part = until(segment, ";");

	for (strbuf_add_span(out, part); part.len < segment.len;) {
		segment = span_from_offset(segment, part.len + 1);
		part = until(segment, ";");
		if (memchr(part.data, '=', part.len) && is_tracking(until(part, "="), rules))
			continue;
		strbuf_add_char(out, ';');
		strbuf_add_span(out, part);
	}
}

static void add_path(struct span path, const struct url_rules *rules, struct strbuf *out)
{
	STRBUF_LOCAL(normal);
	struct span rest;

	add_normal(path, &normal);
	for (rest = strbuf_span(&normal); rest.len;) {
		struct span segment = until(span_from_offset(rest, 1), "/");
		bool is_last = segment.len + 1 == rest.len;

		rest = span_from_offset(rest, segment.len + 1);
		if (!is_last && is_session_segment(segment))
			continue;
		strbuf_add_char(out, '/');
		add_segment(segment, rules, out);
	}
}

static struct span without_document(struct span path, const struct url_rules *rules)
{
	const char *slash = memrchr(path.data, '/', path.len);
	size_t folder = slash ? (size_t)(slash - path.data) + 1 : 0;

	for (size_t i = 0; i < rules->n_documents; i++) {
		if (span_is_nocase(span_from_offset(path, folder), rules->documents[i]))
			return span_from(path.data, folder);
	}
	return path;
}

int url_canonical(struct span href, const struct url_rules *rules, struct strbuf *out)
{
	STRBUF_LOCAL(absolute);
	STRBUF_LOCAL(query);
	STRBUF_LOCAL(path);
	struct url_parts parts;
	int r = url_resolve(href, (struct span){0}, &absolute);

	if (r < 0)
		return r;
	if (!url_split(strbuf_span(&absolute), &parts))
		return -ERR_PARSE;
	strbuf_add_span(out, parts.scheme);
	strbuf_add_str(out, "://");
	strbuf_add_span(out, url_host_without_root(parts.host));
	if (parts.port.len) {
		strbuf_add_char(out, ':');
		strbuf_add_span(out, parts.port);
	}
	add_query(parts.query, rules, &query);
	add_path(parts.path, rules, &path);
	strbuf_add_span(out,
		query.len ? strbuf_span(&path) : without_document(strbuf_span(&path), rules));
	strbuf_add_span(out, strbuf_span(&query));
	return 0;
}

struct hash url_id(struct span canonical)
{
	return hash_of(canonical);
}
