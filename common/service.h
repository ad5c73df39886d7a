/*
 * Service: what every long-running process of ours does: it tells systemd
 * (sd_notify) and the supervisor that it is ready, alive and stopping, and
 * turns signals into calls: SIGTERM and SIGINT drain and stop, SIGHUP reloads.
 *
 * One a process, in the loop's thread.
 */
#ifndef POLICYWATCH_COMMON_SERVICE_H
#define POLICYWATCH_COMMON_SERVICE_H

#include "common/cleanup.h"
#include "common/loop.h"

/* The supervisor gives its children the write end of a pipe in this variable. */
#define SERVICE_READY_FD_ENV "POLICYWATCH_READY_FD"

struct service;

struct service_handlers {
	loop_fn *stop;   /* begin to drain; call service_stopped() when done */
	loop_fn *reload; /* may be NULL */
	void *arg;
	int64_t drain_ms; /* how long draining may take; 0 for 7.5 s, of the 10 s that a stop may take */
};

struct service *service_new(struct loop *l, const struct service_handlers *handlers);
void service_free(struct service *s);
DEFINE_CLEANUP(struct service *, service_free)

/* The service works now: READY=1, and the watchdog is fed from here on. */
void service_ready(struct service *s, const char *status);

/* Draining is over: loop_run() returns. Also called by itself when its time is over. */
void service_stopped(struct service *s);

bool service_is_stopping(const struct service *s);

#endif
