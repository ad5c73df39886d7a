#include "alerts/state.h"

#include "common/sealed.h"

#define STATE_MAP_BYTES                                                                            \
	(256ll << 30) /* address space: decisions are kept, two millions a day for years */

const char *const state_table_names[STATE_TABLES] = {
	[STATE_META] = "meta",
	[STATE_OUTBOX] = "outbox",
	[STATE_DECIDED] = "decided",
	[STATE_SUBSCRIPTIONS] = "subscriptions",
};

/* Makes schema 2 of schema 1. */
static void convert(struct txn *t)
{
	static const char *const names[] = {"cursor", "outbox_last", "redis", "subscriptions"};

	struct span last;

	if (!txn_get(t, STATE_META, SPAN_LITERAL("outbox_last"), &last))
		txn_put(t, STATE_META, SPAN_LITERAL("outbox_last"),
			SPAN_LITERAL("\0\0\0\0\0\0\0\0"));
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		sealed_convert(t, STATE_META, span_str(names[i]));
	sealed_convert_table(t, STATE_OUTBOX);
	sealed_convert_table(t, STATE_SUBSCRIPTIONS);
}

int state_open(const char *path, bool read_only, struct db **ret, char **ret_error)
{
	const struct db_options options = {
		.kind = STATE_KIND,
		.schema = STATE_SCHEMA,
		.convert = convert,
		.tables = state_table_names,
		.n_tables = STATE_TABLES,
		.map_bytes = read_only ? 0 : STATE_MAP_BYTES,
		.read_only = read_only,
	};

	return db_open(path, &options, ret, ret_error);
}

bool state_open_value(enum state_table table, struct span key, struct span *value)
{
	bool is_older = table == STATE_DECIDED && value->len == sizeof(struct db_key64);

	return is_older || sealed_open(key, value);
}

enum state_found state_find(struct txn *t, enum state_table table, struct span key,
	struct span *ret)
{
	struct span value;

	if (!txn_get(t, table, key, &value))
		return STATE_ABSENT;
	if (!state_open_value(table, key, &value))
		return STATE_DAMAGED;
	*ret = value;
	return STATE_WHOLE;
}

static struct span seal(struct span key, struct span value, struct strbuf *out)
{
	strbuf_add_span(out, value);
	sealed_end(key, out);
	return strbuf_span(out);
}

void state_put(struct txn *t, enum state_table table, struct span key, struct span value)
{
	STRBUF_LOCAL(sealed);

	txn_put(t, table, key, seal(key, value, &sealed));
}

void state_append(struct txn *t, enum state_table table, struct span key, struct span value)
{
	STRBUF_LOCAL(sealed);

	txn_append(t, table, key, seal(key, value, &sealed));
}

bool state_add(struct txn *t, enum state_table table, struct span key, struct span value)
{
	STRBUF_LOCAL(sealed);

	return txn_add(t, table, key, seal(key, value, &sealed));
}

enum state_found state_find_number(struct txn *t, const char *name, uint64_t *ret)
{
	struct span value = {0};
	enum state_found found = state_find(t, STATE_META, span_str(name), &value);

	*ret = db_key64_read(value);
	return found;
}

uint64_t state_number(struct txn *t, const char *name)
{
	uint64_t number;

	(void)state_find_number(t, name, &number); /* 0 is as good */
	return number;
}

void state_put_number(struct txn *t, const char *name, uint64_t value)
{
	struct db_key64 bytes = db_key64(value);

	state_put(t, STATE_META, span_str(name), db_key64_span(&bytes));
}

struct hash state_decision(const char *subscription, const char *key)
{
	STRBUF_LOCAL(text);

	strbuf_add(&text, subscription, strlen(subscription) + 1);
	strbuf_add_str(&text, key);
	return hash_of(strbuf_span(&text));
}

int state_put_text(struct db *db, const char *name, struct span text)
{
	struct txn t;

	txn_begin_write(&t, db);
	state_put(&t, STATE_META, span_str(name), text);
	return txn_commit(&t);
}
