/*
 * A frontier in which one bit has turned, or whose end is missing, many times
 * over. Each is read to its end, then given to a scheduler that hands out URLs;
 * and is looked at by what "store check" does.
 */
#include "tests/damage.h"

#include "common/clock.h"
#include "common/config.h"
#include "common/err.h"
#include "common/log.h"
#include "common/mdb.h"
#include "common/mdb_check.h"
#include "common/url.h"
#include "scheduler/frontier_check.h"
#include "scheduler/planner.h"
#include "tests/folder.h"

#define MAP_BYTES (INT64_C(64) << 20)
#define N_URLS    200
#define N_HOSTS   7
#define N_FLIPS   400
#define NOW_MS    INT64_C(1748520000000)

struct fixture {
	char *folder, *path, *sources;
	struct config *config;
	struct damage damage;
	uint64_t entries[N_URLS + 2]; /* sums of what was written, by number */
	uint64_t n_entries;
};

static uint64_t sum_of(const struct entry *e)
{
	STRBUF_LOCAL(packed);

	entry_pack(e, &packed);
	return hash64_of(strbuf_span(&packed));
}

static struct hash id_of(int i)
{
	CLEANUP(freep) char *url = alloc_printf("http://h%d.cn/%d.html", i % N_HOSTS, i);

	return url_id(span_str(url));
}

/* What is written */

static void put_host(struct frontier *f, int i)
{
	CLEANUP(freep) char *name = alloc_printf("h%d.cn", i);
	const struct host_record h = {.name = span_str(name),
		.number = (uint32_t)frontier_take_number(f, FRONTIER_HOST),
		.next_ms = NOW_MS - i,
		.crawl_delay_ms = i * 1000,
		.address = SPAN_LITERAL("192.0.2.1")};

	frontier_put_host(f, &h);
}

/* Every tenth is never due, every seventh is so long that it has pages of its own. */
static void put_url(struct frontier *f, int i)
{
	CLEANUP(freep) char *url = alloc_printf("http://h%d.cn/%d.html", i % N_HOSTS, i);
	CLEANUP(freep) char *etag = alloc_zeroed(1, 3001);
	struct hash id = id_of(i);
	struct entry e = {.host = (uint32_t)(i % N_HOSTS) + 1,
		.due_ms = i % 10 == 9 ? ENTRY_DUE_NEVER : NOW_MS - 5000 + i * 37 % 10000,
		.was_fetched = i % 2,
		.fetched_ms = NOW_MS - i,
		.url = span_str(url),
		.etag = span_str(etag),
		.title = SPAN_LITERAL("关于人工智能的通知")};

	memset(etag, 'a' + i % 26, i % 7 == 6 ? 3000 : 10);
	e.etag = span_str(etag);
	frontier_add(f, &id, &e);
}

static void lease(struct frontier *f, uint64_t number, struct arena *a)
{
	struct lease_record l = {.url_number = number,
		.lease_number = frontier_take_number(f, FRONTIER_LEASE),
		.worker = SPAN_LITERAL("w"),
		.boot = 1,
		.seq = 1,
		.expires_ms = NOW_MS + 60000};
	struct entry e;

	assert_true(frontier_read(f, number, a, &e));
	l.host = e.host;
	frontier_unschedule(f, &e);
	frontier_put_lease(f, &l);
}

static void write_frontier(struct frontier *f, struct arena *a)
{
	const struct worker_record w = {SPAN_LITERAL("w"), 1, 1, 1, NOW_MS};
	const struct source_record s = {.name = SPAN_LITERAL("list"),
		.number = 1,
		.error = SPAN_LITERAL("HTTP 404")};

	assert_int_equal(frontier_begin(f), 0);
	frontier_take_number(f, FRONTIER_SOURCE);
	frontier_put_worker(f, &w);
	frontier_put_source(f, &s);
	for (int i = 0; i < N_HOSTS; i++)
		put_host(f, i);
	assert_int_equal(frontier_commit(f, NOW_MS), 0);
	for (int i = 0; i < N_URLS; i++) {
		assert_int_equal(frontier_begin(f), 0);
		put_url(f, i);
		assert_int_equal(frontier_commit(f, NOW_MS), 0);
	}
	assert_int_equal(frontier_begin(f), 0);
	for (uint64_t number = 1; number <= 3; number++)
		lease(f, number, a);
	assert_int_equal(frontier_commit(f, NOW_MS), 0);
}

/* In processes of their own */

/* Those that can be read are those that were written, and ids lead to them. */
static void read_entries(const struct fixture *fx, struct frontier *f)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	uint64_t number = 0;
	struct entry e;

	while (frontier_read_after(f, number, a, &e)) {
		number = e.number;
		if (number > fx->n_entries || sum_of(&e) != fx->entries[number])
			damage_end_with_wrong("urls", number);
	}
	for (int i = 0; i < N_URLS; i++) {
		struct hash id = id_of(i);

		if (frontier_find(f, &id, &number) && number != (uint64_t)i + 1)
			damage_end_with_wrong("ids", (uint64_t)i);
	}
}

