#include "scheduler/coverage.h"

#include "common/alloc.h"
#include "scheduler/frontier.h"
#include "scheduler/roster.h"

#define SNAPSHOT_ENTRIES 10000 /* some 20 ms: pages that the scheduler frees wait no longer */

struct coverage {
	struct frontier *frontier;
	struct roster roster;
	struct arena *arena; /* of the snapshot */
	uint64_t number;     /* of the last entry that was looked at */
	unsigned n_left;     /* entries still to be read from the snapshot; 0: there is none */
};

const char *coverage_fate_str(enum coverage_fate fate)
{
	static const char *const names[] = {
		[COVERAGE_STORED] = "stored",
		[COVERAGE_WAITING] = "waiting",
		[COVERAGE_LOST] = "lost",
	};

	return names[fate];
}

int coverage_open(const char *path, const struct log_ctx *log, struct coverage **ret,
	char **ret_error)
{
	CLEANUP(coverage_closep) struct coverage *c = ALLOC_NEW(struct coverage);
	int r = frontier_open_reader(path, log, &c->frontier, ret_error);

	if (r < 0)
		return r;
	*ret = TAKE_PTR(c);
	return 0;
}

void coverage_close(struct coverage *c)
{
	if (!c)
		return;
	frontier_close(c->frontier);
	roster_release(&c->roster);
	arena_free(c->arena);
	free(c);
}

static void learn_source(void *arg, const struct source_record *s)
{
	struct coverage *c = arg;

	if (!roster_get(&c->roster, s->number))
		roster_add(&c->roster, s->name, s->number);
}

static int begin(struct coverage *c)
{
	int r;

	if (c->n_left)
		return 0;
	frontier_abort(c->frontier);
	arena_free(c->arena);
	c->arena = arena_new();
	r = frontier_begin_read(c->frontier);
	if (r < 0)
		return r;
	frontier_each_source(c->frontier, learn_source, c);
	c->n_left = SNAPSHOT_ENTRIES;
	return 0;
}

static bool is_item(const struct entry *e)
{
	return e->role == ENTRY_FOUND && e->kind == WORK_PAGE && !e->is_target;
}

/* Where its redirects end. False when they do not. */
static bool follow(struct coverage *c, struct entry *e)
{
	for (int hops = 0; e->revisit.last == OUTCOME_MOVED && !e->is_kept; hops++) {
		if (!e->was_fetched)
			return true;
		if (hops == ENTRY_HOPS_MAX || !e->moved_number ||
			!frontier_read(c->frontier, e->moved_number, c->arena, e))
			return false;
	}
	return true;
}

static enum coverage_fate fate_of(const struct entry *e)
{
	if (e->is_kept)
		return COVERAGE_STORED;
	return !e->was_fetched || revisit_is_host_failure(e->revisit.last) ? COVERAGE_WAITING
									   : COVERAGE_LOST;
}

static void describe(struct coverage *c, const struct entry *e, struct coverage_item *ret)
{
	const struct roster_source *source = roster_get(&c->roster, e->source);
	struct entry end = *e;
	bool ends = follow(c, &end);

	*ret = (struct coverage_item){
		.url = e->url,
		.title = e->title,
		.source = source ? source->name : "",
		.fate = ends ? fate_of(&end) : COVERAGE_LOST,
		.was_fetched = end.was_fetched,
		.outcome = end.revisit.last,
		.seen_ms = e->seen_ms,
		.fetched_ms = end.fetched_ms,
	};
}

int coverage_next(struct coverage *c, struct coverage_item *ret)
{
	struct entry e;

	for (;;) {
		int r = begin(c);

		if (r < 0)
			return r;
		if (!frontier_read_after(c->frontier, c->number, c->arena, &e))
			return 0;
		c->n_left--;
		c->number = e.number;
		if (is_item(&e)) {
			describe(c, &e, ret);
			return 1;
		}
	}
}
