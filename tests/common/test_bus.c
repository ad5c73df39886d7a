#include "common/bus.h"
#include "common/err.h"

#include "tests/cmocka_all.h"

#include <stdio.h>

struct fixture {
	struct loop *loop;
	struct bus_server *server;
	struct bus_client *client;
	char folder[64], address[96];
	struct bus_request *held;
	int requests, answers, last_err;
	bool hold;
	char last[64];
};

static void on_request(void *arg, struct bus_request *request, struct span message)
{
	struct fixture *fx = arg;

	fx->requests++;
	if (fx->hold) {
		fx->held = request;
		loop_stop(fx->loop);
		return;
	}
	bus_reply(request, message);
}

static void on_answer(void *arg, int err, struct span message)
{
	struct fixture *fx = arg;

	fx->answers++;
	fx->last_err = err;
	snprintf(fx->last, sizeof fx->last, "%.*s", (int)message.len,
		message.data ? message.data : "");
	loop_stop(fx->loop);
}

static int serve(struct fixture *fx)
{
	const char *address = fx->address;

	return bus_server_open(fx->loop, &address, 1, NULL, on_request, fx, &fx->server, NULL);
}

/* NNG 1.5.2 now and then forgets the memory of a connection that is closed while it is being made. */
static void wait_for_connection(struct fixture *fx)
{
	bus_call_start(fx->client, SPAN_LITERAL("here?"), 5000, on_answer, fx);
	loop_run(fx->loop);
	assert_int_equal(fx->last_err, 0);
	fx->requests = fx->answers = 0;
}

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	fx->loop = loop_new();
	snprintf(fx->folder, sizeof fx->folder, "/tmp/test_bus.XXXXXX");
	assert_non_null(mkdtemp(fx->folder));
	snprintf(fx->address, sizeof fx->address, "ipc://%s/bus", fx->folder);
	assert_int_equal(serve(fx), 0);
	assert_int_equal(bus_client_open(fx->loop, fx->address, NULL, &fx->client, NULL), 0);
	wait_for_connection(fx);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	bus_client_close(fx->client);
	bus_server_close(fx->server);
	loop_free(fx->loop);
	unlink(fx->address + strlen("ipc://"));
	rmdir(fx->folder);
	test_free(fx);
	return 0;
}

static void test_bus__an_answer_comes_back_to_its_call(void **state)
{
	struct fixture *fx = *state;

	bus_call_start(fx->client, SPAN_LITERAL("hello"), 5000, on_answer, fx);
	loop_run(fx->loop);
	assert_int_equal(fx->answers, 1);
	assert_int_equal(fx->last_err, 0);
	assert_string_equal(fx->last, "hello");
}

static void test_bus__a_held_request_does_not_hold_others(void **state)
{
	struct fixture *fx = *state;
	struct bus_request *first;

	fx->hold = true;
	bus_call_start(fx->client, SPAN_LITERAL("first"), 5000, on_answer, fx);
	loop_run(fx->loop);
	first = fx->held;
	assert_non_null(first);
	fx->hold = false;
	bus_call_start(fx->client, SPAN_LITERAL("second"), 5000, on_answer, fx);
	loop_run(fx->loop);
	assert_string_equal(fx->last, "second");
	bus_reply(first, SPAN_LITERAL("late"));
	loop_run(fx->loop);
	assert_string_equal(fx->last, "late");
	assert_int_equal(fx->answers, 2);
}

static void test_bus__no_answer_in_time_is_a_timeout(void **state)
{
	struct fixture *fx = *state;

	fx->hold = true;
	bus_call_start(fx->client, SPAN_LITERAL("x"), 50, on_answer, fx);
	while (!fx->answers)
		loop_run(fx->loop);
	assert_int_equal(fx->last_err, -ERR_TIMEOUT);
}

static void test_bus__a_cancelled_call_is_silent(void **state)
{
	struct fixture *fx = *state;
	struct bus_call *call = bus_call_start(fx->client, SPAN_LITERAL("x"), 5000, on_answer, fx);

	bus_call_cancel(call);
	bus_call_start(fx->client, SPAN_LITERAL("y"), 5000, on_answer, fx);
	loop_run(fx->loop);
	assert_int_equal(fx->answers, 1);
	assert_string_equal(fx->last, "y");
}

/* A call may be cancelled in any state: not sent, sent, answered, its answer waiting for the loop. */
static void test_bus__calls_may_be_cancelled_while_they_complete(void **state)
{
	struct fixture *fx = *state;

	for (int i = 0; i < 200; i++) {
		struct bus_call *call =
			bus_call_start(fx->client, SPAN_LITERAL("x"), 5000, on_answer, fx);

		for (int k = 0; k < i % 4 && !fx->answers; k++)
			loop_turn(fx->loop, false);
		if (!fx->answers)
			bus_call_cancel(call);
		fx->answers = 0;
	}
	bus_call_start(fx->client, SPAN_LITERAL("last"), 5000, on_answer, fx);
	while (!fx->answers)
		loop_turn(fx->loop, true);
	assert_string_equal(fx->last, "last");
}

static void test_bus__both_ends_may_close_with_requests_under_way(void **state)
{
	struct fixture *fx = *state;

	fx->hold = true;
	for (int i = 0; i < 20; i++)
		bus_call_start(fx->client, SPAN_LITERAL("x"), 5000, on_answer, fx);
	while (fx->requests < 10)
		loop_turn(fx->loop, true);
	assert_int_equal(fx->answers, 0);
}

static void test_bus__a_request_survives_the_servers_restart(void **state)
{
	struct fixture *fx = *state;

	fx->hold = true;
	bus_call_start(fx->client, SPAN_LITERAL("again"), 10000, on_answer, fx);
	loop_run(fx->loop);
	bus_server_close(fx->server);
	fx->hold = false;
	assert_int_equal(serve(fx), 0);
	loop_run(fx->loop);
	assert_string_equal(fx->last, "again");
	assert_int_equal(fx->requests, 2);
}

static void test_bus__tls_without_certificates_is_refused_with_the_setting(void **state)
{
	struct fixture *fx = *state;
	struct bus_client *client = NULL;
	char *error = NULL;

	assert_int_equal(bus_client_open(fx->loop, "tls+tcp://localhost:1", NULL, &client, &error),
		-ERR_INVALID);
	assert_non_null(strstr(error, "bus.tls_ca_file"));
	free(error);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_bus__an_answer_comes_back_to_its_call, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_bus__a_held_request_does_not_hold_others,
			setup, teardown),
		cmocka_unit_test_setup_teardown(test_bus__no_answer_in_time_is_a_timeout, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_bus__a_cancelled_call_is_silent, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_bus__calls_may_be_cancelled_while_they_complete, setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_bus__both_ends_may_close_with_requests_under_way, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bus__a_request_survives_the_servers_restart,
			setup, teardown),
		cmocka_unit_test_setup_teardown(
			test_bus__tls_without_certificates_is_refused_with_the_setting, setup,
			teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
