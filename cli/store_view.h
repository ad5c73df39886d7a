/*
 * The node's store, opened for reading by a command.
 */
#ifndef POLICYWATCH_CLI_STORE_VIEW_H
#define POLICYWATCH_CLI_STORE_VIEW_H

#include "cli/cli.h"
#include "store/store.h"

struct store_view {
	struct store *store;
	struct store_reader *reader;
};

#define STORE_VIEW_LOCAL(name) CLEANUP(store_view_release) struct store_view name = {0}

/* Opens cli->config's store, which must exist. False after a message. */
bool store_view_open(struct cli *cli, struct store_view *ret);
void store_view_release(struct store_view *v);

/* The id that an argument means: 32 hexadecimal digits, or a URL. False after a message. */
bool store_view_id(struct cli *cli, const char *argument, struct hash *ret);

#endif
