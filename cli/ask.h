/*
 * Asking the scheduler, from a command.
 */
#ifndef POLICYWATCH_CLI_ASK_H
#define POLICYWATCH_CLI_ASK_H

#include "cli/cli.h"
#include "common/protocol.h"

/*
 * Sends @request to the configured scheduler and waits. On 0, *@ret_text is
 * the JSON answer, to be freed. Else a text for people in *@ret_text, also to
 * be freed: -ERR_INVALID when the scheduler refused, -ERR_TIMEOUT when none
 * answered.
 */
int ask_scheduler(const struct config *config, const struct admin_request *request,
	char **ret_text);

#endif
