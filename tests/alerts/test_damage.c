/* Damaged values in the store and in the state: told, made anew or passed over, and nothing else is lost. */
#include "alerts/outbox.h"
#include "alerts/remake.h"
#include "alerts/state_check.h"
#include "store/layout.h"
#include "tests/alerts/alerting.h"

static struct db *open_store(struct fixture *fx)
{
	static const char *const names[STORE_TABLES] = {"meta", "pages", "records", "bodies",
		"journal", "stories", "fingerprints", "robots"};
	const struct db_options options = {.kind = "store",
		.schema = STORE_SCHEMA,
		.tables = names,
		.n_tables = STORE_TABLES,
		.map_bytes = 64 << 20};
	CLEANUP(freep) char *path = alloc_printf("%s/store", fx->folder);
	struct db *db = NULL;

	assert_int_equal(db_open(path, &options, &db, NULL), 0);
	return db;
}

static void damage_journal(struct fixture *fx, uint64_t seq)
{
	CLEANUP(db_closep) struct db *db = open_store(fx);
	struct db_key64 key = db_key64(seq);
	struct txn t;

	txn_begin_write(&t, db);
	txn_put(&t, STORE_JOURNAL, db_key64_span(&key), SPAN_LITERAL("{garbage"));
	assert_int_equal(txn_commit(&t), 0);
}

/* One damaged entry kept all alerts behind it from being decided, for ever. */
static void test_damage__a_damaged_journal_entry_is_passed_over(void **state)
{
	struct fixture *fx = *state;

	log_set_level(LOG_LEVEL_ERROR - 1);
	redis_server_start(&fx->server, NULL);
	subscribe(fx, "  - {name: s, query: 算力}");
	crawl_many(fx, 0, 3);
	damage_journal(fx, 1);
	open_alerts(fx);
	run_until_len(fx, "s", 2);
	assert_field(fx, "s", 0, "url", "https://a.cn/1");
	log_set_level(LOG_LEVEL_ERROR);
}

/* Turns a bit of a value as it stands in the file. */
static void spoil(struct fixture *fx, enum state_table table, struct span key, const char *where)
{
	CLEANUP(db_closep) struct db *state = open_state(fx);
	STRBUF_LOCAL(value);
	struct span found;
	struct txn t;
	ptrdiff_t at;

	txn_begin_write(&t, state);
	assert_true(txn_get(&t, table, key, &found));
	strbuf_add_span(&value, found);
	at = where ? span_find(found, span_str(where)) : 0;
	assert_true(at >= 0);
	value.data[at + (ptrdiff_t)(where ? strlen(where) : 0)] ^= 1;
	txn_put(&t, table, key, strbuf_span(&value));
	assert_int_equal(txn_commit(&t), 0);
}

/* Entries after a cursor with a turned bit were skipped, or read again as reprints. */
static void test_damage__a_damaged_cursor_skips_and_repeats_nothing(void **state)
{
	struct fixture *fx = *state;

	log_set_level(LOG_LEVEL_ERROR - 1);
	redis_server_start(&fx->server, NULL);
	subscribe(fx,
		"  - {name: all, query: 人工智能, deliver: [new, updated, reprint]}\n"
		"  - {name: mark, query: 标记}");
	open_alerts(fx);
	crawl(fx, "https://a.cn/1", "题", FIRST_TEXT);
	crawl(fx, "https://b.cn/1", "转载", FIRST_TEXT);
	crawl(fx, "https://a.cn/1", "题", "人工智能第二版");
	crawl(fx, "https://a.cn/3", "标记", "标记");
	run_until_len(fx, "mark", 1);
	alerts_close(TAKE_PTR(fx->alerts));
	spoil(fx, STATE_META, SPAN_LITERAL("cursor"), NULL);
	crawl(fx, "https://a.cn/4", "题", "人工智能与足球");
	crawl(fx, "https://a.cn/5", "标记", "标记二");
	open_alerts(fx);
	run_until_len(fx, "mark", 2);
	assert_int_equal(stream_len(fx, "all"), 4);
	assert_field(fx, "all", 3, "url", "https://a.cn/4");
	log_set_level(LOG_LEVEL_ERROR);
}

static const struct db_key64 first_key = {{0, 0, 0, 0, 0, 0, 0, 1}};
static const struct db_key64 second_key = {{0, 0, 0, 0, 0, 0, 0, 2}};

