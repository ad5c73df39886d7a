/*
 * Searching the stored pages in the subscription language.
 */
#ifndef POLICYWATCH_CLI_SEARCH_H
#define POLICYWATCH_CLI_SEARCH_H

#include "cli/cli.h"

#include <stdint.h>

#define SEARCH_HITS 20 /* as many as a person reads */

/*
 * Prints the newest version of each page that matches @text, newest first, at
 * most @limit. CLI_NO when there is none. The configuration is loaded.
 */
enum cli_exit search_store(struct cli *cli, const char *text, int64_t limit);

#endif
