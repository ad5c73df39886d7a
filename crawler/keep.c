#include "crawler/keep.h"

#include "common/alloc.h"

#include <pthread.h>
#include <signal.h>

#define BATCH_MAX                                                                                  \
	500 /* a transaction that is not durable yet holds up other crawlers of the node */

enum entry_kind { ENTRY_PAGE, ENTRY_VISIT, ENTRY_ROBOTS };

struct entry {
	struct entry *next;
	enum entry_kind kind;
	struct record *record; /* borrowed */
	struct span raw;       /* borrowed */
	struct hash id;
	int64_t at_ms;
	char *origin, *body; /* of a robots.txt, owned */
	struct store_robots robots;
	keep_done_fn *done;
	void *arg;
	int err;
	enum save_outcome outcome;
};

struct keep {
	struct store *store;
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct entry *waiting, **waiting_end;
	struct entry *finished, **finished_end;
	bool stopping;
	struct notifier *notifier;
	pthread_t thread;
};

static void entry_free(struct entry *e)
{
	free(e->origin);
	free(e->body);
	free(e);
}

static void free_list(struct entry *e)
{
	while (e) {
		struct entry *next = e->next;

		entry_free(e);
		e = next;
	}
}

static void write_entry(struct store_batch *b, struct entry *e)
{
	switch (e->kind) {
	case ENTRY_PAGE:
		e->outcome = store_save_page(b, e->record, e->raw);
		break;
	case ENTRY_VISIT:
		store_save_visit(b, &e->id, e->at_ms);
		e->outcome = SAVE_UNCHANGED;
		break;
	case ENTRY_ROBOTS:
		store_save_robots(b, e->origin, &e->robots);
		break;
	}
}

/* Writes up to @end in one transaction. */
static int write_batch(struct keep *k, struct entry *first, const struct entry *end)
{
	struct store_batch *b;
	int r = store_batch_begin(k->store, &b);

	if (r < 0)
		return r;
	for (struct entry *e = first; e != end; e = e->next)
		write_entry(b, e);
	return store_batch_commit(b);
}

/* A batch that fails is written one by one, so that one bad page does not keep others out. */
static void write_all(struct keep *k, struct entry *list)
{
	int r = write_batch(k, list, NULL);

	for (struct entry *e = list; e; e = e->next)
		e->err = r < 0 && list->next ? write_batch(k, e, e->next) : r;
}

/* Takes at most BATCH_MAX entries off the queue. */
static struct entry *take_batch(struct keep *k)
{
	struct entry *list = k->waiting, **end = &list;

	for (int n = 0; n < BATCH_MAX && *end; n++)
		end = &(*end)->next;
	k->waiting = *end;
	*end = NULL;
	if (!k->waiting)
		k->waiting_end = &k->waiting;
	return list;
}

static void *run_thread(void *arg)
{
	struct keep *k = arg;

	pthread_mutex_lock(&k->lock);
	while (!k->stopping) {
		struct entry *list = take_batch(k);

		if (!list) {
			pthread_cond_wait(&k->more, &k->lock);
			continue;
		}
		pthread_mutex_unlock(&k->lock);
		write_all(k, list);
		pthread_mutex_lock(&k->lock);
		*k->finished_end = list;
		while (*k->finished_end)
			k->finished_end = &(*k->finished_end)->next;
		notifier_wake(k->notifier);
	}
	pthread_mutex_unlock(&k->lock);
	return NULL;
}

static void on_finished(void *arg)
{
	struct keep *k = arg;
	struct entry *list;

	pthread_mutex_lock(&k->lock);
	list = k->finished;
	k->finished = NULL;
	k->finished_end = &k->finished;
	pthread_mutex_unlock(&k->lock);
	while (list) {
		struct entry *next = list->next;

		if (list->done)
			list->done(list->arg, list->err, list->outcome);
		entry_free(list);
		list = next;
	}
}

struct keep *keep_new(struct loop *l, struct store *store)
{
	struct keep *k = ALLOC_NEW(struct keep);
	sigset_t all, before;

	k->store = store;
	k->waiting_end = &k->waiting;
	k->finished_end = &k->finished;
	pthread_mutex_init(&k->lock, NULL);
	pthread_cond_init(&k->more, NULL);
	k->notifier = notifier_new(l, on_finished, k);
	sigfillset(&all); /* signals are the loop's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	if (pthread_create(&k->thread, NULL, run_thread, k) != 0)
		abort();
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return k;
}

void keep_free(struct keep *k)
{
	if (!k)
		return;
	pthread_mutex_lock(&k->lock);
	k->stopping = true;
	pthread_cond_signal(&k->more);
	pthread_mutex_unlock(&k->lock);
	pthread_join(k->thread, NULL);
	free_list(k->waiting);
	free_list(k->finished);
	notifier_free(k->notifier);
	pthread_cond_destroy(&k->more);
	pthread_mutex_destroy(&k->lock);
	free(k);
}

static void submit(struct keep *k, struct entry *e)
{
	pthread_mutex_lock(&k->lock);
	*k->waiting_end = e;
	k->waiting_end = &e->next;
	pthread_cond_signal(&k->more);
	pthread_mutex_unlock(&k->lock);
}

void keep_page(struct keep *k, struct record *record, struct span raw, keep_done_fn *done,
	void *arg)
{
	struct entry *e = ALLOC_NEW(struct entry);

	*e = (struct entry){.kind = ENTRY_PAGE,
		.record = record,
		.raw = raw,
		.done = done,
		.arg = arg};
	submit(k, e);
}

void keep_visit(struct keep *k, const struct hash *id, int64_t at_ms, keep_done_fn *done, void *arg)
{
	struct entry *e = ALLOC_NEW(struct entry);

	*e = (struct entry){.kind = ENTRY_VISIT,
		.id = *id,
		.at_ms = at_ms,
		.done = done,
		.arg = arg};
	submit(k, e);
}

void keep_robots(struct keep *k, const char *origin, const struct store_robots *robots)
{
	struct entry *e = ALLOC_NEW(struct entry);

	*e = (struct entry){.kind = ENTRY_ROBOTS,
		.robots = *robots,
		.origin = alloc_strdup(origin)};
	e->body = alloc_bytes(robots->body.len);
	if (robots->body.len)
		memcpy(e->body, robots->body.data, robots->body.len);
	e->robots.body.data = e->body;
	submit(k, e);
}
