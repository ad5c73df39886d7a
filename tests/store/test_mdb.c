#include "common/mdb.h"

#include "common/err.h"
#include "common/mdb_check.h"
#include "tests/folder.h"

#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/wait.h>

#include <cmocka.h>

enum { META, THINGS, TABLES };

static const char *const tables[] = {"meta", "things"};

struct fixture {
	char *folder;
	char *path;
	struct db *db;
};

static struct db_options options_of(int schema)
{
	return (struct db_options){
		.kind = "test",
		.schema = schema,
		.tables = tables,
		.n_tables = TABLES,
		.map_bytes = 4 << 20,
	};
}

static int setup(void **state)
{
	struct fixture *fx = ALLOC_NEW(struct fixture);
	struct db_options options = options_of(1);

	fx->folder = folder_new();
	fx->path = alloc_printf("%s/db", fx->folder);
	assert_int_equal(db_open(fx->path, &options, &fx->db, NULL), 0);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	db_close(fx->db);
	folder_free(fx->folder);
	free(fx->path);
	free(fx);
	return 0;
}

static void fill(struct db *db, uint64_t from, uint64_t to)
{
	struct txn t;

	txn_begin_write(&t, db);
	for (uint64_t i = from; i <= to; i++) {
		struct db_key64 k = db_key64(i);

		txn_append(&t, THINGS, db_key64_span(&k), SPAN_LITERAL("a thing"));
	}
	assert_int_equal(txn_commit(&t), 0);
}

static void assert_refused(const char *path, const struct db_options *options, int code,
	const char *text)
{
	struct db *db = NULL;
	char *error = NULL;

	assert_int_equal(db_open(path, options, &db, &error), code);
	assert_non_null(error);
	assert_non_null(strstr(error, path));
	assert_non_null(strstr(error, text));
	free(error);
}

static void close_file(struct fixture *fx)
{
	db_close(fx->db);
	fx->db = NULL;
}

static void test_mdb__ranges_run_both_ways(void **state)
{
	struct fixture *fx = *state;
	struct txn t;
	struct cursor c;
	struct db_key64 middle = db_key64(300), beyond = db_key64(1000);

	fill(fx->db, 1, 600);
	txn_begin_read(&t, fx->db);
	cursor_init(&c, &t, THINGS);
	assert_true(cursor_seek(&c, db_key64_span(&middle)));
	assert_int_equal(db_key64_read(c.key), 300);
	assert_true(cursor_next(&c));
	assert_int_equal(db_key64_read(c.key), 301);
	assert_true(cursor_seek_before(&c, db_key64_span(&middle)));
	assert_int_equal(db_key64_read(c.key), 299);
	assert_true(cursor_seek_before(&c, db_key64_span(&beyond)));
	assert_int_equal(db_key64_read(c.key), 600);
	assert_false(cursor_seek(&c, db_key64_span(&beyond)));
	cursor_release(&c);
	assert_int_equal(txn_commit(&t), 0);
}

static void test_mdb__the_first_error_sticks_and_nothing_is_written(void **state)
{
	struct fixture *fx = *state;
	struct db_key64 k = db_key64(1);
	struct span found;
	struct txn t;

	fill(fx->db, 5, 6);
	txn_begin_write(&t, fx->db);
	txn_put(&t, THINGS, SPAN_LITERAL("zz"), SPAN_LITERAL("lost"));
	txn_append(&t, THINGS, db_key64_span(&k), SPAN_LITERAL("not behind the others"));
	assert_false(txn_get(&t, THINGS, SPAN_LITERAL("zz"), &found));
	assert_int_equal(txn_commit(&t), -ERR_INVALID);
	txn_begin_read(&t, fx->db);
	assert_false(txn_get(&t, THINGS, SPAN_LITERAL("zz"), &found));
	assert_int_equal(txn_count(&t, THINGS), 2);
	txn_abort(&t);
}

static void test_mdb__a_full_map_is_no_space(void **state)
{
	struct fixture *fx = *state;
	static char big[1 << 20];
	struct txn t;

	txn_begin_write(&t, fx->db);
	for (uint64_t i = 0; i < 8; i++) {
		struct db_key64 k = db_key64(i);

		txn_put(&t, THINGS, db_key64_span(&k), span_from(big, sizeof big));
	}
	assert_int_equal(txn_commit(&t), -ERR_NOSPACE);
	fill(fx->db, 1, 10);
}

