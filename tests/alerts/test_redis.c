#include "alerts/redis.h"

#include "common/clock.h"
#include "common/err.h"
#include "tests/alerts/redis_server.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct fixture {
	char *folder;
	struct redis_server server;
	struct loop *loop;
	struct redis *redis;
	int n_up, n_down;
	char reason[200];
	char reply[200];
	int n_replies, n_lost;
	struct timer *guard;
};

static void on_guard(void *arg)
{
	(void)arg;
	fail_msg("waited too long");
}

static int setup(void **state)
{
	struct fixture *fx = ALLOC_NEW(struct fixture);

	signal(SIGPIPE, SIG_IGN);
	fx->folder = folder_new();
	redis_server_init(&fx->server, fx->folder);
	fx->loop = loop_new();
	fx->guard = timer_new(fx->loop, on_guard, NULL);
	timer_set(fx->guard, 30000);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	redis_close(fx->redis);
	timer_free(fx->guard);
	loop_free(fx->loop);
	redis_server_release(&fx->server);
	folder_free(fx->folder);
	free(fx);
	return 0;
}

static void on_state(void *arg, bool is_up, const char *reason)
{
	struct fixture *fx = arg;

	if (is_up)
		fx->n_up++;
	else
		fx->n_down++;
	if (reason)
		snprintf(fx->reason, sizeof fx->reason, "%s", reason);
}

static void on_reply(void *arg, const struct redis_reply *reply)
{
	struct fixture *fx = arg;
	struct span text = redis_reply_str(reply);

	if (reply)
		fx->n_replies++;
	else
		fx->n_lost++;
	snprintf(fx->reply, sizeof fx->reply, "%.*s", (int)text.len, text.data ? text.data : "");
}

static void open_redis(struct fixture *fx, const char *password_file)
{
	struct redis_options options = {fx->server.address, password_file};

	assert_int_equal(redis_open(fx->loop, &options, on_state, fx, &fx->redis, NULL), 0);
}

static void run_until(struct fixture *fx, const int *counter, int value)
{
	while (*counter < value)
		loop_turn(fx->loop, true);
}

static void call(struct fixture *fx, const char *a, const char *b)
{
	const struct span args[] = {span_str(a), span_str(b)};

	assert_true(redis_call(fx->redis, b ? 2 : 1, args, on_reply, fx));
}

static void test_redis__addresses_are_checked(void **state)
{
	static const char *const bad[] = {"", "localhost", "http://a", "redis://", "redis://a:x",
		"redis://:secret@host", "redis://a:70000", "redis://a/x", "unix://relative",
		"redis://[::1", "redis://[]", "redis://[::1]x:1", "redis://::1",
		"redis://[::1]:70000"};
	static const char *const good[] = {"redis://[::1]", "redis://[::1]:6380/2",
		"redis://a:1/2"};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct redis_options options = {bad[i], NULL};
		struct redis *r = NULL;
		char *error = NULL;

		if (redis_open(fx->loop, &options, on_state, fx, &r, &error) != -ERR_INVALID)
			fail_msg("row %zu %s", i, bad[i]);
		assert_non_null(error);
		free(error);
	}
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		struct redis_options options = {good[i], NULL};
		struct redis *r = NULL;

		assert_int_equal(redis_open(fx->loop, &options, on_state, fx, &r, NULL), 0);
		redis_close(r);
	}
}

static void test_redis__answers_come_in_order(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	open_redis(fx, NULL);
	run_until(fx, &fx->n_up, 1);
	call(fx, "ECHO", "first");
	call(fx, "ECHO", "second");
	run_until(fx, &fx->n_replies, 1);
	run_until(fx, &fx->n_replies, 2);
	assert_string_equal(fx->reply, "second");
	call(fx, "NONSENSE", NULL);
	run_until(fx, &fx->n_replies, 3);
	assert_non_null(strstr(fx->reply, "unknown command"));
}

static void test_redis__comes_up_when_the_server_does(void **state)
{
	struct fixture *fx = *state;

	open_redis(fx, NULL);
	run_until(fx, &fx->n_down, 2);
	assert_false(redis_is_up(fx->redis));
	redis_server_start(&fx->server, NULL);
	run_until(fx, &fx->n_up, 1);
	assert_true(redis_is_up(fx->redis));
}

static void test_redis__a_killed_server_fails_what_is_under_way_and_is_found_again(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	open_redis(fx, NULL);
	run_until(fx, &fx->n_up, 1);
	kill(fx->server.pid, SIGSTOP);
	call(fx, "ECHO", "lost");
	loop_turn(fx->loop, false);
	redis_server_kill(&fx->server);
	run_until(fx, &fx->n_down, 1);
	assert_int_equal(fx->n_lost, 1);
	assert_false(redis_call(fx->redis, 1, &SPAN_LITERAL("PING"), on_reply, fx));
	redis_server_start(&fx->server, NULL);
	run_until(fx, &fx->n_up, 2);
	call(fx, "ECHO", "again");
	run_until(fx, &fx->n_replies, 1);
	assert_string_equal(fx->reply, "again");
}

static void test_redis__a_password_comes_from_a_file(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *path = alloc_printf("%s/password", fx->folder);
	FILE *f;

	redis_server_start(&fx->server, "geheim");
	open_redis(fx, path);
	run_until(fx, &fx->n_down, 1);
	assert_non_null(strstr(fx->reason, "NOAUTH"));
	f = fopen(path, "w");
	fputs("geheim\n", f);
	fclose(f);
	run_until(fx, &fx->n_up, 1);
}

static void test_redis__closing_with_calls_under_way_is_silent(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	open_redis(fx, NULL);
	run_until(fx, &fx->n_up, 1);
	call(fx, "ECHO", "never heard");
	redis_close(TAKE_PTR(fx->redis));
	loop_turn(fx->loop, false);
	assert_int_equal(fx->n_replies + fx->n_lost + fx->n_down, 0);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_redis__addresses_are_checked),
		TEST(test_redis__answers_come_in_order),
		TEST(test_redis__comes_up_when_the_server_does),
		TEST(test_redis__a_killed_server_fails_what_is_under_way_and_is_found_again),
		TEST(test_redis__a_password_comes_from_a_file),
		TEST(test_redis__closing_with_calls_under_way_is_silent),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
