/*
 * The parts of "store", and what its check knows of the environments that are not the store.
 */
#ifndef POLICYWATCH_CLI_STORE_H
#define POLICYWATCH_CLI_STORE_H

#include "cli/cli.h"

struct store_check;
struct store_check_counts;

extern const struct command store_stat, store_check_command;

/*
 * Whether the values of DATA/frontier can be read and lead to each other, and
 * those of DATA/alerts; read as store_check_values() reads the store. A
 * scheduler and an alert service may be running. Returns 0, or negative with a
 * text to be freed in *@ret_error.
 */
int store_check_frontier(const char *path, const struct store_check *check,
	struct store_check_counts *ret, char **ret_error);
int store_check_alerts(const char *path, const struct store_check *check,
	struct store_check_counts *ret, char **ret_error);

#endif
