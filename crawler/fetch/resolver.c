/*
 *	resolver_start() -> waiting -> a thread -> finished -> on_finished() -> done
 *
 * What the threads touch is in a part of its own, which the last one to leave
 * frees: nobody can end a getaddrinfo(), and nobody should wait for it.
 */
#include "crawler/fetch/resolver.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/hash.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define ADDRESSES_BYTES 512 /* eight of the longest, with brackets; more are not tried anyway */
#define HOST_BYTES_MAX  256

struct resolver_query {
	struct resolver *resolver; /* NULL once nobody waits for it */
	char host[HOST_BYTES_MAX];
	char addresses[ADDRESSES_BYTES];
	int code; /* of getaddrinfo() */
	resolver_done_fn *done;
	void *arg;
	struct resolver_query *next; /* in one of the lists */
};

struct list {
	struct resolver_query *first, **last;
};

/* Shared with the threads, under the lock. */
struct desk {
	pthread_mutex_t lock;
	pthread_cond_t more;
	struct list waiting, finished;
	size_t n_waiting, n_threads, n_idle;
	size_t n_users; /* the threads and the resolver */
	bool is_closed;
	struct notifier *notifier; /* NULL once closed */
	resolver_lookup_fn *lookup;
};

struct memory {
	char *host, *addresses;
	int64_t at_ms; /* monotonic */
	struct memory *next_of_bucket;
	struct memory *newer, *older; /* by the last use */
};

struct resolver {
	struct resolver_options options;
	struct desk *desk;
	struct memory **buckets;
	size_t n_buckets, n_hosts;
	struct memory newest; /* head of the ring of uses */
};

/* Threads. */

static void list_append(struct list *l, struct resolver_query *q)
{
	q->next = NULL;
	*l->last = q;
	l->last = &q->next;
}

static struct resolver_query *list_take(struct list *l)
{
	struct resolver_query *q = l->first;

	if (q && !(l->first = q->next))
		l->last = &l->first;
	return q;
}

static void list_drop(struct list *l)
{
	for (struct resolver_query *q; (q = list_take(l));)
		free(q);
}

static int add_address(const struct addrinfo *a, char *out, size_t size)
{
	char text[INET6_ADDRSTRLEN];
	bool is_v6 = a->ai_family == AF_INET6;
	const void *bytes = is_v6
		? (const void *)&((const struct sockaddr_in6 *)(const void *)a->ai_addr)->sin6_addr
		: (const void *)&((const struct sockaddr_in *)(const void *)a->ai_addr)->sin_addr;

	if ((!is_v6 && a->ai_family != AF_INET) ||
		!inet_ntop(a->ai_family, bytes, text, sizeof text))
		return 0;
	return snprintf(out, size, is_v6 ? "[%s]," : "%s,", text);
}

static int lookup(const char *host, char *out, size_t size)
{
	const struct addrinfo hints = {.ai_family = AF_UNSPEC, .ai_socktype = SOCK_STREAM};
	struct addrinfo *all = NULL;
	int code = getaddrinfo(host, NULL, &hints, &all);
	size_t n = 0;

	for (const struct addrinfo *a = all; a && !code; a = a->ai_next) {
		int len = add_address(a, out + n, size - n);

		if (len < 0 || (size_t)len >= size - n)
			break; /* the first ones will do */
		n += (size_t)len;
	}
	if (all)
		freeaddrinfo(all);
	out[n ? n - 1 : 0] = '\0'; /* the last comma */
	return code ? code : n ? 0 : EAI_NONAME;
}

/* Under the lock, which is gone with it. */
static void desk_leave(struct desk *d)
{
	bool is_last = --d->n_users == 0;

	pthread_mutex_unlock(&d->lock);
	if (!is_last)
		return;
	list_drop(&d->waiting);
	list_drop(&d->finished);
	pthread_mutex_destroy(&d->lock);
	pthread_cond_destroy(&d->more);
	free(d);
}

static void *work(void *arg)
{
	struct desk *d = arg;

	pthread_mutex_lock(&d->lock);
	while (!d->is_closed) {
		struct resolver_query *q = list_take(&d->waiting);

		if (!q) {
			d->n_idle++;
			pthread_cond_wait(&d->more, &d->lock);
			d->n_idle--;
			continue;
		}
		d->n_waiting--;
		pthread_mutex_unlock(&d->lock);
		q->code = d->lookup(q->host, q->addresses, sizeof q->addresses);
		pthread_mutex_lock(&d->lock);
		list_append(&d->finished, q);
		if (d->notifier)
			notifier_wake(d->notifier);
	}
	desk_leave(d);
	return NULL;
}

/* Under the lock. Where no thread can be had, those that are there do all. */
static void start_thread(struct desk *d)
{
	pthread_attr_t attributes;
	pthread_t thread;

	pthread_attr_init(&attributes);
	pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
	if (pthread_create(&thread, &attributes, work, d) == 0) {
		d->n_threads++;
		d->n_users++;
	} else if (!d->n_threads)
		abort(); /* as when memory is out: another process may do better */
	pthread_attr_destroy(&attributes);
}

