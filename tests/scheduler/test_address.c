/* Hosts that share an address: two requests at a time to it, over all crawlers. */
#include "tests/scheduler/planner_fixture.h"

#define HOSTS 6

/* Brings back every lease of the last answer, served from @address. */
static void bring_back(struct fixture *fx, const char *worker, const char *address)
{
	struct result results[HOSTS];
	struct work_request q = {.worker = worker, .boot = 1, .results = results};

	for (; q.n_results < fx->reply.n_leases; q.n_results++) {
		results[q.n_results] = result_of(&fx->reply.leases[q.n_results], OUTCOME_OK);
		results[q.n_results].address = address;
	}
	q.seq = ++fx->seq;
	send(fx, &q);
}

/* Six hosts that have been seen to be served from one address, and are due. */
static void start_hosts(struct fixture *fx)
{
	STRBUF_LOCAL(yaml);

	planner_close(fx->p);
	fx->p = NULL;
	load_config(fx, "crawler: {address_requests_max: 2}\n");
	strbuf_add_str(&yaml, "sources:\n");
	for (int i = 0; i < HOSTS; i++)
		strbuf_printf(&yaml, "- {name: s%d, url: 'http://h%d.cn/', kind: listing}\n", i, i);
	set_sources(fx, yaml.data);
	open_planner(fx);
	assert_int_equal(ask(fx, "w", 10), HOSTS);
	bring_back(fx, "w", "192.0.2.1");
	later(fx, LIST_MS);
}

static void test_address__so_many_of_its_hosts_are_leased_at_a_time(void **state)
{
	struct fixture *fx = *state;

	start_hosts(fx);
	for (int left = HOSTS; left; left -= 2) {
		assert_int_equal(ask(fx, "w", 10), 2);
		bring_back(fx, "w", "192.0.2.1");
	}
	assert_int_equal(ask(fx, "w", 10), 0);
}

static void test_address__the_limit_holds_over_workers_and_restarts(void **state)
{
	struct fixture *fx = *state;

	start_hosts(fx);
	assert_int_equal(ask(fx, "w", 1), 1);
	assert_int_equal(ask(fx, "v", 10), 1);
	assert_int_equal(ask(fx, "u", 10), 0);
	reopen(fx);
	assert_int_equal(ask(fx, "u", 10), 0);
}

static void test_address__who_was_turned_away_is_ready_when_a_lease_ends(void **state)
{
	struct fixture *fx = *state;
	const struct work_request more = {.worker = "v", .boot = 1, .seq = 1000, .want = 10};

	start_hosts(fx);
	assert_int_equal(ask(fx, "w", 2), 2);
	send(fx, &more);
	assert_false(fx->is_answered); /* held */
	assert_true(planner_ready_ms(fx->p) > fx->now_ms);
	later(fx, LEASE_MS); /* without a result: the hosts themselves rest, others' turn comes */
	assert_true(planner_ready_ms(fx->p) <= fx->now_ms);
	send(fx, &more);
	assert_true(fx->is_answered);
	assert_int_equal(fx->reply.n_leases, 2);
}

static void test_address__a_host_that_is_paused_in_line_holds_up_nobody(void **state)
{
	struct fixture *fx = *state;

	start_hosts(fx);
	assert_int_equal(ask(fx, "w", 10), 2);
	for (char name[] = "h0.cn"; name[1] < '0' + HOSTS - 1; name[1]++)
		json_free(admin(fx, ADMIN_PAUSE, name));
	assert_int_equal(ask(fx, "v", 10), 0);
	ask(fx, "w", 0);
	later(fx, LEASE_MS);
	assert_int_equal(ask(fx, "v", 10), 1);
	assert_string_equal(fx->reply.leases[0].url, "http://h5.cn/");
}

static void test_address__a_host_that_moves_to_another_address_leaves_the_line(void **state)
{
	struct fixture *fx = *state;

	start_hosts(fx);
	for (int left = HOSTS; left; left -= 2) {
		assert_int_equal(ask(fx, "w", 10), 2);
		bring_back(fx, "w", left == HOSTS ? "192.0.2.2" : "192.0.2.1");
	}
	later(fx, LIST_MS);
	assert_int_equal(ask(fx, "w", 10), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_address__so_many_of_its_hosts_are_leased_at_a_time),
		TEST(test_address__the_limit_holds_over_workers_and_restarts),
		TEST(test_address__who_was_turned_away_is_ready_when_a_lease_ends),
		TEST(test_address__a_host_that_is_paused_in_line_holds_up_nobody),
		TEST(test_address__a_host_that_moves_to_another_address_leaves_the_line),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
