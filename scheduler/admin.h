/*
 * Admin: what people ask the scheduler through the command line. Within a
 * transaction of the planner.
 */
#ifndef POLICYWATCH_SCHEDULER_ADMIN_H
#define POLICYWATCH_SCHEDULER_ADMIN_H

#include "scheduler/planner.h"

/*
 * Does what @q says, whole or not at all. Appends JSON to @out and returns
 * true, or what is wrong and returns false.
 *
 *   status   {"uptime_s", "urls", "scheduled", "due_now" (counted up to 100,000),
 *             "leased", "hosts", "hosts_waiting" (something is due, their delay
 *             is not over), "hosts_paused", "sources", "admitted", "refused",
 *             "outcomes":
 *             {"ok": n, ...} since the start, "frontier_bytes",
 *             "workers": [{"name", "last_contact", "leases"}]}
 *   sources  {"sources": [{"name", "url", "kind", "interval_s", "paused",
 *             "last_fetch", "last_outcome", "error", "items_seen", "items_new",
 *             "items_refused", "last_new_item", "next_due"}]}; null for what has not happened
 *   add      {"added": n, "due": n}: new URLs, and known ones that are due now
 *   pause, resume   {"sources": n, "hosts": n}
 */
bool admin_handle(struct planner *p, const struct admin_request *q, struct strbuf *out);

#endif
