/*
 *	not_found_ask --known, or no page like it--> its answer
 *	    |
 *	    +--nothing known--> PROBE --another page--> OWN
 *	    |                     |
 *	    |                     | like it
 *	    +--like it--------> HOME --another page--> GONE
 *	                          |
 *	                          +--like it, too----> EVERYTHING
 *
 * Memory is a direct-mapped table: an origin has one place, and whoever comes
 * later takes it. What was put out is still in the store, beside the origin's
 * robots.txt and in its form.
 */
#include "crawler/not_found.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/hash.h"
#include "common/url.h"
#include "crawler/keep.h"

#include <inttypes.h>

#define PLACES       1024                        /* origins in memory, with 1 KB each at most */
#define KNOWN_MS     (7 * 86400 * INT64_C(1000)) /* sites are rebuilt sometimes */
#define UNKNOWN_MS   (3600 * INT64_C(1000))      /* the host was not in a state to tell */
#define HOME_FINE_MS (600 * INT64_C(1000)) /* pages that are gone come in rows: once is enough */
#define KEY_SUFFIX   " 404"                /* no origin has a space in it */

struct place {
	char *origin;
	int64_t fetched_at_ms, expires_at_ms;
	int64_t home_fine_at_ms; /* when the home page was last seen to be another one */
	struct likeness *page;   /* NULL: the host shows none */
};

struct not_found {
	struct store *store;
	struct keep *keep;
	struct place places[PLACES];
};

struct not_found_query {
	struct not_found *owner;
	char *origin;
	const struct likeness *page; /* borrowed until done */
	struct look_request request;
	struct look *look; /* pending all the time */
	int64_t retry_after_ms;
	not_found_done_fn *done;
	void *arg;
};

struct not_found *not_found_new(struct store *store, struct keep *keep)
{
	struct not_found *n = ALLOC_NEW(struct not_found);

	n->store = store;
	n->keep = keep;
	return n;
}

static void place_clear(struct place *p)
{
	free(p->origin);
	free(p->page);
	*p = (struct place){0};
}

void not_found_free(struct not_found *n)
{
	if (!n)
		return;
	for (size_t i = 0; i < PLACES; i++)
		place_clear(&n->places[i]);
	free(n);
}

static struct place *place_of(struct not_found *n, const char *origin)
{
	return &n->places[hash64_of(span_str(origin)) % PLACES];
}

/*
 * What is known of an origin and not too old. One from the future is of a clock that was
 * set back.
 */
static struct place *find_fresh(struct not_found *n, const char *origin)
{
	struct place *p = place_of(n, origin);
	int64_t now_ms = clock_wall_ms();

	return p->origin && strcmp(p->origin, origin) == 0 && p->fetched_at_ms <= now_ms &&
			now_ms < p->expires_at_ms
		? p
		: NULL;
}

static void remember(struct not_found *n, const char *origin, const struct store_robots *r)
{
	struct place *p = place_of(n, origin);
	char *copy = alloc_strdup(origin);

	place_clear(p);
	*p = (struct place){.origin = copy,
		.fetched_at_ms = r->fetched_at_ms,
		.expires_at_ms = r->expires_at_ms};
	if (!r->body.len)
		return;
	p->page = ALLOC_NEW(struct likeness);
	if (!likeness_unpack(r->body, p->page))
		place_clear(p);
}

static char *key_of(const char *origin)
{
	return alloc_printf("%s" KEY_SUFFIX, origin);
}

static struct place *look_into_store(struct not_found *n, const char *origin)
{
	CLEANUP(store_reader_freep) struct store_reader *reader = NULL;
	CLEANUP(freep) char *key = key_of(origin);
	struct store_robots stored;

	if (!n->store || store_reader_open(n->store, &reader) < 0 ||
		store_read_robots(reader, key, &stored) != 1)
		return NULL;
	remember(n, origin, &stored);
	return find_fresh(n, origin);
}

