#include "scheduler/handout.h"

#include "common/alloc.h"

#include <inttypes.h>

#define STEPS_MAX         4096 /* hosts looked at in vain in one turn; the next turn goes on */
#define PAUSED_RECHECK_MS INT64_C(3600000) /* a page of a paused source is asked about hourly */

#define RELEASES_FREE   3 /* crawlers may be restarted; what kills them thrice is suspect */
#define RELEASE_BASE_MS 60000

/*
 * A page that ends every crawler that takes it must not end them all day. A
 * list is more often a bystander, and what hangs on it is more: once an
 * interval is seldom enough.
 */
static int64_t release_pause_ms(const struct planner *p, const struct entry *e)
{
	int64_t max_ms = REVISIT_BACKOFF_MAX, pause_ms = RELEASE_BASE_MS;

	if (e->releases <= RELEASES_FREE)
		return 0;
	if (e->role != ENTRY_FOUND)
		max_ms = planner_interval_ms(p, roster_get(&p->roster, e->source));
	for (unsigned i = RELEASES_FREE + 1; i < e->releases && pause_ms < max_ms; i++)
		pause_ms *= 2;
	return pause_ms < max_ms ? pause_ms : max_ms;
}

void handout_end(struct planner *p, struct host *h)
{
	frontier_del_lease(p->frontier, h->lease.url_number);
	worker_take(h);
	address_end(&p->addresses, &p->hosts, h);
	hosts_update(&p->hosts, h);
}

/* @is_suspect: a crawler may have ended over it. */
static void requeue(struct planner *p, struct entry *e, int64_t from_ms, bool is_suspect)
{
	struct host *h = planner_host_of(p, e);

	if (!h)
		return;
	e->releases += is_suspect && e->releases < UINT8_MAX;
	planner_schedule(p, h, e, from_ms + release_pause_ms(p, e));
}

/* The lease ends at @at_ms without a result. A request may have been made until then. */
static void take_back(struct planner *p, struct host *h, int64_t at_ms)
{
	uint64_t number = h->lease.url_number;
	bool is_suspect = !h->lease.is_old; /* else both have been ended from outside */
	const struct roster_source *source = NULL;
	struct entry e;
	int64_t next_ms;

	handout_end(p, h);
	if (frontier_read(p->frontier, number, p->arena, &e)) {
		source = roster_get(&p->roster, e.source);
		requeue(p, &e, at_ms, is_suspect);
	}
	next_ms = at_ms + planner_delay_ms(p, h, source);
	if (next_ms > h->next_ms)
		h->next_ms = next_ms;
	planner_put_host(p, h);
	hosts_update(&p->hosts, h);
}

void handout_return_lost(struct planner *p, uint64_t url_number)
{
	struct entry e;

	frontier_del_lease(p->frontier, url_number);
	if (!frontier_read(p->frontier, url_number, p->arena, &e))
		return;
	frontier_unschedule(p->frontier, &e); /* of a damaged lease the number may be another's */
	requeue(p, &e, planner_now_ms(p), false);
}

void handout_settle(struct planner *p, const struct frontier_due *place)
{
	struct host *h;
	struct entry e;

	frontier_drop_due(p->frontier, place);
	if (!frontier_read(p->frontier, place->number, p->arena, &e) || e.due_ms == ENTRY_DUE_NEVER)
		return;
	h = planner_host_of(p, &e);
	if (h && !planner_is_leased(h, &e))
		planner_schedule(p, h, &e, e.due_ms);
}

void handout_expire(struct planner *p)
{
	int64_t now_ms = planner_now_ms(p);
	struct host *h = hosts_first(&p->hosts);

	while (h && host_ready_ms(h) <= now_ms && host_is_leased(h)) {
		if (!p->trouble) /* with it the same is tried again every second */
			log_warn(&p->log,
				"worker '%s' did not bring back URL %" PRIu64
				" of %s, giving it out again",
				h->lease.worker->name, h->lease.url_number, h->name);
		take_back(p, h, h->lease.expires_ms);
		h = hosts_first(&p->hosts);
	}
}

void handout_release(struct planner *p, struct worker *w)
{
	size_t n = w->n_leases;

	while (w->leased)
		take_back(p, w->leased, planner_now_ms(p));
	if (n)
		log_notice(&p->log, "worker '%s' has started anew, giving out its %zu URLs again",
			w->name, n);
}

static char *dup_span(struct planner *p, struct span s)
{
	return s.len ? arena_dup(p->arena, s) : "";
}

static void fill_rules(struct planner *p, const struct source *rules, struct lease *l)
{
	l->publisher = rules->publisher;
	l->region = rules->region;
	l->link_selector = rules->links;
	l->include = source_spans(p->arena, &rules->include);
	l->n_include = rules->include.len;
	l->exclude = source_spans(p->arena, &rules->exclude);
	l->n_exclude = rules->exclude.len;
	source_fetch_rules(rules, span_str(l->url), p->arena, &l->fetch);
}

