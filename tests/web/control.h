/*
 * Control: how a test steers the web, over HTTP at an address of its own.
 * README.md lists what can be asked. Answers are JSON, JSON lines or YAML; a
 * mistake is answered 400 with its reason.
 */
#ifndef POLICYWATCH_TESTS_WEB_CONTROL_H
#define POLICYWATCH_TESTS_WEB_CONTROL_H

#include "common/cleanup.h"
#include "tests/web/resolver.h"
#include "tests/web/server.h"

#include <event2/event.h>

struct control;

struct control_options {
	struct event_base *base;
	struct world_clock *clock; /* all are borrowed */
	struct hosts *hosts;
	struct server *server;
	struct request_log *log;
	struct resolver *resolver; /* NULL: no DNS */
};

/* On 127.0.0.1 and a free port. NULL, with errno set, if that fails. */
struct control *control_new(const struct control_options *options);
void control_free(struct control *c);
DEFINE_CLEANUP(struct control *, control_free)

uint16_t control_port(const struct control *c);

#endif
