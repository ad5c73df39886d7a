/*
 * What no page of LMDB tells (mdb_check.h): whether the values of a store are
 * those that were written, and lead to each other. SCHEMA.md says how they should.
 */
#ifndef POLICYWATCH_STORE_CHECK_H
#define POLICYWATCH_STORE_CHECK_H

#include "common/value_check.h"

struct store;

/*
 * Looks at every value of every table, beside processes that write: the state
 * that is looked at moves on every so often. Returns 0, or negative when it
 * could not be read to the end.
 */
int store_check_values(struct store *s, const struct value_check *check,
	struct value_check_counts *ret);

#endif
