#include "scheduler/planner.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/url_host.h"
#include "scheduler/apply.h"
#include "scheduler/handout.h"
#include "scheduler/sync.h"

#include <inttypes.h>

#define WORKER_FORGET_MS (7 * 86400 * INT64_C(1000)) /* crawlers' names change with every move */
#define GIB              (INT64_C(1) << 30)

/* Time. */

int64_t planner_now_ms(const struct planner *p)
{
	return p->base_ms + clock_mono_ms() - p->base_mono_ms;
}

int64_t planner_to_wall(const struct planner *p, int64_t ms)
{
	return ms - planner_now_ms(p) + clock_wall_ms();
}

static void start_clock(struct planner *p)
{
	int64_t wall_ms = clock_wall_ms(), last_ms = frontier_last_ms(p->frontier);

	p->base_ms = wall_ms > last_ms ? wall_ms : last_ms;
	p->base_mono_ms = clock_mono_ms();
}

/* Hosts, within a transaction. */

struct host *planner_host(struct planner *p, struct span name)
{
	struct host *h;

	name = url_host_without_root(name);
	h = hosts_find(&p->hosts, name);
	if (h)
		return h;
	h = hosts_add(&p->hosts, name, (uint32_t)frontier_take_number(p->frontier, FRONTIER_HOST));
	planner_put_host(p, h);
	return h;
}

struct host *planner_host_of(struct planner *p, struct entry *e)
{
	struct host *h = hosts_get(&p->hosts, e->host);
	struct url_parts parts;

	if (!h && url_split(e->url, &parts)) {
		h = planner_host(p, parts.host);
		e->host = h->number;
	}
	return h;
}

void planner_put_host(struct planner *p, struct host *h)
{
	const struct host_record record = host_record_of(h);

	frontier_put_host(p->frontier, &record);
}

void planner_refresh(struct planner *p, struct host *h)
{
	struct frontier_due first;

	h->due_ms = ENTRY_DUE_NEVER;
	if (frontier_first_due(p->frontier, h->number, &first))
		h->due_ms = first.due_ms;
	hosts_update(&p->hosts, h);
}

void planner_schedule(struct planner *p, struct host *h, struct entry *e, int64_t due_ms)
{
	e->due_ms = due_ms;
	frontier_schedule(p->frontier, e);
	if (due_ms < h->due_ms) {
		h->due_ms = due_ms;
		hosts_update(&p->hosts, h);
	}
}

void planner_reschedule(struct planner *p, struct host *h, struct entry *e, int64_t due_ms)
{
	if (planner_is_leased(h, e)) {
		frontier_write(p->frontier, e);
		return;
	}
	frontier_unschedule(p->frontier, e);
	e->due_ms = due_ms;
	frontier_schedule(p->frontier, e);
	planner_refresh(p, h);
}

void planner_put_source(struct planner *p, const struct roster_source *s)
{
	const struct source_record record = roster_record_of(s);

	frontier_put_source(p->frontier, &record);
}

bool planner_is_leased(const struct host *h, const struct entry *e)
{
	return h->lease.url_number == e->number;
}

int64_t planner_delay_ms(const struct planner *p, const struct host *h,
	const struct roster_source *source)
{
	const struct scheduler_config *c = &p->config->scheduler;
	int64_t robots_ms = h->crawl_delay_ms < c->crawl_delay_max_ms ? h->crawl_delay_ms
								      : c->crawl_delay_max_ms;
	int64_t delay_ms = c->host_delay_ms;

	if (h->source_delay_ms >= 0)
		delay_ms = h->source_delay_ms;
	else if (source && source->rules && source->rules->has_delay)
		delay_ms = source->rules->delay_ms;
	return delay_ms > robots_ms ? delay_ms : robots_ms;
}

int64_t planner_interval_ms(const struct planner *p, const struct roster_source *source)
{
	int64_t interval_s = p->config->scheduler.listing_interval_s;

	if (source && source->rules && source->rules->interval_s)
		interval_s = source->rules->interval_s;
	return interval_s * 1000;
}

/* Loading: memory from the tables. */

struct loading {
	struct planner *p;
	uint64_t *lost; /* leased URLs that nobody can bring back */
	size_t n_lost, cap_lost;
	struct frontier_due *nameless; /* queues of hosts that have no record */
	size_t n_nameless, cap_nameless;
};

static void on_source(void *arg, const struct source_record *r)
{
	struct loading *l = arg;
	struct roster_source *s = roster_add(&l->p->roster, r->name, r->number);
	CLEANUP(freep) char *error = alloc_strndup(r->error.data, r->error.len);

	s->url_number = r->url_number;
	s->paused = r->paused;
	s->was_fetched = r->was_fetched;
	s->outcome = r->outcome;
	s->fetched_ms = r->fetched_ms;
	s->new_item_ms = r->new_item_ms;
	s->n_items = r->n_items;
	s->n_new = r->n_new;
	s->n_refused = r->n_refused;
	roster_set_error(s, error);
}

