/*
 * LMDB trusts its file: it maps it and follows page numbers, so that a
 * truncated file is a SIGBUS. What can be checked is therefore checked by
 * reading: the meta pages before LMDB sees the file (mdb_file.h), then its
 * pages (mdb_check.h), in a state that a reader holds, so that other processes
 * may write meanwhile. What gets through ends the process with a sentence
 * (mdb_guard.h), which is why every call that looks into the file is guarded.
 *
 * All tables are opened once, in one transaction, when the environment is
 * opened: LMDB wants handles opened by one thread, and they are valid for the
 * environment's life.
 */
#include "common/mdb.h"
#include "common/mdb_env.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/mdb_check.h"
#include "common/mdb_file.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/stat.h>

#define READERS_MAX     1022 /* of all processes together; 64 bytes each in the lock file */
#define LOCK_BYTES      (READERS_MAX * 64 + 4096) /* somewhat more than LMDB makes of it */
#define MAP_BYTES_MIN   (1 << 20)
#define CHECK_PAGES_MAX 65536 /* 256 MiB; a warm file of that size costs a fifth of a second */
#define HOLD_ROUNDS_MAX 50
#define FILE_MODE       0660 /* readers have to write the lock file: they share the group */

/* What this process has open: a second opening would break the file locks of the first. */
static pthread_mutex_t open_lock = PTHREAD_MUTEX_INITIALIZER;
static struct db *open_list;

struct opening {
	struct db *db;
	const struct db_options *options;
	char *error; /* NULL: the code says it all */
};

static int refuse(struct opening *o, int err, const char *why)
{
	free(o->error);
	o->error = alloc_printf("%s: %s", o->db->path, why);
	return err;
}

static int refuse_code(struct opening *o, int mdb_code)
{
	return refuse(o, err_from_mdb(mdb_code), mdb_strerror(mdb_code));
}

static bool is_same_file(const struct db *a, const struct db *b)
{
	return a->device == b->device && a->inode == b->inode;
}

/* Registers a data file that exists as open in this process; false if it is open already. */
static bool claim(struct db *db)
{
	bool is_free = true;

	pthread_mutex_lock(&open_lock);
	for (const struct db *other = open_list; other; other = other->next)
		is_free = is_free && !is_same_file(db, other);
	if (is_free) {
		db->next = open_list;
		open_list = db;
	}
	pthread_mutex_unlock(&open_lock);
	return is_free;
}

static void unclaim(struct db *db)
{
	pthread_mutex_lock(&open_lock);
	for (struct db **link = &open_list; *link; link = &(*link)->next) {
		if (*link == db) {
			*link = db->next;
			break;
		}
	}
	pthread_mutex_unlock(&open_lock);
}

/* Looks at the beginning of what is there before LMDB does. An absent or empty file is a new environment. */
static int check_data_file(struct opening *o)
{
	CLEANUP(freep) char *file = alloc_printf("%s/data.mdb", o->db->path);
	CLEANUP(closep) int fd = open(file, O_RDONLY | O_CLOEXEC);
	struct mdb_meta metas[2];
	const char *why = "";
	struct stat st;
	int r;

	if (fd < 0 && errno == ENOENT && !o->options->read_only)
		return 0;
	if (fd < 0 || fstat(fd, &st) < 0)
		return refuse(o, errno == ENOENT ? -ERR_INVALID : err_from_errno(errno),
			errno == ENOENT ? "there is no database" : strerror(errno));
	if (!S_ISREG(st.st_mode))
		return refuse(o, -ERR_CORRUPT, "data.mdb is not a file");
	if (st.st_size == 0 && !o->options->read_only)
		return 0;
	r = mdb_file_read_metas(fd, metas, &why);
	return r < 0 ? refuse(o, r, why) : 0;
}

/*
 * LMDB maps the lock file and would let it grow as a hole, to be filled when
 * the disk may be full already, which is a SIGBUS. So it gets its room first.
 * Nobody of this process has it open yet: closing it takes no lock away.
 */
static int reserve_lock_file(struct opening *o)
{
	CLEANUP(freep) char *file = alloc_printf("%s/lock.mdb", o->db->path);
	CLEANUP(closep) int fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, FILE_MODE);
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st) < 0)
		return 0; /* LMDB will say what is wrong */
	r = posix_fallocate(fd, 0, st.st_size > LOCK_BYTES ? st.st_size : LOCK_BYTES);
	return r == ENOSPC || r == EDQUOT ? refuse(o, err_from_errno(r), strerror(r)) : 0;
}

static void on_assertion(MDB_env *env, const char *text)
{
	mdb_guard_end(mdb_env_get_userctx(env), text);
}

