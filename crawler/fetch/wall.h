/*
 * Wall: tells a page that keeps programs out (a script to be run, a captcha)
 * from one that is meant to be read. Walls are recorded and never passed.
 *
 * Pure, thread-safe; linear in the answer.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_WALL_H
#define POLICYWATCH_CRAWLER_FETCH_WALL_H

#include "common/protocol.h"
#include "common/span.h"

struct wall_answer {
	int http_status;
	struct span headers; /* lines as received */
	struct span body;
};

struct wall {
	enum outcome outcome;
	const char *why; /* static text for people */
};

/* The wall that @answer is, NULL for none. Static. */
const struct wall *wall_find(const struct wall_answer *answer);

#endif
