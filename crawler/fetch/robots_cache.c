/*
 *	start --known--------------------------------> answer (next turn)
 *	  |
 *	  +--unknown--> GET /robots.txt --done--> remember, save, answer
 *	                   ^          |
 *	                   +--pause---+ redirect
 *
 * Memory is a direct-mapped table: an origin has one place, and whoever comes
 * later takes it. What was put out is still in the store.
 */
#include "crawler/fetch/robots_cache.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/hash.h"
#include "common/url.h"
#include "crawler/fetch/robots.h"

#include <stdio.h>

#define PLACES        4096 /* origins in memory: all hosts that one crawler has in work, several times */
#define REDIRECTS_MAX 5 /* RFC 9309 2.3.1.2: at least five */
#define STALE_MAX_MS                                                                               \
	(30 * 86400 * (int64_t)1000) /* an unreachable site's old file counts this long */

struct place {
	char *origin;
	struct robots *robots;
	int64_t fetched_at_ms, expires_at_ms;
};

struct robots_cache {
	struct robots_cache_options options;
	struct place places[PLACES];
};

struct robots_query {
	struct robots_cache *cache;
	char *url;
	char *origin;
	const struct fetch_rules *rules;
	const char *source;
	int64_t delay_ms, ends_at_ms;
	struct transfer *transfer; /* pending unless the answer is known */
	struct timer *soon;        /* pending when the answer is known */
	char *hop;                 /* target of a redirect while its pause is pending, owned */
	struct timer *pause;
	int n_hops;
	robots_done_fn *done;
	void *arg;
};

struct robots_cache *robots_cache_new(const struct robots_cache_options *options)
{
	struct robots_cache *c = ALLOC_NEW(struct robots_cache);

	c->options = *options;
	return c;
}

static void place_clear(struct place *p)
{
	robots_free(p->robots);
	free(p->origin);
	*p = (struct place){0};
}

void robots_cache_free(struct robots_cache *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < PLACES; i++)
		place_clear(&c->places[i]);
	free(c);
}

static struct place *place_of(struct robots_cache *c, const char *origin)
{
	return &c->places[hash64_of(span_str(origin)) % PLACES];
}

/* What the file of this status says. */
static struct robots *parse(struct robots_cache *c, const struct store_robots *r)
{
	bool has_rules = r->http_status >= 200 && r->http_status < 300;

	return robots_parse(has_rules ? r->body : (struct span){0}, c->options.config->user_agent);
}

static void remember(struct robots_cache *c, const char *origin, const struct store_robots *r)
{
	struct place *p = place_of(c, origin);
	char *copy = alloc_strdup(origin);

	place_clear(p);
	*p = (struct place){copy, parse(c, r), r->fetched_at_ms, r->expires_at_ms};
}

static struct place *find(struct robots_cache *c, const char *origin)
{
	struct place *p = place_of(c, origin);

	return p->origin && strcmp(p->origin, origin) == 0 ? p : NULL;
}

/* Brings the store's copy into memory if it is newer than ours. */
static void look_into_store(struct robots_cache *c, const char *origin)
{
	CLEANUP(store_reader_freep) struct store_reader *reader = NULL;
	struct place *p = find(c, origin);
	struct store_robots stored;

	if (!c->options.store || store_reader_open(c->options.store, &reader) < 0)
		return;
	if (store_read_robots(reader, origin, &stored) == 1 &&
		(!p || p->fetched_at_ms < stored.fetched_at_ms))
		remember(c, origin, &stored);
}

static void query_free(struct robots_query *q)
{
	transfer_cancel(q->transfer);
	timer_free(q->soon);
	timer_free(q->pause);
	free(q->hop);
	free(q->url);
	free(q->origin);
	free(q);
}

void robots_query_cancel(struct robots_query *q)
{
	if (q)
		query_free(q);
}

/* The only way a query ends by itself. */
static void query_finish(struct robots_query *q, const struct robots_answer *answer)
{
	q->done(q->arg, answer);
	query_free(q);
}

static struct robots_answer answer_from(const struct place *p, const char *url, bool requested)
{
	struct robots_answer a = {.requested = requested,
		.crawl_delay_ms = robots_crawl_delay_ms(p->robots)};

	a.verdict = robots_allows(p->robots, span_str(url)) ? ROBOTS_ALLOWED : ROBOTS_DENIED;
	if (a.verdict == ROBOTS_DENIED)
		a.error = "robots.txt disallows this address";
	return a;
}

