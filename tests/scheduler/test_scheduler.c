#include "common/bus.h"
#include "common/protocol.h"
#include "scheduler/scheduler.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

#define TIMEOUT_MS 20000

/* A scheduler and a client of it on one loop, over a socket. */
struct fixture {
	char *folder, *sources;
	struct config *config;
	struct loop *loop;
	struct scheduler *scheduler;
	struct bus_client *client;
};

struct answer {
	struct arena *arena;
	bool is_there;
	int err;
	struct work_reply work;
	struct admin_reply admin;
};

static int setup(void **state)
{
	struct fixture *fx = ALLOC_NEW(struct fixture);
	char *text, *path, *error = NULL;
	STRBUF_LOCAL(errors);

	log_set_level(LOG_LEVEL_ERROR);
	fx->folder = folder_new();
	fx->sources = alloc_printf("%s/sources.d", fx->folder);
	mkdir(fx->sources, 0700);
	folder_write(fx->sources, "a.yaml",
		"sources:\n- {name: list, url: 'http://a.cn/', kind: listing}\n");
	text = alloc_printf(
		"data_dir: %s\nruntime_dir: %s\nscheduler: {hold_ms: 200, host_delay_ms: 0}\n",
		fx->folder, fx->folder);
	folder_write(fx->folder, "policywatch.yaml", text);
	path = alloc_printf("%s/policywatch.yaml", fx->folder);
	if (config_load(path, &fx->config, &errors) < 0)
		fail_msg("%s", errors.data);
	fx->loop = loop_new();
	if (scheduler_open(fx->loop, fx->config, NULL, &fx->scheduler, &error) < 0)
		fail_msg("%s", error);
	if (bus_client_open(fx->loop, fx->config->bus.scheduler, NULL, &fx->client, &error) < 0)
		fail_msg("%s", error);
	free(text);
	free(path);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	bus_client_close(fx->client);
	scheduler_close(fx->scheduler);
	loop_free(fx->loop);
	config_free(fx->config);
	folder_free(fx->sources);
	folder_free(fx->folder);
	free(fx);
	return 0;
}

static void on_answer(void *arg, int err, struct span message)
{
	struct answer *a = arg;
	enum message_type type;

	a->is_there = true;
	a->err = err;
	if (err < 0 || protocol_type(message, &type) < 0)
		return;
	if (type == MESSAGE_WORK_REPLY)
		a->err = protocol_get_work_reply(message, a->arena, &a->work);
	else
		a->err = protocol_get_admin_reply(message, a->arena, &a->admin);
}

static void send(struct fixture *fx, const struct work_request *q, struct answer *a)
{
	STRBUF_LOCAL(message);

	protocol_put_work_request(q, &message);
	*a = (struct answer){.arena = arena_new()};
	bus_call_start(fx->client, strbuf_span(&message), TIMEOUT_MS, on_answer, a);
}

static void wait_for(struct fixture *fx, struct answer *a)
{
	while (!a->is_there)
		loop_turn(fx->loop, true);
	assert_int_equal(a->err, 0);
}

static void test_scheduler__a_crawler_gets_work_over_the_bus(void **state)
{
	struct fixture *fx = *state;
	const struct work_request q = {.worker = "w", .boot = 1, .seq = 1, .want = 10};
	struct answer a;

	send(fx, &q, &a);
	wait_for(fx, &a);
	assert_true(a.work.seq == 1 && a.work.n_leases == 1);
	assert_string_equal(a.work.leases[0].url, "http://a.cn/");
	arena_free(a.arena);
}

