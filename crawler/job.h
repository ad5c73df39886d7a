/*
 * Job: one leased URL, from "may we?" to "it is kept".
 *
 * Single-threaded: use only from the event loop's thread; reading happens in
 * the pool, writing in keep.
 */
#ifndef POLICYWATCH_CRAWLER_JOB_H
#define POLICYWATCH_CRAWLER_JOB_H

#include "common/cleanup.h"
#include "common/config.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/protocol.h"
#include "common/url.h"

#include <stdbool.h>

struct job;
struct keep;
struct not_found;
struct pool;
struct robots_cache;
struct transfers;

/* What all jobs of a crawler share; borrowed, outlives them. */
struct job_env {
	struct loop *loop;
	const struct crawler_config *config;
	const struct url_rules *url_rules;
	const struct log_ctx *log;
	struct transfers *transfers;
	struct robots_cache *robots;
	struct pool *pool;
	struct keep *keep;
	struct not_found *not_found; /* NULL: pages are not compared */
	int64_t crawl_delay_max_ms;  /* a robots.txt that wants longer counts as this */
};

typedef void job_done_fn(void *arg, struct job *job);

/*
 * Starts on @lease, which is copied. @done is called exactly once, after this
 * has returned, unless job_free() comes first. The job is the caller's until
 * job_free(), done or not.
 */
struct job *job_start(const struct job_env *env, const struct lease *lease, job_done_fn *done,
	void *arg);

/*
 * What came of it, once done; borrowed from the job. NULL when the lease ended
 * before anything was asked: then there is nothing to tell, since the
 * scheduler has taken the URL back.
 */
const struct result *job_result(const struct job *job);

/* Whether the store refused what was fetched: a full disk, mostly. Then there is no result either. */
bool job_is_unkept(const struct job *job);

/* Cancels what is pending. A job that reads or is being kept may be freed only after pool_free() and keep_free(). */
void job_free(struct job *job);

#endif
