/*
 * Resolver: the addresses of hosts, looked up by the system's own resolver
 * (getaddrinfo(3): /etc/hosts, DNS and what else the machine is told to ask)
 * in a bounded number of threads, and remembered for a bounded number of hosts.
 *
 * curl has both as well, but one thread for each look-up, and a cache that it
 * walks through after every transfer.
 *
 * Single-threaded to its users: only from the event loop's thread.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_RESOLVER_H
#define POLICYWATCH_CRAWLER_FETCH_RESOLVER_H

#include "common/cleanup.h"
#include "common/loop.h"
#include "common/span.h"

#include <stdbool.h>
#include <stdint.h>

struct resolver;
struct resolver_query;

/* What getaddrinfo() is to the resolver; tests put their own in its place. */
typedef int resolver_lookup_fn(const char *host, char *out, size_t size);

struct resolver_options {
	struct loop *loop;
	size_t threads_max; /* started when they are needed */
	size_t hosts_max;   /* remembered; who has not been asked for longest is forgotten first */
	resolver_lookup_fn *lookup; /* NULL for the system's */
};

struct resolver *resolver_new(const struct resolver_options *options);

/* Does not wait for look-ups that are under way; nobody is told of them any more. */
void resolver_free(struct resolver *r);
DEFINE_CLEANUP(struct resolver *, resolver_free)

/*
 * The addresses of @host, if they are remembered and not older than @ttl_ms:
 * "192.0.2.1,[2001:db8::1]", in the order in which to try them, borrowed until
 * the next call. NULL when they are not.
 */
const char *resolver_remembered(struct resolver *r, const char *host, int64_t ttl_ms);

/*
 * Looks @host up. @done is called exactly once, from the loop, with the
 * addresses (borrowed until it returns), or with NULL and what is wrong, unless
 * resolver_cancel() comes first; the handle dies with either.
 */
typedef void resolver_done_fn(void *arg, const char *addresses, const char *error);
struct resolver_query *resolver_start(struct resolver *r, const char *host, resolver_done_fn *done,
	void *arg);
void resolver_cancel(struct resolver_query *q); /* NULL is ignored */

#endif
