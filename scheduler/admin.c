#include "scheduler/admin.h"

#include "common/clock.h"
#include "common/json.h"
#include "scheduler/admit.h"
#include "scheduler/sync.h"

#define DUE_COUNT_MAX 100000 /* counted one by one, some 10 ms */

static void put_moment(struct strbuf *out, const char *key, int64_t wall_ms, bool is_known)
{
	char text[CLOCK_TEXT_MAX];

	json_field_str(out, key, is_known ? clock_format(wall_ms, 0, text) : NULL);
}

/* Status. */

struct tally {
	uint64_t due_now, leased, waiting, failing, paused;
};

static struct tally count_hosts(struct planner *p)
{
	int64_t now_ms = planner_now_ms(p);
	struct tally t = {0};

	for (size_t i = 0; i < p->hosts.len; i++) {
		const struct host *h = p->hosts.heap[i];

		t.leased += host_is_leased(h);
		t.paused += h->paused;
		t.failing += h->failures > 0;
		if (h->due_ms > now_ms)
			continue;
		t.waiting += !host_is_leased(h) && !h->paused && h->next_ms > now_ms;
		if (t.due_now < DUE_COUNT_MAX)
			t.due_now += frontier_count_due(p->frontier, h->number, now_ms,
				DUE_COUNT_MAX - t.due_now);
	}
	return t;
}

static void put_workers(struct planner *p, struct strbuf *out)
{
	json_key(out, "workers");
	json_open(out, '[');
	for (size_t i = 0; i < p->workers.len; i++) {
		const struct worker *w = p->workers.list[i];

		json_open(out, '{');
		json_field_str(out, "name", w->name);
		put_moment(out, "last_contact", w->contact_ms, true);
		json_field_int(out, "leases", (int64_t)w->n_leases);
		json_close(out, '}');
	}
	json_close(out, ']');
}

static void put_outcomes(struct planner *p, struct strbuf *out)
{
	json_key(out, "outcomes");
	json_open(out, '{');
	for (int i = 0; i <= OUTCOME_LAST; i++)
		json_field_int(out, outcome_str((enum outcome)i), (int64_t)p->counts.outcomes[i]);
	json_close(out, '}');
}

static void put_limits(struct planner *p, struct strbuf *out)
{
	json_key(out, "limits");
	json_open(out, '{');
	for (int i = LIMIT_NONE + 1; i < LIMIT_N; i++)
		json_field_int(out, fetch_limit_str((enum fetch_limit)i),
			(int64_t)p->counts.limits[i]);
	json_close(out, '}');
}

static bool show_status(struct planner *p, struct strbuf *out)
{
	struct tally t = count_hosts(p);
	struct frontier_counts counts;

	frontier_read_counts(p->frontier, &counts);
	json_open(out, '{');
	json_field_int(out, "uptime_s", (clock_mono_ms() - p->base_mono_ms) / 1000);
	json_field_int(out, "urls", (int64_t)counts.urls);
	json_field_int(out, "scheduled", (int64_t)counts.scheduled);
	json_field_int(out, "due_now", (int64_t)t.due_now);
	json_field_int(out, "leased", (int64_t)t.leased);
	json_field_int(out, "hosts", (int64_t)p->hosts.len);
	json_field_int(out, "hosts_waiting", (int64_t)t.waiting);
	json_field_int(out, "hosts_failing", (int64_t)t.failing);
	json_field_int(out, "hosts_paused", (int64_t)t.paused);
	json_field_int(out, "sources", (int64_t)p->sources->len);
	json_field_int(out, "admitted", (int64_t)p->counts.admitted);
	json_field_int(out, "refused", (int64_t)p->counts.refused);
	put_outcomes(p, out);
	put_limits(p, out);
	json_field_int(out, "frontier_bytes", counts.file_bytes);
	json_field_str(out, "trouble", p->trouble);
	put_workers(p, out);
	json_close(out, '}');
	return true;
}

/* Sources. */

static void put_next_due(struct planner *p, const struct roster_source *s, struct strbuf *out)
{
	struct entry e;
	bool is_known = s->url_number && frontier_read(p->frontier, s->url_number, p->arena, &e) &&
		e.due_ms != ENTRY_DUE_NEVER;

	put_moment(out, "next_due", is_known ? planner_to_wall(p, e.due_ms) : 0, is_known);
}

/* Why its host is backed off from, and until when. */
static void put_trouble(struct planner *p, const struct roster_source *s, struct strbuf *out)
{
	const struct host *h = hosts_find(&p->hosts, s->host);
	bool is_failing = h && h->failures;

	json_field_str(out, "host_trouble", is_failing ? outcome_str(h->failure) : NULL);
	json_field_int(out, "host_failures", is_failing ? (int64_t)h->failures : 0);
	put_moment(out, "host_probe", is_failing ? planner_to_wall(p, h->next_ms) : 0, is_failing);
}

