/*
 * Outbox: alerts that were decided and not yet acknowledged by Redis, in the
 * order of the decisions. Each is delivered in one atomic step (a Lua script):
 * if its key was seen, nothing happens; otherwise the stream entry is
 * added, the key is set and the channel is told. So sending twice adds nothing.
 *
 * An alert leaves the outbox only when Redis has answered. While Redis is away,
 * loading, read-only or full, everything stays, and is tried again after a
 * pause. What Redis refuses for one alert alone (its stream's key holds something
 * else) keeps only that one back.
 *
 * An entry that is damaged is made anew from its record (remake.h). Where that
 * cannot be, the log says whose it was, as far as it can be read, and it counts
 * as lost ("lost" in the state and in the status).
 */
#ifndef POLICYWATCH_ALERTS_OUTBOX_H
#define POLICYWATCH_ALERTS_OUTBOX_H

#include "alerts/alert.h"
#include "alerts/redis.h"
#include "alerts/subscription_set.h"
#include "common/cleanup.h"
#include "common/loop.h"
#include "common/mdb.h"

#include <stdint.h>

/* More than this is not taken in: the journal is the buffer then. */
#define OUTBOX_MAX 1000000

struct outbox;

struct outbox_options {
	int64_t stream_max; /* entries kept in a stream, about */
	int64_t seen_ttl_s;
};

/* All but the options are borrowed. Call outbox_set_up() when Redis is. */
struct outbox *outbox_new(struct loop *l, struct db *state, struct store *store,
	struct redis *redis, const struct subscription_set *set,
	const struct outbox_options *options);
void outbox_free(struct outbox *o); /* once the connection is closed */
DEFINE_CLEANUP(struct outbox *, outbox_free)

/* Before the first alert of all, in the transaction that brings the first cursor. */
void outbox_begin(struct txn *t);

/* Puts an alert behind the others, in a transaction over the state. */
void outbox_append(struct txn *t, const struct alert *alert);

/* The connection came up or was lost. */
void outbox_set_up(struct outbox *o, bool is_up);

/* There may be something to send. */
void outbox_wake(struct outbox *o);

void outbox_set_options(struct outbox *o, const struct outbox_options *options);

#endif
