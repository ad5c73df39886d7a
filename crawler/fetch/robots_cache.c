/*
 *	step --file, or nothing left to try------------------> answer
 *	 ^ |
 *	 | +--redirect: go to its target, step again
 *	 | +--not known, another host's----------------------> answer: elsewhere
 *	 | +--not known: GET --> remember, save, step again
 *	 |               ^
 *	 +--pause, if something was asked just now
 *
 * What is remembered is what a URL answered, a file or a redirect; /robots.txt
 * of an origin stands under the origin. Memory is a direct-mapped table: a URL
 * has one place, and whoever comes later takes it. What was put out is still in
 * the store.
 */
#include "crawler/fetch/robots_cache.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/hash.h"
#include "common/url.h"
#include "crawler/fetch/robots.h"
#include "crawler/fetch/verdict.h"

#include <stdio.h>

#define PLACES        4096 /* origins in memory: all hosts that one crawler has in work, several times */
#define REDIRECTS_MAX 5 /* RFC 9309 2.3.1.2: at least five */
#define STALE_MAX_MS                                                                               \
	(30 * 86400 * (int64_t)1000) /* an unreachable site's old file counts this long */

struct place {
	char *key;
	struct robots *robots;
	char *target; /* of a redirect, else NULL */
	int http_status;
	int64_t fetched_at_ms, expires_at_ms;
};

struct robots_cache {
	struct robots_cache_options options;
	struct place places[PLACES];
};

struct robots_query {
	struct robots_cache *cache;
	char *url;
	char *at;         /* absolute: where the file is looked for now */
	struct span host; /* that may be asked; borrowed from url */
	const struct fetch_rules *rules;
	const char *source;
	int64_t delay_ms, ends_at_ms, retry_after_ms;
	bool is_file, is_after_request, requested;
	struct transfer_phases phases; /* of the last request */
	/* One of these is pending. */
	struct transfer *transfer;
	struct timer *soon;  /* before step() */
	struct timer *pause; /* before a request */
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
	free(p->target);
	free(p->key);
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

/* What is remembered. */

/* The key of what a URL answers. */
static char *key_of(const char *url)
{
	struct url_parts parts = {0};

	if (url_split(span_str(url), &parts) && span_is(parts.path, "/robots.txt") &&
		!parts.query.len)
		return alloc_strndup(parts.origin.data, parts.origin.len);
	return alloc_strdup(url);
}

static struct place *place_of(struct robots_cache *c, const char *key)
{
	return &c->places[hash64_of(span_str(key)) % PLACES];
}

static bool is_redirect(int status)
{
	return status >= 300 && status < 400;
}

/* What the file of this status says. */
static struct robots *parse(struct robots_cache *c, const struct store_robots *r)
{
	bool has_rules = r->http_status >= 200 && r->http_status < 300;

	return robots_parse(has_rules ? r->body : (struct span){0}, c->options.config->user_agent);
}

static void remember(struct robots_cache *c, const char *key, const struct store_robots *r)
{
	struct place *p = place_of(c, key);
	char *copy = alloc_strdup(key);

	place_clear(p);
	*p = (struct place){.key = copy,
		.robots = parse(c, r),
		.http_status = r->http_status,
		.fetched_at_ms = r->fetched_at_ms,
		.expires_at_ms = r->expires_at_ms};
	if (is_redirect(r->http_status) && r->body.len)
		p->target = alloc_strndup(r->body.data, r->body.len);
}

static struct place *find(struct robots_cache *c, const char *key)
{
	struct place *p = place_of(c, key);

