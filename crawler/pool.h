/*
 * Pool: a few threads for work that would hold up the event loop. Reading a
 * page takes milliseconds; the loop hands it over and is told when it is done.
 */
#ifndef POLICYWATCH_CRAWLER_POOL_H
#define POLICYWATCH_CRAWLER_POOL_H

#include "common/cleanup.h"
#include "common/loop.h"

#include <stddef.h>

struct pool;

typedef void pool_fn(void *arg);

struct pool *pool_new(struct loop *l, size_t n_threads);

/* Waits for work that is being done; what has not begun is left, and no done is called any more. */
void pool_free(struct pool *p);
DEFINE_CLEANUP(struct pool *, pool_free)

/*
 * Runs @work(@arg) in some thread, then @done(@arg) in the loop's. In order of
 * submission as far as threads are free. From the loop's thread.
 */
void pool_submit(struct pool *p, pool_fn *work, pool_fn *done, void *arg);

/*
 * Likewise, for work that takes much memory: one at a time, whatever the number
 * of threads. What is no such work overtakes those that wait for their turn.
 */
void pool_submit_large(struct pool *p, pool_fn *work, pool_fn *done, void *arg);

#endif
