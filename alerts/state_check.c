#include "alerts/state_check.h"

#include "alerts/alert.h"
#include "alerts/state.h"
#include "common/json.h"

#define RENEW_STEP 10000

struct checker {
	struct value_look look;
	bool is_sealed; /* schema 1 has no checks */
};

static bool open_value(const struct checker *c, enum state_table table, struct span key,
	struct span *value)
{
	return !c->is_sealed || state_open_value(table, key, value);
}

static void check_meta(void *arg, struct span key, struct span value)
{
	static const char *const names[] = {"cursor", "outbox_last", "lost", "redis",
		"subscriptions"};
	struct checker *c = arg;
	char name[VALUE_NAME_MAX];
	bool is_known = false;

	if (span_is(key, "kind") || span_is(key, "schema"))
		return;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		is_known = is_known || span_is(key, names[i]);
	if (!is_known)
		value_look_damage(&c->look, "meta (%s): does not belong there",
			value_look_name(key, name));
	else if (!open_value(c, STATE_META, key, &value))
		value_look_damage(&c->look, "meta %s: is not what was written",
			value_look_name(key, name));
}

static void check_outbox(void *arg, struct span key, struct span value)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct checker *c = arg;
	struct alert alert;

	if (key.len != 8 || !open_value(c, STATE_OUTBOX, key, &value) ||
		alert_parse_json(value, a, &alert) < 0)
		value_look_damage(&c->look, "outbox %llu: is not what was written",
			(unsigned long long)db_key64_read(key));
}

static void check_decision(void *arg, struct span key, struct span value)
{
	struct checker *c = arg;

	if (key.len != HASH_BYTES || !open_value(c, STATE_DECIDED, key, &value) || value.len != 8)
		value_look_damage(&c->look, "decided: an entry is not what was written");
}

static void check_subscription(void *arg, struct span key, struct span value)
{
	CLEANUP(json_freep) struct json *root = NULL;
	struct checker *c = arg;
	char name[VALUE_NAME_MAX];

	if (!open_value(c, STATE_SUBSCRIPTIONS, key, &value) || json_parse(value, &root, NULL) < 0)
		value_look_damage(&c->look, "subscriptions (%s): is not what was written",
			value_look_name(key, name));
}

static int check_tables(void *arg)
{
	struct checker *c = arg;
	static value_look_fn *const checks[STATE_TABLES] = {
		[STATE_META] = check_meta,
		[STATE_OUTBOX] = check_outbox,
		[STATE_DECIDED] = check_decision,
		[STATE_SUBSCRIPTIONS] = check_subscription,
	};
	static const char *const numbers[] = {"cursor", "outbox_last"};
	struct span schema = {0}, number;
	int r;

	for (unsigned i = 0; i < STATE_TABLES; i++)
		c->look.total += txn_count(&c->look.txn, i);
	(void)txn_get(&c->look.txn, STATE_META, SPAN_LITERAL("schema"), &schema);
	c->is_sealed = !span_is(schema, "1");
	if (c->is_sealed && !span_is(schema, "2"))
		value_look_damage(&c->look, "meta schema: is neither 1 nor 2");
	for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
		if (c->is_sealed && txn_count(&c->look.txn, STATE_DECIDED) &&
			!txn_get(&c->look.txn, STATE_META, span_str(numbers[i]), &number))
			value_look_damage(&c->look, "meta %s: is missing", numbers[i]);
	}
	r = c->look.txn.err;
	for (unsigned i = 0; r == 0 && i < STATE_TABLES; i++)
		r = value_look_table(&c->look, i, RENEW_STEP, checks[i], c);
	return r;
}

int state_check(const char *path, const struct value_check *check, struct value_check_counts *ret,
	char **ret_error)
{
	const struct db_options options = {
		.kind = STATE_KIND,
		.tables = state_table_names,
		.n_tables = STATE_TABLES,
		.read_only = true,
	};
	struct checker c = {.look = {.how = check, .counts = ret}};

	*ret = (struct value_check_counts){0};
	return value_look_environment(&c.look, path, &options, check_tables, &c, ret_error);
}
