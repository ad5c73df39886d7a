/*
 * Subscription: a name, a query and the events to be told of. Written in
 * YAML files by operators, or as JSON in Redis by subscribers themselves.
 */
#ifndef POLICYWATCH_ALERTS_SUBSCRIPTION_H
#define POLICYWATCH_ALERTS_SUBSCRIPTION_H

#include "common/cleanup.h"
#include "common/span.h"
#include "common/strbuf.h"
#include "store/query.h"

#include <stdbool.h>
#include <stdint.h>

#define SUBSCRIPTION_NAME_MAX 128 /* bytes */

enum alert_event {
	ALERT_NEW,     /* the first page of a story that matches */
	ALERT_UPDATED, /* a page of an alerted story has another text */
	ALERT_REPRINT, /* another page joined an alerted story */
	ALERT_EVENTS
};

const char *alert_event_str(enum alert_event e);
bool alert_event_parse(const char *name, enum alert_event *ret);

struct subscription {
	char *name;
	char *owner; /* may be empty */
	struct query *query;
	unsigned deliver; /* bits of enum alert_event */
	uint64_t since;   /* journal entries up to this one are older than the subscription */
};

#define SUBSCRIPTION_DELIVER_DEFAULT (1u << ALERT_NEW | 1u << ALERT_UPDATED)

/* What is wrong with a subscription that cannot be used. */
struct subscription_fault {
	char *name;
	char *text;    /* with file and line, or "redis" */
	size_t column; /* in the query, from 1; 0 if the fault is elsewhere */
};

void subscription_fault_release(struct subscription_fault *f);

/* Letters, digits, Han, "-", "_" and ".": nothing that has a meaning in a key of Redis. */
bool subscription_name_is_valid(struct span name);

/*
 * From its parts; @deliver may be 0 for the default. On failure returns
 * -ERR_INVALID or -ERR_PARSE, *@ret_text says what is wrong, to be freed, and
 * *@ret_column where in the query (0: elsewhere).
 */
int subscription_new(struct span name, const char *query, const char *owner, unsigned deliver,
	struct subscription **ret, char **ret_text, size_t *ret_column);

/* The same from the JSON that Redis holds: {"query":"", "owner":"", "deliver":["new"]}. */
int subscription_parse_json(struct span name, struct span json, struct subscription **ret,
	char **ret_text, size_t *ret_column);

void subscription_free(struct subscription *s);
DEFINE_CLEANUP(struct subscription *, subscription_free)

void subscription_write_json(const struct subscription *s, struct strbuf *out);

#endif
