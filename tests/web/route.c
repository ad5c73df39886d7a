/* What a host answers: a path becomes a document in the site's own charset. */
#include "tests/web/world.h"

#include "common/hash.h"
#include "tests/web/encode.h"
#include "tests/web/inside.h"
#include "tests/web/markup.h"

#include <stdio.h>
#include <string.h>

#define NO_PIECE UINT32_MAX

struct route {
	const struct site *site;
	const struct world_request *request;
	struct world_answer *answer;
	struct strbuf target; /* path and query without what sites and trackers put into it */
	struct strbuf page;   /* UTF-8, simplified */
	bool is_utf8_always;  /* sitemaps and robots.txt are */
};

static bool is_tracking(struct span parameter)
{
	static const char *const names[] = {"utm_", "spm=", "PHPSESSID="};

	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		if (span_starts_with(parameter, span_str(names[i])))
			return true;
	return false;
}

static void add_parameters(struct span query, struct strbuf *out)
{
	char joint = '?';

	while (query.len) {
		ptrdiff_t split = span_find(query, SPAN_LITERAL("&"));
		struct span one = span_from(query.data, split < 0 ? query.len : (size_t)split);

		query = span_from_offset(query, split < 0 ? query.len : (size_t)split + 1);
		if (is_tracking(one))
			continue;
		strbuf_add_char(out, joint);
		strbuf_add_span(out, one);
		joint = '&';
	}
}

static void strip_target(struct span path, struct strbuf *out)
{
	ptrdiff_t query = span_find(path, SPAN_LITERAL("?"));
	struct span file = span_from(path.data, query < 0 ? path.len : (size_t)query);
	ptrdiff_t session = span_find(file, SPAN_LITERAL(";jsessionid="));

	strbuf_add(out, file.data, session < 0 ? file.len : (size_t)session);
	if (query >= 0)
		add_parameters(span_from_offset(path, (size_t)query + 1), out);
}

static struct markup markup_of(struct route *r)
{
	return (struct markup){.site = r->site,
		.design = site_design_at(r->site, r->request->now_ms),
		.now_ms = r->request->now_ms,
		.nonce = r->request->nonce,
		.out = &r->page};
}

static const char *html_type(const struct site *s)
{
	const char *label = site_header_label(s);

	if (!label)
		return "text/html";
	if (strcmp(label, "GBK") == 0)
		return "text/html; charset=GBK";
	return strcmp(label, "big5") == 0 ? "text/html; charset=big5" : "text/html; charset=utf-8";
}

static void answer_page(struct route *r)
{
	r->answer->status = 200;
	r->answer->content_type = html_type(r->site);
}

static void answer_missing(struct route *r, int status)
{
	const struct markup m = markup_of(r);

	answer_page(r);
	r->answer->status = status;
	markup_missing(&m);
}

static void redirect(struct route *r, int status, const struct strbuf *path)
{
	r->answer->status = status;
	site_add_origin(r->site, &r->answer->location);
	strbuf_add_span(&r->answer->location, strbuf_span(path));
}

/* Item whose number with PIECE_ID_BASE is the last one in the target; NO_PIECE for none. */
static uint32_t find_number(const struct route *r)
{
	const char *data = r->target.data;
	size_t end = r->target.len, from;
	unsigned long id = 0;

	while (end > 0 && (data[end - 1] < '0' || data[end - 1] > '9'))
		end--;
	for (from = end; from > 0 && data[from - 1] >= '0' && data[from - 1] <= '9';)
		from--;
	if (end - from < 6 || end - from > 9)
		return NO_PIECE;
	for (size_t i = from; i < end; i++)
		id = id * 10 + (unsigned long)(data[i] - '0');
	if (id < PIECE_ID_BASE ||
		id - PIECE_ID_BASE >= rhythm_count(&r->site->rhythm, r->request->now_ms))
		return NO_PIECE;
	return (uint32_t)(id - PIECE_ID_BASE);
}

static void answer_article(struct route *r, const struct piece *p)
{
	const struct markup m = markup_of(r);
	int64_t now_ms = r->request->now_ms;

	if (!piece_is_there(p, now_ms)) {
		answer_missing(r, p->withdrawn_status);
		return;
	}
	if (p->access == PIECE_SOFT_404) {
		answer_missing(r, 200);
		return;
	}
	answer_page(r);
	if (site_has(r->site, SITE_LAST_MODIFIED))
		r->answer->last_modified_ms = piece_version_ms(p, piece_version(p, now_ms));
	markup_article(&m, p);
}

