#include "scheduler/applying.h"

#include "scheduler/handout.h"
#include "scheduler/sync.h"

#define ROBOTS_TURN_MS    500 /* for one request, while what waits for it waits */
#define ROBOTS_ROUNDS_MAX 20

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
		if (e->role != ENTRY_FURTHER)
			e->hops = 0; /* the circle may be open next time */
		return;
	}
	e->url = span_from(arena_dup(a->p->arena, href), href.len);
	e->hops = hops_behind(a);
	a->is_due_now = true;
}

/* RFC 9110 15.4.2, 15.4.9: who asks again should ask the new URL. */
bool redirect_is_permanent(const struct result *r)
{
	return r->http_status == 301 || r->http_status == 308;
}

static enum entry_role role_of_target(const struct applying *a)
{
	if (!applying_is_watched(a->entry.role))
		return a->entry.role;
	return redirect_is_permanent(a->result) ? ENTRY_HEIR : ENTRY_STAND_IN;
}

void redirect_follow(struct applying *a)
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
		applying_take_along(a, number, &target);
	a->entry.moved_number = number;
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

/*
 * Where the source had moved to is no more, or sends back: its own URL is asked within an
 * interval.
 */
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

void redirect_settle_heir(struct applying *a, uint64_t heir)
{
	drop_heir(a, heir);
	ask_for_heir(a);
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

bool redirect_is_robots_lost(const struct entry *e)
{
	return e->revisit.failures > ROBOTS_ROUNDS_MAX;
}

/*
 * Nothing has been asked of the page yet: first its robots.txt has to be had,
 * from a host that has its own turn. After some rounds in vain (a crawler of
 * another node may have taken it) the page is asked about as seldom as one
 * that robots.txt forbids, and the file with it.
 */
void redirect_await_robots(struct applying *a)
{
	const struct revisit_rules rules = applying_rules(a);
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
	if (!redirect_is_robots_lost(e))
		planner_reschedule(a->p, a->host, e, due_ms);
}
