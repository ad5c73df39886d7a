#include "scheduler/host.h"

#include "common/alloc.h"
#include "common/hash.h"
#include "scheduler/address.h"

#include <stdlib.h>

void hosts_release(struct hosts *hs)
{
	for (size_t i = 0; i < hs->len; i++) {
		free(hs->heap[i]->name);
		free(hs->heap[i]);
	}
	names_release(&hs->by_name);
	free(hs->by_number);
	free(hs->heap);
	*hs = (struct hosts){0};
}

struct host *hosts_find(const struct hosts *hs, struct span name)
{
	return names_find(&hs->by_name, name);
}

struct host *hosts_get(const struct hosts *hs, uint32_t number)
{
	return number < hs->n_numbers ? hs->by_number[number] : NULL;
}

int64_t host_ready_ms(const struct host *h)
{
	if (host_is_leased(h))
		return h->lease.expires_ms;
	if (h->paused || h->wait_link || h->due_ms == ENTRY_DUE_NEVER)
		return HOST_READY_NEVER;
	return h->due_ms > h->next_ms ? h->due_ms : h->next_ms;
}

static void put_at(struct hosts *hs, size_t place, struct host *h)
{
	hs->heap[place] = h;
	h->place = place;
}

static void sift_up(struct hosts *hs, struct host *h)
{
	int64_t ready = host_ready_ms(h);
	size_t i = h->place;

	while (i > 0 && host_ready_ms(hs->heap[(i - 1) / 2]) > ready) {
		put_at(hs, i, hs->heap[(i - 1) / 2]);
		i = (i - 1) / 2;
	}
	put_at(hs, i, h);
}

static void sift_down(struct hosts *hs, struct host *h)
{
	int64_t ready = host_ready_ms(h);
	size_t i = h->place;

	for (;;) {
		size_t child = 2 * i + 1;

		if (child + 1 < hs->len &&
			host_ready_ms(hs->heap[child + 1]) < host_ready_ms(hs->heap[child]))
			child++;
		if (child >= hs->len || host_ready_ms(hs->heap[child]) >= ready)
			break;
		put_at(hs, i, hs->heap[child]);
		i = child;
	}
	put_at(hs, i, h);
}

void hosts_update(struct hosts *hs, struct host *h)
{
	sift_up(hs, h);
	sift_down(hs, h);
}

void hosts_rebuild(struct hosts *hs)
{
	for (size_t i = hs->len / 2; i-- > 0;)
		sift_down(hs, hs->heap[i]);
}

static void index_number(struct hosts *hs, struct host *h)
{
	size_t n = hs->n_numbers ? hs->n_numbers : 64;

	while (n <= h->number)
		n *= 2;
	if (n > hs->n_numbers) {
		hs->by_number = alloc_resize(hs->by_number, n, sizeof(struct host *));
		memset(hs->by_number + hs->n_numbers, 0,
			(n - hs->n_numbers) * sizeof(struct host *));
		hs->n_numbers = n;
	}
	hs->by_number[h->number] = h;
}

struct host *hosts_add(struct hosts *hs, struct span name, uint32_t number)
{
	struct host *h = ALLOC_NEW(struct host);

	*h = (struct host){
		.name = alloc_strndup(name.data, name.len),
		.number = number,
		.due_ms = ENTRY_DUE_NEVER,
		.source_delay_ms = -1,
	};
	names_add(&hs->by_name, h->name, h);
	index_number(hs, h);
	hs->heap = alloc_grow(hs->heap, hs->len, &hs->cap, sizeof(struct host *));
	put_at(hs, hs->len++, h);
	sift_up(hs, h);
	return h;
}

struct host *hosts_first(const struct hosts *hs)
{
	return hs->len ? hs->heap[0] : NULL;
}

uint64_t host_chance(const struct host *h)
{
	/* The upper half: the lower one of neighbouring products is as regular as they are. */
	return (hash64_of(span_str(h->name)) + h->failures) * UINT64_C(0x9E3779B97F4A7C15) >> 32;
}

struct host_record host_record_of(const struct host *h)
{
	return (struct host_record){
		.name = span_str(h->name),
		.number = h->number,
		.next_ms = h->next_ms,
		.crawl_delay_ms = h->crawl_delay_ms,
		.failures = h->failures,
		.failure = h->failure,
		.paused = h->paused,
		.address = span_str(h->address ? h->address->text : ""),
		.forms = {h->forms[0], h->forms[1]},
	};
}
