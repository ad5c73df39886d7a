/*
 * Folders that a service needs to be there.
 */
#ifndef POLICYWATCH_CLI_FOLDER_H
#define POLICYWATCH_CLI_FOLDER_H

#include <stdbool.h>

/* Makes a folder and those above it, mode 0750. False after a message that names it. */
bool folder_make(const char *path);

#endif
