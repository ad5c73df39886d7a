/*
 * How hosts are backed off from: a pause a failure, doubling; one request, the
 * probe, at its end; and what it says decides.
 */
#include "tests/scheduler/planner_fixture.h"

static const enum outcome kinds[] = {OUTCOME_THROTTLED, OUTCOME_CHALLENGE, OUTCOME_BLOCKED,
	OUTCOME_DOWN};

#define N_KINDS (sizeof kinds / sizeof *kinds)

static const char *const five[] = {"http://a.cn/1.html", "http://a.cn/2.html", "http://a.cn/3.html",
	"http://a.cn/4.html", "http://a.cn/5.html", NULL};

static const struct host *host(struct fixture *fx, const char *name)
{
	const struct host *h = hosts_find(&fx->p->hosts, span_str(name));

	assert_non_null(h);
	return h;
}

static int64_t pause_of(struct fixture *fx)
{
	return host(fx, "a.cn")->next_ms - fx->now_ms;
}

static void fail_once(struct fixture *fx, enum outcome outcome)
{
	struct lease l = take(fx, "w");

	finish(fx, "w", &l, outcome);
}

static void wait_for_probe(struct fixture *fx)
{
	later(fx, pause_of(fx));
}

static void test_backoff__each_kind_doubles_its_pause_up_to_six_hours(void **state)
{
	for (size_t k = 0; k < N_KINDS; k++) {
		struct fixture *fx;

		setup(state);
		fx = *state;
		start_with(fx, five);
		for (unsigned i = 1; i <= 14; i++) {
			int64_t whole_ms = revisit_backoff_ms(kinds[k], i);

			fail_once(fx, kinds[k]);
			assert_in_range(pause_of(fx), whole_ms - whole_ms / 5, whole_ms);
			assert_true(pause_of(fx) <= 6 * HOUR);
			wait_for_probe(fx);
		}
		teardown(state);
	}
}

static void test_backoff__pauses_survive_a_kill(void **state)
{
	struct fixture *fx = *state;
	int64_t before_ms = 0;

	start_with(fx, five);
	for (unsigned i = 1; i <= 4; i++) {
		fail_once(fx, OUTCOME_CHALLENGE);
		reopen(fx);
		assert_int_equal(host(fx, "a.cn")->failures, i);
		assert_int_equal(host(fx, "a.cn")->failure, OUTCOME_CHALLENGE);
		assert_true(pause_of(fx) > before_ms);
		before_ms = pause_of(fx);
		later(fx, before_ms - 1);
		assert_int_equal(ask(fx, "w", 10), 0);
		later(fx, 1);
	}
	assert_in_range(before_ms, 64 * MINUTE, 80 * MINUTE);
}

static void test_backoff__one_probe_a_pause_until_one_is_answered(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, five);
	for (int i = 0; i < 4; i++) {
		fail_once(fx, OUTCOME_THROTTLED);
		later(fx, pause_of(fx) - 1);
		assert_int_equal(ask(fx, "w", 10), 0);
		later(fx, 1);
		assert_int_equal(ask(fx, "w", 10), 1);
		l = fx->reply.leases[0];
		assert_int_equal(ask(fx, "v", 10), 0);
		finish(fx, "w", &l, OUTCOME_THROTTLED);
		wait_for_probe(fx);
	}
	fail_once(fx, OUTCOME_OK);
	for (int i = 0; i < 3; i++) {
		assert_int_equal(pause_of(fx), DELAY_MS);
		wait_for_probe(fx);
		fail_once(fx, OUTCOME_OK);
	}
}

static void test_backoff__any_answer_of_the_host_opens_it(void **state)
{
	static const enum outcome answers[] = {OUTCOME_OK, OUTCOME_NOT_MODIFIED, OUTCOME_GONE,
		OUTCOME_MOVED, OUTCOME_EMPTY, OUTCOME_TOO_LARGE, OUTCOME_NOT_TEXT};

	for (size_t i = 0; i < sizeof answers / sizeof *answers; i++) {
		struct fixture *fx;

		setup(state);
		fx = *state;
		start_with(fx, five);
		fail_once(fx, OUTCOME_BLOCKED);
		wait_for_probe(fx);
		fail_once(fx, answers[i]);
		assert_int_equal(host(fx, "a.cn")->failures, 0);
		assert_int_equal(pause_of(fx), DELAY_MS);
		teardown(state);
	}
}