/* One alert in the outbox, without Redis. */
static void put_one_in_outbox(struct fixture *fx)
{
	subscribe(fx, "  - {name: s, query: 算力}\n  - {name: mark, query: 标记}");
	open_alerts(fx);
	crawl(fx, "https://a.cn/1", "算力券", "发放算力券，支持企业。");
	crawl(fx, "https://a.cn/m", "标记", "标记");
	do {
		CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
		CLEANUP(db_closep) struct db *state = NULL;
		CLEANUP(txn_abortp) struct txn t = TXN_INIT;

		for (int i = 0; i < 3; i++)
			loop_turn(fx->loop, true);
		alerts_close(TAKE_PTR(fx->alerts));
		assert_int_equal(state_open(path, true, &state, NULL), 0);
		txn_begin_read(&t, state);
		if (txn_count(&t, STATE_OUTBOX) == 2)
			return;
		txn_abort(&t);
		db_close(TAKE_PTR(state));
		open_alerts(fx);
	} while (true);
}

static void test_damage__a_damaged_alert_is_made_anew_from_its_record(void **state)
{
	struct fixture *fx = *state;

	log_set_level(LOG_LEVEL_ERROR - 1);
	put_one_in_outbox(fx);
	spoil(fx, STATE_OUTBOX, db_key64_span(&first_key), "\"title\":\"");
	redis_server_start(&fx->server, NULL);
	open_alerts(fx);
	run_until_len(fx, "mark", 1);
	assert_int_equal(stream_len(fx, "s"), 1);
	assert_field(fx, "s", 0, "title", "算力券");
	assert_field(fx, "s", 0, "terms", "[\"算力\"]");
	log_set_level(LOG_LEVEL_ERROR);
}

static void test_damage__an_alert_that_cannot_be_made_anew_counts_as_lost(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
	STRBUF_LOCAL(status);

	log_set_level(LOG_LEVEL_ERROR - 1);
	put_one_in_outbox(fx);
	spoil(fx, STATE_OUTBOX, db_key64_span(&first_key), "\"subscription\":\"");
	redis_server_start(&fx->server, NULL);
	open_alerts(fx);
	run_until_len(fx, "mark", 1);
	assert_int_equal(stream_len(fx, "s"), 0);
	alerts_close(TAKE_PTR(fx->alerts));
	assert_int_equal(alerts_status_json(path, &status), 0);
	assert_non_null(strstr(status.data, "\"lost\":1,"));
	log_set_level(LOG_LEVEL_ERROR);
}

static struct subscription_set *read_set(struct fixture *fx, struct db *state)
{
	struct subscription_set *set = NULL;
	STRBUF_LOCAL(errors);

	assert_int_equal(subscription_set_new(state, &set), 0);
	assert_int_equal(subscription_set_read_files(set, fx->config.subscriptions_dir, &errors),
		0);
	assert_int_equal(subscription_set_apply(set, 0), 0);
	return set;
}

/* What is made anew is what was there, wherever the bit has turned; only a name is gone. */
static void test_damage__no_bit_makes_another_alert_of_one(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *store_path = alloc_printf("%s/store", fx->folder);
	CLEANUP(store_closep) struct store *store = NULL;
	CLEANUP(store_reader_freep) struct store_reader *reader = NULL;
	CLEANUP(db_closep) struct db *db = NULL;
	CLEANUP(subscription_set_freep) struct subscription_set *set = NULL;
	CLEANUP(txn_abortp) struct txn t = TXN_INIT;
	STRBUF_LOCAL(value);
	struct span json;
	size_t n_lost = 0;

	put_one_in_outbox(fx);
	assert_int_equal(store_open(store_path, &(struct store_options){.read_only = true}, &store,
				 NULL),
		0);
	assert_int_equal(store_reader_open(store, &reader), 0);
	db = open_state(fx);
	set = read_set(fx, db);
	txn_begin_read(&t, db);
	assert_int_equal(state_find(&t, STATE_OUTBOX, db_key64_span(&first_key), &json),
		STATE_WHOLE);
	strbuf_add_span(&value, json);
	for (size_t bit = 0; bit < value.len * 8; bit++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		struct remake_hint hint;
		struct alert alert;
		STRBUF_LOCAL(again);

		value.data[bit / 8] ^= (char)(1 << bit % 8);
		remake_read(strbuf_span(&value), a, &hint);
		value.data[bit / 8] ^= (char)(1 << bit % 8);
		if (!remake_alert(&t, set, reader, &hint, a, &alert)) {
			n_lost++;
			continue;
		}
		alert_write_json(&alert, &again);
		assert_string_equal(again.data, value.data);
	}
	assert_in_range(n_lost, 8, 8 * strlen("\"subscription\":\"s\""));
}