static int open_env(struct opening *o)
{
	const struct db_options *options = o->options;
	/* NOTLS: a reader is an object that threads may hand on, not a thread's property. */
	unsigned flags = MDB_NOTLS | (options->read_only ? MDB_RDONLY : 0);
	int64_t map_bytes = options->map_bytes;
	int r;

	o->db->guard = mdb_guard_new(o->db->path);
	MDB_GUARDED(o->db->guard);
	r = mdb_env_create(&o->db->env);
	if (!r)
		r = mdb_env_set_userctx(o->db->env, o->db->guard);
	if (!r)
		r = mdb_env_set_assert(o->db->env, on_assertion);
	if (!r)
		r = mdb_env_set_maxdbs(o->db->env, (MDB_dbi)options->n_tables);
	if (!r)
		r = mdb_env_set_maxreaders(o->db->env, READERS_MAX);
	if (!r && map_bytes)
		r = mdb_env_set_mapsize(o->db->env,
			(size_t)(map_bytes < MAP_BYTES_MIN ? MAP_BYTES_MIN : map_bytes));
	if (!r)
		r = mdb_env_open(o->db->env, o->db->path, flags, FILE_MODE);
	return r ? refuse_code(o, r) : 0;
}

/* Two locks of one process on one file would vanish with the first close (fcntl). */
static int claim_file(struct opening *o)
{
	CLEANUP(freep) char *file = alloc_printf("%s/data.mdb", o->db->path);
	struct stat st;

	if (stat(file, &st) < 0)
		return 0;
	o->db->device = st.st_dev;
	o->db->inode = st.st_ino;
	return claim(o->db) ? 0 : refuse(o, -ERR_BUSY, "this process has it open already");
}

static int open_tables(struct opening *o, struct txn *t)
{
	unsigned flags = t->write ? MDB_CREATE : 0;

	for (size_t i = 0; i < o->options->n_tables; i++) {
		int r = mdb_dbi_open(t->handle, o->options->tables[i], flags, &o->db->tables[i]);

		if (r == MDB_NOTFOUND)
			return refuse(o, -ERR_CORRUPT,
				"is no database of policywatch (tables missing)");
		if (r)
			return refuse_code(o, r);
	}
	return 0;
}

static bool is_number(struct span text, int value)
{
	char digits[16];

	snprintf(digits, sizeof digits, "%d", value);
	return span_is(text, digits);
}

static void put_schema(struct txn *t, int schema)
{
	char digits[16];

	snprintf(digits, sizeof digits, "%d", schema);
	txn_put(t, DB_META, SPAN_LITERAL("schema"), span_str(digits));
}

/* A new environment is told what it is; one that exists has to be just that. */
static int check_kind(struct opening *o, struct txn *t)
{
	const struct db_options *options = o->options;
	struct span kind, schema;

	if (t->write && txn_count(t, DB_META) == 0) {
		txn_put(t, DB_META, SPAN_LITERAL("kind"), span_str(options->kind));
		put_schema(t, options->schema);
		return t->err;
	}
	if (!txn_get(t, DB_META, SPAN_LITERAL("kind"), &kind) || !span_is(kind, options->kind))
		return refuse(o, -ERR_CORRUPT, "is a database for something else");
	if (!txn_get(t, DB_META, SPAN_LITERAL("schema"), &schema))
		return refuse(o, -ERR_CORRUPT, "does not say its schema");
	if (t->write && options->convert && is_number(schema, options->schema - 1)) {
		options->convert(t);
		put_schema(t, options->schema);
		return t->err;
	}
	if (options->schema && !is_number(schema, options->schema)) {
		CLEANUP(freep)
		char *why = alloc_printf("has schema %.*s, this program needs %d",
			(int)(schema.len < 16 ? schema.len : 16), schema.data, options->schema);

		return refuse(o, -ERR_VERSION, why);
	}
	return 0;
}

/*
 * A file that was used for something else (it has tables, and "meta" is not
 * among them) is refused before anything is written to it.
 */
static int check_foreign(struct opening *o, struct txn *t)
{
	MDB_stat st;
	MDB_dbi main_table, meta;
	int r = mdb_dbi_open(t->handle, NULL, 0, &main_table);

	if (!r)
		r = mdb_stat(t->handle, main_table, &st);
	if (r)
		return refuse_code(o, r);
	if (st.ms_entries == 0)
		return 0;
	r = mdb_dbi_open(t->handle, o->options->tables[DB_META], 0, &meta);
	return r ? refuse(o, -ERR_CORRUPT, "is a database for something else") : 0;
}

/*
 * A state of the file that stays while it is looked at: nobody uses its pages
 * again before the transaction ends, while others commit. Its meta page is
 * overwritten by the second commit after it, so that it may take some attempts.
 */
