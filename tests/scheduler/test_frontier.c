#include "common/err.h"
#include "common/mdb.h"
#include "common/sealed.h"
#include "common/url.h"
#include "scheduler/frontier.h"
#include "scheduler/pack.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define MAP_BYTES (INT64_C(64) << 20)

struct fixture {
	char *folder, *path;
	struct frontier *f;
	struct arena *arena;
};

static void open_it(struct fixture *fx)
{
	char *error = NULL;

	if (frontier_open(fx->path, MAP_BYTES, NULL, &fx->f, &error) < 0)
		fail_msg("%s", error);
}

static int setup(void **state)
{
	struct fixture *fx = ALLOC_NEW(struct fixture);

	fx->folder = folder_new();
	fx->path = alloc_printf("%s/frontier", fx->folder);
	fx->arena = arena_new();
	open_it(fx);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	frontier_close(fx->f);
	arena_free(fx->arena);
	free(fx->path);
	folder_free(fx->folder);
	free(fx);
	return 0;
}

static uint64_t add(struct fixture *fx, const char *url, uint32_t host, int64_t due_ms)
{
	struct hash id = url_id(span_str(url));
	struct entry e = {.host = host,
		.due_ms = due_ms,
		.url = span_str(url),
		.title = span_str("标题")};

	frontier_add(fx->f, &id, &e);
	return e.number;
}

static void reopen(struct fixture *fx)
{
	frontier_close(fx->f);
	fx->f = NULL;
	open_it(fx);
}

/* Puts a value past the frontier, as a broken disk would. */
static void damage(struct fixture *fx, unsigned table, struct span key, struct span value)
{
	const struct db_options options = {.kind = "frontier",
		.tables = table_names,
		.n_tables = TABLE_N,
		.map_bytes = MAP_BYTES};
	struct txn t;
	struct db *db;

	frontier_close(fx->f);
	fx->f = NULL;
	assert_int_equal(db_open(fx->path, &options, &db, NULL), 0);
	txn_begin_write(&t, db);
	txn_put(&t, table, key, value);
	assert_int_equal(txn_commit(&t), 0);
	db_close(db);
}

static void remove_value(struct fixture *fx, unsigned table, struct span key)
{
	const struct db_options options = {.kind = "frontier",
		.tables = table_names,
		.n_tables = TABLE_N,
		.map_bytes = MAP_BYTES};
	struct txn t;
	struct db *db;

	frontier_close(fx->f);
	fx->f = NULL;
	assert_int_equal(db_open(fx->path, &options, &db, NULL), 0);
	txn_begin_write(&t, db);
	assert_true(txn_del(&t, table, key));
	assert_int_equal(txn_commit(&t), 0);
	db_close(db);
}

static void test_frontier__an_entry_comes_back_whole(void **state)
{
	struct fixture *fx = *state;
	struct hash id = url_id(SPAN_LITERAL("http://a.cn/1"));
	struct entry e = {.host = 7,
		.source = 9,
		.role = ENTRY_STAND_IN,
		.kind = WORK_FEED,
		.hops = 3,
		.releases = 2,
		.was_fetched = true,
		.revisit = {3600000, 4, OUTCOME_DOWN},
		.due_ms = 1748520000000,
		.fetched_ms = 5,
		.published_ms = -6,
		.url = SPAN_LITERAL("http://a.cn/1"),
		.etag = SPAN_LITERAL("\"x\""),
		.last_modified = SPAN_LITERAL("Thu"),
		.title = SPAN_LITERAL("人工智能")};
	struct entry back;
	uint64_t number;

	assert_int_equal(frontier_begin(fx->f), 0);
	frontier_add(fx->f, &id, &e);
	assert_int_equal(frontier_commit(fx->f, 1), 0);
	reopen(fx);
	assert_int_equal(frontier_begin(fx->f), 0);
	assert_true(frontier_find(fx->f, &id, &number));
	assert_true(frontier_read(fx->f, number, fx->arena, &back));
	frontier_abort(fx->f);
	assert_true(back.number == e.number && back.host == 7 && back.source == 9);
	assert_true(back.role == ENTRY_STAND_IN && back.kind == WORK_FEED && back.hops == 3);
	assert_true(back.releases == 2 && back.was_fetched && back.revisit.failures == 4);
	assert_true(back.revisit.interval_ms == 3600000 && back.revisit.last == OUTCOME_DOWN);
	assert_true(back.due_ms == e.due_ms && back.fetched_ms == 5 && back.published_ms == -6);
	assert_true(span_eq(back.url, e.url) && span_eq(back.etag, e.etag));
	assert_true(span_eq(back.last_modified, e.last_modified) && span_eq(back.title, e.title));
}

