#include "alerts/state.h"

#define STATE_SCHEMA 1
#define STATE_MAP_BYTES                                                                            \
	(256ll << 30) /* address space: decisions are kept, two millions a day for years */

static const char *const table_names[STATE_TABLES] = {
	[STATE_META] = "meta",
	[STATE_OUTBOX] = "outbox",
	[STATE_DECIDED] = "decided",
	[STATE_SUBSCRIPTIONS] = "subscriptions",
};

int state_open(const char *path, bool read_only, struct db **ret, char **ret_error)
{
	const struct db_options options = {
		.kind = "alerts",
		.schema = STATE_SCHEMA,
		.tables = table_names,
		.n_tables = STATE_TABLES,
		.map_bytes = read_only ? 0 : STATE_MAP_BYTES,
		.read_only = read_only,
	};

	return db_open(path, &options, ret, ret_error);
}

uint64_t state_number(struct txn *t, const char *name)
{
	struct span value;

	return txn_get(t, STATE_META, span_str(name), &value) ? db_key64_read(value) : 0;
}

void state_put_number(struct txn *t, const char *name, uint64_t value)
{
	struct db_key64 bytes = db_key64(value);

	txn_put(t, STATE_META, span_str(name), db_key64_span(&bytes));
}

int state_put_text(struct db *db, const char *name, struct span text)
{
	struct txn t;

	txn_begin_write(&t, db);
	txn_put(&t, STATE_META, span_str(name), text);
	return txn_commit(&t);
}
