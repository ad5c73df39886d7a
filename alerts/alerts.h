/*
 * Alerts: the service that tells subscribers. It follows the journal of this
 * node's store (follower.h), keeps what it decided in DATA/alerts (state.h), and
 * delivers it through Redis (outbox.h). Single-threaded, from the loop; never blocks.
 * Redis may be absent, at the start too.
 */
#ifndef POLICYWATCH_ALERTS_ALERTS_H
#define POLICYWATCH_ALERTS_ALERTS_H

#include "common/cleanup.h"
#include "common/config.h"
#include "common/loop.h"
#include "common/strbuf.h"

struct alerts;

/*
 * @config is borrowed until the next alerts_reload() or the end. On failure
 * *@ret_error (if not NULL) is a text for people, to be freed. Faulty
 * subscriptions are no failure: they are logged, and listed by alerts_status_json().
 */
int alerts_open(struct loop *l, const struct config *config, struct alerts **ret, char **ret_error);
void alerts_close(struct alerts *a);
DEFINE_CLEANUP(struct alerts *, alerts_close)

/*
 * Reads the subscription files again and takes over @config (but for the
 * address of Redis and the data folder, which need a new start). When a file
 * cannot be read, appends lines to @errors, keeps the subscriptions as they were and
 * returns negative.
 */
int alerts_reload(struct alerts *a, const struct config *config, struct strbuf *errors);

/*
 * Appends what a service with its state at @path (DATA/alerts) is at, from any
 * process: {"cursor":N,"outbox":N,"subscriptions":N,"faulty":[{"name","fault",
 * "column"}],"redis":{"up":bool,"since_ms":N,"reason":text or null}}. Returns 0 or
 * negative when there is no such state.
 */
int alerts_status_json(const char *path, struct strbuf *out);

#endif
