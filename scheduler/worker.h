/*
 * Workers in memory: the crawlers that have asked, with the hosts on which
 * each has a lease. Forgotten only when the scheduler starts.
 */
#ifndef POLICYWATCH_SCHEDULER_WORKER_H
#define POLICYWATCH_SCHEDULER_WORKER_H

#include "scheduler/frontier.h"
#include "scheduler/host.h"
#include "scheduler/names.h"

#include <stddef.h>
#include <stdint.h>

struct worker {
	char *name;
	uint64_t boot;
	uint64_t applied_seq, answered_seq; /* worker_record */
	int64_t contact_ms;
	struct host *leased; /* list through host.lease, borrowed */
	size_t n_leases;
};

/* Zeroed is empty. */
struct workers {
	struct names by_name;
	struct worker **list;
	size_t len, cap;
};

void workers_release(struct workers *ws);
struct worker *workers_find(const struct workers *ws, struct span name);
struct worker *workers_add(struct workers *ws, struct span name);

/* Gives @h, which has none, the lease @lease, whose worker it names. */
void worker_give(struct host *h, const struct host_lease *lease);
/* Takes the lease of @h away. */
void worker_take(struct host *h);

struct worker_record worker_record_of(const struct worker *w);

#endif
