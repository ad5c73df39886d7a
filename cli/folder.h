/*
 * Folders and locks that a service needs before it starts.
 */
#ifndef POLICYWATCH_CLI_FOLDER_H
#define POLICYWATCH_CLI_FOLDER_H

#include <stdbool.h>

/* Makes a folder and those above it, mode 0750. False after a message that names it. */
bool folder_make(const char *path);

/*
 * Locks FOLDER/NAME, made if need be, for this process; the lock goes with the
 * process, however it ends, or when the descriptor is closed. -1 after a
 * message that says that @holder has it, or why it cannot be had.
 */
int folder_lock(const char *folder, const char *name, const char *holder);

#endif