/* What the crawler is told about the URL that @h is leased for. */
static void fill_lease(struct planner *p, const struct host *h, const struct entry *e,
	struct lease *l)
{
	const struct roster_source *source = roster_get(&p->roster, e->source);

	*l = (struct lease){
		.url_number = e->number,
		.lease_number = h->lease.lease_number,
		.url = dup_span(p, e->url),
		.source = source ? source->name : SOURCE_MANUAL,
		.kind = e->kind,
		.duration_ms = h->lease.expires_ms - planner_now_ms(p),
		.delay_ms = planner_delay_ms(p, h, source),
		.etag = dup_span(p, e->etag),
		.last_modified = dup_span(p, e->last_modified),
		.title = dup_span(p, e->title),
		.published_ms = e->published_ms,
		.publisher = "",
		.region = "",
		.link_selector = "",
		.fetch = {.proxy = "", .proxy_login = "", .ca_file = ""},
	};
	if (source && source->rules)
		fill_rules(p, source->rules, l);
}

static void give(struct planner *p, struct host *h, struct worker *w, uint64_t seq,
	uint64_t url_number)
{
	const struct host_lease lease = {
		.url_number = url_number,
		.lease_number = frontier_take_number(p->frontier, FRONTIER_LEASE),
		.worker = w,
		.seq = seq,
		.expires_ms = planner_now_ms(p) + p->config->scheduler.lease_ms,
	};
	const struct lease_record record = {
		.url_number = lease.url_number,
		.lease_number = lease.lease_number,
		.worker = span_str(w->name),
		.boot = w->boot,
		.seq = seq,
		.host = h->number,
		.expires_ms = lease.expires_ms,
	};

	worker_give(h, &lease);
	address_begin(h);
	frontier_put_lease(p->frontier, &record);
}

/*
 * The first URL of a host's queue, taken off it. False when there is none to
 * be had after all; the host then stands elsewhere in the order.
 */
static bool take_first(struct planner *p, struct host *h, struct entry *e)
{
	const struct roster_source *source;
	struct frontier_due first;

	if (!frontier_first_due(p->frontier, h->number, &first) ||
		first.due_ms > planner_now_ms(p)) {
		planner_refresh(p, h);
		return false;
	}
	if (!frontier_read(p->frontier, first.number, p->arena, e) || e->due_ms != first.due_ms ||
		e->host != h->number) {
		log_warn(&p->log,
			"the queue of %s leads to URL %" PRIu64
			", which is not due there, putting it where it belongs",
			h->name, first.number);
		handout_settle(p, &first);
		planner_refresh(p, h);
		return false;
	}
	frontier_drop_due(p->frontier, &first);
	source = roster_get(&p->roster, e->source);
	if (source && source->paused) {
		e->due_ms = planner_now_ms(p) + PAUSED_RECHECK_MS;
		frontier_schedule(p->frontier, e);
		planner_refresh(p, h);
		return false;
	}
	return true;
}

void handout_fill(struct planner *p, struct worker *w, const struct work_request *q,
	struct work_reply *ret)
{
	size_t max = q->want < PROTOCOL_LEASES_MAX ? q->want : PROTOCOL_LEASES_MAX;
	int64_t now_ms = planner_now_ms(p);
	size_t address_max = (size_t)p->config->crawler.address_requests_max;
	size_t cap = 0;

	addresses_wake(&p->addresses, &p->hosts, address_max);
	for (int steps = 0; ret->n_leases < max && steps < STEPS_MAX;) {
		struct host *h = hosts_first(&p->hosts);
		struct entry e;

		if (!h || host_ready_ms(h) > now_ms)
			return;
		if (host_is_leased(h) ||
			address_turns_away(&p->addresses, &p->hosts, h, address_max) ||
			!take_first(p, h, &e)) {
			handout_expire(p);
			steps++;
			continue;
		}
		give(p, h, w, q->seq, e.number);
		planner_refresh(p, h);
		if (ret->n_leases == cap) {
			struct lease *larger =
				arena_alloc(p->arena, (cap ? cap * 2 : 8) * sizeof *larger);

			if (cap)
				memcpy(larger, ret->leases, cap * sizeof *larger);
			ret->leases = larger;
			cap = cap ? cap * 2 : 8;
		}
		fill_lease(p, h, &e, &ret->leases[ret->n_leases++]);
	}
}

bool handout_repeat(struct planner *p, struct worker *w, uint64_t seq, struct work_reply *ret)
{
	struct lease *leases;
	size_t n = 0;
	struct entry e;

	for (const struct host *h = w->leased; h; h = h->lease.next)
		n += h->lease.seq == seq;
	if (!n)
		return false;
	leases = arena_alloc(p->arena, n * sizeof *leases);
	for (const struct host *h = w->leased; h; h = h->lease.next) {
		if (h->lease.seq == seq &&
			frontier_read(p->frontier, h->lease.url_number, p->arena, &e))
			fill_lease(p, h, &e, &leases[ret->n_leases++]);
	}
	ret->leases = leases;
	return true;
}
