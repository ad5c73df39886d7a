/*
 * Sync: brings the frontier in line with the sources of the files. Every
 * source's own URL is an entry that is due by its interval; the URL of a
 * source that is gone, or has got another one, is never due again, and its
 * pages stay.
 */
#ifndef POLICYWATCH_SCHEDULER_SYNC_H
#define POLICYWATCH_SCHEDULER_SYNC_H

#include "scheduler/planner.h"

/* Within a transaction. @list is borrowed until the next call or the planner's end. */
void sync_sources(struct planner *p, const struct source_list *list);

/* The roster's source of that name, made if need be. */
struct roster_source *sync_roster_source(struct planner *p, struct span name);

/*
 * Nothing more is asked for @s at @number, nor at where that has moved for
 * good, as far as @end (0 for none) or the source's own URL.
 */
void sync_unwatch(struct planner *p, const struct roster_source *s, uint64_t number, uint64_t end);

#endif
