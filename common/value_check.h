/*
 * Looking at every value of an environment, for what no page of LMDB tells
 * (mdb_check.h): each room that keeps one says in its own check what its values
 * should be, and goes through its tables with this.
 */
#ifndef POLICYWATCH_COMMON_VALUE_CHECK_H
#define POLICYWATCH_COMMON_VALUE_CHECK_H

#include "common/mdb.h"
#include "common/span.h"

#include <stdbool.h>
#include <stdint.h>

struct value_check {
	bool (*on_damage)(void *arg,
		const char *text); /* "records 12: ..."; false: that is enough */
	void (*on_progress)(void *arg, uint64_t values, uint64_t of); /* may be NULL */
	void *arg;
};

struct value_check_counts {
	uint64_t values;
	uint64_t damages;
};

/* A look at one environment, under way. */
struct value_look {
	const struct value_check *how;
	struct value_check_counts *counts;
	struct txn txn; /* begun to read by its owner, who ends it */
	uint64_t total; /* values that there are, for the progress */
	bool stopped;
};

void value_look_damage(struct value_look *l, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* Of a value, for its damage: one line for people, whatever the bytes are; returns @out. */
#define VALUE_NAME_MAX 200
const char *value_look_name(struct span name, char out[VALUE_NAME_MAX]);

/*
 * Calls @fn for every value of @table. Every @renew_step of them the state that
 * is seen moves on: one that stands still makes the file grow. Returns 0 or the
 * error of the transaction.
 */
typedef void value_look_fn(void *arg, struct span key, struct span value);
int value_look_table(struct value_look *l, unsigned table, int renew_step, value_look_fn *fn,
	void *arg);

/*
 * Opens the environment in the folder @path to read only, calls @fn, which looks
 * at its tables within l->txn, and closes it. Returns what db_open() or @fn does.
 */
typedef int value_look_tables_fn(void *arg);
int value_look_environment(struct value_look *l, const char *path, const struct db_options *options,
	value_look_tables_fn *fn, void *arg, char **ret_error);

#endif
