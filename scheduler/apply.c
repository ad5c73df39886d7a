#include "scheduler/apply.h"

#include "common/clock.h"
#include "scheduler/applying.h"
#include "scheduler/handout.h"
#include "scheduler/preference.h"

/* A sitemap that robots.txt or an index names may be where the news is, however quiet it was. */
#define QUIET_LIST_INTERVALS 6

#define MOVED_RECHECK_MS (24 * 3600 * INT64_C(1000)) /* of what has moved for good: that may end */

struct revisit_rules applying_rules(const struct applying *a)
{
	const struct scheduler_config *c = &a->p->config->scheduler;
	bool is_page = a->entry.kind == WORK_PAGE && a->entry.role == ENTRY_FOUND;
	int64_t interval_ms = planner_interval_ms(a->p, a->source);

	return (struct revisit_rules){
		.first_ms = is_page ? c->page_interval_s * 1000 : interval_ms,
		.max_ms = is_page ? c->page_interval_max_s * 1000
				  : interval_ms * QUIET_LIST_INTERVALS,
		.is_constant = applying_is_watched(a->entry.role),
	};
}

void applying_take_along(struct applying *a, uint64_t number, const struct admission *as)
{
	struct planner *p = a->p;
	struct entry target;
	struct host *h;

	if (!frontier_read(p->frontier, number, p->arena, &target) || target.role == ENTRY_SOURCE)
		return;
	if (as->role == ENTRY_FURTHER && target.is_kept)
		return; /* an article, whatever the list says */
	h = planner_host_of(p, &target);
	if (!h)
		return;
	target.role = as->role;
	target.source = as->source;
	target.kind = as->kind;
	target.hops = as->hops;
	planner_reschedule(p, h, &target, as->due_ms ? as->due_ms : planner_now_ms(p));
}

/* Further pages of a list. */

/*
 * A page that is news for the most part cannot show all that is new: a burst
 * of publications, or days without us, filled it. Half, because what stands on
 * top for months and boxes beside the list are known. On further pages items
 * that are still to be fetched count as well: what was published meanwhile has
 * moved them down from the page before.
 */
static bool goes_on(const struct applying *a)
{
	const struct result *r = a->result;
	unsigned depth = a->entry.role == ENTRY_FURTHER ? a->entry.hops : 0;
	size_t n_news = a->admitted.n_new + a->admitted.n_open;

	return r->outcome == OUTCOME_OK && a->entry.role != ENTRY_FOUND && *r->next_page &&
		n_news && n_news * 2 >= r->n_items &&
		depth < (unsigned)a->p->config->scheduler.further_pages_max;
}

/* It goes before all items that this round of the list has found, whose number grows. */
static int64_t due_before_items(const struct applying *a)
{
	int64_t now_ms = planner_now_ms(a->p);

	return a->entry.due_ms < now_ms ? a->entry.due_ms : now_ms - 1;
}

static void look_further(struct applying *a)
{
	const struct entry *e = &a->entry;
	const struct admission next = {
		.url = a->result->next_page,
		.source = e->source,
		.role = ENTRY_FURTHER,
		.kind = e->kind,
		.hops = e->role == ENTRY_FURTHER ? e->hops + 1 : 1,
		.title = "",
		.due_ms = due_before_items(a),
	};
	uint64_t number;

	if (admit_list_page(a->p, e, &next, &number) == ADMIT_KNOWN && number != e->number)
		applying_take_along(a, number, &next);
}

/* The URL. */

static struct span keep(struct planner *p, const char *s)
{
	return *s ? span_str(arena_strdup(p->arena, s)) : (struct span){"", 0};
}

/* Validators go with what they validate; a 304 need not repeat them (RFC 9110 15.4.5). */
static void set_validators(struct applying *a)
{
	const struct result *r = a->result;
	bool is_repeated = r->outcome == OUTCOME_NOT_MODIFIED;
	bool is_over = r->outcome == OUTCOME_GONE || r->outcome == OUTCOME_MOVED;

	if (r->outcome != OUTCOME_OK && !is_repeated && !is_over)
		return;
	if (!is_repeated || *r->etag)
		a->entry.etag = keep(a->p, is_over ? "" : r->etag);
	if (!is_repeated || *r->last_modified)
		a->entry.last_modified = keep(a->p, is_over ? "" : r->last_modified);
}

