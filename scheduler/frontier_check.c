/*
 * Each table once, in the order of its keys, with a look into the tables that a
 * value leads to:
 *
 *	urls     stand in "due" at their own moment, unless leased or never due
 *	ids      lead to an entry
 *	due      leads to an entry that is due there, and is not leased
 *	leases   are of entries that exist
 *	all      have the check that was written with them
 *
 * An id is not compared with the URL: rules of what is canonical change with the
 * configuration, and its check says already that key and number belong together.
 */
#include "scheduler/frontier_check.h"

#include "common/err.h"
#include "common/hash.h"
#include "scheduler/entry.h"
#include "scheduler/pack.h"
#include "scheduler/record.h"
#include "scheduler/table.h"

#define RENEW_STEP     10000
#define N_LAST_NUMBERS 4 /* as frontier.c writes "last" */

struct checker {
	struct value_look look;
	bool is_sealed; /* schema 1 has no checks but those of what was written since */
};

static bool open_value(struct checker *c, enum table table, struct span key, struct span *value)
{
	return !c->is_sealed || table_open_value(table, key, value);
}

static bool has(struct checker *c, enum table table, struct span key)
{
	struct span value;

	return txn_get(&c->look.txn, table, key, &value);
}

static bool read_entry(struct checker *c, struct span number, struct entry *ret)
{
	struct span value;

	return number.len == 8 && txn_get(&c->look.txn, TABLE_URLS, number, &value) &&
		open_value(c, TABLE_URLS, number, &value) && entry_unpack(value, ret);
}

static void check_url(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	unsigned long long number = db_key64_read(key);
	char url[VALUE_NAME_MAX];
	struct due_key place;
	struct entry e;

	if (key.len != 8 || !number) {
		value_look_damage(&c->look, "urls: a key is no number");
		return;
	}
	if (!open_value(c, TABLE_URLS, key, &value) || !entry_unpack(value, &e)) {
		value_look_damage(&c->look, "urls %llu: is not what was written", number);
		return;
	}
	place = due_key(e.host, e.due_ms, number);
	if (e.due_ms != ENTRY_DUE_NEVER && !has(c, TABLE_LEASES, key) &&
		!has(c, TABLE_DUE, due_key_span(&place)))
		value_look_damage(&c->look, "urls %llu (%s): is due, and stands in no queue",
			number, value_look_name(e.url, url));
}

static void check_id(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	struct entry e;

	if (key.len != HASH_BYTES || !open_value(c, TABLE_IDS, key, &value) || value.len != 8)
		value_look_damage(&c->look, "ids: an entry is not what was written");
	else if (!read_entry(c, value, &e))
		value_look_damage(&c->look,
			"ids: leads to URL %llu, which does not exist or is damaged",
			(unsigned long long)db_key64_read(value));
}

static void check_due(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	struct due_key place;
	struct frontier_due due;
	struct entry e;
	unsigned long long number;

	if (!due_key_read(key, &due) || value.len) {
		value_look_damage(&c->look, "due: a place is none");
		return;
	}
	number = due.number;
	if (!read_entry(c, span_from_offset(key, 12), &e)) {
		value_look_damage(&c->look,
			"due: leads to URL %llu, which does not exist or is damaged", number);
		return;
	}
	place = due_key(e.host, e.due_ms, due.number);
	if (!span_eq(due_key_span(&place), key) || e.due_ms == ENTRY_DUE_NEVER)
		value_look_damage(&c->look, "due: URL %llu stands in another place than it should",
			number);
	else if (has(c, TABLE_LEASES, span_from_offset(key, 12)))
		value_look_damage(&c->look, "due: URL %llu is leased, and stands in a queue",
			number);
}

static void check_host(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	char name[VALUE_NAME_MAX];
	struct host_record h;

	if (!open_value(c, TABLE_HOSTS, key, &value) || !host_record_unpack(key, value, &h))
		value_look_damage(&c->look, "hosts (%s): is not what was written",
			value_look_name(key, name));
}

static void check_lease(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	unsigned long long number = db_key64_read(key);
	struct lease_record l;
	struct entry e;

	if (!open_value(c, TABLE_LEASES, key, &value) || !lease_record_unpack(key, value, &l))
		value_look_damage(&c->look, "leases %llu: is not what was written", number);
	else if (!read_entry(c, key, &e))
		value_look_damage(&c->look,
			"leases: URL %llu is leased, and does not exist or is damaged", number);
}

static void check_worker(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	char name[VALUE_NAME_MAX];
	struct worker_record w;

	if (!open_value(c, TABLE_WORKERS, key, &value) || !worker_record_unpack(key, value, &w))
		value_look_damage(&c->look, "workers (%s): is not what was written",
			value_look_name(key, name));
}

static void check_source(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	char name[VALUE_NAME_MAX];
	struct source_record s;

	if (!open_value(c, TABLE_SOURCES, key, &value) || !source_record_unpack(key, value, &s))
		value_look_damage(&c->look, "sources (%s): is not what was written",
			value_look_name(key, name));
}

static void check_meta(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;
	char name[VALUE_NAME_MAX];

	if (span_is(key, "last")) {
		if (!open_value(c, TABLE_META, key, &value) ||
			value.len != 8 * (N_LAST_NUMBERS + 1))
			value_look_damage(&c->look, "meta last: is not what was written");
	} else if (!span_is(key, "kind") && !span_is(key, "schema")) {
		value_look_damage(&c->look, "meta (%s): does not belong there",
			value_look_name(key, name));
	}
}

static value_look_fn *const checks[TABLE_N] = {
	[TABLE_META] = check_meta,
	[TABLE_URLS] = check_url,
	[TABLE_IDS] = check_id,
	[TABLE_DUE] = check_due,
	[TABLE_HOSTS] = check_host,
	[TABLE_LEASES] = check_lease,
	[TABLE_WORKERS] = check_worker,
	[TABLE_SOURCES] = check_source,
};

static int check_tables(void *arg)
{
	struct checker *c = arg;
	struct span schema = {0};
	int r;

	for (unsigned i = 0; i < TABLE_N; i++)
		c->look.total += txn_count(&c->look.txn, i);
	(void)txn_get(&c->look.txn, TABLE_META, SPAN_LITERAL("schema"), &schema);
	c->is_sealed = !span_is(schema, "1");
	if (c->is_sealed && !span_is(schema, "2"))
		value_look_damage(&c->look, "meta schema: is neither 1 nor 2");
	if (txn_count(&c->look.txn, TABLE_HOSTS) && !has(c, TABLE_META, SPAN_LITERAL("last")))
		value_look_damage(&c->look, "meta last: is missing");
	r = c->look.txn.err;
	for (unsigned i = 0; r == 0 && i < TABLE_N; i++)
		r = value_look_table(&c->look, i, RENEW_STEP, checks[i], c);
	return r;
}

int frontier_check(const char *path, const struct value_check *check,
	struct value_check_counts *ret, char **ret_error)
{
	const struct db_options options = {
		.kind = FRONTIER_KIND,
		.tables = table_names,
		.n_tables = TABLE_N,
		.read_only = true,
	};
	struct checker c = {.look = {.how = check, .counts = ret}};

	*ret = (struct value_check_counts){0};
	return value_look_environment(&c.look, path, &options, check_tables, &c, ret_error);
}
