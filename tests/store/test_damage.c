/*
 * A store in which one bit has turned, or whose end is missing, many times
 * over. Each is used in a process of its own, which may do its work, or say
 * what is wrong and end; and is looked at by what "store check" does.
 */
#include "common/err.h"
#include "common/mdb.h"
#include "common/mdb_check.h"
#include "common/mdb_file.h"
#include "common/url.h"
#include "store/check.h"
#include "store/journal.h"
#include "store/layout.h"
#include "test_folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

#define PAGE      4096
#define N_PAGES   70 /* saved; some of them twice */
#define N_FLIPS   400
#define N_CUTS    40
#define ENDS_S    10
#define ENDED_BAD 4 /* it read what was never written */

struct fixture {
	char *folder, *path, *file, *messages;
	uint8_t *bytes; /* of the whole file */
	size_t len;
	bool *is_live; /* bytes whose damage must be found */
	uint64_t random;
	int n_flips;
	uint64_t records[N_PAGES * 2 + 1], bodies[N_PAGES * 2 + 1], entries[N_PAGES * 2 + 1];
	uint64_t pages[N_PAGES];
	uint64_t n_records;
};

static uint64_t next_random(struct fixture *fx)
{
	fx->random = fx->random * 6364136223846793005ull + 1442695040888963407ull;
	return fx->random >> 33;
}

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

/* Which bytes mean something */

static void mark(struct fixture *fx, size_t at, size_t n)
{
	memset(fx->is_live + at, true, n);
}

static void mark_tree(struct fixture *fx, uint64_t root, bool has_sums);

static void mark_leaf_node(struct fixture *fx, size_t at, bool has_sums)
{
	const uint8_t *p = fx->bytes + at;
	size_t value = at + 8 + mdb_u16(p + 6);
	uint16_t flags = mdb_u16(p + 4);
	bool is_robots = memcmp(p + 8, "robots", 6) == 0;

	mark(fx, at, value - at);
	if (flags & 1) {
		uint64_t page = mdb_u64(fx->bytes + value);

		mark(fx, value, 8);
		mark(fx, page * PAGE, 8);
		mark(fx, page * PAGE + 10, 6);
		if (has_sums)
			mark(fx, page * PAGE + 16, mdb_u32(p));
	} else if (flags & 2) {
		mark(fx, value, MDB_TREE_BYTES);
		mark_tree(fx, mdb_u64(fx->bytes + value + 40), !is_robots);
	} else if (has_sums) {
		mark(fx, value, mdb_u32(p));
	}
}

/* All but keys of branch pages: one that still stands between its neighbours is as good. */
static void mark_tree(struct fixture *fx, uint64_t root, bool has_sums)
{
	const uint8_t *page = fx->bytes + root * PAGE;
	size_t n = root == MDB_NO_PAGE ? 0 : (mdb_u16(page + 12) - 16u) / 2;

	if (n)
		mark(fx, root * PAGE, 8);
	if (n)
		mark(fx, root * PAGE + 10, 6 + n * 2);
	for (size_t i = 0; i < n; i++) {
		size_t at = root * PAGE + mdb_u16(page + 16 + i * 2);
		const uint8_t *p = fx->bytes + at;

		if (!(page[10] & 1)) {
			mark_leaf_node(fx, at, has_sums);
			continue;
		}
		mark(fx, at, 8);
		mark_tree(fx, mdb_u32(p) | (uint64_t)mdb_u16(p + 4) << 32, has_sums);
	}
}

static void mark_live(struct fixture *fx)
{
	CLEANUP(closep) int fd = open(fx->file, O_RDONLY);
	struct mdb_meta metas[2];
	const char *why;
	int newer;

	assert_int_equal(mdb_file_read_metas(fd, metas, &why), 0);
	newer = metas[1].txn > metas[0].txn;
	mark(fx, (size_t)newer * PAGE + 16, 8);
	mark(fx, (size_t)newer * PAGE + 40, 112);
	mark_tree(fx, metas[newer].trees[MDB_TREE_FREE].root, true);
	mark_tree(fx, metas[newer].trees[MDB_TREE_MAIN].root, true);
}

/* The fixture */

static void load(struct fixture *fx)
{
	CLEANUP(fclosep) FILE *f = fopen(fx->file, "r");
	struct stat st;

	assert_non_null(f);
	assert_int_equal(fstat(fileno(f), &st), 0);
	fx->len = (size_t)st.st_size;
	fx->bytes = alloc_bytes(fx->len);
	fx->is_live = alloc_zeroed(fx->len, 1);
	assert_int_equal(fread(fx->bytes, 1, fx->len, f), fx->len);
}

