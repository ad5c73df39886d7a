/*
 * What the parts of job.c share. Nobody else includes this.
 *
 *   job.c          the machine: its life, ROBOTS, PAUSE
 *   job_answer.c   TRANSFER: what has come back
 *   job_page.c     READ, COMPARE, KEEP: what stands in it
 *   job_parts.c    PARTS: where the article goes on
 */
#ifndef POLICYWATCH_CRAWLER_JOB_INSIDE_H
#define POLICYWATCH_CRAWLER_JOB_INSIDE_H

#include "common/arena.h"
#include "crawler/fetch/budget.h"
#include "crawler/fetch/robots_cache.h"
#include "crawler/fetch/transfer.h"
#include "crawler/job.h"
#include "crawler/not_found.h"
#include "crawler/read/enrich/gazetteers.h"
#include "crawler/read/read.h"

enum job_state {
	JOB_ROBOTS,
	JOB_PAUSE,
	JOB_TRANSFER,
	JOB_READ,
	JOB_PARTS,
	JOB_COMPARE,
	JOB_KEEP,
	JOB_DONE
};

struct job {
	const struct job_env *env;
	struct arena *arena; /* lease, what was read, result */
	struct lease lease;
	const struct url_rules *url_rules; /* as they were at the start, for all of the job */
	int64_t ends_at_ms;                /* monotonic */
	struct gazetteers *gazetteers;     /* those that it reads with; a reference */
	enum job_state state;

	struct robots_query *robots_query; /* pending in JOB_ROBOTS */
	struct timer *pause; /* set in JOB_PAUSE; in JOB_DONE when done is still to be called */
	struct transfer *transfer;               /* pending in JOB_TRANSFER */
	struct not_found_query *not_found_query; /* pending in JOB_COMPARE */

	struct strbuf raw;           /* header lines, empty line, body */
	struct budget_holder memory; /* for it */
	size_t body_at;              /* where the body begins in raw */
	bool is_cut;                 /* the body, by its limit */
	const char *content_type;
	struct strbuf x_robots_tag; /* values, a line each */
	struct read_output read;
	int64_t fetched_at_ms;

	struct look *part; /* pending in JOB_PARTS */
	const char *part_url;
	struct read_part *parts; /* further pages of the article */
	size_t n_parts, parts_bytes;
	bool is_joined;  /* parts have been asked for, once is enough */
	bool is_partial; /* and not all could be had */

	struct result result;
	struct job_facts facts;
	bool expired; /* nothing to report: the lease has ended, or the page could not be kept */
	bool unkept;
	job_done_fn *done;
	void *arg;
};

/* job.c */
void job_enter(struct job *j, enum job_state state); /* the only way from state to state */
void job_finish(struct job *j, enum outcome outcome, const char *why); /* the only way out */
void job_expire(struct job *j); /* the lease has ended: there is nothing to tell */
void job_hear_wish(struct job *j, int64_t retry_after_ms); /* Retry-After of any answer */
int64_t job_pause_ms(const struct job *j);
struct robots_request job_robots_request(const struct job *j);

/* job_answer.c */
void job_start_transfer(struct job *j);
struct transfer_request job_transfer_request(const struct job *j);
void job_drop_validators(struct job *j);
void job_finish_without_page(struct job *j, enum outcome outcome, const char *why);
void job_finish_moved(struct job *j, const char *target);

/* job_page.c */
void job_start_reading(struct job *j);
void job_compare(struct job *j);
void job_start_keeping(struct job *j);

/* job_parts.c */
bool job_has_more_parts(const struct job *j);
void job_get_parts(struct job *j);

#endif
