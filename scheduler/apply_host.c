#include "scheduler/applying.h"

#define RETRY_AFTER_MAX_MS (24 * 3600 * INT64_C(1000)) /* who wants longer is asked once a day */

/* Only an answer tells that robots.txt has no Crawl-delay; a failure may have come before it. */
static void set_crawl_delay(struct applying *a)
{
	const struct result *r = a->result;

	if (r->crawl_delay_ms >= 0)
		a->host->crawl_delay_ms = r->crawl_delay_ms;
	else if (r->outcome == OUTCOME_OK || r->outcome == OUTCOME_NOT_MODIFIED)
		a->host->crawl_delay_ms = 0;
}

void apply_failure(struct applying *a)
{
	enum outcome outcome = a->result->outcome;
	struct host *h = a->host;

	if (revisit_is_host_failure(outcome)) {
		h->failures++;
		h->failure = outcome;
	} else if (outcome != OUTCOME_ROBOTS && outcome != OUTCOME_GUARDED)
		h->failures = 0;
}

void apply_pause(struct applying *a)
{
	const struct result *r = a->result;
	struct host *h = a->host;
	int64_t retry_ms =
		r->retry_after_ms < RETRY_AFTER_MAX_MS ? r->retry_after_ms : RETRY_AFTER_MAX_MS;
	int64_t pause_ms, backoff_ms, next_ms;

	set_crawl_delay(a);
	pause_ms = planner_delay_ms(a->p, h, a->source);
	backoff_ms = revisit_jitter(revisit_backoff_ms(r->outcome, h->failures), host_chance(h));
	pause_ms = pause_ms > backoff_ms ? pause_ms : backoff_ms;
	pause_ms = pause_ms > retry_ms ? pause_ms : retry_ms;
	next_ms = planner_now_ms(a->p) + pause_ms;
	if (next_ms > h->next_ms)
		h->next_ms = next_ms;
	if (*r->address && !host_is_leased(h))
		address_bind(&a->p->addresses, h, span_str(r->address));
	planner_put_host(a->p, h);
	hosts_update(&a->p->hosts, h);
}

/* The list that tells for all of the host: the failing one itself, or the source's own. */
static bool find_probe(struct applying *a, struct entry *ret)
{
	uint64_t number = a->entry.number;

	if (a->entry.role == ENTRY_FOUND || a->entry.role == ENTRY_STAND_IN)
		number = a->source ? a->source->url_number : 0;
	return number && frontier_read(a->p->frontier, number, a->p->arena, ret) &&
		planner_host_of(a->p, ret) == a->host && ret->due_ms != ENTRY_DUE_NEVER;
}

/*
 * An article may be down by itself, and then be the only thing that is asked
 * for at every probe. Other failures are left as they are: between a wall's
 * refusals a list that is let through would make the pauses short again.
 */
void apply_probe(struct applying *a)
{
	struct host *h = a->host;
	struct entry list;

	if (a->result->outcome != OUTCOME_DOWN || !find_probe(a, &list) ||
		planner_is_leased(h, &list) || list.due_ms <= h->due_ms)
		return;
	planner_reschedule(a->p, h, &list, h->due_ms < h->next_ms ? h->due_ms - 1 : h->next_ms);
}
