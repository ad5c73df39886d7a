#include "alerts/subscription_set.h"

#include "alerts/state.h"
#include "common/err.h"
#include "common/log.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

struct fixture {
	char *folder, *files, *path;
	struct db *state;
	struct subscription_set *set;
};

static void reopen(struct fixture *fx)
{
	subscription_set_free(fx->set);
	db_close(fx->state);
	assert_int_equal(state_open(fx->path, false, &fx->state, NULL), 0);
	assert_int_equal(subscription_set_new(fx->state, &fx->set), 0);
}

static int setup(void **state)
{
	struct fixture *fx = ALLOC_NEW(struct fixture);

	fx->folder = folder_new();
	fx->files = alloc_printf("%s/subscriptions.d", fx->folder);
	fx->path = alloc_printf("%s/alerts", fx->folder);
	assert_int_equal(mkdir(fx->files, 0700), 0);
	reopen(fx);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	subscription_set_free(fx->set);
	db_close(fx->state);
	folder_free(fx->folder);
	free(fx->files);
	free(fx->path);
	free(fx);
	return 0;
}

static void write_file(struct fixture *fx, const char *name, const char *text)
{
	CLEANUP(freep) char *path = alloc_printf("%s/%s", fx->files, name);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static bool read_redis(struct fixture *fx, const char *name, const char *json)
{
	const struct span fields[] = {span_str(name), span_str(json)};

	return subscription_set_read_redis(fx->set, name ? 1 : 0, fields);
}

static void assert_faults(struct fixture *fx, const char *part)
{
	STRBUF_LOCAL(out);

	subscription_set_write_faults(fx->set, &out);
	if (!strstr(out.data, part))
		fail_msg("%s is not in %s", part, out.data);
}

static void test_subscription__names_are_limited(void **state)
{
	static const struct {
		const char *name;
		bool is_valid;
	} rows[] = {
		{"a", true},
		{"湖北-ai_1.x", true},
		{"", false},
		{"a b", false},
		{"a:b", false},
		{"a{b", false},
		{"a}b", false},
		{"a*", false},
		{"\xff", false},
		{"é", false},
	};
	char big[SUBSCRIPTION_NAME_MAX + 1];

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		if (subscription_name_is_valid(span_str(rows[i].name)) != rows[i].is_valid)
			fail_msg("row %zu %s", i, rows[i].name);
	}
	memset(big, 'a', sizeof big);
	assert_true(subscription_name_is_valid(span_from(big, SUBSCRIPTION_NAME_MAX)));
	assert_false(subscription_name_is_valid(span_from(big, SUBSCRIPTION_NAME_MAX + 1)));
}

static void test_subscription__files_give_subscriptions_and_faults(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(errors);

	write_file(fx, "a.yaml",
		"subscriptions:\n"
		"  - name: good\n"
		"    query: 人工智能 AND 湖北\n"
		"    deliver: [new, reprint]\n"
		"  - name: bad\n"
		"    query: (人工智能\n"
		"  - name: good2\n"
		"    query: 算力\n");
	assert_int_equal(subscription_set_read_files(fx->set, fx->files, &errors), 0);
	assert_int_equal(subscription_set_apply(fx->set, 7), 0);
	assert_int_equal(subscription_set_len(fx->set), 2);
	assert_int_equal(subscription_set_find(fx->set, "good")->deliver,
		1u << ALERT_NEW | 1u << ALERT_REPRINT);
	assert_int_equal(subscription_set_find(fx->set, "good2")->deliver,
		SUBSCRIPTION_DELIVER_DEFAULT);
	assert_int_equal(subscription_set_find(fx->set, "good")->since, 7);
	assert_faults(fx, "a.yaml:6: query, column 1: this parenthesis is not closed");
}

static void test_subscription__a_broken_file_changes_nothing(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(errors);

	write_file(fx, "a.yaml", "subscriptions: [{name: a, query: 算力}]\n");
	assert_int_equal(subscription_set_read_files(fx->set, fx->files, &errors), 0);
	assert_int_equal(subscription_set_apply(fx->set, 0), 0);
	write_file(fx, "b.yaml", "subscriptions:\n  - name: b\n    qerry: 算力\n");
	assert_true(subscription_set_read_files(fx->set, fx->files, &errors) < 0);
	assert_non_null(strstr(errors.data, "b.yaml:3"));
	assert_int_equal(subscription_set_apply(fx->set, 0), 0);
	assert_int_equal(subscription_set_len(fx->set), 1);
}

static void test_subscription__redis_changes_are_seen_and_faults_kept_apart(void **state)
{
	struct fixture *fx = *state;

	assert_true(read_redis(fx, "r", "{\"query\":\"算力\",\"owner\":\"me\"}"));
	assert_int_equal(subscription_set_apply(fx->set, 0), 0);
	assert_false(read_redis(fx, "r", "{\"query\":\"算力\",\"owner\":\"me\"}"));
	assert_string_equal(subscription_set_find(fx->set, "r")->owner, "me");
	assert_true(read_redis(fx, "r", "{\"query\":\"算力 AND\"}"));
	assert_int_equal(subscription_set_apply(fx->set, 0), 0);
	assert_int_equal(subscription_set_len(fx->set), 0);
	assert_faults(fx, "redis: query, column 7");
	assert_true(read_redis(fx, "a b", "nonsense"));
	assert_faults(fx, "is not a JSON object");
	assert_true(read_redis(fx, NULL, NULL));
	assert_int_equal(subscription_set_apply(fx->set, 0), 0);
}