static void save(struct not_found *n, const char *origin, const struct store_robots *r)
{
	CLEANUP(freep) char *key = key_of(origin);

	remember(n, origin, r);
	if (n->keep)
		keep_robots(n->keep, key, r);
}

/* Queries. */

static void query_free(struct not_found_query *q)
{
	look_cancel(q->look);
	free(q->origin);
	free(q);
}

void not_found_query_cancel(struct not_found_query *q)
{
	if (q)
		query_free(q);
}

/* The only way a query ends by itself. */
static void query_finish(struct not_found_query *q, enum not_found_answer answer)
{
	q->done(q->arg, answer, q->retry_after_ms);
	query_free(q);
}

static void end_look(struct not_found_query *q, const struct look_result *r)
{
	q->look = NULL;
	if (r->retry_after_ms > q->retry_after_ms)
		q->retry_after_ms = r->retry_after_ms;
}

static bool is_like(const struct place *p, const struct likeness *page)
{
	return p && p->page && likeness_is_same(p->page, page);
}

/* What everything looks like may be a notice of works: it is asked for anew before long. */
static void shorten(struct not_found *n, const char *origin)
{
	struct place *p = find_fresh(n, origin);
	int64_t now_ms = clock_wall_ms();
	STRBUF_LOCAL(packed);

	if (!p || !p->page || p->expires_at_ms <= now_ms + UNKNOWN_MS)
		return;
	likeness_pack(p->page, &packed);
	save(n, origin,
		&(struct store_robots){p->fetched_at_ms, now_ms + UNKNOWN_MS, 200,
			strbuf_span(&packed)});
}

static enum not_found_answer judge_home(struct not_found_query *q, const struct look_result *home)
{
	struct place *p = find_fresh(q->owner, q->origin);

	if (!home->asked)
		return NOT_FOUND_UNSURE;
	switch (home->outcome) {
	case OUTCOME_OK:
		if (likeness_is_same(&home->likeness, q->page))
			return NOT_FOUND_EVERYTHING;
		if (p)
			p->home_fine_at_ms = clock_wall_ms();
		return NOT_FOUND_GONE;
	case OUTCOME_DOWN:
	case OUTCOME_THROTTLED:
	case OUTCOME_CHALLENGE:
		return NOT_FOUND_EVERYTHING;
	case OUTCOME_BLOCKED:
	case OUTCOME_GUARDED:
		return NOT_FOUND_UNSURE;
	default:
		return NOT_FOUND_GONE; /* it has another answer for its home page */
	}
}

static void on_home(void *arg, const struct look_result *home)
{
	struct not_found_query *q = arg;
	enum not_found_answer answer;

	end_look(q, home);
	answer = judge_home(q, home);
	if (answer == NOT_FOUND_EVERYTHING)
		shorten(q->owner, q->origin);
	query_finish(q, answer);
}

static void look_at_home(struct not_found_query *q)
{
	CLEANUP(freep) char *home = alloc_printf("%s/", q->origin);

	q->look = look_start(&q->request, home, on_home, q);
}

static bool is_telling(enum outcome outcome)
{
	return outcome != OUTCOME_DOWN && outcome != OUTCOME_THROTTLED &&
		outcome != OUTCOME_CHALLENGE && outcome != OUTCOME_BLOCKED &&
		outcome != OUTCOME_GUARDED;
}

static void note(struct not_found_query *q, const struct look_result *probe)
{
	int64_t now_ms = clock_wall_ms();
	struct store_robots r = {.fetched_at_ms = now_ms,
		.expires_at_ms = now_ms + (is_telling(probe->outcome) ? KNOWN_MS : UNKNOWN_MS),
		.http_status = probe->http_status};
	STRBUF_LOCAL(packed);

	if (probe->outcome == OUTCOME_OK)
		likeness_pack(&probe->likeness, &packed);
	r.body = strbuf_span(&packed);
	save(q->owner, q->origin, &r);
}

