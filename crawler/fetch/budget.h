/*
 * Budget: memory for what is on its way, shared by all transfers of a process.
 * A thousand answers of ten megabytes at a time are ten gigabytes; so an
 * answer that grows large asks first, and waits in line when too much is held
 * already. Small ones need not ask.
 *
 * Whoever waits holds what it has. So that not all wait for each other, the
 * first in line goes on when nobody else who has asked is able to.
 *
 * Single-threaded; memory follows those that wait.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_BUDGET_H
#define POLICYWATCH_CRAWLER_FETCH_BUDGET_H

#include "common/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

struct budget;

typedef void budget_fn(void *arg);

/* One who holds some of it. Embed it, zeroed but for granted and arg. */
struct budget_holder {
	size_t held;                        /* bytes */
	size_t wanted;                      /* more, while waiting in line */
	struct budget_holder *next, **link; /* in line; no link: not in line */
	/*
	 * Called when what was asked for is held after all, from within a call of another
	 * holder's.
	 */
	budget_fn *granted;
	void *arg;
};

struct budget *budget_new(size_t max_bytes);
void budget_free(struct budget *b); /* after all holders have left */
DEFINE_CLEANUP(struct budget *, budget_free)

/*
 * Holds @bytes more and returns true, or stands in line for them. Not for who stands
 * there already.
 */
bool budget_ask(struct budget *b, struct budget_holder *h, size_t bytes);

/*
 * Holds @bytes more of what is there already, even over the maximum: others will wait the
 * longer.
 */
void budget_take(struct budget *b, struct budget_holder *h, size_t bytes);

/* Gives up all that is held, and the place in line. */
void budget_leave(struct budget *b, struct budget_holder *h);

/* Bytes held by all. */
size_t budget_held(const struct budget *b);

#endif
