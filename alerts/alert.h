/*
 * Alert: one thing that one subscriber is told, from the decision to the
 * stream entry. Pure functions; strings live in the arena given.
 */
#ifndef POLICYWATCH_ALERTS_ALERT_H
#define POLICYWATCH_ALERTS_ALERT_H

#include "alerts/subscription.h"
#include "common/arena.h"
#include "common/hash.h"
#include "common/strbuf.h"
#include "store/record.h"
#include "store/store.h"

#include <stdint.h>

struct alert {
	const char *key; /* of the story and event: the same for every attempt to deliver */
	enum alert_event event;
	const char *subscription;
	struct hash story, page;
	uint32_t version;
	const char *url, *title, *publisher; /* NULL when absent */
	const char *published_at;            /* RFC 3339, NULL when absent */
	const char *snippet;
	const char *terms; /* a JSON array of strings */
	uint64_t record;   /* its number in the store */
};

/*
 * The key of an event: "STORY:new", "STORY:updated:TEXT-HASH", "STORY:reprint:PAGE".
 * What has the same key is told once.
 */
const char *alert_key(struct arena *a, enum alert_event event, const struct record *r);

/* Fills all members from a record that matched; @key as alert_key() gave it. */
void alert_fill(struct alert *alert, struct arena *a, const struct subscription *s,
	const struct query_document *d, const struct record *r);

void alert_write_json(const struct alert *alert, struct strbuf *out);

/* Returns 0 or -ERR_CORRUPT. */
int alert_parse_json(struct span json, struct arena *a, struct alert *ret);

/*
 * The fields of a stream entry but "record", in the documented order: name and
 * value in turn. Fills @ret[ALERT_FIELDS * 2]; absent values are "".
 */
#define ALERT_FIELDS 12
void alert_fields(const struct alert *alert, struct arena *a, const char *ret[ALERT_FIELDS * 2]);

#endif
