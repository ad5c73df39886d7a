#include "scheduler/frontier.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/mdb.h"
#include "scheduler/pack.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <sys/file.h>
#include <sys/stat.h>

#define SCHEMA       1
#define LAST_MS_STEP 60000 /* an idle frontier is not written for the moment alone more often */

enum table {
	TABLE_URLS = DB_META + 1,
	TABLE_IDS,
	TABLE_DUE,
	TABLE_HOSTS,
	TABLE_LEASES,
	TABLE_WORKERS,
	TABLE_SOURCES
};

static const char *const tables[] = {
	[DB_META] = "meta",
	[TABLE_URLS] = "urls",
	[TABLE_IDS] = "ids",
	[TABLE_DUE] = "due",
	[TABLE_HOSTS] = "hosts",
	[TABLE_LEASES] = "leases",
	[TABLE_WORKERS] = "workers",
	[TABLE_SOURCES] = "sources",
};

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

	if (txn_get(&f->txn, DB_META, SPAN_LITERAL("last"), &u.left)) {
		for (int i = 0; i < FRONTIER_N; i++)
			f->last[i] = f->committed[i] = unpack_u64(&u);
		f->last_ms = unpack_i64(&u);
		if (!unpack_ends(&u))
			txn_fail(&f->txn, -ERR_CORRUPT);
	}
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
		.kind = "frontier",
		.schema = SCHEMA,
		.tables = tables,
		.n_tables = sizeof tables / sizeof *tables,
		.map_bytes = map_bytes,
	};

	return open_frontier(path, &options, log, ret, ret_error);
}

