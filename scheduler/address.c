#include "scheduler/address.h"

#include "common/alloc.h"

#include <stdlib.h>

#define ADDRESSES_MAX 1000000 /* crawlers tell them: more are no longer believed */

void addresses_release(struct addresses *as)
{
	for (size_t i = 0; i < as->len; i++) {
		free(as->list[i]->text);
		free(as->list[i]);
	}
	names_release(&as->by_text);
	free(as->list);
	*as = (struct addresses){0};
}

static struct address *get(struct addresses *as, struct span text)
{
	struct address *a = names_find(&as->by_text, text);

	if (a || as->len >= ADDRESSES_MAX)
		return a;
	a = ALLOC_NEW(struct address);
	a->text = alloc_strndup(text.data, text.len);
	a->last = &a->waiting;
	names_add(&as->by_text, a->text, a);
	as->list = alloc_grow(as->list, as->len, &as->cap, sizeof(struct address *));
	as->list[as->len++] = a;
	return a;
}

static void leave_line(struct addresses *as, struct host *h)
{
	if (!h->wait_link)
		return;
	*h->wait_link = h->wait_next;
	if (h->wait_next)
		h->wait_next->wait_link = h->wait_link;
	else
		h->address->last = h->wait_link;
	h->wait_next = NULL;
	h->wait_link = NULL;
	as->n_waiting--;
}

void address_bind(struct addresses *as, struct host *h, struct span text)
{
	leave_line(as, h);
	h->address = get(as, text);
}

bool address_turns_away(struct addresses *as, struct hosts *hs, struct host *h, size_t max)
{
	struct address *a = h->address;

	if (!a || a->n_leased < max)
		return false;
	h->wait_link = a->last;
	*a->last = h;
	a->last = &h->wait_next;
	as->n_waiting++;
	hosts_update(hs, h);
	return true;
}

static void wake(struct addresses *as, struct hosts *hs, struct host *h)
{
	leave_line(as, h);
	hosts_update(hs, h);
}

void address_begin(struct host *h)
{
	if (h->address)
		h->address->n_leased++;
}

void address_end(struct addresses *as, struct hosts *hs, struct host *h)
{
	if (!h->address)
		return;
	h->address->n_leased--;
	if (h->address->waiting)
		wake(as, hs, h->address->waiting);
}

void addresses_wake(struct addresses *as, struct hosts *hs, size_t max)
{
	for (size_t i = 0; i < as->len && as->n_waiting; i++) {
		struct address *a = as->list[i];

		for (size_t n = a->n_leased; n < max && a->waiting; n++)
			wake(as, hs, a->waiting);
	}
}
