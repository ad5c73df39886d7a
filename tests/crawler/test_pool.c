#include "crawler/pool.h"

#include "tests/cmocka_all.h"

#include <pthread.h>
#include <stdatomic.h>

#define TASKS 2000

struct fixture {
	struct loop *loop;
	struct pool *pool;
	atomic_int worked;
	int done; /* the loop's alone */
	pthread_t loop_thread;
};

static void on_work(void *arg)
{
	struct fixture *fx = arg;

	atomic_fetch_add(&fx->worked, 1);
}

static void on_done(void *arg)
{
	struct fixture *fx = arg;

	assert_true(pthread_equal(pthread_self(), fx->loop_thread));
	if (++fx->done == TASKS)
		loop_stop(fx->loop);
}

static void test_pool__every_task_is_worked_and_done_once(void **state)
{
	struct fixture fx = {.loop = loop_new(), .loop_thread = pthread_self()};

	(void)state;
	fx.pool = pool_new(fx.loop, 4);
	for (int i = 0; i < TASKS; i++)
		pool_submit(fx.pool, on_work, on_done, &fx);
	loop_run(fx.loop);
	assert_int_equal(atomic_load(&fx.worked), TASKS);
	pool_free(fx.pool);
	loop_free(fx.loop);
	assert_int_equal(fx.done, TASKS);
}

static void test_pool__freeing_silences_what_has_not_begun(void **state)
{
	struct fixture fx = {.loop = loop_new(), .loop_thread = pthread_self()};

	(void)state;
	fx.pool = pool_new(fx.loop, 1);
	for (int i = 0; i < TASKS; i++)
		pool_submit(fx.pool, on_work, on_done, &fx);
	pool_free(fx.pool);
	loop_turn(fx.loop, false);
	assert_int_equal(fx.done, 0);
	loop_free(fx.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool__every_task_is_worked_and_done_once),
		cmocka_unit_test(test_pool__freeing_silences_what_has_not_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
