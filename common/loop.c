#include "common/loop.h"

#include "common/alloc.h"

#include <event2/event.h>
#include <sys/eventfd.h>
#include <time.h>

struct loop {
	struct event_base *base;
};

struct timer {
	struct event *event;
	loop_fn *fn;
	void *arg;
	int64_t due_us; /* not before */
};

struct watch {
	struct loop *loop;
	struct event *event; /* NULL while paused */
	int fd;
	watch_fn *fn;
	void *arg;
};

struct signal_watch {
	struct event *event;
	signal_fn *fn;
	void *arg;
};

struct notifier {
	struct watch *watch;
	int fd;
	loop_fn *fn;
	void *arg;
};

/* libevent fails only for want of memory here, which alloc.h decides for all. */
static void *required(void *p)
{
	if (!p)
		abort();
	return p;
}

struct loop *loop_new(void)
{
	struct loop *l = ALLOC_NEW(struct loop);
	struct event_config *config = required(event_config_new());

	event_config_set_flag(config, EVENT_BASE_FLAG_PRECISE_TIMER);
	l->base = required(event_base_new_with_config(config));
	event_config_free(config);
	return l;
}

void loop_free(struct loop *l)
{
	if (!l)
		return;
	event_base_free(l->base);
	free(l);
}

int loop_run(struct loop *l)
{
	return event_base_dispatch(l->base);
}

void loop_turn(struct loop *l, bool wait)
{
	event_base_loop(l->base, wait ? EVLOOP_ONCE : EVLOOP_NONBLOCK);
}

void loop_stop(struct loop *l)
{
	event_base_loopexit(l->base, NULL);
}

/* The real clock, whatever tests make of clock.h. */
static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static void add_timer(struct timer *t, int64_t delay_us)
{
	const struct timeval tv = {delay_us / 1000000, delay_us % 1000000};

	evtimer_add(t->event, &tv);
}

/*
 * libevent has been seen to be early by some milliseconds on a busy machine.
 * Hosts' pauses are kept by timers, and must not be.
 */
static void on_timer(evutil_socket_t fd, short events, void *arg)
{
	struct timer *t = arg;
	int64_t left_us = t->due_us - now_us();

	(void)fd;
	(void)events;
	if (left_us > 0)
		add_timer(t, left_us);
	else
		t->fn(t->arg);
}

struct timer *timer_new(struct loop *l, loop_fn *fn, void *arg)
{
	struct timer *t = ALLOC_NEW(struct timer);

	*t = (struct timer){.fn = fn, .arg = arg};
	t->event = required(evtimer_new(l->base, on_timer, t));
	return t;
}

void timer_free(struct timer *t)
{
	if (!t)
		return;
	event_free(t->event);
	free(t);
}

void timer_set(struct timer *t, int64_t delay_ms)
{
	int64_t delay_us = delay_ms > 0 ? delay_ms * 1000 : 0;

	t->due_us = now_us() + delay_us;
	add_timer(t, delay_us);
}

void timer_clear(struct timer *t)
{
	evtimer_del(t->event);
}

bool timer_is_set(const struct timer *t)
{
	return evtimer_pending(t->event, NULL);
}

static void on_ready(evutil_socket_t fd, short events, void *arg)
{
	struct watch *w = arg;
	short ready = 0;

	(void)fd;
	if (events & EV_READ)
		ready |= WATCH_READ;
	if (events & EV_WRITE)
		ready |= WATCH_WRITE;
	w->fn(w->arg, ready);
}

struct watch *watch_new(struct loop *l, int fd, short events, watch_fn *fn, void *arg)
{
	struct watch *w = ALLOC_NEW(struct watch);

	*w = (struct watch){.loop = l, .fd = fd, .fn = fn, .arg = arg};
	watch_set(w, events);
	return w;
}

void watch_free(struct watch *w)
{
	if (!w)
		return;
	watch_set(w, 0);
	free(w);
}

void watch_set(struct watch *w, short events)
{
	short flags = EV_PERSIST;

	if (w->event)
		event_free(w->event);
	w->event = NULL;
	if (events & WATCH_READ)
		flags |= EV_READ;
	if (events & WATCH_WRITE)
		flags |= EV_WRITE;
	if (!events)
		return;
	w->event = required(event_new(w->loop->base, w->fd, flags, on_ready, w));
	event_add(w->event, NULL);
}

static void on_signal(evutil_socket_t signal_number, short events, void *arg)
{
	struct signal_watch *s = arg;

	(void)events;
	s->fn(s->arg, signal_number);
}

struct signal_watch *signal_watch_new(struct loop *l, int signal_number, signal_fn *fn, void *arg)
{
	struct signal_watch *s = ALLOC_NEW(struct signal_watch);

	*s = (struct signal_watch){.fn = fn, .arg = arg};
	s->event = required(evsignal_new(l->base, signal_number, on_signal, s));
	event_add(s->event, NULL);
	return s;
}

void signal_watch_free(struct signal_watch *s)
{
	if (!s)
		return;
	event_free(s->event);
	free(s);
}

static void on_wake(void *arg, short events)
{
	struct notifier *n = arg;
	uint64_t count;

	(void)events;
	/* Nothing to read means that an earlier turn took this wake already. */
	(void)!read(n->fd, &count, sizeof count);
	n->fn(n->arg);
}

struct notifier *notifier_new(struct loop *l, loop_fn *fn, void *arg)
{
	struct notifier *n = ALLOC_NEW(struct notifier);

	*n = (struct notifier){.fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), .fn = fn, .arg = arg};
	if (n->fd < 0)
		abort();
	n->watch = watch_new(l, n->fd, WATCH_READ, on_wake, n);
	return n;
}

void notifier_free(struct notifier *n)
{
	if (!n)
		return;
	watch_free(n->watch);
	close(n->fd);
	free(n);
}

void notifier_wake(struct notifier *n)
{
	uint64_t one = 1;

	/* Fails only when 2^64 wakes are pending, and then the loop is being woken. */
	(void)!write(n->fd, &one, sizeof one);
}
