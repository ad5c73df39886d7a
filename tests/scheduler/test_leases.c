/* Leases and requests for work: what is lost, late, repeated or given back. */
#include "tests/scheduler/planner_fixture.h"

#include <signal.h>
#include <sys/resource.h>

static void test_leases__an_expired_lease_is_given_out_again_after_the_delay(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	later(fx, LEASE_MS - 1);
	assert_int_equal(ask(fx, "other", 10), 0);
	assert_free_after(fx, "other", 1 + DELAY_MS);
	assert_true(fx->reply.leases[0].url_number == l.url_number);
	assert_true(fx->reply.leases[0].lease_number != l.lease_number);
}

static void test_leases__a_lease_outlives_the_scheduler(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	reopen(fx);
	assert_int_equal(status(fx, "leased"), 1);
	assert_int_equal(ask(fx, "other", 10), 0);
	finish(fx, "w", &l, OUTCOME_OK);
	assert_int_equal(status(fx, "leased"), 0);
	later(fx, LEASE_MS + DELAY_MS);
	assert_int_equal(ask(fx, "other", 10), 0);
}

static void test_leases__a_repeated_request_gets_the_same_leases(void **state)
{
	struct fixture *fx = *state;
	const struct work_request q = {.worker = "w", .boot = 1, .seq = 7, .want = 5};
	uint64_t lease_number;

	send(fx, &q);
	assert_int_equal(fx->reply.n_leases, 1);
	lease_number = fx->reply.leases[0].lease_number;
	for (int i = 0; i < 2; i++) {
		later(fx, SECOND);
		send(fx, &q);
		assert_true(fx->is_answered && fx->reply.n_leases == 1);
		assert_true(fx->reply.leases[0].lease_number == lease_number);
		assert_int_equal(fx->reply.leases[0].duration_ms, LEASE_MS - (i + 1) * SECOND);
		reopen(fx);
	}
}

static void test_leases__a_late_copy_of_an_answered_request_gets_nothing(void **state)
{
	struct fixture *fx = *state;
	const struct work_request q = {.worker = "w", .boot = 1, .seq = 7, .want = 5};
	struct lease l;

	send(fx, &q);
	l = fx->reply.leases[0];
	fx->seq = 7;
	show(fx, "w", &l, two);
	later(fx, DELAY_MS);
	send(fx, &q);
	assert_true(fx->is_answered && fx->reply.n_leases == 0);
}

static void test_leases__results_are_applied_once(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");
	struct result r = result_of(&l, OUTCOME_OK);
	const struct work_request q = {.worker = "w",
		.boot = 1,
		.seq = 50,
		.results = &r,
		.n_results = 1};

	send(fx, &q);
	reopen(fx);
	later(fx, LIST_MS);
	assert_int_equal(ask(fx, "v", 10), 1);
	send(fx, &q); /* must not end the lease of "v", nor count */
	assert_int_equal(status(fx, "leased"), 1);
	assert_true(fx->p->counts.outcomes[OUTCOME_OK] == 0);
}

static void test_leases__a_worker_that_started_anew_gives_its_urls_back(void **state)
{
	struct fixture *fx = *state;
	const struct work_request anew = {.worker = "w", .boot = 2, .seq = 1, .want = 10};
	struct lease l = take(fx, "w");

	send(fx, &anew);
	assert_false(fx->is_answered);
	assert_int_equal(status(fx, "leased"), 0);
	later(fx, DELAY_MS);
	send(fx, &anew);
	assert_int_equal(fx->reply.n_leases, 1);
	assert_true(fx->reply.leases[0].url_number == l.url_number);
}

static void test_leases__what_ends_every_worker_is_tried_ever_more_seldom(void **state)
{
	struct fixture *fx = *state;

	for (uint64_t boot = 2; boot < 6; boot++) {
		const struct work_request q = {.worker = "w", .boot = boot, .seq = 1, .want = 10};

		later(fx, DELAY_MS);
		send(fx, &q);
		if (boot < 5)
			assert_int_equal(fx->reply.n_leases, boot == 2 ? 1 : 0);
		later(fx, DELAY_MS);
		send(fx, &q);
		assert_int_equal(fx->reply.n_leases, 1);
	}
	{
		const struct work_request q = {.worker = "w", .boot = 9, .seq = 1, .want = 10};

		send(fx, &q);
		later(fx, DELAY_MS);
		send(fx, &q);
		assert_int_equal(fx->reply.n_leases, 0);
		later(fx, MINUTE);
		send(fx, &q);
		assert_int_equal(fx->reply.n_leases, 1);
	}
}

/* The worker ends with what it has, and asks again. */
static void start_anew(struct fixture *fx, uint64_t boot)
{
	const struct work_request q = {.worker = "w", .boot = boot, .seq = 1, .want = 10};

	send(fx, &q);
	later(fx, DELAY_MS);
	send(fx, &q);
}

