/*
 * Follower: reads the store's journal from a cursor that outlives the process,
 * matches every entry against all subscriptions, and decides who is told what.
 * The decisions, the alerts for the outbox and the cursor are written in one
 * transaction: nothing is decided twice and nothing is left out.
 *
 * A cursor that is damaged is told, and the journal is read from its start
 * again. That skips nothing, and tells nothing twice: every decision is kept with
 * a mark of the entry that it was made for, so that an entry read again decides
 * what it decided before. What may be told then, though it was not at its time:
 * entries that match a query which was changed since; and the first page of a
 * story, as a reprint or update, where 0.1.0 decided, which kept no marks.
 */
#ifndef POLICYWATCH_ALERTS_FOLLOWER_H
#define POLICYWATCH_ALERTS_FOLLOWER_H

#include "alerts/subscription_set.h"
#include "common/cleanup.h"
#include "common/loop.h"
#include "common/mdb.h"
#include "store/store.h"

#include <stdint.h>

struct follower;

/*
 * All is borrowed. Works from the loop once started, as soon as something is
 * committed to the store; @on_alerts is called when the outbox has grown.
 *
 * The first time it begins with the journal's first entry: a page that a crawler
 * stored before this service ran has been told to nobody yet.
 */
int follower_open(struct loop *l, struct store *store, struct db *state,
	struct subscription_set *set, loop_fn *on_alerts, void *arg, struct follower **ret);
void follower_close(struct follower *f);
DEFINE_CLEANUP(struct follower *, follower_close)

void follower_start(struct follower *f);

/* The journal entry that was worked on last. */
uint64_t follower_cursor(const struct follower *f);

/* The journal's last entry, worked on or not. */
uint64_t follower_journal_last(struct follower *f);

/* Whether this state has never been followed before. */
bool follower_is_first_time(const struct follower *f);

#endif