static void test_subscription__a_file_wins_over_redis(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(errors);

	write_file(fx, "a.yaml", "subscriptions: [{name: same, query: 算力, owner: file}]\n");
	assert_int_equal(subscription_set_read_files(fx->set, fx->files, &errors), 0);
	read_redis(fx, "same", "{\"query\":\"芯片\",\"owner\":\"redis\"}");
	assert_int_equal(subscription_set_apply(fx->set, 0), 0);
	assert_int_equal(subscription_set_len(fx->set), 1);
	assert_string_equal(subscription_set_find(fx->set, "same")->owner, "file");
}

static void test_subscription__redis_is_remembered_without_redis(void **state)
{
	struct fixture *fx = *state;

	read_redis(fx, "r", "{\"query\":\"算力\"}");
	assert_int_equal(subscription_set_apply(fx->set, 5), 0);
	reopen(fx);
	assert_int_equal(subscription_set_apply(fx->set, 9), 0);
	assert_non_null(subscription_set_find(fx->set, "r"));
	assert_int_equal(subscription_set_find(fx->set, "r")->since, 5);
}

/* A full disk kept a new subscription out, and the next poll found nothing new. */
static void test_subscription__what_could_not_be_applied_is_read_again(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(subscription_set_freep) struct subscription_set *set = NULL;
	CLEANUP(db_closep) struct db *read_only = NULL;
	const struct span fields[] = {SPAN_LITERAL("r"), SPAN_LITERAL("{\"query\":\"算力\"}")};
	CLEANUP(freep) char *path = alloc_strdup(db_path(fx->state));

	subscription_set_free(TAKE_PTR(fx->set));
	db_close(TAKE_PTR(fx->state));
	assert_int_equal(state_open(path, true, &read_only, NULL), 0);
	assert_int_equal(subscription_set_new(read_only, &set), 0);
	assert_true(subscription_set_read_redis(set, 1, fields));
	assert_true(subscription_set_apply(set, 0) < 0);
	assert_true(subscription_set_read_redis(set, 1, fields));
}

/* It was taken for a change at every poll: the matcher was built anew every second. */
static void test_subscription__a_zero_byte_is_no_change_every_time(void **state)
{
	struct fixture *fx = *state;
	const struct span fields[] = {SPAN_LITERAL("r"), SPAN_LITERAL("{\"query\":\"算力\"}\0 ")};

	assert_true(subscription_set_read_redis(fx->set, 1, fields));
	assert_int_equal(subscription_set_apply(fx->set, 0), 0);
	assert_false(subscription_set_read_redis(fx->set, 1, fields));
}

static void test_subscription__since_when_steps_back_with_the_journal(void **state)
{
	struct fixture *fx = *state;

	read_redis(fx, "r", "{\"query\":\"算力\"}");
	assert_int_equal(subscription_set_apply(fx->set, 5000), 0);
	reopen(fx);
	assert_int_equal(subscription_set_apply(fx->set, 3), 0);
	assert_int_equal(subscription_set_find(fx->set, "r")->since, 3);
}

/* It was told only of what came after now: what had not been read yet was skipped. */
static void test_subscription__one_whose_beginning_is_damaged_is_told_what_was_not_read(
	void **state)
{
	struct fixture *fx = *state;
	struct txn t;

	log_set_level(LOG_LEVEL_ERROR - 1);
	read_redis(fx, "r", "{\"query\":\"算力\"}");
	assert_int_equal(subscription_set_apply(fx->set, 5), 0);
	txn_begin_write(&t, fx->state);
	state_put_number(&t, "cursor", 7);
	txn_put(&t, STATE_SUBSCRIPTIONS, SPAN_LITERAL("r"), SPAN_LITERAL("{\"since\":4}garb"));
	assert_int_equal(txn_commit(&t), 0);
	reopen(fx);
	assert_true(read_redis(fx, "r", "{\"query\":\"算力\"}"));
	assert_int_equal(subscription_set_apply(fx->set, 9), 0);
	assert_int_equal(subscription_set_find(fx->set, "r")->since, 7);
	log_set_level(LOG_LEVEL_ERROR);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_subscription__names_are_limited),
		TEST(test_subscription__files_give_subscriptions_and_faults),
		TEST(test_subscription__a_broken_file_changes_nothing),
		TEST(test_subscription__redis_changes_are_seen_and_faults_kept_apart),
		TEST(test_subscription__a_file_wins_over_redis),
		TEST(test_subscription__redis_is_remembered_without_redis),
		TEST(test_subscription__one_whose_beginning_is_damaged_is_told_what_was_not_read),
		TEST(test_subscription__what_could_not_be_applied_is_read_again),
		TEST(test_subscription__a_zero_byte_is_no_change_every_time),
		TEST(test_subscription__since_when_steps_back_with_the_journal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
