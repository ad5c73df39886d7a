#include "crawler/pool.h"

#include "common/alloc.h"

#include <pthread.h>
#include <signal.h>
#include <stdbool.h>

struct task {
	struct task *next;
	pool_fn *work, *done;
	void *arg;
};

struct queue {
	struct task *first, **end;
};

struct pool {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct queue waiting, finished;
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

static void *run_thread(void *arg)
{
	struct pool *p = arg;

	pthread_mutex_lock(&p->lock);
	while (!p->stopping) {
		struct task *j = queue_pop(&p->waiting);

		if (!j) {
			pthread_cond_wait(&p->more, &p->lock);
			continue;
		}
		pthread_mutex_unlock(&p->lock);
		j->work(j->arg);
		pthread_mutex_lock(&p->lock);
		queue_push(&p->finished, j);
		notifier_wake(p->notifier);
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
	queue_clear(&p->finished);
	notifier_free(p->notifier);
	pthread_cond_destroy(&p->more);
	pthread_mutex_destroy(&p->lock);
	free(p->threads);
	free(p);
}

void pool_submit(struct pool *p, pool_fn *work, pool_fn *done, void *arg)
{
	struct task *j = ALLOC_NEW(struct task);

	*j = (struct task){.work = work, .done = done, .arg = arg};
	pthread_mutex_lock(&p->lock);
	queue_push(&p->waiting, j);
	pthread_cond_signal(&p->more);
	pthread_mutex_unlock(&p->lock);
}
