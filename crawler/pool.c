#include "crawler/pool.h"

#include "common/alloc.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>

struct task {
	struct task *next;
	uint64_t number; /* in order of submission */
	bool large;
	pool_fn *work, *done;
	void *arg;
};

struct queue {
	struct task *first, **end;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct queue waiting, waiting_large, finished;
	uint64_t n_submitted;
	bool works_large;
	bool stopping;
	struct notifier *notifier;
	pthread_t *threads;
	size_t n_threads;
};

static void queue_push(struct queue *q, struct task *j)
{
	j->next = NULL;
	if (!q->first)
		q->end = &q->first;
	*q->end = j;
	q->end = &j->next;
}

static struct task *queue_pop(struct queue *q)
{
	struct task *j = q->first;

	if (j)
		q->first = j->next;
	return j;
}

/* The one that was submitted first, of those that may begin. */
static struct task *next_task(struct pool *p)
{
	const struct task *small = p->waiting.first, *large = p->waiting_large.first;

	if (!large || p->works_large || (small && small->number < large->number))
		return queue_pop(&p->waiting);
	p->works_large = true;
	return queue_pop(&p->waiting_large);
}

static void finish(struct pool *p, struct task *j)
{
	if (j->large) {
		p->works_large = false;
		pthread_cond_signal(&p->more); /* who passed over the next one may be asleep */
	}
	queue_push(&p->finished, j);
	notifier_wake(p->notifier);
}

static void *run_thread(void *arg)
{
	struct pool *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->stopping) {
		struct task *j = next_task(p);

		if (!j) {
			pthread_cond_wait(&p->more, &p->lock);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		j->work(j->arg);
		pthread_mutex_lock(&p->lock);
		finish(p, j);
	}
	pthread_mutex_unlock(&p->lock);
	return NULL;
}

static void on_finished(void *arg)
{
	struct pool *p = arg;

	for (;;) {
		struct task *j;

		pthread_mutex_lock(&p->lock);
		j = queue_pop(&p->finished);
		pthread_mutex_unlock(&p->lock);
		if (!j)
			return;
		j->done(j->arg);
		free(j);
	}
}

struct pool *pool_new(struct loop *l, size_t n_threads)
{
	struct pool *p = ALLOC_NEW(struct pool);
	sigset_t all, before;

	pthread_mutex_init(&p->lock, NULL);
	pthread_cond_init(&p->more, NULL);
	p->notifier = notifier_new(l, on_finished, p);
	p->threads = alloc_zeroed(n_threads, sizeof *p->threads);
	sigfillset(&all); /* signals are the loop's */
	pthread_sigmask(SIG_SETMASK, &all, &before);
	while (p->n_threads < n_threads) {
		if (pthread_create(&p->threads[p->n_threads], NULL, run_thread, p) != 0)
			abort();
		p->n_threads++;
	}
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return p;
}

static void queue_clear(struct queue *q)
{
	for (struct task *j; (j = queue_pop(q));)
		free(j);
}

void pool_free(struct pool *p)
{
	if (!p)
		return;
	pthread_mutex_lock(&p->lock);
	p->stopping = true;
	pthread_cond_broadcast(&p->more);
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < p->n_threads; i++)
		pthread_join(p->threads[i], NULL);
	queue_clear(&p->waiting);
	queue_clear(&p->waiting_large);
	queue_clear(&p->finished);
	notifier_free(p->notifier);
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p);
}

static void submit(struct pool *p, const struct task *task)
{
	struct task *j = ALLOC_NEW(struct task);

	*j = *task;
	pthread_mutex_lock(&p->lock);
	j->number = p->n_submitted++;
	queue_push(j->large ? &p->waiting_large : &p->waiting, j);
	pthread_cond_signal(&p->more);
	pthread_mutex_unlock(&p->lock);
}

void pool_submit(struct pool *p, pool_fn *work, pool_fn *done, void *arg)
{
	submit(p, &(struct task){.work = work, .done = done, .arg = arg});
}

void pool_submit_large(struct pool *p, pool_fn *work, pool_fn *done, void *arg)
{
	submit(p, &(struct task){.large = true, .work = work, .done = done, .arg = arg});
}