static void on_host(void *arg, const struct host_record *r)
{
	struct loading *l = arg;
	struct host *h = hosts_add(&l->p->hosts, r->name, r->number);

	h->next_ms = r->next_ms;
	h->crawl_delay_ms = r->crawl_delay_ms;
	h->failures = r->failures;
	h->failure = r->failure;
	h->paused = r->paused;
	memcpy(h->forms, r->forms, sizeof h->forms);
	if (r->address.len)
		address_bind(&l->p->addresses, h, r->address);
}

static void on_worker(void *arg, const struct worker_record *r)
{
	struct loading *l = arg;
	struct worker *w = workers_add(&l->p->workers, r->name);

	w->boot = r->boot;
	w->applied_seq = r->applied_seq;
	w->answered_seq = r->answered_seq;
	w->contact_ms = r->contact_ms;
}

static void on_lease(void *arg, const struct lease_record *r)
{
	struct loading *l = arg;
	struct planner *p = l->p;
	struct host *h = hosts_get(&p->hosts, r->host);
	struct worker *w = r->worker.len ? workers_find(&p->workers, r->worker) : NULL;
	int64_t latest_ms = planner_now_ms(p) + p->config->scheduler.lease_ms;
	struct host_lease lease = {
		.url_number = r->url_number,
		.lease_number = r->lease_number,
		.worker = w,
		.seq = r->seq,
		.expires_ms = r->expires_ms < latest_ms ? r->expires_ms : latest_ms,
		.is_old = true,
	};

	if (h && w && w->boot == r->boot && !host_is_leased(h)) {
		worker_give(h, &lease);
		address_begin(h);
		return;
	}
	l->lost = alloc_grow(l->lost, l->n_lost, &l->cap_lost, sizeof *l->lost);
	l->lost[l->n_lost++] = r->url_number;
}

static void on_queue(void *arg, const struct frontier_due *first)
{
	struct loading *l = arg;
	struct host *h = hosts_get(&l->p->hosts, first->host);

	if (h) {
		h->due_ms = first->due_ms;
		return;
	}
	l->nameless = alloc_grow(l->nameless, l->n_nameless, &l->cap_nameless, sizeof *l->nameless);
	l->nameless[l->n_nameless++] = *first;
}

/* A URL that stands where it should tells the name of a host whose record was lost. */
static bool name_host(struct planner *p, const struct frontier_due *place)
{
	struct url_parts parts;
	struct entry e;
	struct host *h;

	if (!frontier_was_taken(p->frontier, FRONTIER_HOST, place->host) ||
		!frontier_read(p->frontier, place->number, p->arena, &e) || e.host != place->host ||
		!url_split(e.url, &parts) ||
		hosts_find(&p->hosts, url_host_without_root(parts.host)))
		return false;
	h = hosts_add(&p->hosts, url_host_without_root(parts.host), place->host);
	h->due_ms = place->due_ms;
	hosts_update(&p->hosts, h);
	planner_put_host(p, h);
	return true;
}

/* A queue of no host: it gets its name back, or its URLs stand elsewhere. */
static void take_in(struct planner *p, const struct frontier_due *first)
{
	struct frontier_due place = *first;

	log_warn(&p->log,
		"there is no host %" PRIu32 ", whose queue begins with URL %" PRIu64
		", looking where it belongs",
		place.host, place.number);
	while (!name_host(p, &place)) {
		handout_settle(p, &place);
		if (!frontier_first_due(p->frontier, first->host, &place))
			return;
	}
}

static void forget_workers(struct planner *p)
{
	int64_t now_ms = clock_wall_ms();

	for (size_t i = 0; i < p->workers.len; i++) {
		const struct worker *w = p->workers.list[i];

		if (!w->n_leases && now_ms - w->contact_ms > WORKER_FORGET_MS)
			frontier_del_worker(p->frontier, span_str(w->name));
	}
}

static void release_memory(struct planner *p)
{
	hosts_release(&p->hosts);
	addresses_release(&p->addresses);
	workers_release(&p->workers);
	roster_release(&p->roster);
}

static void load_tables(struct planner *p)
{
	struct loading l = {.p = p};

	frontier_each_source(p->frontier, on_source, &l);
	frontier_each_host(p->frontier, on_host, &l);
	frontier_each_queue(p->frontier, on_queue, &l);
	frontier_each_worker(p->frontier, on_worker, &l);
	frontier_each_lease(p->frontier, on_lease, &l);
	hosts_rebuild(&p->hosts);
	for (size_t i = 0; i < l.n_nameless; i++)
		take_in(p, &l.nameless[i]);
	for (size_t i = 0; i < l.n_lost; i++)
		handout_return_lost(p, l.lost[i]);
	forget_workers(p);
	free(l.lost);
	free(l.nameless);
}

