/* Journal: the JSON form of struct journal_entry, the value of table "journal". Pure functions. */
#ifndef POLICYWATCH_STORE_JOURNAL_H
#define POLICYWATCH_STORE_JOURNAL_H

#include "common/span.h"
#include "common/strbuf.h"
#include "store/store.h"

void journal_write(const struct journal_entry *e, struct strbuf *out);

/* All but the sequence number, which is the key. Returns 0 or -ERR_CORRUPT. */
int journal_parse(struct span json, struct journal_entry *ret);

/*
 * The sum of the record's value that an entry notes, if it is that of @record
 * and whole. Reads no more than this: it is for every reading of a record.
 */
bool journal_find_sum(struct span json, uint64_t record, uint64_t *ret);

#endif
