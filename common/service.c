#include "common/service.h"

#include "common/alloc.h"

#include <signal.h>
#include <stdlib.h>
#include <systemd/sd-daemon.h>

#define DRAIN_MAX_MS 7500 /* a supervisor kills after 8.5 s; what is not done then is idempotent */

struct service {
	struct loop *loop;
	struct service_handlers handlers;
	struct signal_watch *on_term, *on_int, *on_hup;
	struct timer *watchdog; /* fed at half its time */
	struct timer *drain;
	int64_t watchdog_ms; /* 0 without one */
	bool stopping;
};

static void on_drain_timeout(void *arg)
{
	service_stopped(arg);
}

static void on_stop(void *arg, int signal_number)
{
	struct service *s = arg;

	(void)signal_number;
	if (s->stopping)
		return;
	s->stopping = true;
	sd_notify(0, "STOPPING=1");
	timer_set(s->drain, s->handlers.drain_ms ? s->handlers.drain_ms : DRAIN_MAX_MS);
	s->handlers.stop(s->handlers.arg);
}

static void on_reload(void *arg, int signal_number)
{
	struct service *s = arg;

	(void)signal_number;
	if (s->stopping || !s->handlers.reload)
		return;
	sd_notify(0, "RELOADING=1");
	s->handlers.reload(s->handlers.arg);
	sd_notify(0, "READY=1");
}

static void on_watchdog(void *arg)
{
	struct service *s = arg;

	sd_notify(0, "WATCHDOG=1");
	timer_set(s->watchdog, s->watchdog_ms);
}

/* Whoever started us may have blocked them so that none is lost before somebody listens. */
static void accept_signals(void)
{
	sigset_t ours;

	sigemptyset(&ours);
	sigaddset(&ours, SIGTERM);
	sigaddset(&ours, SIGINT);
	sigaddset(&ours, SIGHUP);
	sigprocmask(SIG_UNBLOCK, &ours, NULL);
}

struct service *service_new(struct loop *l, const struct service_handlers *handlers)
{
	struct service *s = ALLOC_NEW(struct service);

	s->loop = l;
	s->handlers = *handlers;
	s->on_term = signal_watch_new(l, SIGTERM, on_stop, s);
	s->on_int = signal_watch_new(l, SIGINT, on_stop, s);
	s->on_hup = signal_watch_new(l, SIGHUP, on_reload, s);
	s->watchdog = timer_new(l, on_watchdog, s);
	s->drain = timer_new(l, on_drain_timeout, s);
	signal(SIGPIPE, SIG_IGN);
	accept_signals();
	return s;
}

void service_free(struct service *s)
{
	if (!s)
		return;
	signal_watch_free(s->on_term);
	signal_watch_free(s->on_int);
	signal_watch_free(s->on_hup);
	timer_free(s->watchdog);
	timer_free(s->drain);
	free(s);
}

static void tell_supervisor(void)
{
	const char *text = getenv(SERVICE_READY_FD_ENV);
	int fd = text ? (int)strtol(text, NULL, 10) : 0;

	if (fd <= STDERR_FILENO)
		return;
	/* A supervisor that is gone has no use for the news. */
	(void)!write(fd, "1", 1);
	close(fd);
	unsetenv(SERVICE_READY_FD_ENV);
}

void service_ready(struct service *s, const char *status)
{
	uint64_t usec = 0;

	sd_notifyf(0, "READY=1\nSTATUS=%s", status);
	tell_supervisor();
	if (sd_watchdog_enabled(0, &usec) > 0) {
		s->watchdog_ms = (int64_t)(usec / 2000);
		on_watchdog(s);
	}
}

void service_stopped(struct service *s)
{
	loop_stop(s->loop);
}

bool service_is_stopping(const struct service *s)
{
	return s->stopping;
}