static void test_frontier__a_queue_is_of_one_host_and_by_moment(void **state)
{
	struct fixture *fx = *state;
	struct frontier_due first;
	uint64_t sooner;
	struct entry e;

	assert_int_equal(frontier_begin(fx->f), 0);
	add(fx, "http://a.cn/1", 1, 3000);
	sooner = add(fx, "http://a.cn/2", 1, 2000);
	add(fx, "http://a.cn/3", 1, ENTRY_DUE_NEVER);
	add(fx, "http://b.cn/1", 2, 1000);
	assert_true(frontier_first_due(fx->f, 1, &first));
	assert_true(first.number == sooner && first.due_ms == 2000);
	assert_int_equal(frontier_count_due(fx->f, 1, 2500, 10), 1);
	assert_int_equal(frontier_count_due(fx->f, 1, 9999, 10), 2);
	assert_int_equal(frontier_count_due(fx->f, 1, 9999, 1), 1);
	assert_true(frontier_read(fx->f, sooner, fx->arena, &e));
	frontier_unschedule(fx->f, &e);
	assert_true(frontier_first_due(fx->f, 1, &first) && first.due_ms == 3000);
	assert_false(frontier_first_due(fx->f, 3, &first));
	assert_int_equal(frontier_commit(fx->f, 1), 0);
}

static void test_frontier__numbers_are_never_given_twice(void **state)
{
	struct fixture *fx = *state;
	uint64_t first, aborted, second;

	assert_int_equal(frontier_begin(fx->f), 0);
	first = frontier_take_number(fx->f, FRONTIER_LEASE);
	assert_int_equal(frontier_commit(fx->f, 1), 0);
	assert_int_equal(frontier_begin(fx->f), 0);
	aborted = frontier_take_number(fx->f, FRONTIER_LEASE);
	frontier_abort(fx->f);
	reopen(fx);
	assert_int_equal(frontier_begin(fx->f), 0);
	second = frontier_take_number(fx->f, FRONTIER_LEASE);
	frontier_abort(fx->f);
	assert_true(first == 1 && aborted == 2 && second == 2);
}

static void test_frontier__a_second_scheduler_is_refused(void **state)
{
	struct fixture *fx = *state;
	struct frontier *other = NULL;
	CLEANUP(freep) char *error = NULL;

	assert_int_equal(frontier_open(fx->path, MAP_BYTES, NULL, &other, &error), -ERR_BUSY);
	assert_null(other);
	assert_non_null(strstr(error, "another scheduler is running"));
}

static void test_frontier__a_damaged_entry_is_read_as_absent(void **state)
{
	static const char *const values[] = {"", "\x01", "garbage that is no entry at all"};
	struct fixture *fx = *state;
	struct db_key64 key = db_key64(1);
	struct entry e;

	for (size_t i = 0; i < sizeof values / sizeof *values; i++) {
		damage(fx, 1, db_key64_span(&key), span_str(values[i]));
		open_it(fx);
		assert_int_equal(frontier_begin(fx->f), 0);
		assert_false(frontier_read(fx->f, 1, fx->arena, &e));
		frontier_abort(fx->f);
	}
}

static void test_frontier__damaged_numbers_refuse_the_opening(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *error = NULL;

	damage(fx, 0, SPAN_LITERAL("last"), SPAN_LITERAL("short"));
	assert_int_equal(frontier_open(fx->path, MAP_BYTES, NULL, &fx->f, &error), -ERR_CORRUPT);
	assert_non_null(strstr(error, "frontier"));
}

/* A number that no commit has noted would be given twice. */
static void test_frontier__missing_numbers_refuse_the_opening(void **state)
{
	struct fixture *fx = *state;
	const struct host_record h = {.name = SPAN_LITERAL("a.cn"), .number = 1};
	CLEANUP(freep) char *error = NULL;

	assert_int_equal(frontier_begin(fx->f), 0);
	frontier_take_number(fx->f, FRONTIER_HOST);
	frontier_put_host(fx->f, &h);
	assert_int_equal(frontier_commit(fx->f, 1), 0);
	remove_value(fx, TABLE_META, SPAN_LITERAL("last"));
	assert_int_equal(frontier_open(fx->path, MAP_BYTES, NULL, &fx->f, &error), -ERR_CORRUPT);
	assert_non_null(strstr(error, "'last'"));
}

