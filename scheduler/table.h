/*
 * Tables: which there are in the frontier's environment, and what stands in
 * them, for the frontier and for the check of it.
 *
 *	table    key                              value
 *	meta     "kind", "schema"                 text (mdb.h)
 *	         "last"                           last numbers given, last moment
 *	urls     number (8)                       entry (entry.h)
 *	ids      hash of the canonical URL (16)   number (8)
 *	due      host (4), moment (8), number (8) empty: the queue of each host
 *	hosts    name                             host_record (record.h)
 *	leases   number of the URL (8)            lease_record
 *	workers  name                             worker_record
 *	sources  name                             source_record
 *
 * Keys are big-endian, so that their order is the numbers' order. Values are
 * packed as pack.h says, and sealed (sealed.h) but for "kind" and "schema";
 * "due" has none, and its keys agree with the entries they lead to instead.
 *
 * Schema 1, of 0.1.0, had no checks. It becomes schema 2 when a scheduler opens
 * it: what is read at the start anyway is sealed at once, in one transaction.
 * Of the two tables that may have a hundred million values each, those of then
 * are taken as they are until they are written again: entries by their format
 * (no bit that turns makes a 1 of a 2), ids by their size (which LMDB knows).
 */
#ifndef POLICYWATCH_SCHEDULER_TABLE_H
#define POLICYWATCH_SCHEDULER_TABLE_H

#include "common/mdb.h"

#include <stdbool.h>
#include <stdint.h>

#define FRONTIER_KIND   "frontier"
#define FRONTIER_SCHEMA 2

enum table {
	TABLE_META = DB_META,
	TABLE_URLS,
	TABLE_IDS,
	TABLE_DUE,
	TABLE_HOSTS,
	TABLE_LEASES,
	TABLE_WORKERS,
	TABLE_SOURCES,
	TABLE_N
};

extern const char *const table_names[TABLE_N];

/* Takes the check off *@value. False, *@value untouched, when it is damaged. */
bool table_open_value(enum table table, struct span key, struct span *value);

/* Makes schema 2 of a frontier of schema 1, in the transaction that opens it. */
void table_convert(struct txn *t);

/* A place in a queue. */
struct frontier_due {
	uint32_t host;
	int64_t due_ms;
	uint64_t number;
};

struct due_key {
	uint8_t bytes[20];
};

struct due_key due_key(uint32_t host, int64_t due_ms, uint64_t number);
static inline struct span due_key_span(const struct due_key *k)
{
	return span_from(k->bytes, sizeof k->bytes);
}
/* False when @key is of another size. */
bool due_key_read(struct span key, struct frontier_due *ret);

#endif