static void answer_hop(struct route *r, const struct piece *p, uint32_t hop)
{
	STRBUF_LOCAL(next);

	if (p->access == PIECE_CIRCLE)
		piece_add_hop_path(p, 3 - hop, &next);
	else if (hop < p->n_hops)
		piece_add_hop_path(p, hop + 1, &next);
	else
		piece_add_path(p, &next);
	redirect(r, hop % 2 ? 302 : 301, &next);
}

static bool route_piece(struct route *r)
{
	uint32_t number = find_number(r);
	STRBUF_LOCAL(path);

	if (number == NO_PIECE)
		return false;
	const struct piece p = piece_of(r->site, number);
	uint32_t n_hops = p.access == PIECE_CIRCLE ? 2 : p.n_hops;

	piece_add_path(&p, &path);
	if (p.access != PIECE_CIRCLE && span_eq(strbuf_span(&path), strbuf_span(&r->target))) {
		answer_article(r, &p);
		return true;
	}
	for (uint32_t hop = 1; hop <= n_hops; hop++) {
		strbuf_clear(&path);
		piece_add_hop_path(&p, hop, &path);
		if (span_eq(strbuf_span(&path), strbuf_span(&r->target))) {
			answer_hop(r, &p, hop);
			return true;
		}
	}
	return false;
}

/* "/list_3.htm" of "list": the number behind it, which is not 0. */
static bool parse_numbered(const struct route *r, const char *before, const char *after,
	uint32_t *ret)
{
	char again[64];
	unsigned n;

	if (!span_starts_with(strbuf_span(&r->target), span_str(before)) ||
		sscanf(r->target.data + strlen(before), "%8u", &n) != 1)
		return false;
	snprintf(again, sizeof again, "%s%u%s", before, n, after);
	*ret = n;
	return strcmp(again, r->target.data) == 0;
}

static uint32_t least(uint32_t a, uint32_t b)
{
	return a < b ? a : b;
}

/* The newest @len items but for the newest @skipped of all. */
static struct world_items newest(const struct route *r, uint32_t skipped, uint32_t len)
{
	uint32_t n = rhythm_count(&r->site->rhythm, r->request->now_ms), to = n - least(n, skipped);

	return (struct world_items){to - least(to, len), to};
}

static bool route_list(struct route *r)
{
	const struct markup m = markup_of(r);
	bool is_home = r->site->kind == SITE_HOME;
	uint32_t page = 0;

	if (span_is(strbuf_span(&r->target), is_home ? "/" : "/list.htm") ||
		(parse_numbered(r, is_home ? "/index_" : "/list_", ".htm", &page) && page > 0 &&
			page < markup_list_pages(r->site, r->request->now_ms))) {
		answer_page(r);
		markup_list(&m, page, is_home ? "index" : "list");
		r->answer->shown = newest(r, page * SITE_LIST_LEN, SITE_LIST_LEN);
		return true;
	}
	if (!span_is(strbuf_span(&r->target), "/"))
		return false;
	answer_page(r);
	markup_list(&m, 0, "list");
	r->answer->shown = newest(r, 0, SITE_LIST_LEN);
	return true;
}

