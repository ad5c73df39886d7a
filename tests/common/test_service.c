#include "common/service.h"

#include "tests/cmocka_all.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

struct fixture {
	struct loop *loop;
	struct service *service;
	int n_stops, n_reloads;
};

static void on_stop(void *arg)
{
	struct fixture *fx = arg;

	fx->n_stops++;
}

static void on_reload(void *arg)
{
	struct fixture *fx = arg;

	fx->n_reloads++;
}

static void open_service(struct fixture *fx)
{
	fx->service = service_new(fx->loop,
		&(struct service_handlers){.stop = on_stop, .reload = on_reload, .arg = fx});
}

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	fx->loop = loop_new();
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	service_free(fx->service);
	loop_free(fx->loop);
	test_free(fx);
	return 0;
}

static void turn(struct fixture *fx)
{
	for (int i = 0; i < 3; i++)
		loop_turn(fx->loop, false);
}

/* Symptom: a reload while services were starting killed them. The supervisor blocks the signal for them now. */
static void test_service__a_reload_that_came_during_the_start_is_made_up_for(void **state)
{
	struct fixture *fx = *state;
	sigset_t hangup, before;

	sigemptyset(&hangup);
	sigaddset(&hangup, SIGHUP);
	sigprocmask(SIG_BLOCK, &hangup, &before);
	raise(SIGHUP);
	open_service(fx);
	turn(fx);
	assert_int_equal(fx->n_reloads, 1);
	sigprocmask(SIG_SETMASK, &before, NULL);
}

static void test_service__it_stops_once_and_reloads_no_more(void **state)
{
	struct fixture *fx = *state;

	open_service(fx);
	raise(SIGTERM);
	turn(fx);
	raise(SIGINT);
	raise(SIGHUP);
	turn(fx);
	assert_int_equal(fx->n_stops, 1);
	assert_int_equal(fx->n_reloads, 0);
	assert_true(service_is_stopping(fx->service));
}

static void test_service__a_supervisor_hears_once_that_it_is_ready(void **state)
{
	struct fixture *fx = *state;
	char text[16], bytes[4];
	int fds[2];

	open_service(fx);
	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	snprintf(text, sizeof text, "%d", fds[1]);
	setenv(SERVICE_READY_FD_ENV, text, 1);
	service_ready(fx->service, "ready");
	assert_int_equal(read(fds[0], bytes, sizeof bytes), 1);
	assert_int_equal(read(fds[0], bytes, sizeof bytes),
		0); /* closed, so that it does not outlive us */
	assert_null(getenv(SERVICE_READY_FD_ENV));
	close(fds[0]);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_service__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_reload_that_came_during_the_start_is_made_up_for),
		TEST(it_stops_once_and_reloads_no_more),
		TEST(a_supervisor_hears_once_that_it_is_ready),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