/* The next alert took a number that another one had, and nothing was decided any more. */
static void test_damage__a_damaged_last_number_keeps_nothing_back(void **state)
{
	struct fixture *fx = *state;

	log_set_level(LOG_LEVEL_ERROR - 1);
	put_one_in_outbox(fx);
	spoil(fx, STATE_META, SPAN_LITERAL("outbox_last"), NULL);
	crawl(fx, "https://a.cn/2", "算力二", "算力二");
	redis_server_start(&fx->server, NULL);
	open_alerts(fx);
	run_until_len(fx, "s", 2);
	log_set_level(LOG_LEVEL_ERROR);
}

static bool on_damage(void *arg, const char *text)
{
	(void)text;
	++*(int *)arg;
	return true;
}

static int damages_of(struct fixture *fx)
{
	CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
	int n = 0;
	const struct value_check check = {.on_damage = on_damage, .arg = &n};
	struct value_check_counts counts;

	assert_int_equal(state_check(path, &check, &counts, NULL), 0);
	return n;
}

static void test_damage__the_check_finds_a_bit_in_every_table(void **state)
{
	struct fixture *fx = *state;
	struct hash decision;

	put_one_in_outbox(fx);
	assert_int_equal(damages_of(fx), 0);
	spoil(fx, STATE_META, SPAN_LITERAL("cursor"), NULL);
	assert_int_equal(damages_of(fx), 1);
	spoil(fx, STATE_OUTBOX, db_key64_span(&first_key), "\"url\":\"");
	assert_int_equal(damages_of(fx), 2);
	spoil(fx, STATE_SUBSCRIPTIONS, SPAN_LITERAL("s"), "\"since\":");
	assert_int_equal(damages_of(fx), 3);
	{
		CLEANUP(db_closep) struct db *db = open_state(fx);
		CLEANUP(txn_abortp) struct txn t = TXN_INIT;
		struct span found, value;

		txn_begin_read(&t, db);
		assert_true(txn_last(&t, STATE_DECIDED, &found, &value));
		memcpy(decision.bytes, found.data, HASH_BYTES);
	}
	spoil(fx, STATE_DECIDED, span_from(decision.bytes, HASH_BYTES), NULL);
	assert_int_equal(damages_of(fx), 4);
}

/* Takes the checks off: what 0.1.0 would have left. */
static void make_schema_1(struct fixture *fx)
{
	CLEANUP(db_closep) struct db *state = open_state(fx);
	STRBUF_LOCAL(json);
	struct db_key64 cursor = db_key64(2), last = db_key64(2);
	struct span value;
	struct txn t;

	txn_begin_write(&t, state);
	assert_int_equal(state_find(&t, STATE_OUTBOX, db_key64_span(&first_key), &value),
		STATE_WHOLE);
	strbuf_add_span(&json, value);
	txn_put(&t, STATE_OUTBOX, db_key64_span(&first_key), strbuf_span(&json));
	assert_true(txn_del(&t, STATE_OUTBOX, db_key64_span(&second_key)));
	txn_put(&t, STATE_META, SPAN_LITERAL("cursor"), db_key64_span(&cursor));
	txn_put(&t, STATE_META, SPAN_LITERAL("outbox_last"), db_key64_span(&last));
	for (const char *const *name = (const char *const[]){"redis", "subscriptions", NULL}; *name;
		name++)
		txn_del(&t, STATE_META, span_str(*name));
	for (const char *const *name = (const char *const[]){"s", "mark", NULL}; *name; name++)
		txn_put(&t, STATE_SUBSCRIPTIONS, span_str(*name),
			SPAN_LITERAL("{\"since\":0,\"redis\":null}"));
	txn_put(&t, STATE_META, SPAN_LITERAL("schema"), SPAN_LITERAL("1"));
	assert_int_equal(txn_commit(&t), 0);
}

static void test_damage__what_0_1_0_wrote_is_taken_over(void **state)
{
	struct fixture *fx = *state;

	put_one_in_outbox(fx);
	make_schema_1(fx);
	redis_server_start(&fx->server, NULL);
	open_alerts(fx);
	crawl(fx, "https://a.cn/2", "算力二", "算力二");
	run_until_len(fx, "s", 2);
	assert_field(fx, "s", 0, "title", "算力券");
	alerts_close(TAKE_PTR(fx->alerts));
	assert_int_equal(saved_cursor(fx), 3);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_damage__a_damaged_journal_entry_is_passed_over),
		TEST(test_damage__a_damaged_cursor_skips_and_repeats_nothing),
		TEST(test_damage__a_damaged_alert_is_made_anew_from_its_record),
		TEST(test_damage__an_alert_that_cannot_be_made_anew_counts_as_lost),
		TEST(test_damage__no_bit_makes_another_alert_of_one),
		TEST(test_damage__a_damaged_last_number_keeps_nothing_back),
		TEST(test_damage__the_check_finds_a_bit_in_every_table),
		TEST(test_damage__what_0_1_0_wrote_is_taken_over),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