static int64_t next_due_ms(struct applying *a)
{
	const struct revisit_rules rules = applying_rules(a);
	const struct result *r = a->result;
	int64_t now_ms = planner_now_ms(a->p);
	int64_t wait_ms = revisit_next(&rules, r->outcome, r->changed || a->admitted.n_new,
		&a->entry.revisit);

	if (revisit_is_host_failure(r->outcome))
		wait_ms = revisit_jitter(wait_ms, host_chance(a->host));
	if (a->is_due_now)
		return now_ms;
	if (a->entry.kind == WORK_ROBOTS && !revisit_is_host_failure(r->outcome))
		return ENTRY_DUE_NEVER; /* until somebody needs it again */
	/* The source's own URL says when its stand-in is looked at again. */
	if (wait_ms == REVISIT_NEVER || a->entry.role == ENTRY_STAND_IN)
		return ENTRY_DUE_NEVER;
	if (r->outcome == OUTCOME_OK || r->outcome == OUTCOME_NOT_MODIFIED)
		wait_ms = revisit_heed_fresh(&rules, wait_ms, r->fresh_ms);
	if (r->outcome == OUTCOME_MOVED && redirect_is_permanent(r) && a->entry.moved_number)
		wait_ms = wait_ms > MOVED_RECHECK_MS ? wait_ms : MOVED_RECHECK_MS;
	/* Nobody else does that for what a further page did not show. */
	if (a->entry.role == ENTRY_FURTHER && !revisit_is_host_failure(r->outcome))
		return ENTRY_DUE_NEVER;
	return now_ms + wait_ms;
}

static void move_entry(struct applying *a)
{
	struct entry *e = &a->entry;
	uint64_t heir = applying_is_watched(e->role) ? e->moved_number : 0;
	enum outcome outcome = a->result->outcome;
	bool is_silent = outcome != OUTCOME_OK && outcome != OUTCOME_NOT_MODIFIED &&
		outcome != OUTCOME_MOVED;

	if (planner_is_leased(a->host, e))
		handout_end(a->p, a->host);
	else
		frontier_unschedule(a->p->frontier, e);
	e->was_fetched = true;
	e->is_kept |= *a->result->page != '\0';
	e->releases = 0;
	e->fetched_ms = clock_wall_ms();
	e->moved_number = is_silent ? heir : 0;
	if (outcome == OUTCOME_MOVED)
		redirect_follow(a);
	else if (e->role != ENTRY_FURTHER)
		e->hops = 0;
	set_validators(a);
	e->due_ms = next_due_ms(a);
	frontier_schedule(a->p->frontier, e);
	planner_refresh(a->p, a->host);
	redirect_settle_heir(a, heir);
}

/* The source. */

static void tell_source(struct applying *a, bool is_outcome_valid)
{
	struct roster_source *s = a->source;
	const struct result *r = a->result;
	bool is_own = a->entry.role != ENTRY_FOUND && is_outcome_valid;

	if (!s || (!is_own && !r->n_items))
		return;
	s->n_items += r->n_items;
	s->n_new += a->admitted.n_new;
	if (a->admitted.n_new)
		s->new_item_ms = clock_wall_ms();
	if (is_own) {
		s->was_fetched = true;
		s->fetched_ms = clock_wall_ms();
		s->outcome = r->outcome;
		roster_set_error(s, r->error);
	}
	planner_put_source(a->p, s);
}

void apply_result(struct planner *p, struct worker *w, const struct result *r)
{
	struct applying a = {.p = p, .result = r};
	const struct host_lease *lease;
	bool is_others;

	if (!frontier_read(p->frontier, r->url_number, p->arena, &a.entry))
		return;
	a.host = planner_host_of(p, &a.entry);
	if (!a.host)
		return;
	a.source = roster_get(&p->roster, a.entry.source);
	lease = &a.host->lease;
	is_others = planner_is_leased(a.host, &a.entry) &&
		!(lease->lease_number == r->lease_number && lease->worker == w);
	if (!is_others && *r->robots_at) {
		redirect_await_robots(&a);
		if (redirect_is_robots_lost(&a.entry))
			tell_source(&a, true);
		apply_pause(&a);
		return;
	}
	a.admitted = admit_items(p, &a.entry, r);
	tell_source(&a, !is_others);
	if (goes_on(&a))
		look_further(&a); /* whoever has the list now will find nothing new on it */
	if (is_others) {
		apply_pause(&a); /* it was asked all the same */
		return;
	}
	p->counts.outcomes[r->outcome]++;
	p->counts.limits[r->limit]++;
	preference_learn(p, &a.entry, r);
	apply_failure(&a);
	move_entry(&a);
	apply_pause(&a);
	apply_probe(&a);
}