/* For longer runs, and others. */
static int number_from(const char *variable, int fallback)
{
	const char *text = getenv(variable);

	return text ? (int)strtol(text, NULL, 10) : fallback;
}

static int setup(void **state)
{
	const struct store_options options = {.map_bytes = 32 << 20};
	CLEANUP(store_closep) struct store *s = NULL;
	CLEANUP(store_reader_freep) struct store_reader *r = NULL;
	struct fixture *fx = ALLOC_NEW(struct fixture);

	fx->folder = test_folder_new();
	fx->path = alloc_printf("%s/store", fx->folder);
	fx->file = alloc_printf("%s/data.mdb", fx->path);
	fx->messages = alloc_printf("%s/messages", fx->folder);
	fx->random = (uint64_t)number_from("SEED", 20250529);
	fx->n_flips = number_from("FLIPS", N_FLIPS);
	assert_int_equal(store_open(fx->path, &options, &s, NULL), 0);
	for (int i = 0; i < N_PAGES; i += 10)
		assert_int_equal(save_some(s, i, i + 10, 1), 0);
	assert_int_equal(save_some(s, 20, 60, 2), 0);
	save_rest(s);
	assert_int_equal(store_reader_open(s, &r), 0);
	read_all(fx, r);
	load(fx);
	mark_live(fx);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	test_folder_free(fx->folder);
	free(fx->path);
	free(fx->file);
	free(fx->messages);
	free(fx->bytes);
	free(fx->is_live);
	free(fx);
	return 0;
}

static void write_file(const struct fixture *fx, size_t len)
{
	CLEANUP(fclosep) FILE *f = fopen(fx->file, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(fx->bytes, 1, len, f), len);
}

/* In processes of their own: using it, and looking at it */

static void end_with(const char *text)
{
	fprintf(stderr, "%s\n", text);
	fflush(stderr);
	_exit(3);
}

static void end_with_wrong(const char *table, uint64_t number)
{
	fprintf(stderr, "%s %llu was never written like this\n", table, (unsigned long long)number);
	fflush(stderr);
	_exit(ENDED_BAD);
}

static void read_records(const struct fixture *fx, struct store_reader *r)
{
	for (uint64_t n = 1; n <= fx->n_records; n++) {
		STRBUF_LOCAL(body);
		STRBUF_LOCAL(entry);
		struct journal_entry e;
		struct span json;

		if (store_read_record(r, n, &json) == 1 && json.len &&
			hash64_of(json) != fx->records[n])
			end_with_wrong("records", n);
		if (store_read_body(r, n, &body) == 1 &&
			hash64_of(strbuf_span(&body)) != fx->bodies[n])
			end_with_wrong("bodies", n);
		if (store_read_journal(r, n - 1, &e) != 1 || e.seq != n)
			continue;
		journal_write(&e, &entry);
		if (hash64_of(strbuf_span(&entry)) != fx->entries[n])
			end_with_wrong("journal", n);
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
			end_with_wrong("pages", (uint64_t)i);
		store_find_version(r, &id, 0, &seq);
	}
	store_read_robots(r, "https://site-1.example", &robots);
}

static void use(const struct fixture *fx)
{
	const struct store_options options = {.map_bytes = 32 << 20};
	struct store_reader *r = NULL;
	struct store *s = NULL;
	char *error = NULL;
	int code;

	if (store_open(fx->path, &options, &s, &error) < 0)
		end_with(error);
	code = store_reader_open(s, &r);
	if (code < 0)
		end_with(err_str(code));
	read_records(fx, r);
	read_pages(fx, r);
	store_reader_free(r);
	code = save_some(s, 0, 20, 3);
	if (code < 0)
		end_with(err_str(code));
	store_close(s);
}

static bool on_damage(void *arg, const char *text)
{
	fprintf(stderr, "%s\n", text);
	*(uint64_t *)arg += 1;
	return true;
}

static void look(const struct fixture *fx)
{
	const struct store_options options = {.read_only = true};
	uint64_t n = 0;
	struct mdb_check check = {.on_damage = on_damage, .arg = &n};
	const struct value_check values = {.on_damage = on_damage, .arg = &n};
	struct mdb_check_counts counts;
	struct value_check_counts value_counts;
	struct store *s = NULL;
	char *error = NULL;

	if (db_check(fx->path, &check, &counts, &error) < 0)
		end_with(error);
	if (n)
		_exit(1);
	if (store_open(fx->path, &options, &s, &error) < 0)
		end_with(error);
	if (store_check_values(s, &values, &value_counts) < 0)
		end_with("cannot be read to the end");
	store_close(s);
	if (n)
		_exit(1);
}

