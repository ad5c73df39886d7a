/*
 * Addresses: which hosts are served from one address, as crawlers found out,
 * and how many of them are leased. A host whose address has as many requests
 * as it may waits until one of them has ended. What a name leads to is learnt
 * from its first answer; until then each crawler keeps the limit by itself.
 *
 * Pure memory, like hosts.
 */
#ifndef POLICYWATCH_SCHEDULER_ADDRESS_H
#define POLICYWATCH_SCHEDULER_ADDRESS_H

#include "scheduler/host.h"

struct address {
	char *text;
	size_t n_leased;
	struct host *waiting, **last; /* in the order in which they were turned away */
};

/* Zeroed is empty. */
struct addresses {
	struct names by_text;
	struct address **list;
	size_t len, cap;
	size_t n_waiting;
};

void addresses_release(struct addresses *as);

/* @h, which is not leased, is served from there. */
void address_bind(struct addresses *as, struct host *h, struct span text);

/* Whether @h has to wait, now that @max requests may be under way; then it does. */
bool address_turns_away(struct addresses *as, struct hosts *hs, struct host *h, size_t max);

/* A host has got a lease, or its lease has ended: the next in line is ready then. */
void address_begin(struct host *h);
void address_end(struct addresses *as, struct hosts *hs, struct host *h);

/* Makes as many hosts ready as there is room for: whose turn it was may have been paused. */
void addresses_wake(struct addresses *as, struct hosts *hs, size_t max);

#endif