static void test_mdb__one_process_opens_it_once(void **state)
{
	struct fixture *fx = *state;
	struct db_options options = options_of(1);

	assert_refused(fx->path, &options, -ERR_BUSY, "already");
}

static void test_mdb__another_schema_or_kind_is_refused(void **state)
{
	struct fixture *fx = *state;
	struct db_options options = options_of(2);

	close_file(fx);
	assert_refused(fx->path, &options, -ERR_VERSION, "schema 1");
	options = options_of(1);
	options.kind = "another";
	assert_refused(fx->path, &options, -ERR_CORRUPT, "something else");
}

static void write_file(const char *folder, const char *name, const void *data, size_t len)
{
	CLEANUP(freep) char *path = alloc_printf("%s/%s", folder, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, len, f), len);
	fclose(f);
}

static void test_mdb__what_is_no_environment_is_refused(void **state)
{
	struct fixture *fx = *state;
	struct db_options options = options_of(1);
	char noise[20000];

	close_file(fx);
	memset(noise, 'x', sizeof noise);
	write_file(fx->path, "data.mdb", noise, sizeof noise);
	assert_refused(fx->path, &options, -ERR_CORRUPT, "not an LMDB file");
	write_file(fx->path, "data.mdb", noise, 10);
	assert_refused(fx->path, &options, -ERR_CORRUPT, "truncated");
	options.read_only = true;
	assert_refused("/tmp/policywatch-no-such-folder", &options, -ERR_INVALID, "no database");
}

/* LMDB maps the file, so that a page behind its end would be a SIGBUS. */
static void test_mdb__a_truncated_file_is_refused_at_any_length(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *file = alloc_printf("%s/data.mdb", fx->path);
	struct db_options options = options_of(1);
	struct stat st;
	off_t page = 4096;

	fill(fx->db, 1, 5000);
	close_file(fx);
	assert_int_equal(stat(file, &st), 0);
	assert_int_equal(db_open(fx->path, &options, &fx->db, NULL), 0);
	close_file(fx);
	for (off_t size = st.st_size - page; size >= 0; size -= page * 3) {
		assert_int_equal(truncate(file, size ? size : 1), 0);
		assert_refused(fx->path, &options, -ERR_CORRUPT, "truncated");
	}
}

/* Who takes the file's own size was out of memory for it. */
static void test_mdb__a_map_larger_than_memory_is_damage(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *file = alloc_printf("%s/data.mdb", fx->path);
	struct db_options options = options_of(1);
	FILE *f;

	fill(fx->db, 1, 10);
	close_file(fx);
	f = fopen(file, "r+");
	assert_non_null(f);
	assert_int_equal(fseek(f, 4096 + 32 + 6, SEEK_SET), 0);
	fputc(8, f);
	assert_int_equal(fclose(f), 0);
	options.map_bytes = 0;
	options.read_only = true;
	assert_refused(fx->path, &options, -ERR_CORRUPT, "map size");
}

/* Another process with a larger map, which fills what ours cannot see. It begins when told. */
static pid_t start_grower(const char *path, int go)
{
	struct db_options options = options_of(1);
	struct db *db = NULL;
	pid_t pid = fork();
	char byte;

	if (pid != 0)
		return pid;
	options.map_bytes = 64 << 20;
	if (read(go, &byte, 1) != 1 || db_open(path, &options, &db, NULL) < 0)
		_exit(1);
	for (uint64_t i = 0; i < 40; i++)
		fill(db, i * 10000 + 1, i * 10000 + 10000);
	_exit(0);
}

