/*
 * Matcher: which of many subscriptions match a document. One pass over the
 * document finds the anchors (query_anchors()) that are in it; only the
 * subscriptions of those are evaluated, and those that have no anchors.
 *
 * Not thread-safe.
 */
#ifndef POLICYWATCH_ALERTS_MATCHER_H
#define POLICYWATCH_ALERTS_MATCHER_H

#include "alerts/subscription.h"
#include "common/cleanup.h"

#include <stddef.h>

struct matcher;

/* @subscriptions are borrowed while the matcher lives. */
struct matcher *matcher_new(struct subscription *const *subscriptions, size_t n);
void matcher_free(struct matcher *m);
DEFINE_CLEANUP(struct matcher *, matcher_free)

typedef void matcher_fn(void *arg, struct subscription *s);

/* Calls @fn for each that matches, before returning. */
void matcher_run(struct matcher *m, const struct query_document *d, matcher_fn *fn, void *arg);

#endif
