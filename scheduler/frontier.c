#include "scheduler/frontier.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/mdb.h"
#include "common/sealed.h"
#include "scheduler/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <sys/stat.h>

#define LAST_MS_STEP 60000 /* an idle frontier is not written for the moment alone more often */

struct frontier {
	struct db *db;
	int lock_fd;
	const struct log_ctx *log; /* borrowed */
	struct txn txn;
	uint64_t last[FRONTIER_N];      /* numbers given, with those of this transaction */
	uint64_t committed[FRONTIER_N]; /* to return to when it fails */
	int64_t last_ms;
	struct strbuf value; /* being packed */
};

/* Opening. */

/* The lock goes with the process, however it ends. */
static int take_lock(const char *path, int *ret_fd, char **ret_error)
{
	CLEANUP(freep) char *file = alloc_printf("%s/scheduler.lock", path);
	CLEANUP(closep) int fd = -1;

	if (mkdir(path, 0770) < 0 && errno != EEXIST) {
		*ret_error = alloc_printf("%s: %s", path, strerror(errno));
		return err_from_errno(errno);
	}
	fd = open(file, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
	if (fd < 0) {
		*ret_error = alloc_printf("%s: %s", file, strerror(errno));
		return err_from_errno(errno);
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		*ret_error =
			alloc_printf("%s: another scheduler is running on this frontier", file);
		return -ERR_BUSY;
	}
	*ret_fd = fd;
	fd = -1;
	return 0;
}

static void read_last(struct frontier *f)
{
	struct unpacker u = {0};
	struct span key, value;

	if (txn_get(&f->txn, TABLE_META, SPAN_LITERAL("last"), &u.left)) {
		if (!table_open_value(TABLE_META, SPAN_LITERAL("last"), &u.left))
			txn_fail(&f->txn, -ERR_CORRUPT);
		for (int i = 0; i < FRONTIER_N; i++)
			f->last[i] = f->committed[i] = unpack_u64(&u);
		f->last_ms = unpack_i64(&u);
		if (!unpack_ends(&u))
			txn_fail(&f->txn, -ERR_CORRUPT);
	} else if (txn_count(&f->txn, TABLE_HOSTS))
		txn_fail(&f->txn, -ERR_CORRUPT); /* the first commit has it */
	/* What is there has been given, whatever a damaged "last" says. */
	if (txn_last(&f->txn, TABLE_URLS, &key, &value) &&
		db_key64_read(key) > f->last[FRONTIER_URL])
		f->last[FRONTIER_URL] = f->committed[FRONTIER_URL] = db_key64_read(key);
}

/* Numbers that were given twice would mix up URLs, so this one is not skipped over. */
static int open_last(struct frontier *f, char **ret_error)
{
	int r;

	txn_begin_read(&f->txn, f->db);
	read_last(f);
	r = f->txn.err;
	txn_abort(&f->txn);
	f->txn = (struct txn)TXN_INIT;
	if (r < 0)
		*ret_error =
			alloc_printf("%s: 'last' in table meta: %s", db_path(f->db), err_str(r));
	return r;
}

static int open_frontier(const char *path, const struct db_options *options,
	const struct log_ctx *log, struct frontier **ret, char **ret_error)
{
	CLEANUP(frontier_closep) struct frontier *f = ALLOC_NEW(struct frontier);
	CLEANUP(freep) char *error = NULL;
	int r = 0;

	f->log = log;
	f->lock_fd = -1;
	strbuf_init(&f->value, 0);
	if (!options->read_only)
		r = take_lock(path, &f->lock_fd, &error);
	if (!r)
		r = db_open(path, options, &f->db, &error);
	if (!r)
		r = open_last(f, &error);
	if (r < 0 && ret_error)
		*ret_error = TAKE_PTR(error);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(f);
	return 0;
}

int frontier_open(const char *path, int64_t map_bytes, const struct log_ctx *log,
	struct frontier **ret, char **ret_error)
{
	const struct db_options options = {
		.kind = FRONTIER_KIND,
		.schema = FRONTIER_SCHEMA,
		.convert = table_convert,
		.tables = table_names,
		.n_tables = TABLE_N,
		.map_bytes = map_bytes,
	};

	return open_frontier(path, &options, log, ret, ret_error);
}

int frontier_open_reader(const char *path, const struct log_ctx *log, struct frontier **ret,
	char **ret_error)
{
	const struct db_options options = {
		.kind = FRONTIER_KIND,
		.schema = FRONTIER_SCHEMA,
		.tables = table_names,
		.n_tables = TABLE_N,
		.read_only = true,
	};

	return open_frontier(path, &options, log, ret, ret_error);
}

void frontier_close(struct frontier *f)
{
	if (!f)
		return;
	txn_abort(&f->txn);
	db_close(f->db);
	if (f->lock_fd >= 0)
		close(f->lock_fd);
	strbuf_release(&f->value);
	free(f);
}

/* Transactions. */

int frontier_begin(struct frontier *f)
{
	txn_begin_write(&f->txn, f->db);
	return f->txn.err;
}

int frontier_begin_read(struct frontier *f)
{
	txn_begin_read(&f->txn, f->db);
	return f->txn.err;
}

void frontier_abort(struct frontier *f)
{
	txn_abort(&f->txn);
	memcpy(f->last, f->committed, sizeof f->last);
}

/* Every value goes through these: packed into what the first returns, and put with its check. */

static struct strbuf *begin_value(struct frontier *f)
{
	strbuf_clear(&f->value);
	return &f->value;
}

static void put(struct frontier *f, enum table table, struct span key)
{
	sealed_end(key, &f->value);
	txn_put(&f->txn, table, key, strbuf_span(&f->value));
}

static void report_damage(struct frontier *f, enum table table, struct span key)
{
	STRBUF_LOCAL(hex);

	for (size_t i = 0; i < key.len && i < 32; i++)
		strbuf_printf(&hex, "%02x", (uint8_t)key.data[i]);
	log_warn(f->log, "%s: table %s: the value of key %s is damaged, skipping", db_path(f->db),
		table_names[table], hex.data);
}

/* A damaged one is told and is not there. */
static bool get(struct frontier *f, enum table table, struct span key, struct span *ret)
{
	if (!txn_get(&f->txn, table, key, ret))
		return false;
	if (table_open_value(table, key, ret))
		return true;
	report_damage(f, table, key);
	return false;
}

static void put_last(struct frontier *f, int64_t now_ms)
{
	begin_value(f);
	for (int i = 0; i < FRONTIER_N; i++)
		pack_u64(&f->value, f->last[i]);
	pack_i64(&f->value, now_ms);
	put(f, TABLE_META, SPAN_LITERAL("last"));
}

int frontier_commit(struct frontier *f, int64_t now_ms)
{
	bool has_news = memcmp(f->last, f->committed, sizeof f->last) != 0 ||
		now_ms - f->last_ms >= LAST_MS_STEP;

	if (has_news)
		put_last(f, now_ms);
	if (txn_commit(&f->txn) < 0) {
		frontier_abort(f);
		return f->txn.err;
	}
	memcpy(f->committed, f->last, sizeof f->committed);
	f->last_ms = has_news ? now_ms : f->last_ms;
	return 0;
}

int64_t frontier_last_ms(const struct frontier *f)
{
	return f->last_ms;
}

bool frontier_was_taken(const struct frontier *f, enum frontier_number which, uint64_t number)
{
	return number && number <= f->last[which];
}

uint64_t frontier_take_number(struct frontier *f, enum frontier_number which)
{
	return ++f->last[which];
}

/* URLs. */

bool frontier_find(struct frontier *f, const struct hash *id, uint64_t *ret_number)
{
	struct span value;

	if (!get(f, TABLE_IDS, span_from(id->bytes, HASH_BYTES), &value))
		return false;
	*ret_number = db_key64_read(value);
	return *ret_number != 0;
}

bool frontier_read(struct frontier *f, uint64_t number, struct arena *a, struct entry *ret)
{
	struct db_key64 key = db_key64(number);
	struct span value;

	if (!get(f, TABLE_URLS, db_key64_span(&key), &value))
		return false;
	/* What is in the map moves with the next write. */
	value = span_from(arena_dup(a, value), value.len);
	if (!entry_unpack(value, ret)) {
		report_damage(f, TABLE_URLS, db_key64_span(&key));
		return false;
	}
	ret->number = number;
	return true;
}

bool frontier_read_after(struct frontier *f, uint64_t number, struct arena *a, struct entry *ret)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct db_key64 key = db_key64(number + 1);
	bool more;

	cursor_init(&c, &f->txn, TABLE_URLS);
	for (more = cursor_seek(&c, db_key64_span(&key)); more; more = cursor_next(&c)) {
		if (frontier_read(f, db_key64_read(c.key), a, ret))
			return true;
	}
	return false;
}

