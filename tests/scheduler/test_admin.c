/* What people ask the planner for. */
#include "tests/scheduler/planner_fixture.h"

static void test_admin__status_counts(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(json_freep) struct json *j = NULL;

	start_with(fx, two);
	assert_int_equal(ask(fx, "w", 1), 1);
	j = admin(fx, ADMIN_STATUS, NULL);
	assert_int_equal(json_get_int(j, "urls", -1), 3);
	assert_int_equal(json_get_int(j, "leased", -1), 1);
	assert_int_equal(json_get_int(j, "due_now", -1), 1);
	assert_int_equal(json_get_int(j, "hosts", -1), 1);
	assert_int_equal(json_get_int(j, "sources", -1), 1);
	assert_int_equal(json_get_int(json_get(j, "outcomes"), "ok", -1), 1);
	assert_int_equal(json_get_int(json_first(json_get(j, "workers")), "leases", -1), 1);
}

static void test_admin__sources_tell_their_health(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(json_freep) struct json *before = admin(fx, ADMIN_SOURCES, NULL);
	CLEANUP(json_freep) struct json *after = NULL;
	const struct json *s = json_first(json_get(before, "sources"));

	assert_true(json_is_null(json_get(s, "last_fetch")));
	assert_true(json_is_null(json_get(s, "last_outcome")));
	start_with(fx, two);
	after = admin(fx, ADMIN_SOURCES, NULL);
	s = json_first(json_get(after, "sources"));
	assert_string_equal(json_get_str(s, "name"), "list");
	assert_string_equal(json_get_str(s, "last_outcome"), "ok");
	assert_string_equal(json_get_str(s, "last_fetch"), "2025-05-29T12:00:00Z");
	assert_string_equal(json_get_str(s, "next_due"), "2025-05-29T12:10:00Z");
	assert_int_equal(json_get_int(s, "items_seen", -1), 2);
	assert_int_equal(json_get_int(s, "items_new", -1), 2);
	assert_string_equal(json_get_str(s, "last_new_item"), "2025-05-29T12:00:00Z");
}

static void test_admin__added_urls_are_due_now(void **state)
{
	struct fixture *fx = *state;
	struct json *j = admin(fx, ADMIN_ADD, "http://b.cn/x.html");
	struct lease l;

	assert_int_equal(json_get_int(j, "added", -1), 1);
	json_free(j);
	assert_int_equal(ask(fx, "w", 10), 2);
	l = fx->reply.leases[strcmp(fx->reply.leases[0].url, "http://b.cn/x.html") != 0];
	assert_string_equal(l.source, "manual");
	assert_int_equal(l.kind, WORK_PAGE);
	finish(fx, "w", &l, OUTCOME_OK);
	later(fx, DELAY_MS);
	assert_int_equal(ask(fx, "w", 10), 0);
	j = admin(fx, ADMIN_ADD, "http://b.cn/x.html#again");
	assert_int_equal(json_get_int(j, "due", -1), 1);
	json_free(j);
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_admin__an_added_url_of_a_source_is_the_sources(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	finish(fx, "w", &l, OUTCOME_OK);
	later(fx, DELAY_MS);
	json_free(admin(fx, ADMIN_ADD, "http://a.cn/"));
	l = take(fx, "w");
	assert_string_equal(l.source, "list");
	assert_int_equal(l.kind, WORK_LISTING);
}

static void test_admin__what_is_no_url_is_not_added(void **state)
{
	struct fixture *fx = *state;

	assert_null(admin(fx, ADMIN_ADD, "file:///etc/passwd"));
	assert_int_equal(status(fx, "urls"), 1);
}

static void test_admin__a_paused_host_waits_until_it_is_resumed(void **state)
{
	struct fixture *fx = *state;

	json_free(admin(fx, ADMIN_PAUSE, "a.cn"));
	reopen(fx);
	assert_int_equal(ask(fx, "w", 10), 0);
	assert_int_equal(status(fx, "hosts_paused"), 1);
	json_free(admin(fx, ADMIN_RESUME, "a.cn"));
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_admin__a_paused_source_waits_until_it_is_resumed(void **state)
{
	struct fixture *fx = *state;

	json_free(admin(fx, ADMIN_PAUSE, "list"));
	reopen(fx);
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, DAY);
	assert_int_equal(ask(fx, "w", 10), 0);
	json_free(admin(fx, ADMIN_RESUME, "list"));
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_admin__a_pause_of_nothing_is_refused(void **state)
{
	struct fixture *fx = *state;

	assert_null(admin(fx, ADMIN_PAUSE, "nobody"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_admin__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(status_counts),
		TEST(sources_tell_their_health),
		TEST(added_urls_are_due_now),
		TEST(an_added_url_of_a_source_is_the_sources),
		TEST(what_is_no_url_is_not_added),
		TEST(a_paused_host_waits_until_it_is_resumed),
		TEST(a_paused_source_waits_until_it_is_resumed),
		TEST(a_pause_of_nothing_is_refused),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
