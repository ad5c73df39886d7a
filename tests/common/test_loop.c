#include "common/loop.h"

#include "common/clock.h"
#include "tests/cmocka_all.h"

struct fixture {
	struct loop *loop;
	struct timer *first, *second;
	int64_t set_at_ms, fired_at_ms;
};

#define TURN_MS  30
#define DELAY_MS 40

/* Work that takes its time, and then a delay. */
static void on_first(void *arg)
{
	struct fixture *fx = arg;
	int64_t end_ms = clock_mono_ms() + TURN_MS;

	while (clock_mono_ms() < end_ms)
		;
	fx->set_at_ms = clock_mono_ms();
	timer_set(fx->second, DELAY_MS);
}

static void on_second(void *arg)
{
	struct fixture *fx = arg;

	fx->fired_at_ms = clock_mono_ms();
	loop_stop(fx->loop);
}

/* Hosts' pauses are delays: none may be shorter for the turn that set it. */
static void test_loop__a_delay_counts_from_when_it_is_set(void **state)
{
	struct fixture fx = {.loop = loop_new()};

	(void)state;
	fx.first = timer_new(fx.loop, on_first, &fx);
	fx.second = timer_new(fx.loop, on_second, &fx);
	timer_set(fx.first, 0);
	loop_run(fx.loop);
	assert_true(fx.fired_at_ms - fx.set_at_ms >= DELAY_MS);
	timer_free(fx.first);
	timer_free(fx.second);
	loop_free(fx.loop);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_loop__a_delay_counts_from_when_it_is_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