static void test_frontier__no_bit_of_key_or_value_can_turn_unseen(void **state)
{
	struct entry e = {.url = SPAN_LITERAL("http://a.cn/1"), .due_ms = 1748520000000};
	struct db_key64 key = db_key64(12);
	STRBUF_LOCAL(value);

	(void)state;
	entry_pack(&e, &value);
	sealed_end(db_key64_span(&key), &value);
	for (size_t bit = 0; bit < (sizeof key + value.len) * 8; bit++) {
		uint8_t *bytes =
			bit / 8 < sizeof key ? key.bytes : (uint8_t *)value.data - sizeof key;
		struct span found = strbuf_span(&value);

		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		assert_false(table_open_value(TABLE_URLS, db_key64_span(&key), &found));
		bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		found = strbuf_span(&value);
		assert_true(table_open_value(TABLE_URLS, db_key64_span(&key), &found));
		assert_int_equal(found.len, value.len - SEALED_BYTES);
	}
}

/* The number of another URL was as good as its own. */
static void test_frontier__a_damaged_id_is_read_as_absent(void **state)
{
	struct fixture *fx = *state;
	struct hash id = url_id(SPAN_LITERAL("http://a.cn/1"));
	struct db_key64 other = db_key64(2);
	char value[12] = {0};
	uint64_t number;

	assert_int_equal(frontier_begin(fx->f), 0);
	add(fx, "http://a.cn/1", 1, 1000);
	add(fx, "http://a.cn/2", 1, 1000);
	assert_true(frontier_find(fx->f, &id, &number));
	assert_int_equal(frontier_commit(fx->f, 1), 0);
	memcpy(value, other.bytes, sizeof other.bytes);
	damage(fx, TABLE_IDS, span_from(id.bytes, HASH_BYTES), span_from(value, sizeof value));
	open_it(fx);
	assert_int_equal(frontier_begin(fx->f), 0);
	assert_false(frontier_find(fx->f, &id, &number));
	frontier_abort(fx->f);
}

/* As 0.1.0 packed it. */
static void pack_format_1(const struct entry *e, struct strbuf *out)
{
	pack_u8(out, 1);
	pack_u8(out, e->role);
	pack_u8(out, e->kind);
	pack_u8(out, e->hops);
	pack_u8(out, e->releases);
	pack_u8(out, e->was_fetched);
	pack_u8(out, e->revisit.last);
	pack_u32(out, e->revisit.failures);
	pack_u32(out, e->host);
	pack_u32(out, e->source);
	pack_i64(out, e->revisit.interval_ms);
	pack_i64(out, e->due_ms);
	pack_i64(out, e->fetched_ms);
	pack_i64(out, e->published_ms);
	pack_span(out, e->url);
	pack_span(out, e->etag);
	pack_span(out, e->last_modified);
	pack_span(out, e->title);
}

#define OF_UNRELEASED_BYTES 5 /* forms of addresses, and the kind of the last failure */

/* Of 0.1 before addresses were kept, and after. */
static void test_frontier__hosts_of_older_versions_are_read(void **state)
{
	const struct host_record h = {.number = 7,
		.failures = 3,
		.failure = OUTCOME_DOWN,
		.address = SPAN_LITERAL("10.0.0.1")};
	struct host_record back;
	STRBUF_LOCAL(value);

	(void)state;
	host_record_pack(&h, &value);
	assert_true(host_record_unpack(SPAN_LITERAL("a.cn"), strbuf_span(&value), &back));
	assert_int_equal(back.failure, OUTCOME_DOWN);
	strbuf_truncate(&value, value.len - OF_UNRELEASED_BYTES);
	assert_true(host_record_unpack(SPAN_LITERAL("a.cn"), strbuf_span(&value), &back));
	assert_int_equal(back.failure, OUTCOME_OK);
	assert_true(span_is(back.address, "10.0.0.1"));
	strbuf_truncate(&value, value.len - 2 - h.address.len);
	assert_true(host_record_unpack(SPAN_LITERAL("a.cn"), strbuf_span(&value), &back));
	assert_int_equal(back.failures, 3);
	strbuf_truncate(&value, value.len - 1);
	assert_false(host_record_unpack(SPAN_LITERAL("a.cn"), strbuf_span(&value), &back));
}

