#include "scheduler/sync.h"

#include "common/clock.h"

struct roster_source *sync_roster_source(struct planner *p, struct span name)
{
	struct roster_source *s = roster_find(&p->roster, name);

	if (s)
		return s;
	s = roster_add(&p->roster, name,
		(uint32_t)frontier_take_number(p->frontier, FRONTIER_SOURCE));
	planner_put_source(p, s);
	return s;
}

/* False when the entry is not watched for @s. */
static bool stop_watching(struct planner *p, const struct roster_source *s, struct entry *e)
{
	struct host *h = planner_host_of(p, e);

	if ((e->role != ENTRY_SOURCE && e->role != ENTRY_HEIR) || e->source != s->number || !h)
		return false;
	e->role = ENTRY_STAND_IN;
	planner_reschedule(p, h, e, ENTRY_DUE_NEVER);
	return true;
}

/* Another source may have taken one of them already. */
void sync_unwatch(struct planner *p, const struct roster_source *s, uint64_t number, uint64_t end)
{
	struct entry e;

	for (int i = 0; number && i <= ENTRY_HOPS_MAX; i++, number = e.moved_number) {
		if (number == end || number == s->url_number ||
			!frontier_read(p->frontier, number, p->arena, &e) ||
			!stop_watching(p, s, &e))
			return;
	}
}

/* When a source's own URL is due: at once if it never was looked at, sooner if its interval shrank.
 */
static int64_t due_of(const struct planner *p, const struct roster_source *s, const struct entry *e)
{
	int64_t now_ms = planner_now_ms(p), by_interval_ms;

	if (e->role != ENTRY_SOURCE || e->source != s->number || !e->was_fetched)
		return e->due_ms < now_ms ? e->due_ms : now_ms;
	by_interval_ms = now_ms + planner_interval_ms(p, s);
	return e->due_ms < by_interval_ms ? e->due_ms : by_interval_ms;
}

static void promote(struct planner *p, const struct roster_source *s, struct entry *e)
{
	struct host *h = planner_host_of(p, e);
	int64_t due_ms = due_of(p, s, e);
	enum work_kind kind = (enum work_kind)s->rules->kind;

	if (!h ||
		(e->role == ENTRY_SOURCE && e->source == s->number && e->kind == kind &&
			e->due_ms == due_ms))
		return;
	e->role = ENTRY_SOURCE;
	e->source = s->number;
	e->kind = kind;
	planner_reschedule(p, h, e, due_ms);
}

static void add_entry(struct planner *p, struct roster_source *s)
{
	struct entry e = {
		.host = planner_host(p, s->host)->number,
		.source = s->number,
		.role = ENTRY_SOURCE,
		.kind = (enum work_kind)s->rules->kind,
		.due_ms = planner_now_ms(p),
		.seen_ms = clock_wall_ms(),
		.url = span_str(s->rules->url),
	};

	frontier_add(p->frontier, &s->rules->id, &e);
	s->url_number = e.number;
	planner_refresh(p, hosts_get(&p->hosts, e.host));
}

static void sync_source(struct planner *p, struct roster_source *s)
{
	uint64_t before = s->url_number, number = 0;
	struct entry e;

	if (frontier_find(p->frontier, &s->rules->id, &number) &&
		frontier_read(p->frontier, number, p->arena, &e)) {
		s->url_number = number;
		promote(p, s, &e);
	} else
		add_entry(p, s);
	if (before == s->url_number)
		return;
	if (before)
		sync_unwatch(p, s, before, 0);
	planner_put_source(p, s);
}

static void drop_source(struct planner *p, struct roster_source *s)
{
	uint64_t number = s->url_number;

	if (!number)
		return;
	s->url_number = 0;
	sync_unwatch(p, s, number, 0);
	planner_put_source(p, s);
}

/* A host that a source asks to be slow with is slow for everybody. */
static void set_delays(struct planner *p)
{
	for (size_t i = 0; i < p->hosts.len; i++)
		p->hosts.heap[i]->source_delay_ms = -1;
	for (size_t i = 0; i < p->roster.len; i++) {
		const struct roster_source *s = p->roster.list[i];
		struct host *h;

		if (!s->rules || !s->rules->has_delay)
			continue;
		h = planner_host(p, s->host);
		if (s->rules->delay_ms > h->source_delay_ms)
			h->source_delay_ms = s->rules->delay_ms;
	}
}

void sync_sources(struct planner *p, const struct source_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		(void)sync_roster_source(p, span_str(list->sources[i]->name));
	roster_bind(&p->roster, list);
	/* Who has lost its URL first: another source may have it now. */
	for (size_t i = 0; i < p->roster.len; i++) {
		if (!p->roster.list[i]->rules)
			drop_source(p, p->roster.list[i]);
	}
	for (size_t i = 0; i < p->roster.len; i++) {
		if (p->roster.list[i]->rules)
			sync_source(p, p->roster.list[i]);
	}
	set_delays(p);
}