void frontier_write(struct frontier *f, const struct entry *e)
{
	struct db_key64 key = db_key64(e->number);

	entry_pack(e, begin_value(f));
	put(f, TABLE_URLS, db_key64_span(&key));
}

void frontier_add(struct frontier *f, const struct hash *id, struct entry *e)
{
	struct db_key64 number;

	e->number = frontier_take_number(f, FRONTIER_URL);
	number = db_key64(e->number);
	strbuf_add_span(begin_value(f), db_key64_span(&number));
	put(f, TABLE_IDS, span_from(id->bytes, HASH_BYTES));
	frontier_schedule(f, e);
}

void frontier_schedule(struct frontier *f, const struct entry *e)
{
	struct due_key key = due_key(e->host, e->due_ms, e->number);

	frontier_write(f, e);
	if (e->due_ms != ENTRY_DUE_NEVER)
		txn_put(&f->txn, TABLE_DUE, due_key_span(&key), span_from("", 0));
}

void frontier_unschedule(struct frontier *f, const struct entry *e)
{
	struct due_key key = due_key(e->host, e->due_ms, e->number);

	(void)txn_del(&f->txn, TABLE_DUE, due_key_span(&key)); /* a leased one is not there */
}

bool frontier_first_due(struct frontier *f, uint32_t host, struct frontier_due *ret)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct due_key from = due_key(host, 0, 0);
	struct frontier_due due;

	cursor_init(&c, &f->txn, TABLE_DUE);
	if (!cursor_seek(&c, due_key_span(&from)) || !due_key_read(c.key, &due) || due.host != host)
		return false;
	*ret = due;
	return true;
}

