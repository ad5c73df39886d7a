#include "crawler/fetch/budget.h"

#include "tests/cmocka_all.h"

#define MAX 100

struct fixture {
	struct budget *b;
	struct budget_holder h[4];
	int granted[4];
};

static void on_granted(void *arg)
{
	++*(int *)arg;
}

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	fx->b = budget_new(MAX);
	for (int i = 0; i < 4; i++)
		fx->h[i] = (struct budget_holder){.granted = on_granted, .arg = &fx->granted[i]};
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	for (int i = 0; i < 4; i++)
		budget_leave(fx->b, &fx->h[i]);
	assert_int_equal(budget_held(fx->b), 0);
	budget_free(fx->b);
	test_free(fx);
	return 0;
}

static void test_budget__what_there_is_is_had_at_once(void **state)
{
	struct fixture *fx = *state;

	assert_true(budget_ask(fx->b, &fx->h[0], 60));
	assert_true(budget_ask(fx->b, &fx->h[1], 40));
	assert_false(budget_ask(fx->b, &fx->h[2], 1));
	assert_int_equal(budget_held(fx->b), 100);
}

static void test_budget__who_waits_is_served_in_order(void **state)
{
	struct fixture *fx = *state;

	budget_ask(fx->b, &fx->h[0], 60);
	budget_ask(fx->b, &fx->h[1], 40);
	assert_false(budget_ask(fx->b, &fx->h[2], 50));
	assert_false(budget_ask(fx->b, &fx->h[3], 1));
	budget_leave(fx->b, &fx->h[1]);
	assert_true(!fx->granted[2] && !fx->granted[3]);
	budget_leave(fx->b, &fx->h[0]);
	assert_true(fx->granted[2] == 1 && fx->granted[3] == 1);
	assert_int_equal(budget_held(fx->b), 51);
}

/* Otherwise two halves of the memory would wait for each other for ever. */
static void test_budget__the_last_one_that_can_go_on_does(void **state)
{
	struct fixture *fx = *state;

	budget_ask(fx->b, &fx->h[0], 50);
	budget_ask(fx->b, &fx->h[1], 50);
	assert_false(budget_ask(fx->b, &fx->h[0], 50));
	assert_true(budget_ask(fx->b, &fx->h[1], 50));
	assert_int_equal(fx->granted[0], 0);
	budget_leave(fx->b, &fx->h[1]);
	assert_int_equal(fx->granted[0], 1);
}

static void test_budget__the_first_in_line_goes_on_when_the_last_other_ends(void **state)
{
	struct fixture *fx = *state;

	budget_ask(fx->b, &fx->h[0], 70);
	budget_ask(fx->b, &fx->h[1], 30);
	assert_false(budget_ask(fx->b, &fx->h[0], 70));
	budget_leave(fx->b, &fx->h[1]);
	assert_int_equal(fx->granted[0], 1);
	assert_int_equal(budget_held(fx->b), 140);
}

static void test_budget__what_is_there_already_counts_for_all(void **state)
{
	struct fixture *fx = *state;

	budget_take(fx->b, &fx->h[0], 150);
	assert_false(budget_ask(fx->b, &fx->h[1], 1));
	budget_leave(fx->b, &fx->h[0]);
	assert_int_equal(fx->granted[1], 1);
}

static void test_budget__who_leaves_the_line_is_not_granted_anything(void **state)
{
	struct fixture *fx = *state;

	budget_ask(fx->b, &fx->h[0], 100);
	budget_ask(fx->b, &fx->h[1], 10);
	budget_ask(fx->b, &fx->h[2], 10);
	budget_leave(fx->b, &fx->h[1]);
	budget_leave(fx->b, &fx->h[0]);
	assert_true(fx->granted[1] == 0 && fx->granted[2] == 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_budget__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_there_is_is_had_at_once),
		TEST(who_waits_is_served_in_order),
		TEST(the_last_one_that_can_go_on_does),
		TEST(the_first_in_line_goes_on_when_the_last_other_ends),
		TEST(what_is_there_already_counts_for_all),
		TEST(who_leaves_the_line_is_not_granted_anything),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
