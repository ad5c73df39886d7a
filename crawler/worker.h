/*
 * Worker: a crawler's side of the conversation with the scheduler. It asks for
 * as many leases as it has room for, runs them as jobs, and reports results
 * until the scheduler has confirmed them.
 *
 *   want:    {worker, boot, seq, want}     held by the scheduler until something is due
 *   report:  {worker, boot, seq, results}  answered at once
 *
 * At most one of each is under way. Single-threaded.
 */
#ifndef POLICYWATCH_CRAWLER_WORKER_H
#define POLICYWATCH_CRAWLER_WORKER_H

#include "common/bus.h"
#include "common/cleanup.h"
#include "common/config.h"
#include "common/loop.h"
#include "crawler/job.h"

struct worker;

struct worker_options {
	const struct job_env *env; /* borrowed, like all of these */
	struct bus_client *bus;
	const char *name; /* unique among running crawlers */
	size_t room;      /* jobs at the same time */
	int64_t hold_ms;  /* how long the scheduler may hold a request */
	loop_fn *drained; /* called once after worker_drain(), when all is reported */
	void *drained_arg;
};

struct worker *worker_new(const struct worker_options *options);

/* Asks for nothing more; finishes and reports what it has. */
void worker_drain(struct worker *w);

/* After pool_free() and keep_free(), see job_free(). */
void worker_free(struct worker *w);
DEFINE_CLEANUP(struct worker *, worker_free)

#endif
