/*
 * Handout: leases. A URL is leased to one worker until a moment; what is not
 * brought back by then, or was with a worker that has started anew, is due
 * again. Within a transaction of the planner.
 */
#ifndef POLICYWATCH_SCHEDULER_HANDOUT_H
#define POLICYWATCH_SCHEDULER_HANDOUT_H

#include "scheduler/planner.h"

/* Leases of hosts that are ready, at most q->want; they fill ret->leases. */
void handout_fill(struct planner *p, struct worker *w, const struct work_request *q,
	struct work_reply *ret);

/* Those that @w still has by its request @seq. False when there are none. */
bool handout_repeat(struct planner *p, struct worker *w, uint64_t seq, struct work_reply *ret);

/* Ends all leases whose time is over. */
void handout_expire(struct planner *p);

/* Ends all leases of @w. */
void handout_release(struct planner *p, struct worker *w);

/* Ends the lease of @h for its result has come. */
void handout_end(struct planner *p, struct host *h);

/* Brings back a leased URL of which neither host nor worker is known. */
void handout_return_lost(struct planner *p, uint64_t url_number);

/*
 * Takes away a place of a queue that does not agree with the entry it leads to,
 * which stands at its own moment then, unless it is leased or never due.
 */
void handout_settle(struct planner *p, const struct frontier_due *place);

#endif