static void put_source(struct planner *p, const struct source *source, struct strbuf *out)
{
	const struct roster_source *s = roster_find(&p->roster, span_str(source->name));

	json_open(out, '{');
	json_field_str(out, "name", source->name);
	json_field_str(out, "url", source->url);
	json_field_str(out, "kind", work_kind_str((enum work_kind)source->kind));
	json_field_int(out, "interval_s", planner_interval_ms(p, s) / 1000);
	json_field_bool(out, "paused", s->paused);
	put_moment(out, "last_fetch", s->fetched_ms, s->was_fetched);
	json_field_str(out, "last_outcome", s->was_fetched ? outcome_str(s->outcome) : NULL);
	json_field_str(out, "error", *s->error ? s->error : NULL);
	json_field_int(out, "items_seen", (int64_t)s->n_items);
	json_field_int(out, "items_new", (int64_t)s->n_new);
	json_field_int(out, "items_refused", (int64_t)s->n_refused);
	put_moment(out, "last_new_item", s->new_item_ms, s->new_item_ms != 0);
	put_next_due(p, s, out);
	put_trouble(p, s, out);
	json_close(out, '}');
}

static bool show_sources(struct planner *p, struct strbuf *out)
{
	json_open(out, '{');
	json_key(out, "sources");
	json_open(out, '[');
	for (size_t i = 0; i < p->sources->len; i++)
		put_source(p, p->sources->sources[i], out);
	json_close(out, ']');
	json_close(out, '}');
	return true;
}

/* Add. */

/* Lists in @out what is no URL. */
static bool check_urls(const struct admin_request *q, struct strbuf *out)
{
	for (size_t i = 0; i < q->n_arguments; i++) {
		STRBUF_LOCAL(href);

		if (url_resolve(q->arguments[i], (struct span){0}, &href) < 0 ||
			href.len > PROTOCOL_URL_MAX)
			strbuf_printf(out, "%s'%.*s' is no http or https URL", out->len ? "; " : "",
				(int)q->arguments[i].len, q->arguments[i].data);
	}
	return out->len == 0;
}

static void make_due(struct planner *p, uint64_t number)
{
	struct entry e;
	struct host *h;

	if (!frontier_read(p->frontier, number, p->arena, &e))
		return;
	h = planner_host_of(p, &e);
	if (h)
		planner_reschedule(p, h, &e, planner_now_ms(p));
}

static bool add_urls(struct planner *p, const struct admin_request *q, struct strbuf *out)
{
	int64_t n_new = 0, n_known = 0;
	struct admission a = {.role = ENTRY_FOUND, .kind = WORK_PAGE, .title = ""};

	if (!check_urls(q, out))
		return false;
	a.source = sync_roster_source(p, SPAN_LITERAL(SOURCE_MANUAL))->number;
	for (size_t i = 0; i < q->n_arguments; i++) {
		uint64_t number;
		enum admit_outcome outcome;

		a.url = q->arguments[i].data; /* terminated by the decoder */
		outcome = admit_url(p, &a, &number);
		n_new += outcome == ADMIT_NEW;
		n_known += outcome == ADMIT_KNOWN;
		if (outcome == ADMIT_KNOWN)
			make_due(p, number);
	}
	json_open(out, '{');
	json_field_int(out, "added", n_new);
	json_field_int(out, "due", n_known);
	json_close(out, '}');
	return true;
}

/* Pause and resume. */

/* Lists in @out what is neither a source nor a host. */
static bool check_names(struct planner *p, const struct admin_request *q, struct strbuf *out)
{
	for (size_t i = 0; i < q->n_arguments; i++) {
		if (!roster_find(&p->roster, q->arguments[i]) &&
			!hosts_find(&p->hosts, q->arguments[i]))
			strbuf_printf(out, "%sthere is no source or host '%.*s'",
				out->len ? "; " : "", (int)q->arguments[i].len,
				q->arguments[i].data);
	}
	return out->len == 0;
}

static void pause_source(struct planner *p, struct roster_source *s, bool on)
{
	s->paused = on;
	planner_put_source(p, s);
	if (!on && s->url_number)
		make_due(p, s->url_number);
}

static void pause_host(struct planner *p, struct host *h, bool on)
{
	h->paused = on;
	planner_put_host(p, h);
	hosts_update(&p->hosts, h);
}

/* A source is looked for first: its name may be that of a host. */
static bool pause_all(struct planner *p, const struct admin_request *q, bool on, struct strbuf *out)
{
	int64_t n_sources = 0, n_hosts = 0;

	if (!check_names(p, q, out))
		return false;
	for (size_t i = 0; i < q->n_arguments; i++) {
		struct roster_source *s = roster_find(&p->roster, q->arguments[i]);

		if (s)
			pause_source(p, s, on);
		else
			pause_host(p, hosts_find(&p->hosts, q->arguments[i]), on);
		n_sources += s != NULL;
		n_hosts += s == NULL;
	}
	json_open(out, '{');
	json_field_int(out, "sources", n_sources);
	json_field_int(out, "hosts", n_hosts);
	json_close(out, '}');
	return true;
}

bool admin_handle(struct planner *p, const struct admin_request *q, struct strbuf *out)
{
	switch (q->command) {
	case ADMIN_STATUS:
		return show_status(p, out);
	case ADMIN_SOURCES:
		return show_sources(p, out);
	case ADMIN_ADD:
		return add_urls(p, q, out);
	case ADMIN_PAUSE:
		return pause_all(p, q, true, out);
	case ADMIN_RESUME:
		return pause_all(p, q, false, out);
	}
	strbuf_add_str(out, "unknown command");
	return false;
}