static void test_scheduler__a_request_is_held_until_something_is_due(void **state)
{
	struct fixture *fx = *state;
	const struct work_request first = {.worker = "w", .boot = 1, .seq = 1, .want = 10};
	const struct work_request second = {.worker = "w", .boot = 1, .seq = 2, .want = 10};
	struct item item = {.url = "http://a.cn/1", .title = "", .kind = WORK_PAGE};
	struct result r = result_of_lease(&(struct lease){.url = ""});
	const struct work_request results = {.worker = "w",
		.boot = 1,
		.seq = 3,
		.results = &r,
		.n_results = 1};
	struct answer a, b, c;

	send(fx, &first, &a);
	wait_for(fx, &a);
	send(fx, &second, &b);
	for (int i = 0; i < 20; i++)
		loop_turn(fx->loop, false);
	assert_false(b.is_there);
	r.items = &item;
	r.n_items = 1;
	r.url_number = a.work.leases[0].url_number;
	r.lease_number = a.work.leases[0].lease_number;
	send(fx, &results, &c);
	wait_for(fx, &c);
	wait_for(fx, &b);
	assert_int_equal(b.work.n_leases, 1);
	assert_string_equal(b.work.leases[0].url, "http://a.cn/1");
	arena_free(a.arena);
	arena_free(b.arena);
	arena_free(c.arena);
}

static void test_scheduler__a_held_request_is_answered_with_nothing_in_the_end(void **state)
{
	struct fixture *fx = *state;
	const struct work_request first = {.worker = "w", .boot = 1, .seq = 1, .want = 10};
	const struct work_request second = {.worker = "v", .boot = 1, .seq = 2, .want = 10};
	struct answer a, b;

	send(fx, &first, &a);
	wait_for(fx, &a);
	send(fx, &second, &b);
	wait_for(fx, &b);
	assert_true(b.work.seq == 2 && b.work.n_leases == 0);
	arena_free(a.arena);
	arena_free(b.arena);
}

static void test_scheduler__a_drained_scheduler_gives_no_leases(void **state)
{
	struct fixture *fx = *state;
	const struct work_request q = {.worker = "w", .boot = 1, .seq = 1, .want = 10};
	struct answer a;

	scheduler_drain(fx->scheduler);
	send(fx, &q, &a);
	wait_for(fx, &a);
	assert_int_equal(a.work.n_leases, 0);
	arena_free(a.arena);
}

static void test_scheduler__garbage_is_answered(void **state)
{
	struct fixture *fx = *state;
	struct answer a = {.arena = arena_new()};

	bus_call_start(fx->client, SPAN_LITERAL("garbage"), TIMEOUT_MS, on_answer, &a);
	wait_for(fx, &a);
	assert_false(a.admin.ok);
	assert_string_equal(a.admin.text, "malformed message");
	arena_free(a.arena);
}

static void test_scheduler__admin_is_answered_with_json(void **state)
{
	struct fixture *fx = *state;
	const struct admin_request q = {.command = ADMIN_STATUS};
	struct answer a = {.arena = arena_new()};
	STRBUF_LOCAL(message);

	protocol_put_admin_request(&q, &message);
	bus_call_start(fx->client, strbuf_span(&message), TIMEOUT_MS, on_answer, &a);
	wait_for(fx, &a);
	assert_true(a.admin.ok);
	assert_non_null(strstr(a.admin.text, "\"urls\":1"));
	arena_free(a.arena);
}

static void test_scheduler__closing_with_a_held_request_is_clean(void **state)
{
	struct fixture *fx = *state;
	const struct work_request first = {.worker = "w", .boot = 1, .seq = 1, .want = 10};
	const struct work_request second = {.worker = "w", .boot = 1, .seq = 2, .want = 10};
	struct answer a, b;

	send(fx, &first, &a);
	wait_for(fx, &a);
	send(fx, &second, &b);
	for (int i = 0; i < 20; i++)
		loop_turn(fx->loop, false);
	bus_client_close(fx->client);
	fx->client = NULL;
	arena_free(a.arena);
	arena_free(b.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_scheduler__a_crawler_gets_work_over_the_bus),
		TEST(test_scheduler__a_request_is_held_until_something_is_due),
		TEST(test_scheduler__a_held_request_is_answered_with_nothing_in_the_end),
		TEST(test_scheduler__a_drained_scheduler_gives_no_leases),
		TEST(test_scheduler__garbage_is_answered),
		TEST(test_scheduler__admin_is_answered_with_json),
		TEST(test_scheduler__closing_with_a_held_request_is_clean),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
