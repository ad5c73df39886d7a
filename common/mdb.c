#include "common/mdb.h"

#include "common/clock.h"
#include "common/err.h"
#include "common/mdb_env.h"

#include <assert.h>
#include <errno.h>
#include <sys/statvfs.h>

#define FULL_BYTES       (1 << 20) /* a file system with less left is full to us */
#define READERS_CHECK_MS 60000     /* a reader that was killed must not keep pages for longer */

int err_from_mdb(int code)
{
	switch (code) {
	case 0:
		return 0;
	case MDB_MAP_FULL:
		return -ERR_NOSPACE;
	case MDB_CORRUPTED:
	case MDB_PAGE_NOTFOUND:
	case MDB_INVALID:
	case MDB_PANIC:
	case MDB_INCOMPATIBLE:
	case MDB_NOTFOUND: /* of a table; of a key it is an answer and does not come here */
		return -ERR_CORRUPT;
	case MDB_VERSION_MISMATCH:
		return -ERR_VERSION;
	case MDB_READERS_FULL:
		return -ERR_BUSY;
	case MDB_BAD_VALSIZE:
	case MDB_KEYEXIST: /* an append that was not behind all others */
		return -ERR_INVALID;
	case MDB_TXN_FULL:
		return -ERR_TOO_BIG;
	default:
		return code > 0 ? err_from_errno(code) : -ERR_LIBRARY;
	}
}

static MDB_val val_from(struct span s)
{
	return (MDB_val){.mv_size = s.len, .mv_data = (void *)s.data};
}

static struct span span_from_val(MDB_val v)
{
	return span_from(v.mv_data, v.mv_size);
}

/* Transactions */

/* A new one, or the one in *@handle again, which rests. */
static int begin_once(struct db *db, unsigned flags, MDB_txn **handle)
{
	return *handle ? mdb_txn_renew(*handle) : mdb_txn_begin(db->env, NULL, flags, handle);
}

static int begin(struct db *db, unsigned flags, MDB_txn **handle)
{
	MDB_GUARDED(db->guard);
	int r = begin_once(db, flags, handle);

	/* Another process has set a larger map. Ours may only be moved while nobody reads from it. */
	if (r == MDB_MAP_RESIZED && atomic_load(&db->n_readers) == 0) {
		r = mdb_env_set_mapsize(db->env, 0);
		if (!r)
			r = begin_once(db, flags, handle);
	}
	return r;
}

static void forget_dead_readers(struct db *db)
{
	int64_t now = clock_mono_ms();
	int dead;

	if (now - db->readers_checked_ms < READERS_CHECK_MS)
		return;
	db->readers_checked_ms = now;
	mdb_reader_check(db->env, &dead);
}

void txn_begin_write(struct txn *t, struct db *db)
{
	MDB_txn *handle = NULL;
	int r;

	forget_dead_readers(db);
	r = begin(db, 0, &handle);
	*t = (struct txn){.db = db, .handle = handle, .err = err_from_mdb(r), .write = true};
}

void txn_begin_read(struct txn *t, struct db *db)
{
	MDB_txn *handle = NULL;
	int r = begin(db, MDB_RDONLY, &handle);

	*t = (struct txn){.db = db, .handle = handle, .err = err_from_mdb(r)};
	if (handle)
		atomic_fetch_add(&db->n_readers, 1);
}

/* The transaction is over; its handle is the caller's. */
static MDB_txn *take_handle(struct txn *t)
{
	if (t->handle && !t->write && !t->resting)
		atomic_fetch_sub(&t->db->n_readers, 1);
	return TAKE_PTR(t->handle);
}

/* What did not fit whole, LMDB calls an I/O error. */
static int err_of_commit(const struct db *db, int code)
{
	struct statvfs fs;

	if (code == EIO && statvfs(db->path, &fs) == 0 &&
		(uint64_t)fs.f_bavail * fs.f_frsize < FULL_BYTES)
		return -ERR_NOSPACE;
	return err_from_mdb(code);
}

int txn_commit(struct txn *t)
{
	MDB_txn *handle = take_handle(t);

	if (!handle)
		return t->err;
	MDB_GUARDED(t->db->guard);
	if (t->err)
		mdb_txn_abort(handle);
	else
		t->err = err_of_commit(t->db, mdb_txn_commit(handle));
	return t->err;
}

void txn_abort(struct txn *t)
{
	MDB_txn *handle = take_handle(t);

	if (handle)
		mdb_txn_abort(handle);
}

void txn_rest(struct txn *t)
{
	assert(!t->write);
	if (!t->handle || t->resting)
		return;
	mdb_txn_reset(t->handle);
	atomic_fetch_sub(&t->db->n_readers, 1);
	t->resting = true;
}

