/* Queues whose parts do not agree: each URL stands in one place in the end. */
#include "scheduler/handout.h"
#include "tests/scheduler/planner_fixture.h"

/* A table of hosts by number was made as long as the damaged key said: 16 GB. */
static void test_handout__a_queue_of_a_number_that_no_host_has_is_skipped(void **state)
{
	struct fixture *fx = *state;
	struct entry e;

	assert_int_equal(planner_begin(fx->p), 0);
	assert_true(frontier_read(fx->p->frontier, 1, fx->p->arena, &e));
	e.host = INT32_MAX;
	e.due_ms++;
	frontier_schedule(fx->p->frontier, &e);
	assert_int_equal(planner_commit(fx->p), 0);
	reopen(fx);
	assert_true(fx->p->hosts.n_numbers < 1000);
}

/* Puts e into the queue at @due_ms of @host, whatever the entry says. */
static void misplace(struct fixture *fx, struct entry *e, uint32_t host, int64_t due_ms)
{
	struct entry wrong = *e;

	frontier_unschedule(fx->p->frontier, e);
	wrong.host = host;
	wrong.due_ms = due_ms;
	frontier_schedule(fx->p->frontier, &wrong);
	frontier_write(fx->p->frontier, e);
}

/* A place that did not agree with its entry was dropped: the URL was never asked for again. */
static void test_handout__a_url_in_a_wrong_place_is_put_where_it_belongs(void **state)
{
	struct fixture *fx = *state;
	struct lease l;
	struct entry e;

	start_with(fx, one);
	assert_int_equal(planner_begin(fx->p), 0);
	assert_true(frontier_read(fx->p->frontier, 2, fx->p->arena, &e));
	frontier_unschedule(fx->p->frontier, &e);
	e.due_ms = START_MS + HOUR;
	misplace(fx, &e, e.host, START_MS - 1);
	assert_int_equal(planner_commit(fx->p), 0);
	reopen(fx);
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, HOUR);
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/");
	finish(fx, "w", &l, OUTCOME_NOT_MODIFIED);
	later(fx, DELAY_MS);
	assert_string_equal(take(fx, "w").url, "http://a.cn/1.html");
}

static void test_handout__a_leased_url_is_not_put_into_a_queue(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");
	const struct frontier_due place = {.host = 1, .due_ms = START_MS - 1, .number = 1};
	struct frontier_due first;

	assert_int_equal(planner_begin(fx->p), 0);
	handout_settle(fx->p, &place);
	assert_false(frontier_first_due(fx->p->frontier, 1, &first));
	assert_int_equal(planner_commit(fx->p), 0);
	finish(fx, "w", &l, OUTCOME_OK);
}

static void test_handout__a_queue_of_no_host_gives_its_urls_back(void **state)
{
	struct fixture *fx = *state;
	struct entry e;

	assert_int_equal(planner_begin(fx->p), 0);
	assert_true(frontier_read(fx->p->frontier, 1, fx->p->arena, &e));
	misplace(fx, &e, INT32_MAX, e.due_ms);
	assert_int_equal(planner_commit(fx->p), 0);
	reopen(fx);
	assert_string_equal(take(fx, "w").url, "http://a.cn/");
}

/* Of a damaged lease the number may be that of a URL which waits: it stood twice. */
static void test_handout__a_lease_of_a_url_that_waits_leaves_it_in_one_place(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(planner_begin(fx->p), 0);
	handout_return_lost(fx->p, 1);
	assert_int_equal(frontier_count_due(fx->p->frontier, 1, INT64_MAX, 10), 1);
	assert_int_equal(planner_commit(fx->p), 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_handout__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_queue_of_a_number_that_no_host_has_is_skipped),
		TEST(a_url_in_a_wrong_place_is_put_where_it_belongs),
		TEST(a_leased_url_is_not_put_into_a_queue),
		TEST(a_queue_of_no_host_gives_its_urls_back),
		TEST(a_lease_of_a_url_that_waits_leaves_it_in_one_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