/* A follower that was open when crawlers got a larger map never read again. */
static void test_mdb__a_reader_moves_on_into_a_larger_map(void **state)
{
	struct fixture *fx = ALLOC_NEW(struct fixture);
	struct db_options options = options_of(1);
	struct txn t;
	pid_t grower;
	int go[2], code;

	fx->folder = folder_new();
	fx->path = alloc_printf("%s/db", fx->folder);
	assert_int_equal(pipe(go), 0);
	grower = start_grower(fx->path, go[0]);
	assert_int_equal(db_open(fx->path, &options, &fx->db, NULL), 0);
	txn_begin_read(&t, fx->db);
	assert_int_equal(write(go[1], "", 1), 1);
	assert_int_equal(waitpid(grower, &code, 0), grower);
	assert_int_equal(code, 0);
	assert_int_equal(txn_renew(&t), 0);
	assert_int_equal(txn_count(&t, THINGS), 400000);
	txn_abort(&t);
	close(go[0]);
	close(go[1]);
	*state = fx;
	teardown(state);
}

static bool fail_for_damage(void *arg, const char *text)
{
	(void)arg;
	fail_msg("%s", text);
	return false;
}

static void assert_whole(const char *path)
{
	struct mdb_check check = {.on_damage = fail_for_damage};
	struct mdb_check_counts counts;
	char *error = NULL;

	if (db_check(path, &check, &counts, &error) < 0)
		fail_msg("%s", error);
}

/* Puts and deletes keys and values of all sizes, without a plan. */
static int write_at_random(struct db *db, unsigned *seed)
{
	static char bytes[20000];
	bool deletes = rand_r(seed) % 3 == 0;
	struct txn t;

	txn_begin_write(&t, db);
	for (int n = rand_r(seed) % 300; n > 0; n--) {
		char key[DB_KEY_MAX];
		size_t len = 1 + (size_t)rand_r(seed) % (rand_r(seed) % 9 ? 12 : sizeof key);
		size_t size = (size_t)rand_r(seed) % (rand_r(seed) % 5 ? 300 : sizeof bytes);

		for (size_t i = 0; i < len; i++)
			key[i] = (char)('a' + rand_r(seed) % (i < 2 ? 5 : 2));
		if (deletes && rand_r(seed) % 4)
			txn_del(&t, THINGS, span_from(key, len));
		else
			txn_put(&t, THINGS, span_from(key, len), span_from(bytes, size));
	}
	return txn_commit(&t);
}

static void test_mdb__whatever_lmdb_writes_is_whole(void **state)
{
	struct fixture *fx = *state;
	struct db_options options = options_of(1);
	unsigned seed = 1;

	options.map_bytes = 64 << 20;
	for (int round = 0; round < 60; round++) {
		close_file(fx);
		assert_whole(fx->path);
		assert_int_equal(db_open(fx->path, &options, &fx->db, NULL), 0);
		for (int i = 0; i < 4; i++)
			assert_int_equal(write_at_random(fx->db, &seed), 0);
	}
}

/* In a process of its own, until it is killed. */
static pid_t start_writer(const char *path)
{
	struct db_options options = options_of(1);
	struct db *db = NULL;
	unsigned seed = 7;
	pid_t pid = fork();

	if (pid != 0)
		return pid;
	options.map_bytes = 1 << 30;
	if (db_open(path, &options, &db, NULL) < 0)
		_exit(1);
	while (write_at_random(db, &seed) == 0)
		;
	_exit(1);
}

static void test_mdb__a_file_is_whole_while_it_is_written(void **state)
{
	struct fixture *fx = *state;
	pid_t writer;

	close_file(fx);
	writer = start_writer(fx->path);
	for (int i = 0; i < 150; i++)
		assert_whole(fx->path);
	kill(writer, SIGKILL);
	assert_int_equal(waitpid(writer, NULL, 0), writer);
	assert_whole(fx->path);
}

static void cut_short(const char *file)
{
	(void)!truncate(file, 4096 * 3);
}

/* Every page becomes a branch page that leads far out of the map. */
static void lead_astray(const char *file)
{
	uint8_t page[4096] = {[10] = 1, [12] = 20, [14] = 24};
	int fd = open(file, O_WRONLY);
	struct stat st;

	memset(page + 16, 0xF0, sizeof page - 16);
	fstat(fd, &st);
	for (off_t at = 2 * 4096; at < st.st_size; at += 4096)
		(void)!pwrite(fd, page, sizeof page, at);
	close(fd);
}

/*
 * A program of its own, because cmocka has handlers for signals, too: opens,
 * damages the file under itself, and reads on.
 */
