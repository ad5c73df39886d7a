/*
 * Scheduler: the planner behind the bus. It answers crawlers and the command
 * line, all requests of one turn of the loop in one transaction, and each only
 * once that has been committed. A request for work that finds nothing due is
 * held until something is, or until hold_ms have passed.
 *
 * Single-threaded, on the loop.
 */
#ifndef POLICYWATCH_SCHEDULER_SCHEDULER_H
#define POLICYWATCH_SCHEDULER_SCHEDULER_H

#include "common/cleanup.h"
#include "common/config.h"
#include "common/log.h"
#include "common/loop.h"
#include "common/strbuf.h"

struct scheduler;

/*
 * Opens DATA/frontier, reads the sources and listens on config->bus.listen.
 * DATA and the folders of ipc:// sockets must exist. @config is borrowed until
 * the scheduler is closed or has got another; so is @log, which may be NULL.
 * On failure *@ret_error (if not NULL) is a text for people, of one or more
 * lines, to be freed: -ERR_BUSY when another scheduler is running.
 */
int scheduler_open(struct loop *l, const struct config *config, const struct log_ctx *log,
	struct scheduler **ret, char **ret_error);

/*
 * Another configuration and the sources that it names, whole or not at all:
 * on failure what is wrong has been appended to @errors, and the old ones stay
 * in use. The addresses listened on and the data folder stay as they are.
 */
int scheduler_reload(struct scheduler *s, const struct config *config, struct strbuf *errors);

/*
 * Answers what is held with nothing, so that crawlers need not wait for it.
 * Requests are answered still, but with leases no more. Before closing.
 */
void scheduler_drain(struct scheduler *s);

void scheduler_close(struct scheduler *s);
DEFINE_CLEANUP(struct scheduler *, scheduler_close)

#endif
