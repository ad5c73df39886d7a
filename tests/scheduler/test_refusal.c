/*
 * What lists show and is not asked for: counted, listed as lost, and taken back under
 * other rules.
 */
#include "scheduler/coverage.h"
#include "tests/scheduler/planner_fixture.h"

#define LIST "sources: [{name: list, url: 'http://a.cn/', kind: listing"

static const char *const traps[] = {"http://a.cn/1.html", "http://a.cn/e/e/e/e/e/x.html",
	"http://a.cn/calendar/2031/05/", NULL};

static int64_t of_source(struct fixture *fx, const char *key)
{
	CLEANUP(json_freep) struct json *j = admin(fx, ADMIN_SOURCES, NULL);

	return json_get_int(json_first(json_get(j, "sources")), key, -1);
}

static void read_fates(struct fixture *fx, struct strbuf *out)
{
	CLEANUP(freep) char *path = alloc_printf("%s/frontier", fx->folder);
	CLEANUP(freep) char *error = NULL;
	CLEANUP(coverage_closep) struct coverage *c = NULL;
	struct coverage_item item;

	planner_close(fx->p);
	fx->p = NULL;
	assert_int_equal(coverage_open(path, NULL, &c, &error), 0);
	while (coverage_next(c, &item) == 1)
		strbuf_printf(out, "%.*s %s %s; ", (int)item.url.len, item.url.data,
			coverage_fate_str(item.fate),
			item.was_fetched ? outcome_str(item.outcome) : "-");
	coverage_close(TAKE_PTR(c));
	open_planner(fx);
}

/* The list, as soon as it may be asked again. */
static void show_again(struct fixture *fx, const char *const *urls)
{
	struct lease l;

	later(fx, LIST_MS);
	l = take(fx, "w");
	while (strcmp(l.url, "http://a.cn/") != 0) {
		finish(fx, "w", &l, OUTCOME_OK);
		later(fx, DELAY_MS);
		l = take(fx, "w");
	}
	show(fx, "w", &l, urls);
	later(fx, DELAY_MS);
}

static void test_refusal__traps_are_listed_as_lost_and_never_asked_for(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(fates);
	struct lease l;

	start_with(fx, traps);
	assert_int_equal(status(fx, "refused"), 2);
	assert_int_equal(status(fx, "admitted"), 1);
	assert_int_equal(of_source(fx, "items_refused"), 2);
	read_fates(fx, &fates);
	assert_string_equal(fates.data,
		"http://a.cn/1.html waiting -; http://a.cn/e/e/e/e/e/x.html lost trap; "
		"http://a.cn/calendar/2031/05/ lost trap; ");
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/1.html");
	later(fx, DELAY_MS);
	assert_int_equal(ask(fx, "v", 10), 0);
	assert_int_equal(of_source(fx, "items_refused"), 2); /* over the restart */
}

static void test_refusal__an_item_is_counted_once(void **state)
{
	struct fixture *fx = *state;

	start_with(fx, traps);
	show_again(fx, traps);
	assert_int_equal(of_source(fx, "items_refused"), 2);
	assert_int_equal(of_source(fx, "items_new"), 1);
}

static void test_refusal__a_source_has_its_number_of_items(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(fates);

	set_sources(fx, LIST ", urls_max: 1}]");
	start_with(fx, two);
	assert_int_equal(of_source(fx, "items_new"), 1);
	read_fates(fx, &fates);
	assert_string_equal(fates.data,
		"http://a.cn/1.html waiting -; http://a.cn/2.html lost capped; ");
}

static void test_refusal__other_rules_take_items_back(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(fates);

	set_sources(fx, LIST ", urls_max: 1}]");
	start_with(fx, two);
	set_sources(fx, LIST "}]");
	show_again(fx, two);
	assert_int_equal(of_source(fx, "items_new"), 2);
	read_fates(fx, &fates);
	assert_non_null(strstr(fates.data, "http://a.cn/2.html waiting -; "));
}

static void test_refusal__what_somebody_adds_is_asked_for(void **state)
{
	struct fixture *fx = *state;

	start_with(fx, traps);
	json_free(admin(fx, ADMIN_ADD, traps[1]));
	for (int i = 0; i < 2; i++) {
		struct lease l = take(fx, "w");

		if (strcmp(l.url, traps[1]) == 0)
			return;
		finish(fx, "w", &l, OUTCOME_OK);
		later(fx, DELAY_MS);
	}
	fail();
}

static void test_refusal__a_list_does_not_go_on_into_a_trap(void **state)
{
	struct fixture *fx = *state;
	struct item item = {.url = "http://a.cn/1.html", .title = "", .kind = WORK_PAGE};
	struct lease l = take(fx, "w");
	struct result r = result_of(&l, OUTCOME_OK);

	r.items = &item;
	r.n_items = 1;
	r.next_page = "http://a.cn/p/p/p/p/";
	report(fx, "w", &r);
	assert_int_equal(status(fx, "refused"), 1);
	assert_int_equal(status(fx, "urls"), 2);
}

/* Of a trap there is no end, and the frontier has one. */
static void test_refusal__only_the_first_of_many_are_listed(void **state)
{
	struct fixture *fx = *state;
	static struct item items[1100];
	static char urls[1100][64];
	struct lease l = take(fx, "w");
	struct result r = result_of(&l, OUTCOME_OK);

	for (size_t i = 0; i < 1100; i++) {
		snprintf(urls[i], sizeof urls[i], "http://a.cn/%zu/e/e/e/e/", i);
		items[i] = (struct item){.url = urls[i], .title = "", .kind = WORK_PAGE};
	}
	r.items = items;
	r.n_items = 1000;
	report(fx, "w", &r);
	later(fx, LIST_MS);
	l = take(fx, "w");
	r = result_of(&l, OUTCOME_OK);
	r.items = items + 100;
	r.n_items = 1000;
	report(fx, "w", &r);
	assert_int_equal(of_source(fx, "items_refused"), 1100);
	assert_int_equal(status(fx, "urls"), 1001);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_refusal__traps_are_listed_as_lost_and_never_asked_for),
		TEST(test_refusal__an_item_is_counted_once),
		TEST(test_refusal__a_source_has_its_number_of_items),
		TEST(test_refusal__other_rules_take_items_back),
		TEST(test_refusal__what_somebody_adds_is_asked_for),
		TEST(test_refusal__a_list_does_not_go_on_into_a_trap),
		TEST(test_refusal__only_the_first_of_many_are_listed),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
