/*
 * Remake: an alert whose entry in the outbox is damaged, made anew from its
 * record. What can still be read of the entry says who was to be told of what;
 * that it was decided says that this is true, whatever bits have turned.
 */
#ifndef POLICYWATCH_ALERTS_REMAKE_H
#define POLICYWATCH_ALERTS_REMAKE_H

#include "alerts/alert.h"
#include "alerts/subscription_set.h"
#include "common/mdb.h"

#include <stdbool.h>

/* What the entry seems to say, for people and to begin with. Never NULL. */
struct remake_hint {
	const char *subscription, *key;
	const char *event, *page;
	uint64_t record;
	uint32_t version;
};
void remake_read(struct span damaged, struct arena *a, struct remake_hint *ret);

/*
 * False when the subscription is not there any more, or the record, or the
 * decision. @t is over the state; strings of *@ret live in @a and in @set.
 */
bool remake_alert(struct txn *t, const struct subscription_set *set, struct store_reader *reader,
	const struct remake_hint *hint, struct arena *a, struct alert *ret);

#endif
