#include "scheduler/apply.h"

#include "common/clock.h"
#include "scheduler/admit.h"
#include "scheduler/handout.h"
#include "scheduler/preference.h"
#include "scheduler/sync.h"

/* A sitemap that robots.txt or an index names may be where the news is, however quiet it was. */
#define QUIET_LIST_INTERVALS 6

#define MOVED_RECHECK_MS (24 * 3600 * INT64_C(1000)) /* of what has moved for good: that may end */

#define ROBOTS_TURN_MS    500 /* for one request, while what waits for it waits */
#define ROBOTS_ROUNDS_MAX 20

#define RETRY_AFTER_MAX_MS (24 * 3600 * INT64_C(1000)) /* who wants longer is asked once a day */

/* One result being applied. */
struct applying {
	struct planner *p;
	const struct result *result;
	struct entry entry;
	struct host *host;
	struct roster_source *source; /* NULL for one that was lost */
	struct admitted admitted;
	bool is_due_now; /* it has moved to another form of itself */
};

/* A source's own URL, or what has taken its place. */
static bool is_watched(enum entry_role role)
{
	return role == ENTRY_SOURCE || role == ENTRY_HEIR;
}

static struct revisit_rules rules_of(const struct applying *a)
{
	const struct scheduler_config *c = &a->p->config->scheduler;
	bool is_page = a->entry.kind == WORK_PAGE && a->entry.role == ENTRY_FOUND;
	int64_t interval_ms = planner_interval_ms(a->p, a->source);

	return (struct revisit_rules){
		.first_ms = is_page ? c->page_interval_s * 1000 : interval_ms,
		.max_ms = is_page ? c->page_interval_max_s * 1000
				  : interval_ms * QUIET_LIST_INTERVALS,
		.is_constant = is_watched(a->entry.role),
	};
}

/* Redirects. */

static bool resolve_target(struct applying *a, struct strbuf *href, struct hash *ret_id)
{
	STRBUF_LOCAL(canonical);

	if (url_resolve(span_str(a->result->moved_to), a->entry.url, href) < 0 ||
		href->len > PROTOCOL_URL_MAX ||
		url_canonical(strbuf_span(href), &a->p->config->url_rules, &canonical) < 0)
		return false;
	*ret_id = url_id(strbuf_span(&canonical));
	return true;
}

/*
 * A page that sends on by META or script counts for more than half of what
 * there is: one such hop is an entry page, two are a maze.
 */
static unsigned hops_behind(const struct applying *a)
{
	bool is_page = a->result->http_status / 100 == 2;

	return a->entry.hops + (is_page ? ENTRY_HOPS_MAX / 2 + 1 : 1);
}

/* The same page under another spelling of its URL: that one is asked for next. */
static void move_to_itself(struct applying *a, struct span href)
{
	struct entry *e = &a->entry;

	if (span_eq(e->url, href))
		return;
	if (hops_behind(a) > ENTRY_HOPS_MAX) {
		e->hops = e->role == ENTRY_FURTHER ? e->hops
						   : 0; /* the circle may be open next time */
		return;
	}
	e->url = span_from(arena_dup(a->p->arena, href), href.len);
	e->hops = hops_behind(a);
	a->is_due_now = true;
}

/*
 * Makes an entry that is known part of this round of a source: in the place of
 * its own URL, or as a further page of its list.
 */
static void take_along(struct applying *a, uint64_t number, const struct admission *as)
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

/* RFC 9110 15.4.2, 15.4.9: who asks again should ask the new URL. */
static bool is_permanent(const struct result *r)
{
	return r->http_status == 301 || r->http_status == 308;
}

static enum entry_role role_of_target(const struct applying *a)
{
	if (!is_watched(a->entry.role))
		return a->entry.role;
	return is_permanent(a->result) ? ENTRY_HEIR : ENTRY_STAND_IN;
}

static void follow_move(struct applying *a)
{
	const struct entry *e = &a->entry;
	struct admission target = {
		.source = e->source,
		.role = role_of_target(a),
		.kind = e->kind,
		.hops = hops_behind(a),
		.published_ms = e->published_ms,
	};
	enum admit_outcome outcome;
	STRBUF_LOCAL(href);
	struct hash id;
	uint64_t number = 0;

	if (!resolve_target(a, &href, &id))
		return;
	if (frontier_find(a->p->frontier, &id, &number) && number == e->number) {
		move_to_itself(a, strbuf_span(&href));
		return;
	}
	if (target.hops > ENTRY_HOPS_MAX)
		return;
	target.url = href.data;
	target.title = e->title.len ? arena_dup(a->p->arena, e->title) : "";
	outcome = admit_move(a->p, e, &target, &number);
	if (outcome == ADMIT_REFUSED)
		return;
	if (outcome == ADMIT_KNOWN && target.role != ENTRY_FOUND)
		take_along(a, number, &target);
	a->entry.moved_number = number;
}

/* A robots.txt that stands on another host. */

/* The look at @robots_at, now if it was not to be before; when it is likely to be over. */
static int64_t bring_in(struct applying *a, const char *robots_at)
{
	const struct admission as = {.url = robots_at,
		.source = a->entry.source,
		.role = ENTRY_FOUND,
		.kind = WORK_ROBOTS,
		.title = "",
		.hops = 1};
	struct planner *p = a->p;
	int64_t now_ms = planner_now_ms(p);
	struct entry other;
	uint64_t number;
	struct host *h;

	if (admit_url(p, &as, &number) == ADMIT_REFUSED ||
		!frontier_read(p->frontier, number, p->arena, &other))
		return now_ms;
	h = planner_host_of(p, &other);
	if (!h)
		return now_ms;
	if (other.due_ms > now_ms && !revisit_is_host_failure(other.revisit.last))
		planner_reschedule(p, h, &other, now_ms);
	if (!host_is_leased(h) && host_ready_ms(h) != HOST_READY_NEVER && host_ready_ms(h) > now_ms)
		now_ms = host_ready_ms(h);
	return now_ms + planner_delay_ms(p, h, a->source) + ROBOTS_TURN_MS;
}