static void test_backoff__what_did_not_ask_the_host_does_not_open_it(void **state)
{
	struct fixture *fx = *state;

	start_with(fx, five);
	fail_once(fx, OUTCOME_BLOCKED);
	wait_for_probe(fx);
	fail_once(fx, OUTCOME_ROBOTS);
	wait_for_probe(fx);
	fail_once(fx, OUTCOME_GUARDED);
	assert_int_equal(host(fx, "a.cn")->failures, 1);
}

/* Symptom: with an article that was down by itself the others waited for hours. */
static void test_backoff__of_a_host_that_is_down_the_list_is_asked_first(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, five);
	for (int i = 0; i < 3; i++) {
		fail_once(fx, OUTCOME_DOWN);
		wait_for_probe(fx);
		l = take(fx, "w");
		assert_string_equal(l.url, "http://a.cn/");
		finish(fx, "w", &l, OUTCOME_DOWN);
		wait_for_probe(fx);
		l = take(fx, "w");
		assert_string_equal(l.url, "http://a.cn/");
		finish(fx, "w", &l, OUTCOME_OK);
		assert_int_equal(pause_of(fx), DELAY_MS);
		wait_for_probe(fx);
	}
}

/* A list that is let through is no sign that the wall before the articles is gone. */
static void test_backoff__a_list_does_not_make_the_pauses_of_a_wall_short(void **state)
{
	struct fixture *fx = *state;

	start_with(fx, five);
	for (size_t k = 0; k + 1 < N_KINDS; k++) {
		struct lease l = take(fx, "w");

		assert_string_not_equal(l.url, "http://a.cn/");
		finish(fx, "w", &l, kinds[k]);
		wait_for_probe(fx);
	}
}

static void test_backoff__hosts_that_fail_together_are_not_asked_together(void **state)
{
	struct fixture *fx = *state;
	int n_apart = 0;

	set_sources(fx,
		"sources:\n- {name: a, url: 'http://a.cn/', kind: listing}\n"
		"- {name: b, url: 'http://b.cn/', kind: listing}\n"
		"- {name: c, url: 'http://c.cn/', kind: listing}\n");
	for (int i = 0; i < 8; i++) {
		assert_int_equal(ask(fx, "w", 10), 3);
		fetch_all(fx, OUTCOME_CHALLENGE);
		n_apart += host(fx, "a.cn")->next_ms != host(fx, "b.cn")->next_ms &&
			host(fx, "b.cn")->next_ms != host(fx, "c.cn")->next_ms;
		later(fx, 6 * HOUR);
	}
	assert_true(n_apart >= 7);
}

static void test_backoff__the_shorter_pause_is_the_urls_too(void **state)
{
	struct fixture *fx = *state;
	int64_t ratio, before = 0;

	for (unsigned i = 1; i <= 5; i++) {
		fail_once(fx, OUTCOME_CHALLENGE);
		ratio = pause_of(fx) * 1000 / revisit_backoff_ms(OUTCOME_CHALLENGE, i);
		assert_int_not_equal(ratio, before);
		before = ratio;
		wait_for_probe(fx);
	}
}

static void test_backoff__chance_never_undercuts_a_wish(void **state)
{
	struct fixture *fx = *state;
	struct lease l;
	struct result r;

	start_with(fx, five);
	for (int i = 0; i < 6; i++) {
		l = take(fx, "w");
		r = result_of(&l, OUTCOME_THROTTLED);
		r.retry_after_ms = 3 * HOUR;
		report(fx, "w", &r);
		assert_int_equal(pause_of(fx), 3 * HOUR);
		wait_for_probe(fx);
	}
	load_config(fx, "scheduler: {host_delay_ms: 3600000}\n");
	reopen(fx);
	fail_once(fx, OUTCOME_OK);
	wait_for_probe(fx);
	fail_once(fx, OUTCOME_DOWN);
	assert_int_equal(pause_of(fx), HOUR);
}