static void on_probe(void *arg, const struct look_result *probe)
{
	struct not_found_query *q = arg;

	end_look(q, probe);
	if (probe->asked)
		note(q, probe);
	if (is_like(find_fresh(q->owner, q->origin), q->page))
		look_at_home(q);
	else
		query_finish(q, NOT_FOUND_OWN);
}

static char *origin_of(const char *url)
{
	struct url_parts parts = {0};

	return url_split(span_str(url), &parts) && parts.origin.len
		? alloc_strndup(parts.origin.data, parts.origin.len)
		: NULL;
}

static void probe(struct not_found_query *q, const char *page_url)
{
	STRBUF_LOCAL(url);

	not_found_url(page_url, &url);
	q->look = look_start(&q->request, url.data, on_probe, q);
}

enum not_found_answer not_found_ask(struct not_found *n, const struct not_found_request *request,
	not_found_done_fn *done, void *arg, struct not_found_query **ret_query)
{
	CLEANUP(freep) char *origin = origin_of(request->url);
	struct not_found_query *q;
	struct place *p;

	if (!origin)
		return NOT_FOUND_OWN;
	p = find_fresh(n, origin);
	if (!p)
		p = look_into_store(n, origin);
	if (p ? !is_like(p, request->page) : !request->may_probe)
		return NOT_FOUND_OWN;
	if (p && clock_wall_ms() - p->home_fine_at_ms < HOME_FINE_MS)
		return NOT_FOUND_GONE;
	q = ALLOC_NEW(struct not_found_query);
	*q = (struct not_found_query){.owner = n,
		.origin = TAKE_PTR(origin),
		.page = request->page,
		.request = request->look,
		.done = done,
		.arg = arg};
	if (p)
		look_at_home(q);
	else
		probe(q, request->url);
	*ret_query = q;
	return NOT_FOUND_PENDING;
}

/* Addresses. */

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool has_number(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (is_digit(s.data[i]))
			return true;
	return false;
}

/* Whether a file of this name answers by the query; others ignore it. */
static bool is_program(struct span name)
{
	static const char *const endings[] = {".php", ".jsp", ".jspx", ".asp", ".aspx", ".do",
		".action", ".cgi"};

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (span_ends_with(name, span_str(endings[i])))
			return true;
	return !name.len;
}

/* Each number is another one, and longer than any that sites give out. */
static void add_with_numbers(struct span s, uint64_t chance, struct strbuf *out)
{
	for (size_t i = 0; i < s.len; i++) {
		if (!is_digit(s.data[i]))
			strbuf_add_char(out, s.data[i]);
		else if (i == 0 || !is_digit(s.data[i - 1]))
			strbuf_printf(out, "9%011" PRIu64, chance);
	}
}

static void add_with_name(struct span name, uint64_t chance, struct strbuf *out)
{
	size_t dot = name.len;

	while (dot > 0 && name.data[dot - 1] != '.')
		dot--;
	strbuf_printf(out, "nowhere-%" PRIu64, chance);
	if (dot)
		strbuf_add_span(out, span_from_offset(name, dot - 1));
}

/*
 * All numbers are changed, so that the page itself cannot be the answer, by the
 * program that answers for pages. A query that may say nothing is left out.
 */
void not_found_url(const char *url, struct strbuf *out)
{
	size_t path_len = strcspn(url, "?#"), at = path_len;
	struct span query = span_from(url + path_len, strcspn(url + path_len, "#")), name;
	CLEANUP(freep) char *origin = origin_of(url);
	uint64_t chance = hash64_of(span_str(origin)) % UINT64_C(100000000000);

	while (at > 0 && url[at - 1] != '/')
		at--;
	name = span_from(url + at, path_len - at);
	strbuf_add(out, url, at);
	if (has_number(name)) {
		add_with_numbers(name, chance, out);
	} else if (is_program(name) && has_number(query)) {
		strbuf_add_span(out, name);
		add_with_numbers(query, chance, out);
	} else {
		add_with_name(name, chance, out);
	}
}
