/* Further pages of lists: what a burst of publications pushed off the first one. */
#include "tests/scheduler/planner_fixture.h"

/* To @worker a page of the list shows items @from to @from + @n - 1, and goes on at @next. */
static void show_page_to(struct fixture *fx, const char *worker, const struct lease *l, int from,
	int n, const char *next)
{
	struct item items[32] = {0};
	char urls[32][64];
	struct result r = result_of(l, OUTCOME_OK);

	for (int i = 0; i < n; i++) {
		snprintf(urls[i], sizeof urls[i], "http://a.cn/%d.html", from + i);
		items[i] = (struct item){.url = urls[i], .title = "", .kind = WORK_PAGE};
	}
	r.items = items;
	r.n_items = (size_t)n;
	r.next_page = next;
	report(fx, worker, &r);
	later(fx, DELAY_MS);
}

static void show_page(struct fixture *fx, const struct lease *l, int from, int n, const char *next)
{
	show_page_to(fx, "w", l, from, n, next);
}

/* Fetches articles until a list's page is leased, or nothing is due: then its url_number is 0. */
static struct lease take_page(struct fixture *fx)
{
	while (ask(fx, "w", 10)) {
		struct lease l = fx->reply.leases[0];

		if (l.kind == WORK_LISTING)
			return l;
		finish(fx, "w", &l, OUTCOME_OK);
		later(fx, DELAY_MS);
	}
	return (struct lease){.url = ""};
}

static void test_further__a_page_that_is_all_news_is_followed_by_the_next(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	show_page(fx, &l, 10, 10, "http://a.cn/index_1.html");
	l = take_page(fx);
	assert_string_equal(l.url, "http://a.cn/index_1.html");
	assert_string_equal(l.source, "list");
	show_page(fx, &l, 20, 10, "http://a.cn/index_2.html");
	l = take_page(fx);
	assert_string_equal(l.url, "http://a.cn/index_2.html");
	show_page(fx, &l, 30, 3, "");
	assert_string_equal(take_page(fx).url, "");
	assert_int_equal(status(fx, "urls"), 3 + 23);
}

/* Symptom: while a page's items were fetched others were published, and the next page showed the same once more. */
static void test_further__pages_go_before_all_items_of_their_round(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	show_page(fx, &l, 10, 10, "http://a.cn/index_1.html");
	for (int i = 1; i < 4; i++) {
		CLEANUP(freep) char *here = alloc_printf("http://a.cn/index_%d.html", i);
		CLEANUP(freep) char *next = alloc_printf("http://a.cn/index_%d.html", i + 1);

		l = take(fx, "w");
		assert_string_equal(l.url, here);
		show_page(fx, &l, 10 + 10 * i, 10, next);
	}
}

static void test_further__items_that_news_moved_down_do_not_end_it(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	show_page(fx, &l, 10, 10, "http://a.cn/index_1.html");
	l = take(fx, "w");
	show_page(fx, &l, 12, 10, "http://a.cn/index_2.html"); /* two of them new */
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/index_2.html");
	show_page(fx, &l, 12, 10, "http://a.cn/index_3.html"); /* none, and none fetched yet */
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/index_3.html");
}

static void test_further__pages_are_looked_at_in_every_round_of_news(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	for (int round = 0; round < 3; round++) {
		assert_string_equal(l.url, "http://a.cn/");
		show_page(fx, &l, 100 * round + 20, 10, "http://a.cn/index_1.html");
		l = take_page(fx);
		assert_string_equal(l.url, "http://a.cn/index_1.html");
		show_page(fx, &l, 100 * round + 10, 10, "http://a.cn/index_2.html");
		l = take_page(fx);
		assert_string_equal(l.url, "http://a.cn/index_2.html");
		show_page(fx, &l, 100 * round, 10, "");
		assert_string_equal(take_page(fx).url, "");
		later(fx, LIST_MS);
		l = take_page(fx);
	}
}

static void test_further__a_page_that_is_mostly_known_is_enough(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	show_page(fx, &l, 10, 10, "");
	assert_string_equal(take_page(fx).url, "");
	later(fx, LIST_MS);
	l = take_page(fx);
	show_page(fx, &l, 6, 10, "http://a.cn/index_1.html"); /* four of them are new */
	assert_string_equal(take_page(fx).url, "");
}