/* Symptom: a crawler that was late brought a 429 back, and the host was asked again at once. */
static void test_backoff__a_wish_that_comes_late_is_heard(void **state)
{
	struct fixture *fx = *state;
	struct lease l;
	struct result late;

	start_with(fx, five);
	l = take(fx, "w");
	late = result_of(&l, OUTCOME_THROTTLED);
	late.retry_after_ms = HOUR;
	later(fx, LEASE_MS + DELAY_MS);
	l = take(fx, "other");
	late.url_number = l.url_number;
	report(fx, "w", &late);
	finish(fx, "other", &l, OUTCOME_OK);
	assert_int_equal(pause_of(fx), HOUR);
}

static void test_backoff__an_outage_is_no_deletion(void **state)
{
	struct fixture *fx = *state;
	struct lease l;
	struct result r;

	start_with(fx, one);
	l = take(fx, "w");
	r = result_of(&l, OUTCOME_OK);
	r.page = "00112233445566778899aabbccddeeff";
	r.etag = "\"1\"";
	r.changed = true;
	report(fx, "w", &r);
	later(fx, HOUR);
	for (int n = 0; n < 200; n++) { /* two weeks of them */
		assert_int_equal(ask(fx, "w", 10), 1);
		fetch_all(fx, OUTCOME_DOWN);
		later(fx, 6 * HOUR);
	}
	later(fx, 30 * DAY);
	for (int n = 0; n < 2; n++) {
		l = take(fx, "w");
		if (strcmp(l.url, "http://a.cn/") != 0)
			break;
		finish(fx, "w", &l, OUTCOME_OK);
		later(fx, DELAY_MS);
	}
	assert_string_equal(l.url, "http://a.cn/1.html");
	assert_string_equal(l.etag, "\"1\"");
}

static void test_backoff__sources_tell_why_and_until_when(void **state)
{
	struct fixture *fx = *state;
	struct json *j;
	const struct json *s;

	fail_once(fx, OUTCOME_DOWN);
	assert_int_equal(status(fx, "hosts_failing"), 1);
	j = admin(fx, ADMIN_SOURCES, NULL);
	s = json_first(json_get(j, "sources"));
	assert_string_equal(json_get_str(s, "host_trouble"), "down");
	assert_int_equal(json_get_int(s, "host_failures", 0), 1);
	assert_non_null(json_get_str(s, "host_probe"));
	json_free(j);
	later(fx, LIST_MS);
	fail_once(fx, OUTCOME_OK);
	assert_int_equal(status(fx, "hosts_failing"), 0);
	j = admin(fx, ADMIN_SOURCES, NULL);
	s = json_first(json_get(j, "sources"));
	assert_true(json_is_null(json_get(s, "host_trouble")));
	assert_true(json_is_null(json_get(s, "host_probe")));
	json_free(j);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_backoff__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_backoff__each_kind_doubles_its_pause_up_to_six_hours),
		TEST(pauses_survive_a_kill),
		TEST(one_probe_a_pause_until_one_is_answered),
		cmocka_unit_test(test_backoff__any_answer_of_the_host_opens_it),
		TEST(what_did_not_ask_the_host_does_not_open_it),
		TEST(of_a_host_that_is_down_the_list_is_asked_first),
		TEST(a_list_does_not_make_the_pauses_of_a_wall_short),
		TEST(hosts_that_fail_together_are_not_asked_together),
		TEST(the_shorter_pause_is_the_urls_too),
		TEST(chance_never_undercuts_a_wish),
		TEST(a_wish_that_comes_late_is_heard),
		TEST(an_outage_is_no_deletion),
		TEST(sources_tell_why_and_until_when),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
