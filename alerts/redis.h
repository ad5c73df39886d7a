/*
 * Redis (hiredis, whose only user this is): a connection that the event loop
 * keeps up, and a blocking one for command-line tools.
 *
 * The asynchronous one connects by itself, authenticates, selects its database,
 * and tells when it is usable; when the connection is lost, or an answer
 * stays out for REDIS_TIMEOUT_MS, all calls under way fail and it connects again
 * after a pause that grows from 0.1 to 5 seconds.
 */
#ifndef POLICYWATCH_ALERTS_REDIS_H
#define POLICYWATCH_ALERTS_REDIS_H

#include "common/cleanup.h"
#include "common/loop.h"
#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define REDIS_TIMEOUT_MS 5000

struct redis_options {
	const char *address;       /* redis://host:port/db or unix:///path; copied */
	const char *password_file; /* NULL or "" for none; read at every connection */
};

/* Replies: borrowed until the callback returns; all accept NULL. */
struct redis_reply;

bool redis_reply_is_error(const struct redis_reply *r);
struct span redis_reply_str(const struct redis_reply *r); /* of strings, statuses and errors */
int64_t redis_reply_int(const struct redis_reply *r);
size_t redis_reply_len(const struct redis_reply *r); /* elements of an array */
const struct redis_reply *redis_reply_item(const struct redis_reply *r, size_t i);

/* The connection in the loop */

struct redis;

/* @is_up: usable from now on. Otherwise @reason says why not, borrowed until this returns. */
typedef void redis_state_fn(void *arg, bool is_up, const char *reason);
/* @reply is NULL when the connection was lost before an answer came. */
typedef void redis_reply_fn(void *arg, const struct redis_reply *reply);

/* -ERR_INVALID with *@ret_error (to be freed) for an address that is none. Connects from the loop. */
int redis_open(struct loop *l, const struct redis_options *options, redis_state_fn *fn, void *arg,
	struct redis **ret, char **ret_error);
/* Calls under way end without their callbacks. */
void redis_close(struct redis *r);
DEFINE_CLEANUP(struct redis *, redis_close)

bool redis_is_up(const struct redis *r);

/*
 * Sends a command, copied, only while up: false otherwise. @done is called
 * exactly once, from the loop, unless redis_close() comes first. Answers come
 * in the order of the commands.
 */
bool redis_call(struct redis *r, size_t n, const struct span *args, redis_reply_fn *done,
	void *arg);

/* The blocking connection, without a loop */

struct redis_sync;

/* Connects. On failure *@ret_error is a text for people, to be freed. */
int redis_sync_open(const struct redis_options *options, struct redis_sync **ret, char **ret_error);
void redis_sync_close(struct redis_sync *r);
DEFINE_CLEANUP(struct redis_sync *, redis_sync_close)

/*
 * Sends a command and waits for its answer up to @timeout_ms, to be freed with
 * redis_reply_free(). -ERR_TIMEOUT, -ERR_CLOSED: the connection is of no use any
 * more. An error that Redis answers is a reply.
 */
int redis_sync_call(struct redis_sync *r, size_t n, const struct span *args, int64_t timeout_ms,
	struct redis_reply **ret);
void redis_reply_free(struct redis_reply *r);
DEFINE_CLEANUP(struct redis_reply *, redis_reply_free)

#endif
