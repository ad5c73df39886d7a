/*
 * A store in which one bit has turned, or whose end is missing, many times
 * over. Each is used in a process of its own, which may do its work, or say
 * what is wrong and end; and is looked at by what "store check" does.
 */
#include "common/err.h"
#include "common/mdb.h"
#include "common/mdb_check.h"
#include "common/url.h"
#include "store/check.h"
#include "store/journal.h"
#include "store/layout.h"
#include "tests/folder.h"
#include "tests/damage.h"

#define N_PAGES 70 /* saved; some of them twice */
#define N_FLIPS 400

struct fixture {
	char *folder, *path;
	struct damage damage;
	uint64_t records[N_PAGES * 2 + 1], bodies[N_PAGES * 2 + 1], entries[N_PAGES * 2 + 1];
	uint64_t pages[N_PAGES];
	uint64_t n_records;
};

/* What is stored */

static char *url_of(int i)
{
	return alloc_printf("http://site-%d.example/news/%d.html", i % 7, i);
}

static struct hash id_of(int i)
{
	CLEANUP(freep) char *url = url_of(i);

	return url_id(span_str(url));
}

/* From a line to more than a page holds; every fifth is a copy of the one before. */
static void text_of(int i, int edition, struct strbuf *out)
{
	int n = i % 5 == 4 ? i - 1 : i;

	for (int k = 0; k <= n * 7 % 60; k++)
		strbuf_printf(out, "第%d篇，第%d版：部署推进人工智能应用，第%d段。\n", n, edition,
			k);
}

static void save(struct store_batch *b, int i, int edition)
{
	STRBUF_LOCAL(text);
	STRBUF_LOCAL(raw);
	CLEANUP(freep) char *url = url_of(i);
	CLEANUP(freep) char *title = alloc_printf("关于%d的通知（%d）", i, edition);
	struct record r = {.id = id_of(i), .url = url, .title = title, .source = "test"};

	text_of(i, edition, &text);
	r.text = text.data;
	r.text_hash = hash_of(strbuf_span(&text));
	r.fetched_at_ms = 1700000000000 + i;
	strbuf_add_str(&raw, "HTTP/1.1 200 OK\r\n\r\n");
	for (uint64_t k = 0, x = (uint64_t)i; k < (uint64_t)i * 97 % 9000; k++)
		strbuf_add_char(&raw, (char)((x = x * 6364136223846793005ull + 1) >> 56));
	store_save_page(b, &r, strbuf_span(&raw));
}

static int save_some(struct store *s, int from, int to, int edition)
{
	struct store_batch *b = NULL;
	int r = store_batch_begin(s, &b);

	if (r < 0)
		return r;
	for (int i = from; i < to; i++)
		save(b, i, edition);
	return store_batch_commit(b);
}

static void save_rest(struct store *s)
{
	const struct store_robots robots = {1700000000000, 1700000100000, 200,
		SPAN_LITERAL("User-agent: *\nDisallow: /private/\n")};
	struct store_batch *b = NULL;

	assert_int_equal(store_batch_begin(s, &b), 0);
	store_save_robots(b, "https://site-1.example", &robots);
	for (int i = 0; i < N_PAGES; i += 3) {
		struct hash id = id_of(i);

		store_save_visit(b, &id, 1700000200000);
	}
	assert_int_equal(store_batch_commit(b), 0);
}

/* A seal whose name is damaged is none, and what it is of is as it was. */
static struct span unsealed(struct span json)
{
	const size_t seal = strlen(",\"check\":\"0123456789abcdef\"}");

	return span_from(json.data, json.len > seal ? json.len - seal : 0);
}

static void read_all(struct fixture *fx, struct store_reader *r)
{
	struct store_counts counts;

	assert_int_equal(store_read_counts(r, &counts), 0);
	fx->n_records = counts.last_record;
	assert_true(fx->n_records > N_PAGES && fx->n_records <= N_PAGES * 2);
	for (uint64_t n = 1; n <= fx->n_records; n++) {
		STRBUF_LOCAL(body);
		STRBUF_LOCAL(entry);
		struct journal_entry e;
		struct span json;

		assert_int_equal(store_read_record(r, n, &json), 1);
		fx->records[n] = hash64_of(json);
		assert_int_equal(store_read_body(r, n, &body), 1);
		fx->bodies[n] = hash64_of(strbuf_span(&body));
		assert_int_equal(store_read_journal(r, n - 1, &e), 1);
		journal_write(&e, &entry);
		fx->entries[n] = hash64_of(strbuf_span(&entry));
	}
	for (int i = 0; i < N_PAGES; i++) {
		struct hash id = id_of(i);
		struct span json;

		assert_int_equal(store_read_page(r, &id, &json), 1);
		fx->pages[i] = hash64_of(unsealed(json));
	}
}

