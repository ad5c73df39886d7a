#include "scheduler/worker.h"

#include "common/alloc.h"

#include <stdlib.h>

void workers_release(struct workers *ws)
{
	for (size_t i = 0; i < ws->len; i++) {
		free(ws->list[i]->name);
		free(ws->list[i]);
	}
	names_release(&ws->by_name);
	free(ws->list);
	*ws = (struct workers){0};
}

struct worker *workers_find(const struct workers *ws, struct span name)
{
	return names_find(&ws->by_name, name);
}

struct worker *workers_add(struct workers *ws, struct span name)
{
	struct worker *w = ALLOC_NEW(struct worker);

	w->name = alloc_strndup(name.data, name.len);
	names_add(&ws->by_name, w->name, w);
	ws->list = alloc_grow(ws->list, ws->len, &ws->cap, sizeof(struct worker *));
	ws->list[ws->len++] = w;
	return w;
}

void worker_give(struct host *h, const struct host_lease *lease)
{
	struct worker *w = lease->worker;

	h->lease = *lease;
	h->lease.prev = NULL;
	h->lease.next = w->leased;
	if (w->leased)
		w->leased->lease.prev = h;
	w->leased = h;
	w->n_leases++;
}

void worker_take(struct host *h)
{
	struct host_lease *l = &h->lease;

	if (l->prev)
		l->prev->lease.next = l->next;
	else
		l->worker->leased = l->next;
	if (l->next)
		l->next->lease.prev = l->prev;
	l->worker->n_leases--;
	*l = (struct host_lease){0};
}

struct worker_record worker_record_of(const struct worker *w)
{
	return (struct worker_record){
		.name = span_str(w->name),
		.boot = w->boot,
		.applied_seq = w->applied_seq,
		.answered_seq = w->answered_seq,
		.contact_ms = w->contact_ms,
	};
}