static void put_schema_1(struct fixture *fx, const struct hash *id, const struct entry *e)
{
	const struct lease_record l = {.url_number = 2, .host = 1, .worker = SPAN_LITERAL("w")};
	const struct host_record h = {.number = 1};
	struct db_key64 one = db_key64(1), two = db_key64(2);
	STRBUF_LOCAL(value);

	for (int i = 0; i < FRONTIER_N; i++)
		pack_u64(&value, 5);
	pack_i64(&value, 77);
	damage(fx, TABLE_META, SPAN_LITERAL("last"), strbuf_span(&value));
	strbuf_clear(&value);
	pack_format_1(e, &value);
	damage(fx, TABLE_URLS, db_key64_span(&one), strbuf_span(&value));
	damage(fx, TABLE_IDS, span_from(id->bytes, HASH_BYTES), db_key64_span(&one));
	strbuf_clear(&value);
	host_record_pack(&h, &value);
	for (int i = 0; i < 300; i++) {
		CLEANUP(freep) char *name = alloc_printf("host-%03d.example", i);

		if (i % 100 == 0)
			damage(fx, TABLE_HOSTS, span_str(name), strbuf_span(&value));
	}
	strbuf_clear(&value);
	lease_record_pack(&l, &value);
	damage(fx, TABLE_LEASES, db_key64_span(&two), strbuf_span(&value));
	damage(fx, TABLE_META, SPAN_LITERAL("schema"), SPAN_LITERAL("1"));
}

static void count_hosts(void *arg, const struct host_record *h)
{
	assert_int_equal(h->number, 1);
	++*(uint64_t *)arg;
}

static void take_lease(void *arg, const struct lease_record *l)
{
	assert_true(span_is(l->worker, "w"));
	++*(uint64_t *)arg;
}

static void test_frontier__what_0_1_0_wrote_is_taken_over(void **state)
{
	struct fixture *fx = *state;
	struct hash id = url_id(SPAN_LITERAL("http://a.cn/1"));
	const struct entry e = {.host = 1, .due_ms = 9, .url = SPAN_LITERAL("http://a.cn/1")};
	struct entry back;
	uint64_t number = 0;

	put_schema_1(fx, &id, &e);
	for (int round = 0; round < 2; round++) {
		uint64_t hosts = 0, leases = 0;

		open_it(fx);
		assert_int_equal(frontier_last_ms(fx->f), 77);
		assert_int_equal(frontier_begin(fx->f), 0);
		assert_true(frontier_find(fx->f, &id, &number));
		assert_true(number == 1 && frontier_read(fx->f, 1, fx->arena, &back));
		assert_true(span_eq(back.url, e.url) && back.due_ms == 9);
		frontier_each_host(fx->f, count_hosts, &hosts);
		frontier_each_lease(fx->f, take_lease, &leases);
		assert_true(hosts == 3 && leases == 1);
		assert_int_equal(frontier_take_number(fx->f, FRONTIER_URL), 6);
		frontier_write(fx->f, &back); /* with its check from now on */
		frontier_abort(fx->f);
		frontier_close(fx->f);
		fx->f = NULL;
	}
}

static void count(void *arg, const struct lease_record *l)
{
	uint64_t *sum = arg;

	assert_int_equal(l->worker.len, 0);
	*sum += l->url_number;
}

static void test_frontier__a_damaged_lease_still_tells_its_url(void **state)
{
	struct fixture *fx = *state;
	struct db_key64 key = db_key64(77);
	uint64_t sum = 0;

	damage(fx, 5, db_key64_span(&key), SPAN_LITERAL("?"));
	open_it(fx);
	assert_int_equal(frontier_begin(fx->f), 0);
	frontier_each_lease(fx->f, count, &sum);
	frontier_abort(fx->f);
	assert_int_equal(sum, 77);
}

static void test_frontier__every_truncated_entry_is_refused(void **state)
{
	STRBUF_LOCAL(packed);
	struct entry e = {.url = SPAN_LITERAL("http://a.cn/"), .title = SPAN_LITERAL("x")}, back;

	(void)state;
	entry_pack(&e, &packed);
	assert_true(entry_unpack(strbuf_span(&packed), &back));
	for (size_t len = 0; len < packed.len; len++) {
		CLEANUP(freep) char *copy = alloc_bytes(len + 1);

		memcpy(copy, packed.data, len);
		assert_false(entry_unpack(span_from(copy, len), &back));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_frontier__an_entry_comes_back_whole),
		TEST(test_frontier__a_queue_is_of_one_host_and_by_moment),
		cmocka_unit_test(test_frontier__hosts_of_older_versions_are_read),
		TEST(test_frontier__numbers_are_never_given_twice),
		TEST(test_frontier__a_second_scheduler_is_refused),
		TEST(test_frontier__a_damaged_entry_is_read_as_absent),
		TEST(test_frontier__damaged_numbers_refuse_the_opening),
		TEST(test_frontier__missing_numbers_refuse_the_opening),
		TEST(test_frontier__no_bit_of_key_or_value_can_turn_unseen),
		TEST(test_frontier__a_damaged_id_is_read_as_absent),
		TEST(test_frontier__what_0_1_0_wrote_is_taken_over),
		TEST(test_frontier__a_damaged_lease_still_tells_its_url),
		TEST(test_frontier__every_truncated_entry_is_refused),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