static void work(struct planner *p)
{
	struct work_request q = {.worker = "x", .boot = 1, .want = 10};
	struct work_reply reply;
	int r = 0;

	for (int i = 0; r == 0 && i < 5; i++) {
		r = planner_begin(p);
		if (r < 0)
			break;
		q.seq++;
		planner_work(p, &q, true, &reply);
		for (size_t k = 0; k < reply.n_leases; k++) {
			if (!span_starts_with(span_str(reply.leases[k].url), SPAN_LITERAL("http")))
				damage_end_with_wrong("lease", reply.leases[k].url_number);
		}
		r = planner_commit(p);
	}
	if (r < 0)
		damage_end_with(err_str(r));
}

static void use(void *arg)
{
	const struct fixture *fx = arg;
	struct frontier *f = NULL;
	struct planner *p = NULL;
	char *error = NULL;

	if (frontier_open(fx->path, MAP_BYTES, NULL, &f, &error) < 0)
		damage_end_with(error);
	if (frontier_begin(f) < 0)
		damage_end_with("cannot begin");
	read_entries(fx, f);
	frontier_abort(f);
	frontier_close(f);
	if (planner_open(fx->config, NULL, &p, &error) < 0)
		damage_end_with(error);
	work(p);
	planner_close(p);
}

static void look(void *arg)
{
	const struct fixture *fx = arg;
	uint64_t n = 0;
	struct mdb_check pages = {.on_damage = damage_on_damage, .arg = &n};
	const struct value_check values = {.on_damage = damage_on_damage, .arg = &n};
	struct mdb_check_counts counts;
	struct value_check_counts value_counts;
	char *error = NULL;

	if (db_check(fx->path, &pages, &counts, &error) < 0)
		damage_end_with(error);
	if (n)
		_exit(1);
	if (frontier_check(fx->path, &values, &value_counts, &error) < 0)
		damage_end_with(error ? error : "cannot be read to the end");
	if (n)
		_exit(1);
}

/* The fixture */

static void remember(struct fixture *fx, struct frontier *f, struct arena *a)
{
	struct entry e = {0};

	assert_int_equal(frontier_begin(f), 0);
	while (frontier_read_after(f, e.number, a, &e)) {
		assert_true(e.number < sizeof fx->entries / sizeof *fx->entries);
		fx->entries[e.number] = sum_of(&e);
		fx->n_entries = e.number;
	}
	frontier_abort(f);
	assert_int_equal(fx->n_entries, N_URLS);
}

static void read_config(struct fixture *fx)
{
	CLEANUP(freep)
	char *text = alloc_printf("data_dir: %s\nruntime_dir: %s\n", fx->folder, fx->folder);
	CLEANUP(freep) char *path = alloc_printf("%s/policywatch.yaml", fx->folder);
	STRBUF_LOCAL(errors);

	folder_write(fx->folder, "policywatch.yaml", text);
	if (config_load(path, &fx->config, &errors) < 0)
		fail_msg("%s", errors.data);
}

static int setup(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(frontier_closep) struct frontier *f = NULL;
	struct fixture *fx = ALLOC_NEW(struct fixture);

	clock_fake_set(NOW_MS);
	fx->folder = folder_new_in_memory();
	fx->path = alloc_printf("%s/frontier", fx->folder);
	fx->sources = alloc_printf("%s/sources.d", fx->folder);
	mkdir(fx->sources, 0700);
	read_config(fx);
	fx->damage = (struct damage){
		.random = (uint64_t)damage_number_from("SEED", 20250529),
		.n_flips = damage_number_from("FLIPS", N_FLIPS),
		.look = look,
		.use = use,
		.arg = fx,
	};
	assert_int_equal(frontier_open(fx->path, MAP_BYTES, NULL, &f, NULL), 0);
	write_frontier(f, a);
	remember(fx, f, a);
	damage_load(&fx->damage, fx->folder, "frontier");
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	damage_release(&fx->damage);
	config_free(fx->config);
	free(fx->path);
	folder_free(fx->sources);
	folder_free(fx->folder);
	free(fx);
	clock_fake_set(-1);
	return 0;
}

/* Tests */

static void test_damage__what_was_written_is_whole(void **state)
{
	const struct fixture *fx = *state;

	damage_write(&fx->damage, fx->damage.len);
	damage_assert_whole(&fx->damage, "the whole file");
	assert_int_equal(damage_in_child(&fx->damage, use, "the whole file"), 0);
	damage_assert_whole(&fx->damage, "the file after work");
}

static void test_damage__a_bit_is_found_and_harms_nobody(void **state)
{
	struct fixture *fx = *state;

	damage_flip_many(&fx->damage);
}

static void test_damage__an_end_that_is_missing_is_found_and_harms_nobody(void **state)
{
	struct fixture *fx = *state;

	damage_cut_many(&fx->damage);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_damage__what_was_written_is_whole),
		cmocka_unit_test(test_damage__a_bit_is_found_and_harms_nobody),
		cmocka_unit_test(test_damage__an_end_that_is_missing_is_found_and_harms_nobody),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