void frontier_drop_due(struct frontier *f, const struct frontier_due *due)
{
	struct due_key key = due_key(due->host, due->due_ms, due->number);

	(void)txn_del(&f->txn, TABLE_DUE, due_key_span(&key));
}

uint64_t frontier_count_due(struct frontier *f, uint32_t host, int64_t now_ms, uint64_t max)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct due_key from = due_key(host, 0, 0);
	struct frontier_due due;
	uint64_t n = 0;
	bool more;

	cursor_init(&c, &f->txn, TABLE_DUE);
	for (more = cursor_seek(&c, due_key_span(&from)); more && n < max; more = cursor_next(&c)) {
		if (!due_key_read(c.key, &due) || due.host != host || due.due_ms > now_ms)
			break;
		n++;
	}
	return n;
}

void frontier_each_queue(struct frontier *f, frontier_queue_fn *fn, void *arg)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct frontier_due due;
	bool more;

	cursor_init(&c, &f->txn, TABLE_DUE);
	for (more = cursor_first(&c); more;) {
		struct due_key next;

		if (!due_key_read(c.key, &due)) {
			report_damage(f, TABLE_DUE, c.key);
			more = cursor_next(&c);
			continue;
		}
		fn(arg, &due);
		next = due_key(due.host + 1, 0, 0);
		more = due.host < UINT32_MAX && cursor_seek(&c, due_key_span(&next));
	}
}

