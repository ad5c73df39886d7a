/*
 * State: the LMDB environment DATA/alerts, written by the one alert service of
 * a node. Tables: outbox (number -> alert as JSON), decided (hash of
 * subscription and key -> time), subscriptions (name -> since when), meta.
 */
#ifndef POLICYWATCH_ALERTS_STATE_H
#define POLICYWATCH_ALERTS_STATE_H

#include "common/mdb.h"
#include "common/strbuf.h"

#include <stdint.h>

enum state_table {
	STATE_META = DB_META,
	STATE_OUTBOX,        /* number -> alert as JSON, in the order of the decisions */
	STATE_DECIDED,       /* 16 bytes: hash of NAME, 0, KEY -> 8 bytes: when */
	STATE_SUBSCRIPTIONS, /* name -> JSON {"since", "redis": what Redis held or null} */
	STATE_TABLES
};

int state_open(const char *path, bool read_only, struct db **ret, char **ret_error);

/* Numbers under names in meta: "cursor", "outbox_last". 0 if not there. */
uint64_t state_number(struct txn *t, const char *name);
void state_put_number(struct txn *t, const char *name, uint64_t value);

/* Replaces a text in meta, in a transaction of its own. Returns 0 or negative. */
int state_put_text(struct db *db, const char *name, struct span text);

#endif