/* Symptom: the other found all items known, and what the first page had pushed off was never seen. */
static void test_further__a_late_page_is_followed_though_another_has_the_list(void **state)
{
	struct fixture *fx = *state;
	struct lease first = take(fx, "w"), second;

	first.url = "http://a.cn/"; /* its own lives until the next request */
	later(fx, LEASE_MS + DELAY_MS);
	second = take(fx, "other");
	show_page(fx, &first, 10, 10, "http://a.cn/index_1.html");
	show_page_to(fx, "other", &second, 10, 10, "http://a.cn/index_1.html");
	assert_string_equal(take_page(fx).url, "http://a.cn/index_1.html");
}

static void test_further__depth_has_a_limit(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");
	int n = 0;

	for (; *l.url; n++) {
		CLEANUP(freep) char *next = alloc_printf("http://a.cn/index_%d.html", n + 1);

		assert_true(n < 20);
		show_page(fx, &l, 10 * n, 10, next);
		l = take_page(fx);
	}
	assert_int_equal(n, 1 + 5);
}

static void test_further__a_page_outside_of_the_scope_is_not_looked_at(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	show_page(fx, &l, 10, 10, "http://elsewhere.cn/index_1.html");
	assert_string_equal(take_page(fx).url, "");
}

static void test_further__a_list_that_goes_on_at_itself_or_its_head_ends(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	show_page(fx, &l, 10, 10, "http://a.cn/");
	assert_string_equal(take_page(fx).url, "");
	later(fx, LIST_MS);
	l = take_page(fx);
	show_page(fx, &l, 20, 10, "http://a.cn/index_1.html");
	l = take_page(fx);
	show_page(fx, &l, 30, 10, "http://a.cn/index_1.html");
	assert_string_equal(take_page(fx).url, "");
}

static void test_further__an_article_does_not_become_a_page_of_the_list(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");
	struct result r;

	show_page(fx, &l, 1, 1, "");
	l = take(fx, "w");
	r = result_of(&l, OUTCOME_OK);
	r.page = "00112233445566778899aabbccddeeff";
	report(fx, "w", &r);
	later(fx, LIST_MS);
	l = take(fx, "w");
	show_page(fx, &l, 10, 2, "http://a.cn/1.html");
	assert_string_equal(take_page(fx).url, "");
}

static void test_further__a_page_that_is_down_is_asked_again(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	show_page(fx, &l, 10, 10, "http://a.cn/index_1.html");
	l = take_page(fx);
	finish(fx, "w", &l, OUTCOME_DOWN);
	reopen(fx);
	later(fx, 15 * SECOND);
	l = take_page(fx);
	assert_string_equal(l.url, "http://a.cn/index_1.html");
	show_page(fx, &l, 20, 10, "");
	later(fx, LIST_MS - 1);
	assert_string_equal(take_page(fx).url, "http://a.cn/");
}

static void test_further__zero_looks_at_none(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	planner_close(fx->p);
	fx->p = NULL;
	load_config(fx, "scheduler: {further_pages_max: 0}\n");
	open_planner(fx);
	l = take(fx, "w");
	show_page(fx, &l, 10, 10, "http://a.cn/index_1.html");
	assert_string_equal(take_page(fx).url, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_further__a_page_that_is_all_news_is_followed_by_the_next),
		TEST(test_further__pages_go_before_all_items_of_their_round),
		TEST(test_further__items_that_news_moved_down_do_not_end_it),
		TEST(test_further__pages_are_looked_at_in_every_round_of_news),
		TEST(test_further__a_page_that_is_mostly_known_is_enough),
		TEST(test_further__a_late_page_is_followed_though_another_has_the_list),
		TEST(test_further__depth_has_a_limit),
		TEST(test_further__a_page_outside_of_the_scope_is_not_looked_at),
		TEST(test_further__a_list_that_goes_on_at_itself_or_its_head_ends),
		TEST(test_further__an_article_does_not_become_a_page_of_the_list),
		TEST(test_further__a_page_that_is_down_is_asked_again),
		TEST(test_further__zero_looks_at_none),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
