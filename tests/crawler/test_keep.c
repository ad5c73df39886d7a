/*
 * Keep against a fake store that counts transactions and can refuse.
 */
#include "crawler/keep.h"

#include "common/err.h"
#include "tests/cmocka_all.h"

#define PAGES 1200

static struct {
	int n_batches, n_pages, n_robots;
	const struct record *bad; /* a batch with this one fails */
	bool holds_bad;
} fake;

int store_batch_begin(struct store *s, struct store_batch **ret)
{
	(void)s;
	fake.n_batches++;
	fake.holds_bad = false;
	*ret = (struct store_batch *)&fake;
	return 0;
}

int store_batch_commit(struct store_batch *b)
{
	(void)b;
	return fake.holds_bad ? -ERR_TOO_BIG : 0;
}

enum save_outcome store_save_page(struct store_batch *b, struct record *r, struct span raw)
{
	(void)b;
	(void)raw;
	fake.n_pages++;
	fake.holds_bad |= r == fake.bad;
	return SAVE_NEW;
}

void store_save_visit(struct store_batch *b, const struct hash *id, int64_t at_ms)
{
	(void)b;
	(void)id;
	(void)at_ms;
}

void store_save_robots(struct store_batch *b, const char *origin, const struct store_robots *r)
{
	(void)b;
	assert_string_equal(origin, "http://a.cn");
	assert_true(span_is(r->body, "Disallow: /"));
	fake.n_robots++;
}

struct fixture {
	struct loop *loop;
	struct keep *keep;
	int n_kept, n_refused, wanted;
};

static void on_kept(void *arg, int err, enum save_outcome outcome)
{
	struct fixture *fx = arg;

	(void)outcome;
	if (err == 0)
		fx->n_kept++;
	else
		fx->n_refused++;
	if (fx->n_kept + fx->n_refused == fx->wanted)
		loop_stop(fx->loop);
}

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	memset(&fake, 0, sizeof fake);
	fx->loop = loop_new();
	fx->keep = keep_new(fx->loop, NULL);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	keep_free(fx->keep);
	loop_free(fx->loop);
	test_free(fx);
	return 0;
}

static void test_keep__what_waits_goes_into_few_transactions(void **state)
{
	struct fixture *fx = *state;
	static struct record records[PAGES];

	fx->wanted = PAGES;
	for (size_t i = 0; i < PAGES; i++)
		keep_page(fx->keep, &records[i], (struct span){0}, on_kept, fx);
	loop_run(fx->loop);
	assert_int_equal(fx->n_kept, PAGES);
	assert_int_equal(fake.n_pages, PAGES);
	assert_true(fake.n_batches < PAGES);
}

static void test_keep__one_bad_page_does_not_keep_others_out(void **state)
{
	struct fixture *fx = *state;
	static struct record records[50];

	fake.bad = &records[20];
	fx->wanted = 50;
	for (size_t i = 0; i < 50; i++)
		keep_page(fx->keep, &records[i], (struct span){0}, on_kept, fx);
	loop_run(fx->loop);
	assert_int_equal(fx->n_kept, 49);
	assert_int_equal(fx->n_refused, 1);
}

static void test_keep__robots_are_copied(void **state)
{
	struct fixture *fx = *state;
	char origin[] = "http://a.cn", body[] = "Disallow: /";
	const struct store_robots robots = {.body = span_str(body)};
	const struct hash id = {0};

	keep_robots(fx->keep, origin, &robots);
	memset(origin, 'x', sizeof origin - 1);
	memset(body, 'x', sizeof body - 1);
	fx->wanted = 1;
	keep_visit(fx->keep, &id, 0, on_kept, fx);
	loop_run(fx->loop);
	assert_int_equal(fake.n_robots, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_keep__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_waits_goes_into_few_transactions),
		TEST(one_bad_page_does_not_keep_others_out),
		TEST(robots_are_copied),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