static int check_held(MDB_env *env, struct mdb_check *check, struct mdb_check_counts *ret,
	const char **ret_why)
{
	MDB_txn *txn = NULL;
	int r = mdb_env_get_fd(env, &check->fd);
	int code = -ERR_BUSY;

	if (!r)
		r = mdb_txn_begin(env, NULL, MDB_RDONLY, &txn);
	for (int round = 0; !r && code == -ERR_BUSY && round < HOLD_ROUNDS_MAX; round++) {
		mdb_txn_reset(txn);
		r = mdb_txn_renew(txn);
		if (!r) {
			check->txn = mdb_txn_id(txn);
			code = mdb_check_run(check, ret, ret_why);
		}
	}
	if (txn)
		mdb_txn_abort(txn);
	if (r)
		*ret_why = mdb_strerror(r);
	return r ? err_from_mdb(r) : code;
}

static bool keep_first(void *arg, const char *text)
{
	char **first = arg;

	*first = alloc_printf("data.mdb is damaged: %s; run: policywatch store check", text);
	return false;
}

static int check_pages(struct opening *o)
{
	CLEANUP(freep) char *first = NULL;
	struct mdb_check check = {.max_pages = CHECK_PAGES_MAX,
		.on_damage = keep_first,
		.arg = &first};
	struct mdb_check_counts counts;
	const char *why = "";
	int r = check_held(o->db->env, &check, &counts, &why);

	if (r < 0)
		return refuse(o, r, why);
	return first ? refuse(o, -ERR_CORRUPT, first) : 0;
}

static int open_contents(struct opening *o)
{
	CLEANUP(txn_abortp) struct txn t = TXN_INIT;
	int r;

	MDB_GUARDED(o->db->guard);

	if (o->options->read_only)
		txn_begin_read(&t, o->db);
	else
		txn_begin_write(&t, o->db);
	r = t.err;
	if (!r)
		r = check_foreign(o, &t);
	if (!r)
		r = open_tables(o, &t);
	o->db->n_tables = o->options->n_tables;
	if (!r)
		r = check_kind(o, &t);
	return r ? r : txn_commit(&t);
}

static int open_all(struct opening *o)
{
	int dead;
	int r = 0;

	if (!o->options->read_only && mkdir(o->db->path, 0770) < 0 && errno != EEXIST)
		return refuse(o, err_from_errno(errno), strerror(errno));
	r = claim_file(o);
	if (!r)
		r = check_data_file(o);
	if (!r && !o->options->read_only)
		r = reserve_lock_file(o);
	if (!r)
		r = open_env(o);
	if (!r && o->db->inode == 0)
		r = claim_file(o);
	if (!r)
		mdb_reader_check(o->db->env, &dead);
	if (!r)
		r = check_pages(o);
	return r ? r : open_contents(o);
}

int db_open(const char *path, const struct db_options *options, struct db **ret, char **ret_error)
{
	CLEANUP(db_closep) struct db *db = ALLOC_NEW(struct db);
	struct opening o = {.db = db, .options = options};
	int r;

	assert(options->n_tables <= DB_TABLES_MAX);
	db->path = alloc_strdup(path);
	r = open_all(&o);
	if (r < 0 && !o.error)
		refuse(&o, r, err_str(r));
	if (r < 0 && ret_error)
		*ret_error = TAKE_PTR(o.error);
	free(o.error);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(db);
	return 0;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	if (db->env)
		mdb_env_close(db->env);
	mdb_guard_free(db->guard);
	unclaim(db);
	free(db->path);
	free(db);
}

static int check_all(struct opening *o, struct mdb_check *check, struct mdb_check_counts *ret)
{
	const char *why = "";
	int r = claim_file(o);

	if (!r)
		r = check_data_file(o);
	if (!r)
		r = open_env(o);
	if (r < 0)
		return r;
	r = check_held(o->db->env, check, ret, &why);
	return r < 0 ? refuse(o, r, why) : 0;
}

int db_check(const char *path, struct mdb_check *check, struct mdb_check_counts *ret,
	char **ret_error)
{
	CLEANUP(db_closep) struct db *db = ALLOC_NEW(struct db);
	const struct db_options options = {.read_only = true, .n_tables = 1};
	struct opening o = {.db = db, .options = &options};
	int r;

	db->path = alloc_strdup(path);
	r = check_all(&o, check, ret);
	if (r < 0 && ret_error)
		*ret_error = o.error ? TAKE_PTR(o.error) : alloc_printf("%s: %s", path, err_str(r));
	free(o.error);
	return r;
}

const char *db_path(const struct db *db)
{
	return db->path;
}

int db_read_sizes(struct db *db, struct db_sizes *ret)
{
	MDB_envinfo info;
	MDB_stat st;
	struct stat file;
	int fd = -1;
	int r = mdb_env_info(db->env, &info);

	if (!r)
		r = mdb_env_stat(db->env, &st);
	if (!r)
		r = mdb_env_get_fd(db->env, &fd);
	if (!r && fstat(fd, &file) < 0)
		r = errno;
	if (r)
		return err_from_mdb(r);
	*ret = (struct db_sizes){
		.file_bytes = file.st_size,
		.used_bytes = (int64_t)(info.me_last_pgno + 1) * st.ms_psize,
		.map_bytes = (int64_t)info.me_mapsize,
	};
	return 0;
}