int txn_renew(struct txn *t)
{
	MDB_txn *handle = t->handle;

	if (!handle)
		return t->err;
	txn_rest(t);
	t->err = err_from_mdb(begin(t->db, MDB_RDONLY, &handle));
	if (t->err)
		return t->err;
	atomic_fetch_add(&t->db->n_readers, 1);
	t->resting = false;
	return 0;
}

void txn_fail(struct txn *t, int err)
{
	if (!t->err)
		t->err = err;
}

/* Keeps the first error; true when the call did what it should. */
static bool did(struct txn *t, int mdb_code)
{
	if (mdb_code)
		txn_fail(t, err_from_mdb(mdb_code));
	return mdb_code == 0;
}

bool txn_get(struct txn *t, unsigned table, struct span key, struct span *ret)
{
	MDB_val k = val_from(key), v;
	int r;

	if (t->err)
		return false;
	MDB_GUARDED(t->db->guard);
	r = mdb_get(t->handle, t->db->tables[table], &k, &v);
	if (r == MDB_NOTFOUND || !did(t, r))
		return false;
	*ret = span_from_val(v);
	return true;
}

static void put(struct txn *t, unsigned table, struct span key, struct span value, unsigned flags)
{
	MDB_val k = val_from(key), v = val_from(value);

	if (t->err)
		return;
	MDB_GUARDED(t->db->guard);
	did(t, mdb_put(t->handle, t->db->tables[table], &k, &v, flags));
}

void txn_put(struct txn *t, unsigned table, struct span key, struct span value)
{
	put(t, table, key, value, 0);
}

void txn_append(struct txn *t, unsigned table, struct span key, struct span value)
{
	put(t, table, key, value, MDB_APPEND);
}

bool txn_add(struct txn *t, unsigned table, struct span key, struct span value)
{
	MDB_val k = val_from(key), v = val_from(value);
	int r;

	if (t->err)
		return false;
	MDB_GUARDED(t->db->guard);
	r = mdb_put(t->handle, t->db->tables[table], &k, &v, MDB_NOOVERWRITE);
	return r != MDB_KEYEXIST && did(t, r);
}

bool txn_del(struct txn *t, unsigned table, struct span key)
{
	MDB_val k = val_from(key);
	int r;

	if (t->err)
		return false;
	MDB_GUARDED(t->db->guard);
	r = mdb_del(t->handle, t->db->tables[table], &k, NULL);
	return r != MDB_NOTFOUND && did(t, r);
}

bool txn_last(struct txn *t, unsigned table, struct span *ret_key, struct span *ret_value)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;

	cursor_init(&c, t, table);
	if (!cursor_last(&c))
		return false;
	*ret_key = c.key;
	*ret_value = c.value;
	return true;
}

uint64_t txn_count(struct txn *t, unsigned table)
{
	MDB_stat st;

	if (t->err)
		return 0;
	MDB_GUARDED(t->db->guard);
	if (!did(t, mdb_stat(t->handle, t->db->tables[table], &st)))
		return 0;
	return st.ms_entries;
}

/* Cursors */

void cursor_init(struct cursor *c, struct txn *t, unsigned table)
{
	MDB_cursor *handle = NULL;

	*c = (struct cursor){.txn = t};
	if (t->err)
		return;
	MDB_GUARDED(t->db->guard);
	did(t, mdb_cursor_open(t->handle, t->db->tables[table], &handle));
	c->handle = handle;
}

void cursor_release(struct cursor *c)
{
	if (c->handle)
		mdb_cursor_close(c->handle);
	c->handle = NULL;
}

static bool move(struct cursor *c, struct span key, MDB_cursor_op op)
{
	MDB_val k = val_from(key), v;
	int r;

	if (c->txn->err || !c->handle)
		return false;
	MDB_GUARDED(c->txn->db->guard);
	r = mdb_cursor_get(c->handle, &k, &v, op);
	if (r == MDB_NOTFOUND || !did(c->txn, r))
		return false;
	c->key = span_from_val(k);
	c->value = span_from_val(v);
	return true;
}

bool cursor_first(struct cursor *c)
{
	return move(c, (struct span){0}, MDB_FIRST);
}

bool cursor_last(struct cursor *c)
{
	return move(c, (struct span){0}, MDB_LAST);
}

bool cursor_seek(struct cursor *c, struct span key)
{
	/* LMDB takes no empty key; before all others is the first. */
	return key.len ? move(c, key, MDB_SET_RANGE) : cursor_first(c);
}

bool cursor_seek_before(struct cursor *c, struct span key)
{
	return cursor_seek(c, key) ? cursor_prev(c) : cursor_last(c);
}

bool cursor_next(struct cursor *c)
{
	return move(c, (struct span){0}, MDB_NEXT);
}

bool cursor_prev(struct cursor *c)
{
	return move(c, (struct span){0}, MDB_PREV);
}

void cursor_del(struct cursor *c)
{
	if (c->txn->err || !c->handle)
		return;
	MDB_GUARDED(c->txn->db->guard);
	did(c->txn, mdb_cursor_del(c->handle, 0));
}
