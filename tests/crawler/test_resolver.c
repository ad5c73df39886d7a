/* The resolver with look-ups that the test holds back and answers. */
#include "crawler/fetch/resolver.h"

#include "common/clock.h"
#include "tests/cmocka_all.h"

#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#define TTL_MS 60000

static struct {
	pthread_mutex_t lock;
	pthread_cond_t change;
	bool is_held;
	int n_running, n_most, n_calls;
} net = {.lock = PTHREAD_MUTEX_INITIALIZER, .change = PTHREAD_COND_INITIALIZER};

/* "dead" is no host; all others are 192.0.2.1. */
static int fake_lookup(const char *host, char *out, size_t size)
{
	pthread_mutex_lock(&net.lock);
	net.n_calls++;
	if (++net.n_running > net.n_most)
		net.n_most = net.n_running;
	pthread_cond_broadcast(&net.change);
	while (net.is_held)
		pthread_cond_wait(&net.change, &net.lock);
	net.n_running--;
	pthread_cond_broadcast(&net.change);
	pthread_mutex_unlock(&net.lock);
	snprintf(out, size, "192.0.2.1,[2001:db8::1]");
	return strcmp(host, "dead") == 0 ? EAI_NONAME : 0;
}

static void hold(bool is_held)
{
	pthread_mutex_lock(&net.lock);
	net.is_held = is_held;
	pthread_cond_broadcast(&net.change);
	pthread_mutex_unlock(&net.lock);
}

static void wait_for_running(int n)
{
	pthread_mutex_lock(&net.lock);
	while (net.n_running != n)
		pthread_cond_wait(&net.change, &net.lock);
	pthread_mutex_unlock(&net.lock);
}

struct fixture {
	struct loop *loop;
	struct resolver *resolver;
	int n_done, n_failed;
	char addresses[64], error[64];
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	net.is_held = false;
	net.n_running = net.n_most = net.n_calls = 0;
	clock_fake_set(1764000000000);
	fx->loop = loop_new();
	fx->resolver = resolver_new(&(struct resolver_options){.loop = fx->loop,
		.threads_max = 2,
		.hosts_max = 3,
		.lookup = fake_lookup});
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	hold(false);
	resolver_free(fx->resolver);
	wait_for_running(0);
	loop_free(fx->loop);
	clock_fake_set(-1);
	test_free(fx);
	return 0;
}

static void on_done(void *arg, const char *addresses, const char *error)
{
	struct fixture *fx = arg;

	fx->n_done++;
	fx->n_failed += addresses == NULL;
	snprintf(fx->addresses, sizeof fx->addresses, "%s", addresses ? addresses : "");
	snprintf(fx->error, sizeof fx->error, "%s", error ? error : "");
}

static void look_up(struct fixture *fx, const char *host)
{
	int n = fx->n_done;

	resolver_start(fx->resolver, host, on_done, fx);
	while (fx->n_done == n)
		loop_turn(fx->loop, true);
}

static void test_resolver__what_is_found_is_remembered_for_its_time(void **state)
{
	struct fixture *fx = *state;

	assert_null(resolver_remembered(fx->resolver, "a", TTL_MS));
	look_up(fx, "a");
	assert_string_equal(fx->addresses, "192.0.2.1,[2001:db8::1]");
	assert_string_equal(resolver_remembered(fx->resolver, "a", TTL_MS), fx->addresses);
	assert_null(resolver_remembered(fx->resolver, "a", 0));
	clock_fake_set(1764000000000 + TTL_MS);
	assert_null(resolver_remembered(fx->resolver, "a", TTL_MS));
}

static void test_resolver__a_failure_is_told_and_not_remembered(void **state)
{
	struct fixture *fx = *state;

	look_up(fx, "dead");
	assert_int_equal(fx->n_failed, 1);
	assert_string_not_equal(fx->error, "");
	assert_null(resolver_remembered(fx->resolver, "dead", TTL_MS));
}

static void test_resolver__who_was_not_asked_for_longest_is_forgotten_first(void **state)
{
	struct fixture *fx = *state;

	look_up(fx, "a");
	look_up(fx, "b");
	look_up(fx, "c");
	assert_non_null(resolver_remembered(fx->resolver, "a", TTL_MS));
	look_up(fx, "d");
	assert_non_null(resolver_remembered(fx->resolver, "a", TTL_MS));
	assert_null(resolver_remembered(fx->resolver, "b", TTL_MS));
	assert_non_null(resolver_remembered(fx->resolver, "c", TTL_MS));
	assert_non_null(resolver_remembered(fx->resolver, "d", TTL_MS));
}

static void test_resolver__threads_are_bounded_and_none_waits_without_need(void **state)
{
	struct fixture *fx = *state;

	hold(true);
	for (int i = 0; i < 8; i++)
		resolver_start(fx->resolver, "a", on_done, fx);
	wait_for_running(2);
	hold(false);
	while (fx->n_done < 8)
		loop_turn(fx->loop, true);
	assert_int_equal(net.n_most, 2);
	assert_int_equal(net.n_calls, 8);
}

static void test_resolver__who_has_cancelled_is_not_told(void **state)
{
	struct fixture *fx = *state;
	struct resolver_query *q;

	hold(true);
	q = resolver_start(fx->resolver, "a", on_done, fx);
	wait_for_running(1);
	resolver_cancel(q);
	hold(false);
	look_up(fx, "b");
	assert_int_equal(fx->n_done, 1);
}

/* What is left is freed by whoever is last: the sanitizers tell. */
static void test_resolver__its_end_does_not_wait_for_a_look_up(void **state)
{
	struct fixture *fx = *state;

	hold(true);
	for (int i = 0; i < 4; i++)
		resolver_start(fx->resolver, "a", on_done, fx);
	wait_for_running(2);
	resolver_free(TAKE_PTR(fx->resolver));
	assert_int_equal(fx->n_done, 0);
}

static void test_resolver__the_systems_own_knows_literal_addresses(void **state)
{
	struct fixture *fx = *state;

	resolver_free(fx->resolver);
	fx->resolver = resolver_new(
		&(struct resolver_options){.loop = fx->loop, .threads_max = 1, .hosts_max = 1});
	look_up(fx, "127.0.0.1");
	assert_string_equal(fx->addresses, "127.0.0.1");
	look_up(fx, "::1");
	assert_string_equal(fx->addresses, "[::1]");
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_resolver__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_found_is_remembered_for_its_time),
		TEST(a_failure_is_told_and_not_remembered),
		TEST(who_was_not_asked_for_longest_is_forgotten_first),
		TEST(threads_are_bounded_and_none_waits_without_need),
		TEST(who_has_cancelled_is_not_told),
		TEST(its_end_does_not_wait_for_a_look_up),
		TEST(the_systems_own_knows_literal_addresses),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