static void on_soon(void *arg)
{
	struct robots_query *q = arg;
	const struct place *p = find(q->cache, q->origin);
	struct robots_answer a = {.verdict = ROBOTS_UNREACHABLE,
		.crawl_delay_ms = -1,
		.error = "robots.txt could not be fetched"};

	if (p)
		a = answer_from(p, q->url, false);
	query_finish(q, &a);
}

static bool is_reachable(const struct transfer_result *r)
{
	return r->fault == TRANSFER_OK && r->http_status < 500 && r->http_status != 429;
}

static void answer_unreachable(struct robots_query *q, const struct transfer_result *r)
{
	const struct place *old = find(q->cache, q->origin);
	char text[320];
	struct robots_answer a = {.requested = true,
		.crawl_delay_ms = -1,
		.error = text,
		.verdict = r->fault == TRANSFER_GUARDED ? ROBOTS_GUARDED : ROBOTS_UNREACHABLE};

	if (r->fault == TRANSFER_OK)
		snprintf(text, sizeof text, "robots.txt: status %d", r->http_status);
	else
		snprintf(text, sizeof text, "robots.txt: %s", r->error);
	if (old && a.verdict == ROBOTS_UNREACHABLE &&
		clock_wall_ms() - old->fetched_at_ms < STALE_MAX_MS)
		a = answer_from(old, q->url, true);
	query_finish(q, &a);
}

static void on_fetched(void *arg, struct transfer_result *r);

static void fetch(struct robots_query *q, const char *url)
{
	int64_t left_ms = q->ends_at_ms - clock_mono_ms();
	const struct transfer_request request = {.url = url,
		.rules = q->rules,
		.source = q->source,
		.body_max_bytes = ROBOTS_BODY_MAX,
		.timeout_ms = left_ms};

	if (left_ms <= 0 ||
		transfer_start(q->cache->options.transfers, &request, on_fetched, q, &q->transfer) <
			0)
		timer_set(q->soon, 0);
}

static void on_pause_over(void *arg)
{
	struct robots_query *q = arg;
	CLEANUP(freep) char *hop = TAKE_PTR(q->hop);

	fetch(q, hop);
}

/* Most redirects stay on the host, whose delay counts for them as for any request. */
static void follow(struct robots_query *q, const char *location)
{
	q->n_hops++;
	q->hop = alloc_strdup(location);
	timer_set(q->pause, q->delay_ms);
}

static void on_fetched(void *arg, struct transfer_result *r)
{
	struct robots_query *q = arg;
	struct robots_cache *c = q->cache;
	int64_t now = clock_wall_ms();
	struct store_robots file = {.fetched_at_ms = now,
		.expires_at_ms = now + c->options.config->robots_ttl_s * 1000,
		.http_status = r->http_status,
		.body = strbuf_span(&r->body)};
	struct robots_answer a;

	q->transfer = NULL;
	if (r->fault == TRANSFER_OK && r->location && q->n_hops < REDIRECTS_MAX) {
		follow(q, r->location);
		return;
	}
	if (!is_reachable(r)) {
		answer_unreachable(q, r);
		return;
	}
	remember(c, q->origin, &file);
	if (c->options.save)
		c->options.save(c->options.save_arg, q->origin, &file);
	a = answer_from(find(c, q->origin), q->url, true);
	query_finish(q, &a);
}

static void fetch_file(struct robots_query *q)
{
	CLEANUP(freep) char *url = alloc_printf("%s/robots.txt", q->origin);

	fetch(q, url);
}

/* One from the future is of a clock that was set back since: nobody knows its age. */
static bool is_fresh(const struct place *p)
{
	int64_t now = clock_wall_ms();

	return p && p->fetched_at_ms <= now && now < p->expires_at_ms;
}

struct robots_query *robots_query_start(struct robots_cache *c,
	const struct robots_request *request, robots_done_fn *done, void *arg)
{
	struct robots_query *q = ALLOC_NEW(struct robots_query);
	struct url_parts parts = {0};
	const struct place *p;

	url_split(span_str(request->url), &parts);
	*q = (struct robots_query){.cache = c,
		.url = alloc_strdup(request->url),
		.rules = request->rules,
		.source = request->source,
		.delay_ms = request->delay_ms,
		.ends_at_ms = request->ends_at_ms,
		.origin =
			alloc_strndup(parts.origin.data ? parts.origin.data : "", parts.origin.len),
		.done = done,
		.arg = arg};
	q->soon = timer_new(c->options.loop, on_soon, q);
	q->pause = timer_new(c->options.loop, on_pause_over, q);
	p = find(c, q->origin);
	if (!is_fresh(p)) {
		look_into_store(c, q->origin);
		p = find(c, q->origin);
	}
	if (is_fresh(p))
		timer_set(q->soon, 0);
	else
		fetch_file(q);
	return q;
}
