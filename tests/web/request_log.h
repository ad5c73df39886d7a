/*
 * Request log: a JSON line for each request, connection without one, and DNS
 * query, in the order in which they ended. One write() a line, so that readers
 * see whole lines.
 */
#ifndef POLICYWATCH_TESTS_WEB_REQUEST_LOG_H
#define POLICYWATCH_TESTS_WEB_REQUEST_LOG_H

#include "common/cleanup.h"
#include "tests/web/exchange.h"

#include <stdint.h>

struct request_log;

/* NULL, errno set, if @path cannot be written. What is in it stays. */
struct request_log *request_log_open(const char *path);
void request_log_close(struct request_log *l);
DEFINE_CLEANUP(struct request_log *, request_log_close)

/* @address: of the server; @peer: of the client, with its port. */
void request_log_exchange(struct request_log *l, const struct exchange *x, const char *address,
	const char *peer);

/* A connection that ended without a whole request. */
void request_log_connect(struct request_log *l, const struct exchange *x, const char *address,
	const char *peer);

void request_log_dns(struct request_log *l, const char *name, const char *type, const char *answer);

/* Requests logged so far. */
uint64_t request_log_count(const struct request_log *l);

#endif
