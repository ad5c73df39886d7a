/*
 * Bus: request and reply between processes (NNG REQ/REP, of which this is the
 * only user) over ipc://, tcp:// or tls+tcp:// addresses.
 *
 * NNG works in threads of its own; everything here is called from, and calls
 * back in, the event loop's thread.
 *
 * A request is sent again by NNG when its connection was lost, so the server
 * may see it twice: requests must be idempotent.
 */
#ifndef POLICYWATCH_COMMON_BUS_H
#define POLICYWATCH_COMMON_BUS_H

#include "common/cleanup.h"
#include "common/loop.h"
#include "common/span.h"

#include <stdint.h>

#define BUS_MESSAGE_MAX (64 << 20) /* a result with a sitemap's 50,000 items of 1 KB */

/* Files in PEM for tls+tcp://; NULL or "" where not used. */
struct bus_tls {
	const char *certificate_file; /* own certificate and key in one file */
	const char *ca_file;          /* peers must be signed by it */
};

struct bus_server;
struct bus_request; /* one that has come in and waits for its answer */
struct bus_client;
struct bus_call; /* one that was sent and waits for its answer */

/*
 * @request is the callee's now, to be answered with bus_reply() in this call
 * or any time later. @message is borrowed until this returns.
 */
typedef void bus_request_fn(void *arg, struct bus_request *request, struct span message);

/* @err is 0 or negative; @message is borrowed until this returns, empty on error. */
typedef void bus_call_fn(void *arg, int err, struct span message);

/*
 * Listens on @n addresses. On failure *@ret_error (if not NULL) is a text for
 * people, to be freed, that names the address.
 */
int bus_server_open(struct loop *l, const char *const *addresses, size_t n,
	const struct bus_tls *tls, bus_request_fn *fn, void *arg, struct bus_server **ret,
	char **ret_error);
/* Requests that are still unanswered die with it and must not be touched afterwards. */
void bus_server_close(struct bus_server *s);
DEFINE_CLEANUP(struct bus_server *, bus_server_close)

/* Answers and ends @request. A peer that is gone by now is no error. */
void bus_reply(struct bus_request *request, struct span message);

/* Connects in the background and again whenever the connection is lost. */
int bus_client_open(struct loop *l, const char *address, const struct bus_tls *tls,
	struct bus_client **ret, char **ret_error);
void bus_client_close(struct bus_client *c); /* cancels its calls */
DEFINE_CLEANUP(struct bus_client *, bus_client_close)

/*
 * Sends @message, which is copied. @done is called exactly once, from the
 * loop, unless bus_call_cancel() comes first; the handle dies with either.
 * No answer within @timeout_ms gives -ERR_TIMEOUT.
 */
struct bus_call *bus_call_start(struct bus_client *c, struct span message, int64_t timeout_ms,
	bus_call_fn *done, void *arg);
void bus_call_cancel(struct bus_call *call); /* NULL is ignored */

#endif
