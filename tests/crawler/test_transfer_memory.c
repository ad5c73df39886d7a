/* Bodies that wait for memory. */
#include "tests/crawler/transfer_fixture.h"

static void get_together(struct fixture *fx, int n)
{
	transfers_free(fx->transfers);
	fx->config->crawler.bodies_max_mib = 1;
	assert_int_equal(transfers_new(fx->loop, &fx->config->crawler, &fx->transfers), 0);
	for (int i = 0; i < n; i++)
		start(fx, (struct transfer_request){.rules = &local, .body_max_bytes = 8 << 20});
	while (fx->n_done < n)
		loop_turn(fx->loop, true);
}

static void test_transfer_memory__large_bodies_wait_for_memory_and_are_whole(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(text);

	add_text(&text, 3 << 20);
	fx->expected = strbuf_span(&text);
	strbuf_printf(&fx->answer, OK_HEAD "Content-Length: %zu\r\n\r\n", text.len);
	strbuf_add_span(&fx->answer, strbuf_span(&text));
	get_together(fx, 6);
	strbuf_clear(&fx->answer);
	fx->n_done = 0;
	forget_result(fx);
	answer_gzip(fx, strbuf_span(&text));
	get_together(fx, 6);
	assert_int_equal(budget_held(transfers_budget(fx->transfers)), 0);
}

static void test_transfer_memory__memory_is_bounded_however_many_bodies_there_are(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(text);

	add_text(&text, 1 << 20);
	fx->expected = strbuf_span(&text);
	answer_gzip(fx, strbuf_span(&text));
	get_together(fx, 8);
	/* A step of each beyond the maximum: what was unpacked in one go, and who goes on alone. */
	assert_true(fx->most_held < (1 << 20) + 8 * (128 << 10));
}

/* Somebody else has all the memory, while an answer comes of which only @len bytes arrive. */
static struct transfer *start_without_memory(struct fixture *fx, struct budget_holder *other,
	size_t len, struct transfer_request request)
{
	fx->keeps_open = true;
	strbuf_add_str(&fx->answer, OK_HEAD "Content-Length: 1000000\r\n\r\n");
	add_text(&fx->answer, len);
	budget_take(transfers_budget(fx->transfers), other,
		(size_t)fx->config->crawler.bodies_max_mib << 20);
	return start(fx, request);
}

/* Until it can go no further. */
static void wait_for_pause(struct fixture *fx)
{
	while (!fx->n_connections || fx->connections[0].sent || !fx->n_requests)
		loop_turn(fx->loop, true);
	for (int i = 0; i < 100; i++)
		loop_turn(fx->loop, false);
	assert_int_equal(fx->n_done, 0);
}

/* Leaks are found by the sanitizer. */
static void test_transfer_memory__one_that_waits_for_memory_may_be_cancelled(void **state)
{
	struct fixture *fx = *state;
	struct budget_holder other = {0};
	struct transfer *t = start_without_memory(fx, &other, 40 << 10,
		(struct transfer_request){.rules = &local});

	wait_for_pause(fx);
	transfer_cancel(t);
	for (int i = 0; i < 100; i++)
		loop_turn(fx->loop, false);
	assert_int_equal(fx->n_done, 0);
	budget_leave(transfers_budget(fx->transfers), &other);
	assert_int_equal(budget_held(transfers_budget(fx->transfers)), 0);
}

static void test_transfer_memory__what_is_over_its_limit_once_there_is_memory_ends_at_once(
	void **state)
{
	struct fixture *fx = *state;
	struct budget_holder other = {0};

	start_without_memory(fx, &other, 40 << 10,
		(struct transfer_request){.rules = &local, .body_max_bytes = 36 << 10});
	wait_for_pause(fx);
	budget_leave(transfers_budget(fx->transfers), &other);
	for (int i = 0; i < 100 && !fx->n_done; i++)
		loop_turn(fx->loop, false);
	assert_int_equal(fx->n_done, 1);
	assert_int_equal(fx->fault, TRANSFER_OK);
	assert_int_equal(fx->result.limit, LIMIT_BODY);
	assert_int_equal(fx->result.body.len, 36 << 10);
}

static void test_transfer_memory__the_host_is_not_blamed_for_memory_that_never_came(void **state)
{
	struct fixture *fx = *state;
	struct budget_holder other = {0};

	start_without_memory(fx, &other, 40 << 10,
		(struct transfer_request){.rules = &local, .timeout_ms = 300});
	while (!fx->n_done)
		loop_turn(fx->loop, true);
	assert_int_equal(fx->fault, TRANSFER_BUSY);
	assert_int_equal(fx->result.limit, LIMIT_MEMORY);
	budget_leave(transfers_budget(fx->transfers), &other);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_transfer_memory__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(large_bodies_wait_for_memory_and_are_whole),
		TEST(memory_is_bounded_however_many_bodies_there_are),
		TEST(one_that_waits_for_memory_may_be_cancelled),
		TEST(what_is_over_its_limit_once_there_is_memory_ends_at_once),
		TEST(the_host_is_not_blamed_for_memory_that_never_came),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