/* Everything in memory anew; @list is bound to it. Within a transaction of its own. */
static int load(struct planner *p, const struct source_list *list)
{
	int r;

	release_memory(p);
	p->needs_load = true;
	r = frontier_begin(p->frontier);
	if (r < 0)
		return r;
	arena_free(p->arena);
	p->arena = arena_new();
	load_tables(p);
	sync_sources(p, list);
	r = frontier_commit(p->frontier, planner_now_ms(p));
	p->needs_load = r < 0;
	return r;
}

/* Life cycle. */

static int read_sources(const struct config *config, struct source_list **ret, char **ret_error)
{
	STRBUF_LOCAL(errors);
	int r = source_list_load(config->sources_dir, &config->url_rules, ret, &errors);

	if (r < 0 && ret_error)
		*ret_error = strbuf_take(&errors);
	return r;
}

static int open_frontier(struct planner *p, char **ret_error)
{
	CLEANUP(freep) char *path = config_data_path(p->config, "frontier");
	int r = frontier_open(path, p->config->scheduler.map_gib * GIB, &p->log, &p->frontier,
		ret_error);

	if (r < 0)
		return r;
	start_clock(p);
	r = load(p, p->sources);
	if (r < 0 && ret_error)
		*ret_error = alloc_printf("%s: %s", path, err_str(r));
	return r;
}

int planner_open(const struct config *config, const struct log_ctx *log, struct planner **ret,
	char **ret_error)
{
	CLEANUP(planner_closep) struct planner *p = ALLOC_NEW(struct planner);
	int r;

	p->config = config;
	p->log = (struct log_ctx){log, "part", "planner"};
	r = read_sources(config, &p->sources, ret_error);
	if (!r)
		r = open_frontier(p, ret_error);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(p);
	return 0;
}

void planner_close(struct planner *p)
{
	if (!p)
		return;
	release_memory(p);
	frontier_close(p->frontier);
	source_list_free(p->sources);
	arena_free(p->arena);
	free(p);
}

int planner_reload(struct planner *p, const struct config *config, struct strbuf *errors)
{
	CLEANUP(source_list_freep) struct source_list *list = NULL;
	const struct config *old_config = p->config;
	struct source_list *old_list = p->sources;
	int r = source_list_load(config->sources_dir, &config->url_rules, &list, errors);

	if (r < 0)
		return r;
	p->config = config;
	r = load(p, list);
	if (r < 0) {
		strbuf_printf(errors, "%s: %s\n", config->data_dir, err_str(r));
		p->config = old_config;
		p->needs_load = true;
		return r;
	}
	p->sources = TAKE_PTR(list);
	list = old_list;
	return 0;
}

/* Transactions. */

int planner_begin(struct planner *p)
{
	int r = 0;

	if (p->needs_load)
		r = load(p, p->sources);
	if (!r)
		r = frontier_begin(p->frontier);
	if (r < 0)
		return r;
	arena_free(p->arena);
	p->arena = arena_new();
	handout_expire(p);
	return 0;
}

int planner_commit(struct planner *p)
{
	int r = frontier_commit(p->frontier, planner_now_ms(p));

	p->needs_load = p->needs_load || r < 0;
	return r;
}

/* Requests. */

static void put_worker(struct planner *p, const struct worker *w)
{
	const struct worker_record record = worker_record_of(w);

	frontier_put_worker(p->frontier, &record);
}

/* The worker that asks. What an earlier life of it had in work comes back at once. */
static struct worker *greet(struct planner *p, const struct work_request *q)
{
	struct worker *w = workers_find(&p->workers, span_str(q->worker));
	bool is_new = !w;

	if (is_new)
		w = workers_add(&p->workers, span_str(q->worker));
	w->contact_ms = clock_wall_ms();
	if (is_new || w->boot != q->boot) {
		handout_release(p, w);
		w->boot = q->boot;
		w->applied_seq = w->answered_seq = 0;
		put_worker(p, w);
	}
	return w;
}

static void apply_once(struct planner *p, struct worker *w, const struct work_request *q)
{
	if (!q->n_results || q->seq <= w->applied_seq)
		return;
	for (size_t i = 0; i < q->n_results; i++)
		apply_result(p, w, &q->results[i]);
	w->applied_seq = q->seq;
	put_worker(p, w);
}

bool planner_work(struct planner *p, const struct work_request *q, bool is_last,
	struct work_reply *ret)
{
	struct worker *w = greet(p, q);

	apply_once(p, w, q);
	*ret = (struct work_reply){.seq = q->seq};
	if (!q->want)
		return true;
	if (handout_repeat(p, w, q->seq, ret) || q->seq <= w->answered_seq)
		return true;
	handout_fill(p, w, q, ret);
	if (!ret->n_leases && !is_last)
		return false;
	w->answered_seq = q->seq;
	if (ret->n_leases)
		put_worker(p, w);
	return true;
}

int64_t planner_ready_ms(const struct planner *p)
{
	const struct host *h = hosts_first(&p->hosts);

	return h ? host_ready_ms(h) : HOST_READY_NEVER;
}