static bool is_robots_lost(const struct entry *e)
{
	return e->revisit.failures > ROBOTS_ROUNDS_MAX;
}

/*
 * Nothing has been asked of the page yet: first its robots.txt has to be had,
 * from a host that has its own turn. After some rounds in vain (a crawler of
 * another node may have taken it) the page is asked about as seldom as one
 * that robots.txt forbids, and the file with it.
 */
static void await_robots(struct applying *a)
{
	const struct revisit_rules rules = rules_of(a);
	int64_t now_ms = planner_now_ms(a->p), due_ms;
	struct entry *e = &a->entry;

	if (planner_is_leased(a->host, e))
		handout_end(a->p, a->host);
	else
		frontier_unschedule(a->p->frontier, e);
	e->releases = 0;
	e->due_ms = now_ms + revisit_next(&rules, OUTCOME_ROBOTS, false, &e->revisit);
	frontier_schedule(a->p->frontier, e);
	planner_refresh(a->p, a->host);
	due_ms = bring_in(a, a->result->robots_at);
	if (!is_robots_lost(e))
		planner_reschedule(a->p, a->host, e, due_ms);
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
		take_along(a, number, &next);
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
	const struct revisit_rules rules = rules_of(a);
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
	if (r->outcome == OUTCOME_MOVED && is_permanent(r) && a->entry.moved_number)
		wait_ms = wait_ms > MOVED_RECHECK_MS ? wait_ms : MOVED_RECHECK_MS;
	/* Nobody else does that for what a further page did not show. */
	if (a->entry.role == ENTRY_FURTHER && !revisit_is_host_failure(r->outcome))
		return ENTRY_DUE_NEVER;
	return now_ms + wait_ms;
}

/* What stood in the place of a source's own URL, once that speaks for itself or leads elsewhere. */
static void drop_heir(struct applying *a, uint64_t number)
{
	if (number && number != a->entry.moved_number && a->source)
		sync_unwatch(a->p, a->source, number, a->entry.moved_number);
}

static bool is_dead_end(const struct applying *a)
{
	return a->result->outcome == OUTCOME_GONE ||
		(a->source && a->entry.moved_number == a->source->url_number);
}

/* Where the source had moved to is no more, or sends back: its own URL is asked within an interval. */
static void ask_for_heir(struct applying *a)
{
	struct planner *p = a->p;
	struct entry own;
	struct host *h;
	int64_t due_ms;

	if (a->entry.role != ENTRY_HEIR || !is_dead_end(a) || !a->source ||
		!frontier_read(p->frontier, a->source->url_number, p->arena, &own))
		return;
	h = planner_host_of(p, &own);
	due_ms = planner_now_ms(p) + planner_interval_ms(p, a->source);
	if (h && own.due_ms > due_ms)
		planner_reschedule(p, h, &own, due_ms);
}

static void move_entry(struct applying *a)
{
	struct entry *e = &a->entry;
	uint64_t heir = is_watched(e->role) ? e->moved_number : 0;
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
		follow_move(a);
	else if (e->role != ENTRY_FURTHER)
		e->hops = 0;
	set_validators(a);
	e->due_ms = next_due_ms(a);
	frontier_schedule(a->p->frontier, e);
	planner_refresh(a->p, a->host);
	drop_heir(a, heir);
	ask_for_heir(a);
}

/* The host. */

/* Only an answer tells that robots.txt has no Crawl-delay; a failure may have come before it. */
static void set_crawl_delay(struct applying *a)
{
	const struct result *r = a->result;

	if (r->crawl_delay_ms >= 0)
		a->host->crawl_delay_ms = r->crawl_delay_ms;
	else if (r->outcome == OUTCOME_OK || r->outcome == OUTCOME_NOT_MODIFIED)
		a->host->crawl_delay_ms = 0;
}

static void count_failure(struct host *h, enum outcome outcome)
{
	if (revisit_is_host_failure(outcome)) {
		h->failures++;
		h->failure = outcome;
	} else if (outcome != OUTCOME_ROBOTS && outcome != OUTCOME_GUARDED)
		h->failures = 0;
}

static void pause_host(struct applying *a)
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
static void probe_with_list(struct applying *a)
{
	struct host *h = a->host;
	struct entry list;

	if (a->result->outcome != OUTCOME_DOWN || !find_probe(a, &list) ||
		planner_is_leased(h, &list) || list.due_ms <= h->due_ms)
		return;
	planner_reschedule(a->p, h, &list, h->due_ms < h->next_ms ? h->due_ms - 1 : h->next_ms);
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
		await_robots(&a);
		if (is_robots_lost(&a.entry))
			tell_source(&a, true);
		pause_host(&a);
		return;
	}
	a.admitted = admit_items(p, &a.entry, r);
	tell_source(&a, !is_others);
	if (is_others) {
		pause_host(&a); /* it was asked all the same */
		return;
	}
	p->counts.outcomes[r->outcome]++;
	p->counts.limits[r->limit]++;
	preference_learn(p, &a.entry, r);
	if (goes_on(&a))
		look_further(&a);
	count_failure(a.host, r->outcome);
	move_entry(&a);
	pause_host(&a);
	probe_with_list(&a);
}
