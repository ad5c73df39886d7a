/*
 * An open environment, as the files of mdb.h share it: mdb_open.c opens and
 * closes it, mdb.c reads and writes.
 */
#ifndef POLICYWATCH_COMMON_MDB_ENV_H
#define POLICYWATCH_COMMON_MDB_ENV_H

#include "common/mdb.h"
#include "common/mdb_guard.h"

#include <lmdb.h>
#include <stdatomic.h>
#include <sys/types.h>

struct db {
	MDB_env *env;
	struct mdb_guard *guard;
	char *path;
	MDB_dbi tables[DB_TABLES_MAX];
	size_t n_tables;
	dev_t device; /* of the data file: which one is open in this process */
	ino_t inode;
	atomic_int n_readers;
	int64_t readers_checked_ms;
	struct db *next;
};

/* What LMDB says, in our terms: 0 or -ERR_*. */
int err_from_mdb(int code);

#endif