int frontier_open_reader(const char *path, const struct log_ctx *log, struct frontier **ret,
	char **ret_error)
{
	const struct db_options options = {
		.kind = "frontier",
		.schema = SCHEMA,
		.tables = tables,
		.n_tables = sizeof tables / sizeof *tables,
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

static void put_last(struct frontier *f, int64_t now_ms)
{
	strbuf_clear(&f->value);
	for (int i = 0; i < FRONTIER_N; i++)
		pack_u64(&f->value, f->last[i]);
	pack_i64(&f->value, now_ms);
	txn_put(&f->txn, DB_META, SPAN_LITERAL("last"), strbuf_span(&f->value));
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

uint64_t frontier_take_number(struct frontier *f, enum frontier_number which)
{
	return ++f->last[which];
}

static void report_damage(struct frontier *f, const char *table, struct span key)
{
	STRBUF_LOCAL(hex);

	for (size_t i = 0; i < key.len && i < 32; i++)
		strbuf_printf(&hex, "%02x", (uint8_t)key.data[i]);
	log_warn(f->log, "%s: table %s: the value of key %s is damaged, skipping", db_path(f->db),
		table, hex.data);
}

/* URLs. */

struct due_key {
	uint8_t bytes[20];
};

static struct due_key due_key(uint32_t host, int64_t due_ms, uint64_t number)
{
	struct db_key64 moment = db_key64((uint64_t)due_ms), url = db_key64(number);
	struct db_key64 wide_host = db_key64(host);
	struct due_key k;

	memcpy(k.bytes, wide_host.bytes + 4, 4);
	memcpy(k.bytes + 4, moment.bytes, 8);
	memcpy(k.bytes + 12, url.bytes, 8);
	return k;
}

static struct span due_key_span(const struct due_key *k)
{
	return span_from(k->bytes, sizeof k->bytes);
}

static bool due_key_read(struct span key, struct frontier_due *ret)
{
	uint64_t due;

	if (key.len != sizeof(struct due_key))
		return false;
	due = db_key64_read(span_from_offset(key, 4));
	*ret = (struct frontier_due){
		.host = (uint32_t)(db_key64_read(key) >> 32),
		.due_ms = due > INT64_MAX ? INT64_MAX : (int64_t)due,
		.number = db_key64_read(span_from_offset(key, 12)),
	};
	return true;
}

bool frontier_find(struct frontier *f, const struct hash *id, uint64_t *ret_number)
{
	struct span value;

	if (!txn_get(&f->txn, TABLE_IDS, span_from(id->bytes, HASH_BYTES), &value))
		return false;
	*ret_number = db_key64_read(value);
	return *ret_number != 0;
}

bool frontier_read(struct frontier *f, uint64_t number, struct arena *a, struct entry *ret)
{
	struct db_key64 key = db_key64(number);
	struct span value;

	if (!txn_get(&f->txn, TABLE_URLS, db_key64_span(&key), &value))
		return false;
	/* What is in the map moves with the next write. */
	value = span_from(arena_dup(a, value), value.len);
	if (!entry_unpack(value, ret)) {
		report_damage(f, "urls", db_key64_span(&key));
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

	strbuf_clear(&f->value);
	entry_pack(e, &f->value);
	txn_put(&f->txn, TABLE_URLS, db_key64_span(&key), strbuf_span(&f->value));
}

void frontier_add(struct frontier *f, const struct hash *id, struct entry *e)
{
	struct db_key64 number;

	e->number = frontier_take_number(f, FRONTIER_URL);
	number = db_key64(e->number);
	txn_put(&f->txn, TABLE_IDS, span_from(id->bytes, HASH_BYTES), db_key64_span(&number));
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
			report_damage(f, "due", c.key);
			more = cursor_next(&c);
			continue;
		}
		/* All that follow have larger numbers still, which no host ever got. */
		if (due.host > f->last[FRONTIER_HOST]) {
			report_damage(f, "due", c.key);
			return;
		}
		fn(arg, &due);
		next = due_key(due.host + 1, 0, 0);
		more = due.host < UINT32_MAX && cursor_seek(&c, due_key_span(&next));
	}
}

/* Records. */

void frontier_put_host(struct frontier *f, const struct host_record *h)
{
	strbuf_clear(&f->value);
	pack_u32(&f->value, h->number);
	pack_i64(&f->value, h->next_ms);
	pack_i64(&f->value, h->crawl_delay_ms);
	pack_u32(&f->value, h->failures);
	pack_u8(&f->value, h->paused);
	pack_span(&f->value, h->address);
	txn_put(&f->txn, TABLE_HOSTS, h->name, strbuf_span(&f->value));
}

static bool unpack_host(struct span key, struct span value, struct host_record *ret)
{
	struct unpacker u = {value, false};

	*ret = (struct host_record){.name = key};
	ret->number = unpack_u32(&u);
	ret->next_ms = (int64_t)unpack_max(&u, 8, INT64_MAX);
	ret->crawl_delay_ms = (int64_t)unpack_max(&u, 8, INT64_MAX / 4);
	ret->failures = unpack_u32(&u);
	ret->paused = unpack_max(&u, 1, 1);
	if (u.left.len) /* there were none before 0.2 */
		ret->address = unpack_span(&u);
	return unpack_ends(&u) && ret->number;
}

void frontier_put_lease(struct frontier *f, const struct lease_record *l)
{
	struct db_key64 key = db_key64(l->url_number);

	strbuf_clear(&f->value);
	pack_u64(&f->value, l->lease_number);
	pack_u64(&f->value, l->boot);
	pack_u64(&f->value, l->seq);
	pack_u32(&f->value, l->host);
	pack_i64(&f->value, l->expires_ms);
	pack_span(&f->value, l->worker);
	txn_put(&f->txn, TABLE_LEASES, db_key64_span(&key), strbuf_span(&f->value));
}

void frontier_del_lease(struct frontier *f, uint64_t url_number)
{
	struct db_key64 key = db_key64(url_number);

	(void)txn_del(&f->txn, TABLE_LEASES, db_key64_span(&key));
}

static bool unpack_lease(struct span key, struct span value, struct lease_record *ret)
{
	struct unpacker u = {value, false};

	*ret = (struct lease_record){.url_number = db_key64_read(key)};
	ret->lease_number = unpack_u64(&u);
	ret->boot = unpack_u64(&u);
	ret->seq = unpack_u64(&u);
	ret->host = unpack_u32(&u);
	ret->expires_ms = (int64_t)unpack_max(&u, 8, INT64_MAX);
	ret->worker = unpack_span(&u);
	return unpack_ends(&u) && ret->url_number && ret->worker.len;
}

void frontier_put_worker(struct frontier *f, const struct worker_record *w)
{
	strbuf_clear(&f->value);
	pack_u64(&f->value, w->boot);
	pack_u64(&f->value, w->applied_seq);
	pack_u64(&f->value, w->answered_seq);
	pack_i64(&f->value, w->contact_ms);
	txn_put(&f->txn, TABLE_WORKERS, w->name, strbuf_span(&f->value));
}

void frontier_del_worker(struct frontier *f, struct span name)
{
	(void)txn_del(&f->txn, TABLE_WORKERS, name);
}

static bool unpack_worker(struct span key, struct span value, struct worker_record *ret)
{
	struct unpacker u = {value, false};

	*ret = (struct worker_record){.name = key};
	ret->boot = unpack_u64(&u);
	ret->applied_seq = unpack_u64(&u);
	ret->answered_seq = unpack_u64(&u);
	ret->contact_ms = unpack_i64(&u);
	return unpack_ends(&u);
}

void frontier_put_source(struct frontier *f, const struct source_record *s)
{
	strbuf_clear(&f->value);
	pack_u32(&f->value, s->number);
	pack_u64(&f->value, s->url_number);
	pack_u8(&f->value, s->paused);
	pack_u8(&f->value, s->was_fetched);
	pack_u8(&f->value, s->outcome);
	pack_i64(&f->value, s->fetched_ms);
	pack_i64(&f->value, s->new_item_ms);
	pack_u64(&f->value, s->n_items);
	pack_u64(&f->value, s->n_new);
	pack_span(&f->value, s->error);
	txn_put(&f->txn, TABLE_SOURCES, s->name, strbuf_span(&f->value));
}

static bool unpack_source(struct span key, struct span value, struct source_record *ret)
{
	struct unpacker u = {value, false};

	*ret = (struct source_record){.name = key};
	ret->number = unpack_u32(&u);
	ret->url_number = unpack_u64(&u);
	ret->paused = unpack_max(&u, 1, 1);
	ret->was_fetched = unpack_max(&u, 1, 1);
	ret->outcome = (enum outcome)unpack_max(&u, 1, OUTCOME_GUARDED);
	ret->fetched_ms = unpack_i64(&u);
	ret->new_item_ms = unpack_i64(&u);
	ret->n_items = unpack_u64(&u);
	ret->n_new = unpack_u64(&u);
	ret->error = unpack_span(&u);
	return unpack_ends(&u) && ret->number;
}

void frontier_each_host(struct frontier *f, frontier_host_fn *fn, void *arg)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct host_record h;

	cursor_init(&c, &f->txn, TABLE_HOSTS);
	for (bool more = cursor_first(&c); more; more = cursor_next(&c)) {
		if (unpack_host(c.key, c.value, &h) && h.number <= f->last[FRONTIER_HOST])
			fn(arg, &h);
		else
			report_damage(f, "hosts", c.key);
	}
}

void frontier_each_lease(struct frontier *f, frontier_lease_fn *fn, void *arg)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct lease_record l;

	cursor_init(&c, &f->txn, TABLE_LEASES);
	for (bool more = cursor_first(&c); more; more = cursor_next(&c)) {
		/* Its URL stands in no queue: it must come back, whoever had it. */
		if (!unpack_lease(c.key, c.value, &l)) {
			report_damage(f, "leases", c.key);
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
		if (unpack_worker(c.key, c.value, &w))
			fn(arg, &w);
		else
			report_damage(f, "workers", c.key);
	}
}

void frontier_each_source(struct frontier *f, frontier_source_fn *fn, void *arg)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	struct source_record s;

	cursor_init(&c, &f->txn, TABLE_SOURCES);
	for (bool more = cursor_first(&c); more; more = cursor_next(&c)) {
		if (unpack_source(c.key, c.value, &s) && s.number <= f->last[FRONTIER_SOURCE])
			fn(arg, &s);
		else
			report_damage(f, "sources", c.key);
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
