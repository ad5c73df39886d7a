#include "alerts/alert.h"
#include "alerts/state.h"
#include "cli/store.h"
#include "common/err.h"
#include "common/mdb.h"
#include "scheduler/entry.h"
#include "store/check.h"

#include <stdarg.h>
#include <stdio.h>

#define RENEW_STEP    10000 /* a state that stands still makes the file grow */
#define DUE_KEY_BYTES 20

enum frontier_table {
	TABLE_URLS = DB_META + 1,
	TABLE_IDS,
	TABLE_DUE,
	TABLE_LEASES,
	FRONTIER_TABLES
};

static const char *const frontier_tables[FRONTIER_TABLES] = {
	[DB_META] = "meta",
	[TABLE_URLS] = "urls",
	[TABLE_IDS] = "ids",
	[TABLE_DUE] = "due",
	[TABLE_LEASES] = "leases",
};

struct values {
	const struct store_check *how;
	struct store_check_counts *counts;
	struct txn txn;
	uint64_t total;
	bool stopped;
};

typedef void value_fn(struct values *v, struct span key, struct span value);

static void damage(struct values *v, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void damage(struct values *v, const char *format, ...)
{
	char text[200];
	va_list args;

	v->counts->damages++;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (!v->stopped)
		v->stopped = !v->how->on_damage(v->how->arg, text);
}

/* Some entries after @last, which becomes the last of these. False at the end. */
static bool look_at_some(struct values *v, unsigned table, value_fn *fn, struct strbuf *last)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	bool found;

	cursor_init(&c, &v->txn, table);
	found = cursor_seek(&c, strbuf_span(last));
	if (found && last->len && span_eq(c.key, strbuf_span(last)))
		found = cursor_next(&c);
	for (int n = 0; found && !v->stopped && n < RENEW_STEP; n++) {
		fn(v, c.key, c.value);
		v->counts->values++;
		strbuf_clear(last);
		strbuf_add_span(last, c.key);
		found = cursor_next(&c);
	}
	return found && !v->stopped;
}

static void look_at(struct values *v, unsigned table, value_fn *fn)
{
	STRBUF_LOCAL(last);

	while (look_at_some(v, table, fn, &last)) {
		if (v->how->on_progress)
			v->how->on_progress(v->how->arg, v->counts->values, v->total);
		if (txn_renew(&v->txn) < 0)
			return;
	}
}

/* The frontier */

static bool read_entry(struct values *v, struct span number, struct entry *ret)
{
	struct span value;

	return number.len == 8 && txn_get(&v->txn, TABLE_URLS, number, &value) &&
		entry_unpack(value, ret);
}

static void check_url(struct values *v, struct span key, struct span value)
{
	unsigned long long number = db_key64_read(key);
	struct entry e;

	if (key.len != 8 || !number)
		damage(v, "urls: a key is no number");
	else if (!entry_unpack(value, &e))
		damage(v, "urls %llu: cannot be read", number);
}

static void check_id(struct values *v, struct span key, struct span value)
{
	struct entry e;

	if (key.len != HASH_BYTES || value.len != 8)
		damage(v, "ids: an entry has another size");
	else if (!read_entry(v, value, &e))
		damage(v, "ids: leads to URL %llu, which does not exist",
			(unsigned long long)db_key64_read(value));
}

static void check_due(struct values *v, struct span key, struct span value)
{
	struct entry e;

	(void)value;
	if (key.len != DUE_KEY_BYTES)
		damage(v, "due: a key has another size");
	else if (!read_entry(v, span_from_offset(key, 12), &e))
		damage(v, "due: leads to URL %llu, which does not exist",
			(unsigned long long)db_key64_read(span_from_offset(key, 12)));
	else if (db_key64_read(key) >> 32 != e.host ||
		db_key64_read(span_from_offset(key, 4)) != (uint64_t)e.due_ms)
		damage(v, "due: URL %llu stands in another place than it should",
			(unsigned long long)db_key64_read(span_from_offset(key, 12)));
}

static void check_lease(struct values *v, struct span key, struct span value)
{
	struct entry e;

	(void)value;
	if (!read_entry(v, key, &e))
		damage(v, "leases: URL %llu is leased, and does not exist",
			(unsigned long long)db_key64_read(key));
}

int store_check_frontier(const char *path, const struct store_check *check,
	struct store_check_counts *ret, char **ret_error)
{
	const struct db_options options = {
		.kind = "frontier",
		.tables = frontier_tables,
		.n_tables = FRONTIER_TABLES,
		.read_only = true,
	};
	CLEANUP(db_closep) struct db *db = NULL;
	struct values v = {.how = check, .counts = ret};
	int r = db_open(path, &options, &db, ret_error);

	if (r < 0)
		return r;
	txn_begin_read(&v.txn, db);
	for (unsigned i = TABLE_URLS; i < FRONTIER_TABLES; i++)
		v.total += txn_count(&v.txn, i);
	look_at(&v, TABLE_URLS, check_url);
	look_at(&v, TABLE_IDS, check_id);
	look_at(&v, TABLE_DUE, check_due);
	look_at(&v, TABLE_LEASES, check_lease);
	r = v.txn.err;
	txn_abort(&v.txn);
	return r;
}

/* The alert state */

static void check_outbox(struct values *v, struct span key, struct span value)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct alert alert;

	if (key.len != 8 || alert_parse_json(value, a, &alert) < 0)
		damage(v, "outbox %llu: cannot be read", (unsigned long long)db_key64_read(key));
}

static void check_decision(struct values *v, struct span key, struct span value)
{
	if (key.len != HASH_BYTES || value.len != 8)
		damage(v, "decided: an entry has another size");
}

int store_check_alerts(const char *path, const struct store_check *check,
	struct store_check_counts *ret, char **ret_error)
{
	CLEANUP(db_closep) struct db *db = NULL;
	struct values v = {.how = check, .counts = ret};
	int r = state_open(path, true, &db, ret_error);

	if (r < 0)
		return r;
	txn_begin_read(&v.txn, db);
	v.total = txn_count(&v.txn, STATE_OUTBOX) + txn_count(&v.txn, STATE_DECIDED);
	look_at(&v, STATE_OUTBOX, check_outbox);
	look_at(&v, STATE_DECIDED, check_decision);
	r = v.txn.err;
	txn_abort(&v.txn);
	return r;
}