static int run_reader(const char *path, const char *how)
{
	CLEANUP(freep) char *file = alloc_printf("%s/data.mdb", path);
	struct db_options options = options_of(1);
	struct db *db = NULL;
	struct cursor c;
	struct txn t;

	if (db_open(path, &options, &db, NULL) < 0)
		return 9;
	if (strcmp(how, "cut") == 0)
		cut_short(file);
	else
		lead_astray(file);
	txn_begin_read(&t, db);
	cursor_init(&c, &t, THINGS);
	while (cursor_next(&c))
		;
	cursor_release(&c);
	txn_abort(&t);
	db_close(db);
	return t.err ? 10 : 0;
}

/* Its exit status; *@said is what it wrote to stderr. */
static int damage_under_way(struct fixture *fx, const char *how, char said[1000])
{
	int words[2], status;
	ssize_t n;
	pid_t pid;

	fill(fx->db, 1, 20000);
	close_file(fx);
	assert_int_equal(pipe(words), 0);
	pid = fork();
	if (pid == 0) {
		dup2(words[1], STDERR_FILENO);
		execl("/proc/self/exe", "test_mdb", fx->path, how, NULL);
		_exit(9);
	}
	close(words[1]);
	n = read(words[0], said, 999);
	said[n > 0 ? n : 0] = '\0';
	close(words[0]);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	return WEXITSTATUS(status);
}

static void test_mdb__a_file_that_is_cut_under_way_ends_with_a_sentence(void **state)
{
	struct fixture *fx = *state;
	char said[1000];

	assert_int_equal(damage_under_way(fx, "cut", said), 3);
	assert_non_null(strstr(said, fx->path));
	assert_non_null(strstr(said, "store check"));
}

static void test_mdb__a_page_that_leads_astray_ends_with_a_sentence_or_an_error(void **state)
{
	struct fixture *fx = *state;
	char said[1000];
	int code = damage_under_way(fx, "lead astray", said);

	assert_true(code == 10 || (code == 3 && strstr(said, fx->path)));
}

/* Rewrites the same keys; returns how far the file is used. */
static int64_t used_after_rewriting(struct db *db)
{
	struct db_sizes sizes;
	struct txn t;

	for (uint64_t i = 0; i < 60 * 500; i++) {
		struct db_key64 k = db_key64(i % 500);

		if (i % 500 == 0)
			txn_begin_write(&t, db);
		txn_put(&t, THINGS, db_key64_span(&k), SPAN_LITERAL("a thing"));
		if (i % 500 == 499)
			assert_int_equal(txn_commit(&t), 0);
	}
	assert_int_equal(db_read_sizes(db, &sizes), 0);
	return sizes.used_bytes;
}

static void test_mdb__a_reader_at_rest_keeps_no_pages(void **state)
{
	struct fixture *fx = *state;
	struct txn t;
	int64_t used = used_after_rewriting(fx->db);

	txn_begin_read(&t, fx->db);
	txn_rest(&t);
	txn_rest(&t);
	assert_int_equal(used_after_rewriting(fx->db), used);
	assert_int_equal(txn_renew(&t), 0);
	assert_int_equal(txn_count(&t, THINGS), 500);
	txn_rest(&t);
	txn_abort(&t);
}

int main(int argc, char **argv)
{
	if (argc == 3)
		return run_reader(argv[1], argv[2]);
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_mdb__ranges_run_both_ways, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_mdb__the_first_error_sticks_and_nothing_is_written, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mdb__a_full_map_is_no_space, setup, teardown),
		cmocka_unit_test_setup_teardown(test_mdb__one_process_opens_it_once, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_mdb__another_schema_or_kind_is_refused, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_mdb__what_is_no_environment_is_refused, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_mdb__a_map_larger_than_memory_is_damage, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_mdb__a_truncated_file_is_refused_at_any_length,
			setup, teardown),
		cmocka_unit_test(test_mdb__a_reader_moves_on_into_a_larger_map),
		cmocka_unit_test_setup_teardown(test_mdb__a_reader_at_rest_keeps_no_pages, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_mdb__whatever_lmdb_writes_is_whole, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_mdb__a_file_is_whole_while_it_is_written,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_mdb__a_file_that_is_cut_under_way_ends_with_a_sentence, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_mdb__a_page_that_leads_astray_ends_with_a_sentence_or_an_error, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
