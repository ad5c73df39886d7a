/*
 * State: the LMDB environment DATA/alerts, written by the one alert service of
 * a node. All values are sealed (common/sealed.h); what is damaged is found as
 * STATE_DAMAGED, and whoever needs it says what becomes of it:
 *
 *	table          key                     value
 *	meta           "kind", "schema"        text (mdb.h), not sealed
 *	               "cursor"                number: the journal entry worked on last
 *	               "outbox_last", "lost"   number: of the last alert; alerts lost to damage
 *	               "redis", "subscriptions" JSON, for the status
 *	outbox         number                  alert as JSON, in the order of the decisions
 *	decided        hash of NAME, 0, KEY    mark of the journal entry that it was decided for
 *	subscriptions  name                    JSON {"since", "redis": what Redis held or null}
 *
 * Schema 1, of 0.1.0, had no checks, and the time of the decision instead of a
 * mark. It becomes schema 2 when it is opened, in one transaction; decisions,
 * which may be hundreds of millions, stay as they are, known by their size.
 */
#ifndef POLICYWATCH_ALERTS_STATE_H
#define POLICYWATCH_ALERTS_STATE_H

#include "common/hash.h"
#include "common/mdb.h"
#include "common/strbuf.h"

#include <stdint.h>

#define STATE_KIND   "alerts"
#define STATE_SCHEMA 2

enum state_table {
	STATE_META = DB_META,
	STATE_OUTBOX,
	STATE_DECIDED,
	STATE_SUBSCRIPTIONS,
	STATE_TABLES
};

extern const char *const state_table_names[STATE_TABLES];

int state_open(const char *path, bool read_only, struct db **ret, char **ret_error);

enum state_found { STATE_ABSENT, STATE_WHOLE, STATE_DAMAGED };

/* *@ret, only when whole, is valid as txn_get() says. */
enum state_found state_find(struct txn *t, enum state_table table, struct span key,
	struct span *ret);
void state_put(struct txn *t, enum state_table table, struct span key, struct span value);
void state_append(struct txn *t, enum state_table table, struct span key, struct span value);
bool state_add(struct txn *t, enum state_table table, struct span key, struct span value);

/* Takes the check off a value that a cursor shows. False, *@value untouched, when it is damaged. */
bool state_open_value(enum state_table table, struct span key, struct span *value);

/* Numbers under names in meta. *@ret is 0 if it is not there or damaged. */
enum state_found state_find_number(struct txn *t, const char *name, uint64_t *ret);
uint64_t state_number(struct txn *t, const char *name);
void state_put_number(struct txn *t, const char *name, uint64_t value);

/* The key in "decided" of what a subscription has been told, or not told for good. */
struct hash state_decision(const char *subscription, const char *key);

/* Replaces a text in meta, in a transaction of its own. Returns 0 or negative. */
int state_put_text(struct db *db, const char *name, struct span text);

#endif