/* The exit status of what @fn makes of the file; what it said is in @fx->messages. */
static int in_child(const struct fixture *fx, void (*fn)(const struct fixture *), const char *what)
{
	pid_t pid = fork();
	int status;

	if (pid == 0) {
		int fd = open(fx->messages, O_WRONLY | O_CREAT | O_TRUNC, 0600);

		dup2(fd, STDERR_FILENO);
		alarm(ENDS_S);
		fn(fx);
		_exit(0);
	}
	assert_int_equal(waitpid(pid, &status, 0), pid);
	if (!WIFEXITED(status))
		fail_msg("%s: ended by signal %d", what, WTERMSIG(status));
	return WEXITSTATUS(status);
}

static void read_messages(const struct fixture *fx, char *out, size_t size)
{
	CLEANUP(fclosep) FILE *f = fopen(fx->messages, "r");
	size_t n = f ? fread(out, 1, size - 1, f) : 0;

	out[n] = '\0';
}

/* True when it was found that something is wrong. */
static bool try_it(const struct fixture *fx, const char *what, size_t len)
{
	char said[4000];
	int looked, used;

	write_file(fx, len);
	looked = in_child(fx, look, what);
	read_messages(fx, said, sizeof said);
	if (looked != 0 && ((looked != 1 && looked != 3) || !*said))
		fail_msg("%s: the check ended with %d: %s", what, looked, said);
	used = in_child(fx, use, what);
	read_messages(fx, said, sizeof said);
	if ((used != 0 && used != 3) || (used == 3 && !*said))
		fail_msg("%s: ended with %d: %s", what, used, said);
	if (used == 3 && looked == 0)
		fail_msg("%s: not found by the check, but: %s", what, said);
	return looked != 0;
}

/* Tests */

static void test_damage__what_was_written_is_whole(void **state)
{
	struct fixture *fx = *state;
	char said[4000] = "";
	int looked;

	write_file(fx, fx->len);
	looked = in_child(fx, look, "the whole file");
	read_messages(fx, said, sizeof said);
	assert_string_equal(said, "");
	assert_int_equal(looked, 0);
	assert_int_equal(in_child(fx, use, "the whole file"), 0);
	looked = in_child(fx, look, "the file after more writing");
	read_messages(fx, said, sizeof said);
	assert_string_equal(said, "");
	assert_int_equal(looked, 0);
}

static void test_damage__a_bit_is_found_and_harms_nobody(void **state)
{
	struct fixture *fx = *state;
	int n_live = 0, n_found = 0;

	for (int i = 0; i < fx->n_flips; i++) {
		size_t at = next_random(fx) % fx->len;
		uint8_t bit = (uint8_t)(1 << next_random(fx) % 8);
		char what[80];
		bool found;

		if (i % 3 == 0) /* heads of pages, which are a small part of them */
			at = at / PAGE * PAGE + next_random(fx) % 64;
		if (i % 20 == 0)
			at = next_random(fx) % (2 * PAGE) / PAGE * PAGE + next_random(fx) % 152;
		snprintf(what, sizeof what, "bit %02x of byte %zu (page %zu + %zu)", bit, at,
			at / PAGE, at % PAGE);
		fx->bytes[at] ^= bit;
		found = try_it(fx, what, fx->len);
		fx->bytes[at] ^= bit;
		n_live += fx->is_live[at];
		n_found += found;
		if (fx->is_live[at] && !found)
			fail_msg("%s was not found", what);
	}
	print_message("%d bits, %d of them in use, %d found\n", fx->n_flips, n_live, n_found);
}

static void test_damage__an_end_that_is_missing_is_found_and_harms_nobody(void **state)
{
	struct fixture *fx = *state;

	for (int i = 0; i < N_CUTS; i++) {
		size_t len = i < N_CUTS / 2
			? next_random(fx) % fx->len
			: fx->len / (N_CUTS / 2) * (size_t)(i - N_CUTS / 2) / PAGE * PAGE;
		char what[80];

		snprintf(what, sizeof what, "cut to %zu of %zu", len, fx->len);
		if (len && !try_it(fx, what, len))
			fail_msg("%s was not found", what);
	}
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
