/*
 * Connections of the web's clients: each reads a request, asks its owner what
 * to do, plays the script that it is given, and reads the next one. Whatever
 * happens on the wire happens here; honest and hostile hosts differ by their
 * scripts alone.
 *
 * Single-threaded, never blocks. What a connection holds is bounded: a request's
 * head, and one step of a script.
 */
#ifndef POLICYWATCH_TESTS_WEB_CONNECTION_H
#define POLICYWATCH_TESTS_WEB_CONNECTION_H

#include "common/cleanup.h"
#include "tests/web/exchange.h"
#include "tests/web/script.h"

#include <event2/event.h>
#include <stddef.h>
#include <stdint.h>

struct connections; /* all of a server */
struct connection;

struct connection_owner {
	/*
	 * A request is there. Calls one of connection_answer(), connection_play()
	 * and connection_hold() before it returns.
	 */
	void (*on_request)(void *arg, struct connection *c);
	/* An exchange is over; @x is borrowed until this returns. */
	void (*on_exchange)(void *arg, struct connection *c, const struct exchange *x);
	/* The connection ends without ever having sent a request. */
	void (*on_mute)(void *arg, struct connection *c, const struct exchange *x);
};

struct connections *connections_new(struct event_base *base, const struct connection_owner *owner,
	void *arg);
void connections_free(struct connections *cs); /* ends all; the owner hears of their exchanges */
DEFINE_CLEANUP(struct connections *, connections_free)

uint64_t connections_count(const struct connections *cs); /* since the start */
uint64_t connections_open(const struct connections *cs);

/* Takes @fd over. @site is the owner's, see connection_site(). @reset: breaks it before it reads. */
void connections_accept(struct connections *cs, int fd, const char *peer, void *site, bool reset);

/* Calls @fn for each connection whose request is held. It may answer it, nothing else. */
typedef void connection_fn(void *arg, struct connection *c);
void connections_each_held(struct connections *cs, connection_fn *fn, void *arg);

void *connection_site(const struct connection *c);
const char *connection_peer(const struct connection *c); /* "127.0.0.1:40000" */
struct exchange *connection_exchange(struct connection *c);

/* A whole answer: *@bytes, which is emptied. */
void connection_answer(struct connection *c, struct evbuffer *bytes);

/* @steps must stay; @ask is copied, what it borrows must last as long as the request. */
void connection_play(struct connection *c, const struct step *steps, const struct ask *ask);

/* The answer comes later, out of connections_each_held(). */
void connection_hold(struct connection *c);

#endif