/* Memory. */

static struct memory **bucket_of(struct resolver *r, const char *host)
{
	return &r->buckets[hash64_of(span_str(host)) % r->n_buckets];
}

static void ring_remove(struct memory *m)
{
	m->newer->older = m->older;
	m->older->newer = m->newer;
}

static void ring_add(struct resolver *r, struct memory *m)
{
	m->newer = &r->newest;
	m->older = r->newest.older;
	m->older->newer = m;
	r->newest.older = m;
}

static struct memory *find(struct resolver *r, const char *host)
{
	struct memory *m = *bucket_of(r, host);

	while (m && strcmp(m->host, host) != 0)
		m = m->next_of_bucket;
	return m;
}

static void forget(struct resolver *r, struct memory *m)
{
	struct memory **link = bucket_of(r, m->host);

	while (*link != m)
		link = &(*link)->next_of_bucket;
	*link = m->next_of_bucket;
	ring_remove(m);
	r->n_hosts--;
	free(m->host);
	free(m->addresses);
	free(m);
}

static void remember(struct resolver *r, const char *host, const char *addresses)
{
	struct memory *m = find(r, host), **bucket = bucket_of(r, host);

	if (m)
		forget(r, m);
	else if (r->n_hosts >= r->options.hosts_max)
		forget(r, r->newest.newer); /* the ring's other end */
	m = ALLOC_NEW(struct memory);
	*m = (struct memory){.host = alloc_strdup(host),
		.addresses = alloc_strdup(addresses),
		.at_ms = clock_mono_ms(),
		.next_of_bucket = *bucket};
	*bucket = m;
	ring_add(r, m);
	r->n_hosts++;
}

const char *resolver_remembered(struct resolver *r, const char *host, int64_t ttl_ms)
{
	struct memory *m = find(r, host);

	if (!m || clock_mono_ms() - m->at_ms >= ttl_ms)
		return NULL;
	ring_remove(m);
	ring_add(r, m);
	return m->addresses;
}

/* Queries. */

static void finish(struct resolver_query *q)
{
	struct resolver *r = q->resolver;

	if (r && !q->code)
		remember(r, q->host, q->addresses);
	if (r)
		q->done(q->arg, q->code ? NULL : q->addresses,
			q->code ? gai_strerror(q->code) : NULL);
	free(q);
}

static void on_finished(void *arg)
{
	struct resolver *r = arg;
	struct resolver_query *q;

	for (;;) {
		pthread_mutex_lock(&r->desk->lock);
		q = list_take(&r->desk->finished);
		pthread_mutex_unlock(&r->desk->lock);
		if (!q)
			return;
		finish(q);
	}
}

struct resolver *resolver_new(const struct resolver_options *options)
{
	struct resolver *r = ALLOC_NEW(struct resolver);
	struct desk *d = ALLOC_NEW(struct desk);

	*d = (struct desk){.n_users = 1, .lookup = options->lookup ? options->lookup : lookup};
	pthread_mutex_init(&d->lock, NULL);
	pthread_cond_init(&d->more, NULL);
	d->waiting.last = &d->waiting.first;
	d->finished.last = &d->finished.first;
	r->options = *options;
	r->desk = d;
	r->n_buckets = options->hosts_max;
	r->buckets = alloc_zeroed(r->n_buckets, sizeof *r->buckets);
	r->newest.newer = r->newest.older = &r->newest;
	d->notifier = notifier_new(options->loop, on_finished, r);
	return r;
}

void resolver_free(struct resolver *r)
{
	struct desk *d;

	if (!r)
		return;
	d = r->desk;
	pthread_mutex_lock(&d->lock);
	d->is_closed = true;
	notifier_free(TAKE_PTR(d->notifier));
	pthread_cond_broadcast(&d->more);
	desk_leave(d);
	while (r->n_hosts)
		forget(r, r->newest.newer);
	free(r->buckets);
	free(r);
}

struct resolver_query *resolver_start(struct resolver *r, const char *host, resolver_done_fn *done,
	void *arg)
{
	struct resolver_query *q = ALLOC_NEW(struct resolver_query);
	struct desk *d = r->desk;

	*q = (struct resolver_query){.resolver = r, .done = done, .arg = arg};
	snprintf(q->host, sizeof q->host, "%s", host);
	pthread_mutex_lock(&d->lock);
	list_append(&d->waiting, q);
	if (++d->n_waiting > d->n_idle && d->n_threads < r->options.threads_max)
		start_thread(d);
	pthread_cond_signal(&d->more);
	pthread_mutex_unlock(&d->lock);
	return q;
}

/* Whoever works at it may not know; what it finds is thrown away. */
void resolver_cancel(struct resolver_query *q)
{
	if (q)
		q->resolver = NULL;
}
