#include "crawler/pool.h"

#include "tests/cmocka_all.h"

#include <pthread.h>
#include <semaphore.h>
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

struct turn {
	struct loop *loop;
	sem_t small_ran;
	atomic_int n_large, n_large_max;
	int n_done;
};

static void on_large(void *arg)
{
	struct turn *turn = arg;
	int n = atomic_fetch_add(&turn->n_large, 1) + 1;

	if (n > atomic_load(&turn->n_large_max))
		atomic_store(&turn->n_large_max, n);
	sem_wait(&turn->small_ran);
	atomic_fetch_sub(&turn->n_large, 1);
}

/* Runs only if a thread was left over by the large ones. */
static void on_small(void *arg)
{
	struct turn *turn = arg;

	for (int i = 0; i < 3; i++)
		sem_post(&turn->small_ran);
}

static void on_turn_done(void *arg)
{
	struct turn *turn = arg;

	if (++turn->n_done == 4)
		loop_stop(turn->loop);
}

/* Symptom: two threads read 12 MB of comments each, and their memory added up. */
static void test_pool__large_work_is_done_one_at_a_time_and_holds_up_no_other(void **state)
{
	struct turn turn = {.loop = loop_new()};
	struct pool *pool = pool_new(turn.loop, 3);

	(void)state;
	sem_init(&turn.small_ran, 0, 0);
	for (int i = 0; i < 3; i++)
		pool_submit_large(pool, on_large, on_turn_done, &turn);
	pool_submit(pool, on_small, on_turn_done, &turn);
	loop_run(turn.loop);
	assert_int_equal(turn.n_done, 4);
	assert_int_equal(atomic_load(&turn.n_large_max), 1);
	pool_free(pool);
	loop_free(turn.loop);
	sem_destroy(&turn.small_ran);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_pool__every_task_is_worked_and_done_once),
		cmocka_unit_test(test_pool__large_work_is_done_one_at_a_time_and_holds_up_no_other),
		cmocka_unit_test(test_pool__freeing_silences_what_has_not_begun),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
