/*
 * Robots cache: "may we?" for a URL, answered from memory, from the store (so
 * that a node's crawlers ask a site once), or by fetching /robots.txt.
 *
 * 2xx is parsed; 4xx and more than five redirects allow all; unreachable, 5xx and
 * 429 forbid all, unless an earlier copy is known (RFC 9309 2.3.1).
 *
 * A redirect within the host is followed after the host's delay. One to another
 * host is not ours to follow, since that host may be with somebody else: the
 * answer says where it leads, and who has a lease for that URL brings it in.
 *
 * Single-threaded: use only from the event loop's thread.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_ROBOTS_CACHE_H
#define POLICYWATCH_CRAWLER_FETCH_ROBOTS_CACHE_H

#include "common/cleanup.h"
#include "common/config.h"
#include "common/loop.h"
#include "crawler/fetch/transfer.h"
#include "store/store.h"

#include <stdbool.h>
#include <stdint.h>

struct robots_cache;
struct robots_query;

enum robots_verdict {
	ROBOTS_ALLOWED,
	ROBOTS_DENIED,
	ROBOTS_UNREACHABLE, /* nothing is known, so nothing may be fetched */
	ROBOTS_GUARDED,     /* the address may not be connected to */
	ROBOTS_LATE,        /* the time went by before the host was heard, by no fault of its own */
	ROBOTS_ELSEWHERE,   /* what stands at answer.at must be brought in first */
};

struct robots_answer {
	enum robots_verdict verdict;
	bool requested;         /* the host was asked just now, so its delay counts from now */
	int64_t crawl_delay_ms; /* -1 without one */
	int64_t retry_after_ms; /* that the host asked for in place of its file, 0 without one */
	int http_status;        /* of the file that decided, 0 without one */
	enum fetch_limit limit; /* that its fetching ran into */
	struct transfer_phases phases; /* of the last request that was made for it */
	const char *error;             /* for people, unless allowed; borrowed until done returns */
	const char *at;                /* absolute, likewise borrowed; NULL unless elsewhere */
};

typedef void robots_done_fn(void *arg, const struct robots_answer *answer);

/* Takes a fetched file for the store; everything is borrowed until it returns. */
typedef void robots_save_fn(void *arg, const char *origin, const struct store_robots *robots);

struct robots_cache_options {
	struct loop *loop;
	struct transfers *transfers;
	struct store *store;                 /* NULL: memory alone */
	const struct crawler_config *config; /* borrowed, like all of these */
	robots_save_fn *save;                /* may be NULL */
	void *save_arg;
};

struct robots_cache *robots_cache_new(const struct robots_cache_options *options);
void robots_cache_free(struct robots_cache *c); /* no query may be under way */
DEFINE_CLEANUP(struct robots_cache *, robots_cache_free)

struct robots_request {
	const char *url;                 /* absolute, copied */
	const struct fetch_rules *rules; /* borrowed until done */
	const char *source;              /* likewise */
	int64_t delay_ms;                /* between two requests */
	bool is_after_request; /* of the host: the delay comes before the first one, too */
	int64_t ends_at_ms;    /* monotonic; no request begins later or lasts longer */
	bool is_file; /* @url itself is where a robots.txt leads: bring it in; allowed means done */
};

/*
 * @done is called exactly once, after this has returned, unless
 * robots_query_cancel() comes first; the handle dies with either.
 */
struct robots_query *robots_query_start(struct robots_cache *c,
	const struct robots_request *request, robots_done_fn *done, void *arg);
void robots_query_cancel(struct robots_query *q); /* NULL is ignored */

#endif