/* In processes of their own: using it, and looking at it */

static void read_records(const struct fixture *fx, struct store_reader *r)
{
	for (uint64_t n = 1; n <= fx->n_records; n++) {
		STRBUF_LOCAL(body);
		STRBUF_LOCAL(entry);
		struct journal_entry e;
		struct span json;

		if (store_read_record(r, n, &json) == 1 && json.len &&
			hash64_of(json) != fx->records[n])
			damage_end_with_wrong("records", n);
		if (store_read_body(r, n, &body) == 1 &&
			hash64_of(strbuf_span(&body)) != fx->bodies[n])
			damage_end_with_wrong("bodies", n);
		if (store_read_journal(r, n - 1, &e) != 1 || e.seq != n)
			continue;
		journal_write(&e, &entry);
		if (hash64_of(strbuf_span(&entry)) != fx->entries[n])
			damage_end_with_wrong("journal", n);
	}
}

static void read_pages(const struct fixture *fx, struct store_reader *r)
{
	struct store_robots robots;

	for (int i = 0; i < N_PAGES; i++) {
		struct hash id = id_of(i);
		struct span json;
		uint64_t seq;

		if (store_read_page(r, &id, &json) == 1 && json.len &&
			hash64_of(unsealed(json)) != fx->pages[i])
			damage_end_with_wrong("pages", (uint64_t)i);
		store_find_version(r, &id, 0, &seq);
	}
	store_read_robots(r, "https://site-1.example", &robots);
}

static void use(void *arg)
{
	const struct fixture *fx = arg;
	const struct store_options options = {.map_bytes = 32 << 20};
	struct store_reader *r = NULL;
	struct store *s = NULL;
	char *error = NULL;
	int code;

	if (store_open(fx->path, &options, &s, &error) < 0)
		damage_end_with(error);
	code = store_reader_open(s, &r);
	if (code < 0)
		damage_end_with(err_str(code));
	read_records(fx, r);
	read_pages(fx, r);
	store_reader_free(r);
	code = save_some(s, 0, 20, 3);
	if (code < 0)
		damage_end_with(err_str(code));
	store_close(s);
}

static void look(void *arg)
{
	const struct fixture *fx = arg;
	const struct store_options options = {.read_only = true};
	uint64_t n = 0;
	struct mdb_check check = {.on_damage = damage_on_damage, .arg = &n};
	const struct value_check values = {.on_damage = damage_on_damage, .arg = &n};
	struct mdb_check_counts counts;
	struct value_check_counts value_counts;
	struct store *s = NULL;
	char *error = NULL;

	if (db_check(fx->path, &check, &counts, &error) < 0)
		damage_end_with(error);
	if (n)
		_exit(1);
	if (store_open(fx->path, &options, &s, &error) < 0)
		damage_end_with(error);
	if (store_check_values(s, &values, &value_counts) < 0)
		damage_end_with("cannot be read to the end");
	store_close(s);
	if (n)
		_exit(1);
}

/* The fixture */

static int setup(void **state)
{
	const struct store_options options = {.map_bytes = 32 << 20};
	CLEANUP(store_closep) struct store *s = NULL;
	CLEANUP(store_reader_freep) struct store_reader *r = NULL;
	struct fixture *fx = ALLOC_NEW(struct fixture);

	fx->folder = folder_new_in_memory();
	fx->path = alloc_printf("%s/store", fx->folder);
	fx->damage = (struct damage){
		.random = (uint64_t)damage_number_from("SEED", 20250529),
		.n_flips = damage_number_from("FLIPS", N_FLIPS),
		.look = look,
		.use = use,
		.arg = fx,
		.unsealed = "robots",
	};
	assert_int_equal(store_open(fx->path, &options, &s, NULL), 0);
	for (int i = 0; i < N_PAGES; i += 10)
		assert_int_equal(save_some(s, i, i + 10, 1), 0);
	assert_int_equal(save_some(s, 20, 60, 2), 0);
	save_rest(s);
	assert_int_equal(store_reader_open(s, &r), 0);
	read_all(fx, r);
	damage_load(&fx->damage, fx->folder, "store");
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	folder_free(fx->folder);
	free(fx->path);
	damage_release(&fx->damage);
	free(fx);
	return 0;
}

/* Tests */

static void test_damage__what_was_written_is_whole(void **state)
{
	const struct fixture *fx = *state;

	damage_write(&fx->damage, fx->damage.len);
	damage_assert_whole(&fx->damage, "the whole file");
	assert_int_equal(damage_in_child(&fx->damage, use, "the whole file"), 0);
	damage_assert_whole(&fx->damage, "the file after more writing");
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
