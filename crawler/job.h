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
#include "crawler/fetch/robots_cache.h"
#include "crawler/fetch/transfer.h"

#include <stdbool.h>

struct job;
struct keep;
struct budget;
struct gazetteers;
struct not_found;
struct pool;
struct read_output;

/* What all jobs of a crawler share; borrowed, outlives them. */
struct job_env {
	struct loop *loop;
	const struct crawler_config *config;
	const struct url_rules *url_rules;
	struct gazetteers *gazetteers; /* may be NULL; a job that reads keeps them alive */
	const struct log_ctx *log;
	struct transfers *transfers;
	struct robots_cache *robots;
	struct pool *pool;
	struct budget *budget;       /* where answers are held until they are read; may be NULL */
	struct keep *keep;           /* NULL: pages are read and not kept, for trying */
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

/* How the look at a URL went, beyond what the scheduler is told. */
struct job_facts {
	bool has_robots; /* whether robots.txt has been asked, and what it said */
	enum robots_verdict robots;
	int robots_status;
	bool robots_requested;
	struct transfer_phases robots_phases;
	bool has_answer;  /* whether the rest is there; else what was asked has no answer */
	bool is_readable; /* the answer as such is good, whatever stands in it */
	const char *http_version, *content_type, *etag, *last_modified; /* "" when absent */
	struct transfer_phases phases;
	int64_t sent_bytes;
	size_t body_bytes;
	bool is_cut;
};
const struct job_facts *job_facts(const struct job *job); /* borrowed from the job */

/* What was read, once done; READ_NOTHING if it did not come to that. Borrowed from the job. */
const struct read_output *job_read(const struct job *job);

/* Whether the store refused what was fetched: a full disk, mostly. Then there is no result either. */
bool job_is_unkept(const struct job *job);

/*
 * Cancels what is pending. A job that reads or is being kept may be freed only
 * after pool_free() and keep_free().
 */
void job_free(struct job *job);

#endif
