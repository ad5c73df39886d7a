/*
 * Look: one more page of a host, fetched within a job's lease: for what it is
 * like, or because the job's article goes on there. It is no page of its own.
 * As polite as the job's own request: only what robots.txt allows, and after
 * the host's delay.
 *
 * Single-threaded: use only from the event loop's thread; reading happens in
 * the pool.
 */
#ifndef POLICYWATCH_CRAWLER_LOOK_H
#define POLICYWATCH_CRAWLER_LOOK_H

#include "crawler/fetch/robots_cache.h"
#include "crawler/fetch/transfer.h"
#include "crawler/job.h"
#include "crawler/read/html/likeness.h"

struct look;

/* What is borrowed in here is so until done. */
struct look_request {
	const struct job_env *env;
	struct robots_request robots;     /* as for the job's page; the look puts its own URL in */
	struct transfer_request transfer; /* likewise, and asks without validators */
	int64_t pause_ms;                 /* before the request */
	int64_t ends_at_ms; /* monotonic: of the lease, part of which stays the job's */
};

struct look_result {
	bool asked; /* a request was made; else robots.txt or the end of the lease was against it */
	enum outcome outcome; /* of the request; OUTCOME_OK: there is a page */
	int http_status;
	int64_t retry_after_ms;   /* that the host asked for, 0 or less without a wish */
	struct likeness likeness; /* of the page */
	bool says_gone;           /* it says that it does not exist */
	/* Borrowed until done returns: */
	struct span body;      /* of the page, content codings undone */
	bool is_cut;           /* there is more of it */
	const char *next_part; /* as in read.h, NULL without one */
};

typedef void look_done_fn(void *arg, const struct look_result *result);

/*
 * @url is copied. @done is called exactly once, after this has returned,
 * unless look_cancel() comes first; the handle dies with either.
 */
struct look *look_start(const struct look_request *request, const char *url, look_done_fn *done,
	void *arg);

/* NULL is ignored. One that is being read may be cancelled only after pool_free(). */
void look_cancel(struct look *l);

#endif
