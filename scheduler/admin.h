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
 *             is not over), "hosts_failing" (backed off from), "hosts_paused",
 *             "sources", "frontier_bytes", "trouble" (why the frontier cannot be
 *             written), "workers": [{"name", "last_contact", "leases"}]}, and
 *             since the start "admitted", "refused", "outcomes": {"ok": n, ...},
 *             "limits": {"connect": n, ...}
 *   sources  {"sources": [{"name", "url", "kind", "interval_s", "paused",
 *             "last_fetch", "last_outcome", "error", "items_seen", "items_new",
 *             "items_refused", "last_new_item", "next_due", "host_trouble" (the
 *             outcome that its host is backed off for), "host_failures",
 *             "host_probe" (when it is asked again)}]}; null for what has not
 *             happened
 *   add      {"added": n, "due": n}: new URLs, and known ones that are due now
 *   pause, resume   {"sources": n, "hosts": n}
 */
bool admin_handle(struct planner *p, const struct admin_request *q, struct strbuf *out);

#endif
