/*
 * The parts of "store".
 */
#ifndef POLICYWATCH_CLI_STORE_H
#define POLICYWATCH_CLI_STORE_H

#include "cli/cli.h"

extern const struct command store_stat, store_check_command, store_reread_command;

#endif