	return p->key && strcmp(p->key, key) == 0 ? p : NULL;
}

/* Brings the store's copy into memory if it is newer than ours. */
static void look_into_store(struct robots_cache *c, const char *key)
{
	CLEANUP(store_reader_freep) struct store_reader *reader = NULL;
	struct place *p = find(c, key);
	struct store_robots stored;

	if (!c->options.store || store_reader_open(c->options.store, &reader) < 0)
		return;
	if (store_read_robots(reader, key, &stored) == 1 &&
		(!p || p->fetched_at_ms < stored.fetched_at_ms))
		remember(c, key, &stored);
}

/* One from the future is of a clock that was set back since: nobody knows its age. */
static bool is_fresh(const struct place *p)
{
	int64_t now = clock_wall_ms();

	return p && p->fetched_at_ms <= now && now < p->expires_at_ms;
}

/* What is known of @url, fresh or not, or NULL. */
static const struct place *look_up(struct robots_cache *c, const char *url)
{
	CLEANUP(freep) char *key = key_of(url);

	if (!is_fresh(find(c, key)))
		look_into_store(c, key);
	return find(c, key);
}

/* Queries. */

static void query_free(struct robots_query *q)
{
	transfer_cancel(q->transfer);
	timer_free(q->soon);
	timer_free(q->pause);
	free(q->at);
	free(q->url);
	free(q);
}

void robots_query_cancel(struct robots_query *q)
{
	if (q)
		query_free(q);
}

/* The only way a query ends by itself. */
static void query_finish(struct robots_query *q, struct robots_answer answer)
{
	answer.requested = q->requested;
	answer.retry_after_ms = q->retry_after_ms;
	answer.phases = q->phases;
	q->done(q->arg, &answer);
	query_free(q);
}

static void answer_all_allowed(struct robots_query *q, int status)
{
	query_finish(q,
		(struct robots_answer){.verdict = ROBOTS_ALLOWED,
			.crawl_delay_ms = -1,
			.http_status = status});
}

static void answer_elsewhere(struct robots_query *q)
{
	query_finish(q,
		(struct robots_answer){.verdict = ROBOTS_ELSEWHERE,
			.crawl_delay_ms = -1,
			.error = "robots.txt redirects to another host, which is asked first",
			.at = q->at});
}

static void answer_from(struct robots_query *q, const struct place *p)
{
	struct robots_answer a = {.crawl_delay_ms = robots_crawl_delay_ms(p->robots),
		.http_status = p->http_status};

	if (!q->is_file && !robots_allows(p->robots, span_str(q->url))) {
		a.verdict = ROBOTS_DENIED;
		a.error = "robots.txt disallows this address";
	}
	query_finish(q, a);
}

static enum robots_verdict verdict_of_fault(enum transfer_fault fault)
{
	switch (fault) {
	case TRANSFER_GUARDED:
		return ROBOTS_GUARDED;
	case TRANSFER_BUSY:
		return ROBOTS_LATE;
	default:
		return ROBOTS_UNREACHABLE;
	}
}

static void answer_unreachable(struct robots_query *q, const struct transfer_result *r)
{
	char text[320];

	if (r->fault == TRANSFER_OK)
		snprintf(text, sizeof text, "robots.txt: status %d", r->http_status);
	else
		snprintf(text, sizeof text, "robots.txt: %s", r->error);
	query_finish(q,
		(struct robots_answer){.crawl_delay_ms = -1,
			.error = text,
			.http_status = r->http_status,
			.limit = r->limit,
			.verdict = verdict_of_fault(r->fault)});
}

/* Whether the host itself let nothing be known, so that what it said before counts. */
static bool is_silent(const struct transfer_result *r)
{
	return r->fault != TRANSFER_GUARDED && r->fault != TRANSFER_BUSY;
}

/* Whoever has no file to give, but says when to come again, is not asked for pages meanwhile. */
static void hear_wish(struct robots_query *q, const struct transfer_result *r)
{
	int64_t ms = verdict_retry_after_ms(r->retry_after, clock_wall_ms());

	if (ms > q->retry_after_ms)
		q->retry_after_ms = ms;
}

static bool is_reachable(const struct transfer_result *r)
{
	return r->fault == TRANSFER_OK && r->http_status < 500 && r->http_status != 429;
}

static void step(struct robots_query *q);

/* Goes by what a URL has answered. The place may be another's after this. */
static void use(struct robots_query *q, const struct place *p)
{
	int status = p->http_status;

	if (!p->target) {
		answer_from(q, p);
		return;
	}
	if (++q->n_hops > REDIRECTS_MAX) {
		answer_all_allowed(q, status);
		return;
	}
	free(q->at);
	q->at = alloc_strdup(p->target);
	step(q);
}

static void on_fetched(void *arg, struct transfer_result *r)
{
	struct robots_query *q = arg;
	struct robots_cache *c = q->cache;
	int64_t now = clock_wall_ms();
	CLEANUP(freep) char *key = key_of(q->at);
	struct store_robots answer = {.fetched_at_ms = now,
		.expires_at_ms = now + c->options.config->robots_ttl_s * 1000,
		.http_status = r->http_status,
		.body = is_redirect(r->http_status) ? span_str(r->location)
						    : strbuf_span(&r->body)};
	const struct place *old = look_up(c, q->at);

	q->transfer = NULL;
	q->phases = r->phases;
	if (is_reachable(r)) {
		remember(c, key, &answer);
		if (c->options.save)
			c->options.save(c->options.save_arg, key, &answer);
		use(q, find(c, key));
		return;
	}
	hear_wish(q, r);
	if (old && is_silent(r) && now - old->fetched_at_ms < STALE_MAX_MS)
		use(q, old);
	else
		answer_unreachable(q, r);
}

static void fetch(struct robots_query *q)
{
	int64_t left_ms = q->ends_at_ms - clock_mono_ms();
	const struct transfer_request request = {.url = q->at,
		.rules = q->rules,
		.source = q->source,
		.body_max_bytes = ROBOTS_BODY_MAX,
		.timeout_ms = left_ms};
	static const struct transfer_result too_late = {.fault = TRANSFER_BUSY,
		.error = "no time was left to fetch it"};

	q->requested = true;
	if (left_ms <= 0 ||
		transfer_start(q->cache->options.transfers, &request, on_fetched, q, &q->transfer) <
			0)
		answer_unreachable(q, &too_late);
}

static void on_pause_over(void *arg)
{
	fetch(arg);
}

static bool is_own_host(const struct robots_query *q)
{
	struct url_parts parts = {0};

	return url_split(span_str(q->at), &parts) && span_eq(parts.host, q->host);
}

static bool is_web(const char *url)
{
	struct url_parts parts;

	return url_split(span_str(url), &parts) &&
		(span_is_nocase(parts.scheme, "http") || span_is_nocase(parts.scheme, "https"));
}

static void step(struct robots_query *q)
{
	const struct place *p = look_up(q->cache, q->at);

	if (is_fresh(p))
		use(q, p);
	else if (!is_web(q->at))
		answer_all_allowed(q, 0); /* a redirect to nowhere: there is no file */
	else if (!is_own_host(q))
		answer_elsewhere(q);
	else if (q->requested || q->is_after_request)
		timer_set(q->pause, q->delay_ms); /* which counts for this as for any request */
	else
		fetch(q);
}

static void on_soon(void *arg)
{
	step(arg);
}

struct robots_query *robots_query_start(struct robots_cache *c,
	const struct robots_request *request, robots_done_fn *done, void *arg)
{
	struct robots_query *q = ALLOC_NEW(struct robots_query);
	struct url_parts parts = {0};

	*q = (struct robots_query){.cache = c,
		.url = alloc_strdup(request->url),
		.rules = request->rules,
		.source = request->source,
		.delay_ms = request->delay_ms,
		.ends_at_ms = request->ends_at_ms,
		.is_file = request->is_file,
		.is_after_request = request->is_after_request,
		.done = done,
		.arg = arg};
	url_split(span_str(q->url), &parts);
	q->host = parts.host;
	q->at = q->is_file ? alloc_strdup(q->url)
			   : alloc_printf("%.*s/robots.txt", (int)parts.origin.len,
				     parts.origin.data ? parts.origin.data : "");
	q->soon = timer_new(c->options.loop, on_soon, q);
	q->pause = timer_new(c->options.loop, on_pause_over, q);
	timer_set(q->soon, 0);
	return q;
}
