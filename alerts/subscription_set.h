/*
 * Subscription set: all subscriptions of a service, those of the YAML files
 * and those of Redis, and the matcher over them. A name in a file wins over
 * the same name in Redis. What cannot be used is listed as a fault; the
 * others go on.
 *
 * The set remembers in the state since when it knows a subscription (a new one
 * is not told of the past), and what Redis held last (so that a start without
 * Redis forgets nobody).
 */
#ifndef POLICYWATCH_ALERTS_SUBSCRIPTION_SET_H
#define POLICYWATCH_ALERTS_SUBSCRIPTION_SET_H

#include "alerts/matcher.h"
#include "alerts/subscription.h"
#include "common/mdb.h"
#include "common/strbuf.h"

struct subscription_set;

/* Begins with what Redis held last. @state is borrowed. */
int subscription_set_new(struct db *state, struct subscription_set **ret);
void subscription_set_free(struct subscription_set *set);
DEFINE_CLEANUP(struct subscription_set *, subscription_set_free)

/*
 * Reads FOLDER/NAME.yaml anew. Files that are no valid YAML or have unknown keys
 * append "FILE:LINE: ..." to @errors, and nothing changes: negative. Call
 * subscription_set_apply() afterwards.
 */
int subscription_set_read_files(struct subscription_set *set, const char *folder,
	struct strbuf *errors);

/*
 * Whether the files of @folder are right: appends every fault, those of
 * queries too, as a line to @errors and returns negative if there is one.
 * *@ret_n is the number of subscriptions.
 */
int subscription_files_check(const char *folder, size_t *ret_n, struct strbuf *errors);

/*
 * Takes over what Redis holds now: @fields has names and JSON in turn, @n pairs.
 * True if that is something else than before: call subscription_set_apply().
 */
bool subscription_set_read_redis(struct subscription_set *set, size_t n, const struct span *fields);

/*
 * Makes changes live. Subscriptions that were not known have journal entries
 * from @journal_last on to come. Returns 0 or negative; in the latter case all
 * stays as it was, in the matcher too.
 */
int subscription_set_apply(struct subscription_set *set, uint64_t journal_last);

struct matcher *subscription_set_matcher(struct subscription_set *set);
size_t subscription_set_len(const struct subscription_set *set);

/* The one of this name that is live, or NULL. */
const struct subscription *subscription_set_find(const struct subscription_set *set,
	const char *name);

/* Appends a JSON array of {"name","fault","column"}. */
void subscription_set_write_faults(const struct subscription_set *set, struct strbuf *out);

#endif
