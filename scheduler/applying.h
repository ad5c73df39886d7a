/*
 * What the parts of apply.c share. Nobody else includes this.
 *
 *   apply.c        one result: its items, its URL, its source
 *   redirect.c     where it leads: another URL, or another host's robots.txt
 *   apply_host.c   what it means for the host
 */
#ifndef POLICYWATCH_SCHEDULER_APPLYING_H
#define POLICYWATCH_SCHEDULER_APPLYING_H

#include "scheduler/admit.h"
#include "scheduler/planner.h"

/* One result being applied. */
struct applying {
	struct planner *p;
	const struct result *result;
	struct entry entry;
	struct host *host;
	struct roster_source *source; /* NULL for one that was lost */
	struct admitted admitted;
	bool is_due_now; /* it has moved to another form of itself */
};

/* A source's own URL, or what has taken its place. */
static inline bool applying_is_watched(enum entry_role role)
{
	return role == ENTRY_SOURCE || role == ENTRY_HEIR;
}

/* apply.c */
struct revisit_rules applying_rules(const struct applying *a);

/*
 * Makes an entry that is known part of this round of a source: in the place of
 * its own URL, or as a further page of its list.
 */
void applying_take_along(struct applying *a, uint64_t number, const struct admission *as);

/* redirect.c: the URL has moved. */
void redirect_follow(struct applying *a);
bool redirect_is_permanent(const struct result *r);

/* Once the URL is dealt with: what is to become of @heir, where it had moved to for good; or 0. */
void redirect_settle_heir(struct applying *a, uint64_t heir);

/* The robots.txt of the URL's host stands on another host and has to be had first. */
void redirect_await_robots(struct applying *a);

/* Whether a page has waited for one in vain. */
bool redirect_is_robots_lost(const struct entry *e);

/* apply_host.c. Before the URL is dealt with: whether its host has failed, and how often in a row. */
void apply_failure(struct applying *a);

/* After that: when the host may be asked again, and what it is asked for when it is down. */
void apply_pause(struct applying *a);
void apply_probe(struct applying *a);

#endif