static void test_leases__a_list_that_ends_every_worker_is_tried_once_an_interval(void **state)
{
	struct fixture *fx = *state;

	for (uint64_t boot = 2; boot < 14; boot++)
		start_anew(fx, boot);
	assert_int_equal(fx->reply.n_leases, 0);
	later(fx, LIST_MS);
	start_anew(fx, 14);
	assert_int_equal(fx->reply.n_leases, 1);
}

/* Symptom: after a few losses of power in a row nothing was fetched for hours. */
static void test_leases__workers_that_end_with_the_scheduler_accuse_nobody(void **state)
{
	struct fixture *fx = *state;

	for (uint64_t boot = 2; boot < 14; boot++) {
		reopen(fx);
		start_anew(fx, boot);
		assert_int_equal(fx->reply.n_leases, 1);
	}
}

static void test_leases__a_late_result_counts_while_nobody_has_the_url(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	later(fx, LEASE_MS + 1);
	show(fx, "w", &l, one);
	later(fx, DELAY_MS);
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/1.html");
}

static void test_leases__of_a_late_result_only_items_count_when_another_has_the_url(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	later(fx, LEASE_MS + DELAY_MS);
	assert_int_equal(ask(fx, "other", 10), 1);
	show(fx, "w", &l, one);
	assert_int_equal(status(fx, "leased"), 1);
	assert_int_equal(status(fx, "urls"), 2);
	assert_int_equal(fx->p->counts.outcomes[OUTCOME_OK], 0);
}

static void test_leases__who_wants_nothing_is_answered_at_once(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(ask(fx, "w", 0), 0);
	assert_true(fx->is_answered);
}

static void test_leases__results_of_unknown_urls_are_ignored(void **state)
{
	struct fixture *fx = *state;
	const struct lease l = {.url_number = 12345, .lease_number = 1};

	finish(fx, "w", &l, OUTCOME_OK);
	finish(fx, "w", &(struct lease){0}, OUTCOME_OK);
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_leases__want_is_the_most_that_is_given(void **state)
{
	static const char *const urls[] = {"http://1.a.cn/", "http://2.a.cn/", "http://3.a.cn/",
		"http://4.a.cn/", "http://5.a.cn/", "http://6.a.cn/", "http://7.a.cn/",
		"http://8.a.cn/", "http://9.a.cn/", "http://10.a.cn/", "http://11.a.cn/",
		"http://12.a.cn/", NULL};
	struct fixture *fx = *state;

	start_with(fx, urls);
	assert_int_equal(ask(fx, "w", 3), 3);
	assert_int_equal(ask(fx, "w", 100), 9);
}

static void limit_files(rlim_t bytes)
{
	struct rlimit limit;

	assert_int_equal(getrlimit(RLIMIT_FSIZE, &limit), 0);
	limit.rlim_cur = bytes;
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
}

/* A disk that takes nothing more: what was not committed has not happened. */
static void test_leases__a_commit_that_fails_changes_nothing(void **state)
{
	struct fixture *fx = *state;
	const struct work_request q = {.worker = "w", .boot = 1, .seq = 7, .want = 10};

	signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(planner_begin(fx->p), 0);
	assert_true(planner_work(fx->p, &q, false, &fx->reply));
	assert_int_equal(fx->reply.n_leases, 1);
	limit_files(1);
	assert_true(planner_commit(fx->p) < 0);
	assert_int_equal(planner_begin(fx->p), 0);
	assert_true(planner_work(fx->p, &q, false, &fx->reply));
	assert_true(planner_commit(fx->p) < 0);
	limit_files(RLIM_INFINITY);
	send(fx, &q);
	assert_true(fx->is_answered && fx->reply.n_leases == 1);
	assert_int_equal(status(fx, "leased"), 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_leases__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_expired_lease_is_given_out_again_after_the_delay),
		TEST(a_lease_outlives_the_scheduler),
		TEST(a_repeated_request_gets_the_same_leases),
		TEST(a_late_copy_of_an_answered_request_gets_nothing),
		TEST(results_are_applied_once),
		TEST(a_worker_that_started_anew_gives_its_urls_back),
		TEST(what_ends_every_worker_is_tried_ever_more_seldom),
		TEST(a_list_that_ends_every_worker_is_tried_once_an_interval),
		TEST(workers_that_end_with_the_scheduler_accuse_nobody),
		TEST(a_late_result_counts_while_nobody_has_the_url),
		TEST(of_a_late_result_only_items_count_when_another_has_the_url),
		TEST(who_wants_nothing_is_answered_at_once),
		TEST(results_of_unknown_urls_are_ignored),
		TEST(want_is_the_most_that_is_given),
		TEST(a_commit_that_fails_changes_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
