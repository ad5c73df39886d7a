#include "crawler/fetch/address_slots.h"

#include "common/alloc.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define BUCKETS 1024

/* An address that is being asked. */
struct address_line {
	char address[ADDRESS_TEXT_MAX];
	size_t n_taken;
	struct address_holder *first, **last; /* who waits */
	struct address_line *next;            /* of the bucket */
};

struct address_slots {
	size_t max;
	struct address_line *buckets[BUCKETS];
};

struct address_slots *address_slots_new(size_t max)
{
	struct address_slots *s = ALLOC_NEW(struct address_slots);

	s->max = max ? max : 1;
	return s;
}

void address_slots_free(struct address_slots *s)
{
	free(s);
}

/* FNV-1a. */
static struct address_line **bucket_of(struct address_slots *s, const char *address)
{
	uint32_t h = 2166136261u;

	for (; *address; address++)
		h = (h ^ (uint8_t)*address) * 16777619u;
	return &s->buckets[h % BUCKETS];
}

static struct address_line **find(struct address_slots *s, const char *address)
{
	struct address_line **at = bucket_of(s, address);

	while (*at && strncmp((*at)->address, address, ADDRESS_TEXT_MAX - 1) != 0)
		at = &(*at)->next;
	return at;
}

static struct address_line *get(struct address_slots *s, const char *address)
{
	struct address_line **at = find(s, address), *line = *at;

	if (line)
		return line;
	line = ALLOC_NEW(struct address_line);
	memcpy(line->address, address, strnlen(address, ADDRESS_TEXT_MAX - 1));
	line->last = &line->first;
	*at = line;
	return line;
}

static void stand_in_line(struct address_line *line, struct address_holder *h)
{
	h->next = NULL;
	h->link = line->last;
	*line->last = h;
	line->last = &h->next;
}

static void leave_line(struct address_line *line, struct address_holder *h)
{
	*h->link = h->next;
	if (h->next)
		h->next->link = h->link;
	else
		line->last = h->link;
}

bool address_slots_take(struct address_slots *s, const char *address, struct address_holder *h)
{
	if (h->has_slot && strncmp(h->line->address, address, ADDRESS_TEXT_MAX - 1) == 0)
		return true;
	address_slots_leave(s, h);
	h->line = get(s, address);
	if (h->line->n_taken < s->max) {
		h->line->n_taken++;
		h->has_slot = true;
		return true;
	}
	stand_in_line(h->line, h);
	return false;
}

static void drop_if_idle(struct address_slots *s, struct address_line *line)
{
	if (line->n_taken)
		return;
	*find(s, line->address) = line->next;
	free(line);
}

void address_slots_leave(struct address_slots *s, struct address_holder *h)
{
	struct address_line *line = h->line;
	struct address_holder *heir;

	if (!line)
		return;
	h->line = NULL;
	if (!h->has_slot) {
		leave_line(line, h);
		return;
	}
	h->has_slot = false;
	heir = line->first;
	if (!heir) {
		line->n_taken--;
		drop_if_idle(s, line);
		return;
	}
	leave_line(line, heir);
	heir->has_slot = true;
	heir->granted(heir->arg);
}
