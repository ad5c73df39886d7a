/*
 * Server: listens on every host's own address and answers what is asked
 * there, from what a test laid over the host, by its hostility, or honestly.
 *
 * Single-threaded; never blocks.
 */
#ifndef POLICYWATCH_TESTS_WEB_SERVER_H
#define POLICYWATCH_TESTS_WEB_SERVER_H

#include "common/cleanup.h"
#include "common/strbuf.h"
#include "tests/web/connection.h"
#include "tests/web/hosts.h"
#include "tests/web/request_log.h"
#include "tests/web/world_clock.h"

#include <event2/event.h>

struct server;

struct server_options {
	struct event_base *base;
	struct hosts *hosts; /* these are borrowed */
	const struct world_clock *clock;
	struct request_log *log;
};

/* NULL, with errno set, if an address cannot be listened on. */
struct server *server_new(const struct server_options *options);
void server_free(struct server *s);
DEFINE_CLEANUP(struct server *, server_free)

const struct connections *server_connections(const struct server *s);

/* Answers what was held and is no longer. */
void server_release_held(struct server *s);

/* Requests that are held, as a JSON array. */
void server_tell_waiting(struct server *s, struct strbuf *out);

#endif
