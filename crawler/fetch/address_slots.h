/*
 * Address slots: how many requests are under way to each address, whatever
 * names it has. Who finds none free waits in line, and is told when one is his.
 *
 * Single-threaded. Memory follows the addresses that are being asked.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_ADDRESS_SLOTS_H
#define POLICYWATCH_CRAWLER_FETCH_ADDRESS_SLOTS_H

#include "common/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

#define ADDRESS_TEXT_MAX 64 /* an IPv6 address with its zone */

struct address_slots;
struct address_line;

typedef void address_slot_fn(void *arg);

/* One who has a slot, wants one, or neither. Zeroed is neither; embed it. */
struct address_holder {
	struct address_line *line; /* NULL: neither */
	bool has_slot;
	struct address_holder *next, **link; /* in line */
	address_slot_fn *granted;
	void *arg;
};

/* @max requests at a time to an address; at least 1. */
struct address_slots *address_slots_new(size_t max);
void address_slots_free(struct address_slots *s); /* after all holders have left */
DEFINE_CLEANUP(struct address_slots *, address_slots_free)

/*
 * Takes a slot of @address for @h, which has none yet or has one of it. False
 * when none is free: @h then waits in line, and h->granted is called with
 * h->arg once it has a slot, from inside address_slots_leave() of another.
 */
bool address_slots_take(struct address_slots *s, const char *address, struct address_holder *h);

/* Gives up the slot, or the place in line. Who has neither may leave, too. */
void address_slots_leave(struct address_slots *s, struct address_holder *h);

#endif
