/*
 * What no page of LMDB tells (mdb_check.h): whether the values of a store are
 * those that were written, and lead to each other. SCHEMA.md says how they should.
 */
#ifndef POLICYWATCH_STORE_CHECK_H
#define POLICYWATCH_STORE_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct store;

struct store_check {
	bool (*on_damage)(void *arg,
		const char *text); /* "records 12: ..."; false: that is enough */
	void (*on_progress)(void *arg, uint64_t values, uint64_t of); /* may be NULL */
	void *arg;
};

struct store_check_counts {
	uint64_t values;
	uint64_t damages;
};

/*
 * Looks at every value of every table, beside processes that write: the state
 * that is looked at moves on every so often. Returns 0, or negative when it
 * could not be read to the end.
 */
int store_check_values(struct store *s, const struct store_check *check,
	struct store_check_counts *ret);

#endif
