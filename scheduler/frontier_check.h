/*
 * What no page of LMDB tells (mdb_check.h): whether the values of a frontier are
 * those that were written, and lead to each other.
 */
#ifndef POLICYWATCH_SCHEDULER_FRONTIER_CHECK_H
#define POLICYWATCH_SCHEDULER_FRONTIER_CHECK_H

#include "common/value_check.h"

/*
 * Looks at every value in the folder @path, beside a scheduler that works: the
 * state that is looked at moves on every so often. Returns 0, or negative with
 * a text to be freed in *@ret_error when it could not be read to the end.
 */
int frontier_check(const char *path, const struct value_check *check,
	struct value_check_counts *ret, char **ret_error);

#endif
