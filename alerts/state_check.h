/*
 * Whether the values of an alert state are those that were written and can be
 * read; as scheduler/frontier_check.h does it for the frontier.
 */
#ifndef POLICYWATCH_ALERTS_STATE_CHECK_H
#define POLICYWATCH_ALERTS_STATE_CHECK_H

#include "common/value_check.h"

int state_check(const char *path, const struct value_check *check, struct value_check_counts *ret,
	char **ret_error);

#endif
