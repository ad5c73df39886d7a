#include "common/err.h"
#include "common/mdb.h"
#include "common/url.h"
#include "scheduler/frontier.h"
#include "tests/scheduler/folder.h"

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
	static const char *const names[] = {"meta", "urls", "ids", "due", "hosts", "leases",
		"workers", "sources"};
	const struct db_options options = {.kind = "frontier",
		.schema = FRONTIER_SCHEMA,
		.tables = names,
		.n_tables = 8,
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
		TEST(test_frontier__numbers_are_never_given_twice),
		TEST(test_frontier__a_second_scheduler_is_refused),
		TEST(test_frontier__a_damaged_entry_is_read_as_absent),
		TEST(test_frontier__damaged_numbers_refuse_the_opening),
		TEST(test_frontier__a_damaged_lease_still_tells_its_url),
		TEST(test_frontier__every_truncated_entry_is_refused),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
