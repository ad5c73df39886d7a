#include "crawler/fetch/budget.h"

#include "common/alloc.h"

struct budget {
	size_t max, held;
	size_t n_going; /* holders that hold something and do not wait */
	struct budget_holder *first, **last;
};

struct budget *budget_new(size_t max_bytes)
{
	struct budget *b = ALLOC_NEW(struct budget);

	b->max = max_bytes;
	b->last = &b->first;
	return b;
}

void budget_free(struct budget *b)
{
	free(b);
}

static void leave_line(struct budget *b, struct budget_holder *h)
{
	*h->link = h->next;
	if (h->next)
		h->next->link = h->link;
	else
		b->last = h->link;
	h->link = NULL;
}

static void stand_in_line(struct budget *b, struct budget_holder *h, size_t bytes)
{
	b->n_going -= h->held > 0;
	h->wanted = bytes;
	h->next = NULL;
	h->link = b->last;
	*b->last = h;
	b->last = &h->next;
}

static void hold(struct budget *b, struct budget_holder *h, size_t bytes)
{
	h->held += bytes;
	b->held += bytes;
}

/* In order: a small wish behind a large one waits as well, or the large one would wait for ever. */
static void grant(struct budget *b)
{
	struct budget_holder *h;

	while ((h = b->first) && (b->held + h->wanted <= b->max || !b->n_going)) {
		leave_line(b, h);
		hold(b, h, h->wanted);
		b->n_going++;
		h->granted(h->arg);
	}
}

bool budget_ask(struct budget *b, struct budget_holder *h, size_t bytes)
{
	size_t n_others = b->n_going - (h->held > 0);

	if ((b->first || b->held + bytes > b->max) && n_others) {
		stand_in_line(b, h, bytes);
		return false;
	}
	budget_take(b, h, bytes);
	return true;
}

void budget_take(struct budget *b, struct budget_holder *h, size_t bytes)
{
	if (!bytes)
		return;
	b->n_going += !h->held && !h->link;
	hold(b, h, bytes);
}

void budget_leave(struct budget *b, struct budget_holder *h)
{
	if (h->link)
		leave_line(b, h);
	else
		b->n_going -= h->held > 0;
	b->held -= h->held;
	h->held = 0;
	grant(b);
}

size_t budget_held(const struct budget *b)
{
	return b->held;
}
