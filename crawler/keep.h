/*
 * Keep: the thread that writes the store. Everything that waits when it is
 * free goes into one transaction, so that a busy crawler commits hundreds of
 * pages at the price of one.
 *
 * Called from the loop's thread; done comes there, after the commit, so what
 * is reported as stored is on disk.
 */
#ifndef POLICYWATCH_CRAWLER_KEEP_H
#define POLICYWATCH_CRAWLER_KEEP_H

#include "common/cleanup.h"
#include "common/loop.h"
#include "store/store.h"

#include <stdint.h>

struct keep;

/* @err is 0 or what the store said; then nothing of this was written. */
typedef void keep_done_fn(void *arg, int err, enum save_outcome outcome);

struct keep *keep_new(struct loop *l, struct store *store);

/* Finishes the batch that is being written; the rest is not written and its done not called. */
void keep_free(struct keep *k);
DEFINE_CLEANUP(struct keep *, keep_free)

/* @record and @raw are borrowed until @done or keep_free(). */
void keep_page(struct keep *k, struct record *record, struct span raw, keep_done_fn *done,
	void *arg);
void keep_visit(struct keep *k, const struct hash *id, int64_t at_ms, keep_done_fn *done,
	void *arg);

/* Copied; nobody waits for it. */
void keep_robots(struct keep *k, const char *origin, const struct store_robots *robots);

#endif
