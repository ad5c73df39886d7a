/*
 * Event loop: the only user of libevent. One loop a process, run by its main
 * thread; everything here belongs to that thread, but for notifier_wake().
 *
 * Every callback runs from loop_run(), never from inside the call that asked
 * for it. A freed object's callback does not run any more.
 */
#ifndef POLICYWATCH_COMMON_LOOP_H
#define POLICYWATCH_COMMON_LOOP_H

#include "common/cleanup.h"

#include <stdbool.h>
#include <stdint.h>

struct loop;
struct timer;
struct watch;
struct signal_watch;
struct notifier;

typedef void loop_fn(void *arg);
typedef void watch_fn(void *arg, short events);
typedef void signal_fn(void *arg, int signal_number);

struct loop *loop_new(void);
void loop_free(struct loop *l);
DEFINE_CLEANUP(struct loop *, loop_free)

/* Returns after loop_stop(), or 1 when nothing is left to wait for. */
int loop_run(struct loop *l);

/* One turn: waits for something to do if @wait, runs what is due, returns. For tests and CLI. */
void loop_turn(struct loop *l, bool wait);

/* loop_run() returns after the callbacks that are due now. */
void loop_stop(struct loop *l);

/* A timer; not set at first. Its callback runs once for each timer_set(). */
struct timer *timer_new(struct loop *l, loop_fn *fn, void *arg);
void timer_free(struct timer *t);
void timer_set(struct timer *t,
	int64_t delay_ms); /* replaces an earlier setting; < 0 counts as 0 */
void timer_clear(struct timer *t);
bool timer_is_set(const struct timer *t);

#define WATCH_READ  1
#define WATCH_WRITE 2

/* Calls @fn as long as @fd, which stays the caller's, is ready for one of @events. */
struct watch *watch_new(struct loop *l, int fd, short events, watch_fn *fn, void *arg);
void watch_free(struct watch *w);
void watch_set(struct watch *w, short events); /* 0 pauses */

struct signal_watch *signal_watch_new(struct loop *l, int signal_number, signal_fn *fn, void *arg);
void signal_watch_free(struct signal_watch *s);

/* Runs @fn in the loop's thread soon after any thread called notifier_wake(); wakes are merged. */
struct notifier *notifier_new(struct loop *l, loop_fn *fn, void *arg);
void notifier_free(struct notifier *n);
void notifier_wake(struct notifier *n); /* thread-safe */

#endif