static bool route_data(struct route *r)
{
	const struct markup m = markup_of(r);
	struct span target = strbuf_span(&r->target);
	uint32_t part;

	if (span_is(target, "/rss.xml") && r->site->kind == SITE_RSS) {
		r->answer->content_type = "application/rss+xml";
		markup_rss(&m);
		r->answer->shown = newest(r, 0, SITE_FEED_LEN);
	} else if (span_is(target, "/atom.xml") && r->site->kind == SITE_ATOM) {
		r->answer->content_type = "application/atom+xml";
		markup_atom(&m);
		r->answer->shown = newest(r, 0, SITE_FEED_LEN);
	} else if (span_is(target, "/robots.txt") && !site_has(r->site, SITE_NO_ROBOTS)) {
		r->is_utf8_always = true;
		r->answer->content_type = "text/plain";
		markup_robots(&m);
	} else if (span_is(target, "/sitemap.xml") && r->site->kind == SITE_SITEMAP) {
		r->is_utf8_always = true;
		r->answer->content_type = "application/xml";
		markup_sitemap(&m);
		if (r->site->rhythm.n <= SITE_SITEMAP_LEN)
			r->answer->shown = newest(r, 0, SITE_SITEMAP_LEN);
	} else if (r->site->kind == SITE_SITEMAP && parse_numbered(r, "/sitemap_", ".xml", &part) &&
		part < markup_sitemap_parts(r->site, r->request->now_ms)) {
		r->is_utf8_always = true;
		r->answer->content_type = "application/xml";
		markup_sitemap_part(&m, part);
		r->answer->shown = (struct world_items){part * SITE_SITEMAP_LEN,
			least((part + 1) * SITE_SITEMAP_LEN,
				rhythm_count(&r->site->rhythm, r->request->now_ms))};
	} else {
		return false;
	}
	r->answer->status = 200;
	return true;
}

static bool route_furniture(struct route *r)
{
	const struct markup m = markup_of(r);
	struct span target = strbuf_span(&r->target);
	int year, month, day = 0;

	if (site_has(r->site, SITE_CALENDAR) &&
		sscanf(r->target.data, "/calendar/%4d/%2d/%2d/", &year, &month, &day) >= 2 &&
		month >= 1 && month <= 12)
		markup_calendar(&m, year, month, day);
	else if (site_has(r->site, SITE_ECHO) && span_find(target, SPAN_LITERAL("/echo/")) >= 0)
		markup_echo(&m);
	else if (span_starts_with(target, SPAN_LITERAL("/channel/")))
		markup_about(&m);
	else
		return false;
	answer_page(r);
	return true;
}

static void answer_target(struct route *r)
{
	if (route_list(r) || route_data(r) || route_piece(r) || route_furniture(r))
		return;
	/* A site of soft 404s keeps to the status for its robots.txt: that one is no page. */
	answer_missing(r,
		site_has(r->site, SITE_SOFT_404) && !span_is(strbuf_span(&r->target), "/robots.txt")
			? 200
			: 404);
}

/* Into the site's own script and charset. */
static void write_body(struct route *r)
{
	const char *encoding = site_encoding(r->site);
	STRBUF_LOCAL(traditional);
	struct span page = strbuf_span(&r->page);

	if (r->site->charset == SITE_BIG5 && !r->is_utf8_always) {
		traditional_add(r->site->world->traditional, page, &traditional);
		page = strbuf_span(&traditional);
	}
	if (encoding && !r->is_utf8_always)
		encode_add(page, encoding, &r->answer->body);
	else
		strbuf_add_span(&r->answer->body, page);
}

static void write_etag(struct route *r)
{
	struct world_answer *a = r->answer;
	const struct hash h = hash_of(strbuf_span(&a->body));
	char hex[HASH_HEX_SIZE];

	if (a->status != 200 || !site_has(r->site, SITE_ETAG))
		return;
	snprintf(a->etag, sizeof a->etag, "\"%s\"", hash_hex(&h, hex));
	if (span_find(r->request->etag, span_str(a->etag)) >= 0 && r->request->etag.len) {
		a->status = 304;
		strbuf_clear(&a->body);
	}
}

static void answer_clear(struct world_answer *a)
{
	a->status = 0;
	a->content_type = NULL;
	a->etag[0] = '\0';
	a->last_modified_ms = 0;
	a->shown = (struct world_items){0, 0};
	strbuf_clear(&a->location);
	strbuf_clear(&a->body);
}

static void route_release(struct route *r)
{
	strbuf_release(&r->target);
	strbuf_release(&r->page);
}

void world_answer(const struct world *w, uint32_t i, const struct world_request *q,
	struct world_answer *ret)
{
	const struct site site = site_of(w, i);
	CLEANUP(route_release)
	struct route r = {.site = &site,
		.request = q,
		.answer = ret,
		.target = STRBUF_INIT,
		.page = STRBUF_INIT};

	answer_clear(ret);
	strip_target(q->path, &r.target);
	answer_target(&r);
	write_body(&r);
	write_etag(&r);
}
