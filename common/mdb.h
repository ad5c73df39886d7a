/*
 * LMDB environments (the only user of lmdb.h): a folder that holds a fixed set
 * of tables, ordered by the bytes of their keys. Its names start with db_,
 * txn_ and cursor_ because the prefix mdb_ is the library's own.
 *
 * An environment may be open once in a process, and not across fork(). Any
 * number of processes may read and write it; writers wait for each other, and
 * readers for nobody. A commit has reached the disk when it returns.
 *
 * One write transaction at a time; a transaction and its cursors belong to one
 * thread at a time. A read transaction keeps the file from reusing pages while
 * it lasts: end or renew it within seconds.
 *
 * Every environment has a table "meta" (index DB_META), which says what it is:
 * the keys "kind" and "schema" hold text and are checked when it is opened.
 */
#ifndef POLICYWATCH_COMMON_MDB_H
#define POLICYWATCH_COMMON_MDB_H

#include "common/cleanup.h"
#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct db;
struct txn;
struct mdb_check;
struct mdb_check_counts;

#define DB_META       0   /* index of the table "meta" */
#define DB_KEY_MAX    511 /* bytes of a key, at least 1 */
#define DB_TABLES_MAX 32

struct db_options {
	const char *kind; /* "store", "frontier", ...: what the environment must be */
	int schema;       /* its number must be this; 0 takes any */
	/*
	 * Makes of a file of the schema before this one of this, in the transaction
	 * that opens it and notes that: all, or nothing. NULL: such a file is refused.
	 */
	void (*convert)(struct txn *t);
	const char *const *tables; /* names by index; the first is "meta"; read in db_open() only */
	size_t n_tables;
	int64_t map_bytes; /* address space, the limit of its size; 0 takes the file's own */
	bool read_only;    /* must exist; nothing is created */
};

/*
 * Opens the environment in the folder @path, which is made if need be (not its
 * parents), and forgets readers that died. On failure *@ret_error (if not NULL)
 * is a text for people, to be freed, that names the path: -ERR_CORRUPT for
 * what is no environment of this kind or is damaged, -ERR_VERSION for another
 * schema (a reader does not convert), -ERR_BUSY if this process has it open already.
 *
 * Of a file of up to 256 MiB every page is looked at (mdb_check.h), which takes
 * a fraction of a second; of a larger one as many pages: the branch pages and
 * the leaves at their ends. If LMDB stumbles later, over what this has missed
 * or what became of the file meanwhile, the process ends with a message that
 * names the file, and with status 3 (mdb_guard.h).
 */
int db_open(const char *path, const struct db_options *options, struct db **ret, char **ret_error);
void db_close(struct db *db); /* after all its transactions; NULL is ignored */
DEFINE_CLEANUP(struct db *, db_close)

/*
 * Looks at the pages of the environment in the folder @path (mdb_check.h, whose
 * fd and txn are filled in here), which may be damaged, and may be written by
 * other processes; they cannot use pages again meanwhile. Returns 0 when it was
 * looked at, or negative with *@ret_error as db_open() gives it.
 */
int db_check(const char *path, struct mdb_check *check, struct mdb_check_counts *ret,
	char **ret_error);

const char *db_path(const struct db *db);

struct db_sizes {
	int64_t file_bytes; /* of the data file */
	int64_t used_bytes; /* up to the last page in use, free pages below it counted */
	int64_t map_bytes;
};
int db_read_sizes(struct db *db, struct db_sizes *ret);

/*
 * A transaction. Its error is sticky: after the first one every call is a
 * no-op that finds nothing, so that a sequence needs one check, at the end.
 * A key that is not there is no error.
 */
struct txn {
	struct db *db;
	void *handle; /* MDB_txn, NULL when there is none */
	int err;      /* 0 or -ERR_*: the first failure */
	bool write;
	bool resting; /* a read transaction that holds no state: only to be renewed or ended */
};

#define TXN_INIT                                                                                   \
	{                                                                                          \
		0                                                                                  \
	}

void txn_begin_write(struct txn *t, struct db *db); /* waits for other writers */
void txn_begin_read(struct txn *t, struct db *db);

/* Ends it. Returns the first error of the transaction, with nothing written, or 0. */
int txn_commit(struct txn *t);
void txn_abort(struct txn *t); /* of an ended or zeroed one too */
static inline void txn_abortp(struct txn *t)
{
	txn_abort(t);
}

/* Moves a read transaction to the newest state; spans from it are gone. Returns 0 or its error. */
int txn_renew(struct txn *t);

/* Lets go of the state that a read transaction sees, whose pages can be used again. */
void txn_rest(struct txn *t);

/* Makes the transaction fail with @err (negative) unless it has failed already. */
void txn_fail(struct txn *t, int err);

/* Found: *@ret is the value, in the map: valid until the next write in this transaction or its end. */
bool txn_get(struct txn *t, unsigned table, struct span key, struct span *ret);
void txn_put(struct txn *t, unsigned table, struct span key, struct span value);
/* Like txn_put() for a key behind all others of the table: cheaper, and fills pages. */
void txn_append(struct txn *t, unsigned table, struct span key, struct span value);
/* Puts unless the key is there; true when it was put. */
bool txn_add(struct txn *t, unsigned table, struct span key, struct span value);
/* True when it was there. */
bool txn_del(struct txn *t, unsigned table, struct span key);

bool txn_last(struct txn *t, unsigned table, struct span *ret_key, struct span *ret_value);
uint64_t txn_count(struct txn *t, unsigned table);

/*
 * A cursor over one table, for ranges in both directions. Errors go to its
 * transaction; every step returns false at the end or on error. Keys and
 * values are valid as txn_get() says. To be released before its transaction
 * ends; a zeroed one may be released.
 */
struct cursor {
	struct txn *txn;
	void *handle; /* MDB_cursor */
	struct span key, value;
};

#define CURSOR_INIT                                                                                \
	{                                                                                          \
		0                                                                                  \
	}

void cursor_init(struct cursor *c, struct txn *t, unsigned table);
void cursor_release(struct cursor *c);
static inline void cursor_releasep(struct cursor *c)
{
	cursor_release(c);
}

bool cursor_first(struct cursor *c);
bool cursor_last(struct cursor *c);
bool cursor_seek(struct cursor *c, struct span key);        /* first key that is >= @key */
bool cursor_seek_before(struct cursor *c, struct span key); /* last key that is < @key */
bool cursor_next(struct cursor *c);
bool cursor_prev(struct cursor *c);
/* Deletes where the cursor stands; cursor_next() then gives the following one. */
void cursor_del(struct cursor *c);

/* Numbers as big-endian keys, so that their order is the keys' order. */
struct db_key64 {
	uint8_t bytes[8];
};

static inline struct db_key64 db_key64(uint64_t value)
{
	struct db_key64 k;

	for (int i = 0; i < 8; i++)
		k.bytes[i] = (uint8_t)(value >> (56 - 8 * i));
	return k;
}

static inline struct span db_key64_span(const struct db_key64 *k)
{
	return span_from(k->bytes, sizeof k->bytes);
}

/* The number in the first eight bytes; 0 for a shorter span. */
static inline uint64_t db_key64_read(struct span s)
{
	uint64_t value = 0;

	if (s.len < 8)
		return 0;
	for (int i = 0; i < 8; i++)
		value = value << 8 | (uint8_t)s.data[i];
	return value;
}

#endif
