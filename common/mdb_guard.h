/*
 * What a damaged LMDB file does to a process in spite of all checks before:
 * LMDB follows a wrong number out of its map, or fails an assertion of its
 * own. Here that is the end of the process too, but with a sentence on
 * stderr that names the file, and exit status 3, as for any other failure.
 *
 * A fault belongs to a file if the thread is inside LMDB for it, or if the
 * address is in its map. Every other fault goes to who handled it before, so
 * that bugs of ours crash as they do everywhere, and sanitizers see them.
 */
#ifndef POLICYWATCH_COMMON_MDB_GUARD_H
#define POLICYWATCH_COMMON_MDB_GUARD_H

#include "common/cleanup.h"

/* One open environment. */
struct mdb_guard;

/* @path: the folder. The first one takes over SIGSEGV and SIGBUS. */
struct mdb_guard *mdb_guard_new(const char *path);
void mdb_guard_free(struct mdb_guard *g);

/* This thread calls LMDB from now on; returns what to give mdb_guard_leave(). */
const struct mdb_guard *mdb_guard_enter(const struct mdb_guard *g);
void mdb_guard_leave(const struct mdb_guard *const *before);

/* To the end of the block this thread is inside LMDB. */
#define MDB_GUARDED(g)                                                                             \
	CLEANUP(mdb_guard_leave)                                                                   \
	const struct mdb_guard *guarded_ __attribute__((unused)) = mdb_guard_enter(g)

/* Says that @g's file is damaged, and why, and ends the process. */
void mdb_guard_end(const struct mdb_guard *g, const char *why) __attribute__((noreturn));

#endif