/* Records. */

void frontier_put_host(struct frontier *f, const struct host_record *h)
{
	host_record_pack(h, begin_value(f));
	put(f, TABLE_HOSTS, h->name);
}

void frontier_put_lease(struct frontier *f, const struct lease_record *l)
{
	struct db_key64 key = db_key64(l->url_number);

	lease_record_pack(l, begin_value(f));
	put(f, TABLE_LEASES, db_key64_span(&key));
}

void frontier_del_lease(struct frontier *f, uint64_t url_number)
{
	struct db_key64 key = db_key64(url_number);

	(void)txn_del(&f->txn, TABLE_LEASES, db_key64_span(&key));
}

void frontier_put_worker(struct frontier *f, const struct worker_record *w)
{
	worker_record_pack(w, begin_value(f));
	put(f, TABLE_WORKERS, w->name);
}

void frontier_del_worker(struct frontier *f, struct span name)
{
	(void)txn_del(&f->txn, TABLE_WORKERS, name);
}

void frontier_put_source(struct frontier *f, const struct source_record *s)
{
	source_record_pack(s, begin_value(f));
	put(f, TABLE_SOURCES, s->name);
}

void frontier_each_host(struct frontier *f, frontier_host_fn *fn, void *arg)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct host_record h;

	cursor_init(&c, &f->txn, TABLE_HOSTS);
	for (bool more = cursor_first(&c); more; more = cursor_next(&c)) {
		if (table_open_value(TABLE_HOSTS, c.key, &c.value) &&
			host_record_unpack(c.key, c.value, &h) &&
			h.number <= f->last[FRONTIER_HOST])
			fn(arg, &h);
		else
			report_damage(f, TABLE_HOSTS, c.key);
	}
}

void frontier_each_lease(struct frontier *f, frontier_lease_fn *fn, void *arg)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct lease_record l;

	cursor_init(&c, &f->txn, TABLE_LEASES);
	for (bool more = cursor_first(&c); more; more = cursor_next(&c)) {
		/* Its URL stands in no queue: it must come back, whoever had it. */
		if (!table_open_value(TABLE_LEASES, c.key, &c.value) ||
			!lease_record_unpack(c.key, c.value, &l)) {
			report_damage(f, TABLE_LEASES, c.key);
			l = (struct lease_record){.url_number = db_key64_read(c.key)};
		}
		fn(arg, &l);
	}
}

void frontier_each_worker(struct frontier *f, frontier_worker_fn *fn, void *arg)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct worker_record w;

	cursor_init(&c, &f->txn, TABLE_WORKERS);
	for (bool more = cursor_first(&c); more; more = cursor_next(&c)) {
		if (table_open_value(TABLE_WORKERS, c.key, &c.value) &&
			worker_record_unpack(c.key, c.value, &w))
			fn(arg, &w);
		else
			report_damage(f, TABLE_WORKERS, c.key);
	}
}

void frontier_each_source(struct frontier *f, frontier_source_fn *fn, void *arg)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct source_record s;

	cursor_init(&c, &f->txn, TABLE_SOURCES);
	for (bool more = cursor_first(&c); more; more = cursor_next(&c)) {
		if (table_open_value(TABLE_SOURCES, c.key, &c.value) &&
			source_record_unpack(c.key, c.value, &s) &&
			s.number <= f->last[FRONTIER_SOURCE])
			fn(arg, &s);
		else
			report_damage(f, TABLE_SOURCES, c.key);
	}
}

void frontier_read_counts(struct frontier *f, struct frontier_counts *ret)
{
	struct db_sizes sizes = {0};

	(void)db_read_sizes(f->db, &sizes); /* shown to people; a 0 says as much */
	*ret = (struct frontier_counts){
		.urls = txn_count(&f->txn, TABLE_URLS),
		.scheduled = txn_count(&f->txn, TABLE_DUE),
		.file_bytes = sizes.file_bytes,
	};
}
