/* Redirects: those of pages and lists, for now and for good, and those of robots.txt. */
#include "tests/scheduler/planner_fixture.h"

static void move(struct fixture *fx, const struct lease *l, int status, const char *target)
{
	struct result r = result_of(l, OUTCOME_MOVED);

	r.http_status = status;
	r.moved_to = target;
	report(fx, "w", &r);
	later(fx, DELAY_MS);
}

static void answer_ok(struct fixture *fx, const struct lease *l)
{
	finish(fx, "w", l, OUTCOME_OK);
	later(fx, DELAY_MS);
}

static void test_redirect__what_has_moved_for_good_is_asked_for_where_it_is(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	move(fx, &l, 301, "http://b.cn/");
	for (int i = 0; i < 5; i++) {
		l = take(fx, "w");
		assert_string_equal(l.url, "http://b.cn/");
		assert_true(l.kind == WORK_LISTING);
		answer_ok(fx, &l);
		assert_int_equal(ask(fx, "w", 10), 0);
		later(fx, LIST_MS);
	}
}

static void test_redirect__a_move_for_good_is_looked_at_again_after_a_day(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	move(fx, &l, 308, "http://b.cn/");
	l = take(fx, "w");
	answer_ok(fx, &l);
	later(fx, DAY);
	assert_int_equal(ask(fx, "w", 10), 2);
}

static void test_redirect__a_list_that_moves_back_is_asked_for_at_its_own_url(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	move(fx, &l, 301, "http://b.cn/");
	l = take(fx, "w");
	answer_ok(fx, &l);
	later(fx, DAY);
	assert_int_equal(ask(fx, "w", 10), 2);
	fetch_all(fx, OUTCOME_OK);
	later(fx, LIST_MS);
	for (int i = 0; i < 3; i++) {
		l = take(fx, "w");
		assert_string_equal(l.url, "http://a.cn/");
		answer_ok(fx, &l);
		later(fx, LIST_MS);
	}
}

static void test_redirect__where_a_list_had_moved_to_is_gone_and_it_is_asked_itself(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	move(fx, &l, 301, "http://b.cn/");
	l = take(fx, "w");
	finish(fx, "w", &l, OUTCOME_GONE);
	later(fx, LIST_MS);
	assert_true(ask(fx, "w", 10) >= 1);
	for (size_t i = 0; i < fx->reply.n_leases; i++) {
		if (strcmp(fx->reply.leases[i].url, "http://a.cn/") == 0)
			return;
	}
	fail_msg("the source's own URL is not asked");
}

static void test_redirect__a_move_for_now_is_asked_for_each_time(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	for (int i = 0; i < 3; i++) {
		l = take(fx, "w");
		assert_string_equal(l.url, "http://a.cn/");
		move(fx, &l, 302, "http://b.cn/");
		l = take(fx, "w");
		assert_string_equal(l.url, "http://b.cn/");
		answer_ok(fx, &l);
		later(fx, LIST_MS);
	}
}

/* A paper's front page: for good to another host, and there to the page of the day. */
static void test_redirect__what_leads_on_for_now_is_asked_each_time_where_it_has_moved(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	move(fx, &l, 301, "http://b.cn/");
	for (int i = 0; i < 3; i++) {
		CLEANUP(freep) char *today = alloc_printf("http://b.cn/2025-06-0%d/", i);

		l = take(fx, "w");
		assert_string_equal(l.url, "http://b.cn/");
		move(fx, &l, 302, today);
		l = take(fx, "w");
		assert_string_equal(l.url, today);
		answer_ok(fx, &l);
		later(fx, LIST_MS);
	}
}

static void test_redirect__a_source_that_is_removed_stops_where_it_had_moved_to(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	move(fx, &l, 301, "http://b.cn/");
	l = take(fx, "w");
	move(fx, &l, 301, "http://c.cn/");
	l = take(fx, "w");
	assert_string_equal(l.url, "http://c.cn/");
	answer_ok(fx, &l);
	set_sources(fx, "sources: []\n");
	later(fx, 2 * DAY);
	assert_int_equal(ask(fx, "w", 10), 0);
}

/* Symptom: after a night in a circle a source was never followed to where it stands again. */
static void test_redirect__a_circle_through_itself_is_gone_round_once_an_interval(void **state)
{
	static const char *const spellings[] = {"http://a.cn/", "http://a.cn/index.html"};
	struct fixture *fx = *state;
	int n_rounds = 0;
	struct lease l;

	for (int i = 0; i < 200 && ask(fx, "w", 10) == 1; i++, n_rounds++) {
		l = fx->reply.leases[0];
		move(fx, &l, 302, spellings[strcmp(l.url, spellings[0]) == 0]);
	}
	assert_in_range(n_rounds, 2, ENTRY_HOPS_MAX + 1);
	later(fx, LIST_MS);
	l = take(fx, "w");
	move(fx, &l, 301, spellings[strcmp(l.url, spellings[0]) == 0]);
	l = take(fx, "w");
	answer_ok(fx, &l);
}

/* What leads where for good; all else answers. */
struct lead {
	const char *from, *to;
};

/* Answers all that is asked for during @ms; how often that was @url. */
static int live(struct fixture *fx, int64_t ms, const struct lead *leads, const char *url)
{
	int n = 0;

	for (int64_t end = fx->now_ms + ms; fx->now_ms < end; later(fx, 10 * SECOND)) {
		const struct lead *lead = leads;
		struct lease l;

		if (!ask(fx, "w", 1))
			continue;
		l = fx->reply.leases[0];
		n += strcmp(l.url, url) == 0;
		while (lead->from && strcmp(lead->from, l.url) != 0)
			lead++;
		if (lead->from)
			move(fx, &l, 301, lead->to);
		else
			answer_ok(fx, &l);
	}
	return n;
}

static void test_redirect__a_way_that_has_become_shorter_keeps_its_end(void **state)
{
	static const struct lead by_way[] = {{"http://a.cn/", "http://b.cn/"},
		{"http://b.cn/", "http://c.cn/"}, {0}};
	static const struct lead direct[] = {{"http://a.cn/", "http://c.cn/"},
		{"http://b.cn/", "http://c.cn/"}, {0}};
	struct fixture *fx = *state;

	live(fx, HOUR, by_way, "");
	live(fx, DAY, direct, "");
	assert_in_range(live(fx, HOUR, direct, "http://c.cn/"), 5, 7);
}

static void test_redirect__a_list_that_is_sent_back_is_asked_for_at_its_own_url(void **state)
{
	static const struct lead away[] = {{"http://a.cn/", "http://b.cn/"}, {0}};
	static const struct lead back[] = {{"http://b.cn/", "http://a.cn/"}, {0}};
	struct fixture *fx = *state;

	live(fx, HOUR, away, "");
	assert_true(live(fx, HOUR, back, "http://a.cn/") >= 4);
	live(fx, 2 * DAY, back, "");
	assert_in_range(live(fx, HOUR, back, "http://a.cn/"), 5, 7);
	assert_int_equal(live(fx, HOUR, back, "http://b.cn/"), 0);
}

static void test_redirect__a_circle_is_walked_once_an_interval(void **state)
{
	static const struct lead circle[] = {{"http://a.cn/", "http://b.cn/"},
		{"http://b.cn/", "http://a.cn/"}, {0}};
	struct fixture *fx = *state;

	live(fx, HOUR, circle, "");
	assert_true(live(fx, HOUR, circle, "http://a.cn/") <= 7);
	assert_true(live(fx, HOUR, circle, "http://b.cn/") <= 7);
}

static void test_redirect__a_source_may_be_given_the_url_that_it_had_moved_to(void **state)
{
	static const struct lead away[] = {{"http://a.cn/", "http://b.cn/"}, {0}};
	struct fixture *fx = *state;

	live(fx, HOUR, away, "");
	set_sources(fx, "sources:\n- {name: list, url: 'http://b.cn/', kind: listing}\n");
	assert_in_range(live(fx, HOUR, away, "http://b.cn/"), 5, 7);
	assert_int_equal(live(fx, 2 * DAY, away, "http://a.cn/"), 0);
}

static void test_redirect__an_item_may_not_lead_out_of_its_sources_scope(void **state)
{
	static const char *const items[] = {"http://a.cn/1.html", "http://sub.a.cn/2.html", NULL};
	static const char *const targets[] = {"http://ads.cn/1", "http://b.sub.a.cn/2"};
	struct fixture *fx = *state;
	struct result results[2];
	const struct work_request q = {.worker = "w",
		.boot = 1,
		.seq = 100,
		.results = results,
		.n_results = 2};

	start_with(fx, items);
	assert_int_equal(ask(fx, "w", 10), 2);
	for (int i = 0; i < 2; i++) {
		const struct lease *l = &fx->reply.leases[i];

		results[i] = result_of(l, OUTCOME_MOVED);
		results[i].http_status = 302;
		results[i].moved_to = targets[strstr(l->url, "sub") != NULL];
	}
	send(fx, &q);
	later(fx, DELAY_MS);
	assert_string_equal(take(fx, "w").url, "http://b.sub.a.cn/2");
}

static void test_redirect__a_page_that_sends_on_is_followed_once(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, one);
	l = take(fx, "w");
	move(fx, &l, 302, "http://a.cn/2.html");
	l = take(fx, "w");
	move(fx, &l, 200, "http://a.cn/3.html");
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/3.html");
	move(fx, &l, 301, "http://a.cn/4.html");
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/4.html");
	move(fx, &l, 200, "http://a.cn/5.html");
	assert_int_equal(ask(fx, "w", 10), 0);
}

/* robots.txt that stands elsewhere. */

static void send_elsewhere(struct fixture *fx, const struct lease *l, const char *at)
{
	struct result r = result_of(l, OUTCOME_ROBOTS);

	r.robots_at = at;
	report(fx, "w", &r);
}

static void test_redirect__a_robots_file_of_another_host_has_a_lease_of_its_own(void **state)
{
	struct fixture *fx = *state;
	struct lease page = take(fx, "w"), file;

	send_elsewhere(fx, &page, "http://www.a.cn/robots.txt");
	file = take(fx, "w");
	assert_string_equal(file.url, "http://www.a.cn/robots.txt");
	assert_true(file.kind == WORK_ROBOTS);
	answer_ok(fx, &file);
	later(fx, MINUTE);
	page = take(fx, "w");
	assert_string_equal(page.url, "http://a.cn/");
	answer_ok(fx, &page);
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, LIST_MS);
	assert_string_equal(take(fx, "w").url, "http://a.cn/");
}

static void test_redirect__a_robots_file_waits_while_its_host_has_a_lease(void **state)
{
	struct fixture *fx = *state;
	struct lease leases[2];

	set_sources(fx,
		"sources:\n- {name: list, url: 'http://a.cn/', kind: listing}\n"
		"- {name: other, url: 'http://b.cn/', kind: listing}\n");
	assert_int_equal(ask(fx, "w", 10), 2);
	memcpy(leases, fx->reply.leases, sizeof leases);
	send_elsewhere(fx, &leases[strcmp(leases[0].url, "http://a.cn/") != 0],
		"http://b.cn/robots.txt");
	later(fx, DELAY_MS);
	for (size_t i = ask(fx, "v", 10); i-- > 0;)
		assert_string_not_equal(fx->reply.leases[i].url, "http://b.cn/robots.txt");
}

/* Two hours without the file, though it is asked for; how often that was, and the page. */
static void wait_for_file(struct fixture *fx, int *ret_n_file, int *ret_n_page)
{
	*ret_n_file = *ret_n_page = 0;
	for (int64_t end = fx->now_ms + 2 * HOUR; fx->now_ms < end; later(fx, SECOND)) {
		struct lease l;

		if (!ask(fx, "w", 1))
			continue;
		l = fx->reply.leases[0];
		if (l.kind == WORK_ROBOTS) {
			finish(fx, "w", &l, OUTCOME_OK);
			++*ret_n_file;
		} else {
			send_elsewhere(fx, &l, "http://b.cn/robots.txt");
			++*ret_n_page;
		}
	}
}

static void test_redirect__a_robots_file_that_never_arrives_stops_the_asking(void **state)
{
	struct fixture *fx = *state;
	int n_file, n_page;

	wait_for_file(fx, &n_file, &n_page);
	assert_in_range(n_page, 20, 20 + 13);
}

static void test_redirect__a_robots_file_that_never_arrived_is_told_and_asked_for_with_its_page(
	void **state)
{
	struct fixture *fx = *state;
	CLEANUP(json_freep) struct json *j = NULL;
	int n_file, n_page;

	wait_for_file(fx, &n_file, &n_page);
	wait_for_file(fx, &n_file, &n_page);
	assert_in_range(n_page, 11, 13);
	assert_in_range(n_file, 11, 13);
	j = admin(fx, ADMIN_SOURCES, NULL);
	assert_string_equal(json_get_str(json_first(json_get(j, "sources")), "last_outcome"),
		"robots");
}

static void test_redirect__a_file_on_a_host_that_is_down_is_not_waited_for_all_the_time(
	void **state)
{
	struct fixture *fx = *state;
	int n_page = 0, n_file = 0;

	for (int64_t end = fx->now_ms + HOUR; fx->now_ms < end; later(fx, SECOND)) {
		struct lease l;

		if (!ask(fx, "w", 1))
			continue;
		l = fx->reply.leases[0];
		if (l.kind == WORK_ROBOTS) {
			finish(fx, "w", &l, OUTCOME_DOWN);
			n_file++;
		} else {
			send_elsewhere(fx, &l, "http://b.cn/robots.txt");
			n_page++;
		}
	}
	assert_in_range(n_file, 3, 10);
	assert_in_range(n_page, 3, 12);
}

/* Everything else on that host is well, so that the host itself is not backed off from. */
static void test_redirect__a_file_that_fails_alone_is_asked_ever_more_seldom(void **state)
{
	struct fixture *fx = *state;
	int n_file = 0;

	set_sources(fx,
		"sources:\n- {name: list, url: 'http://a.cn/', kind: listing, interval_s: 5}\n"
		"- {name: other, url: 'http://b.cn/', kind: listing, interval_s: 5}\n");
	for (int64_t end = fx->now_ms + HOUR; fx->now_ms < end; later(fx, SECOND)) {
		struct lease l;

		if (!ask(fx, "w", 1))
			continue;
		l = fx->reply.leases[0];
		if (strcmp(l.url, "http://a.cn/") == 0)
			send_elsewhere(fx, &l, "http://b.cn/robots.txt");
		else
			finish(fx, "w", &l, l.kind == WORK_ROBOTS ? OUTCOME_DOWN : OUTCOME_OK);
		n_file += l.kind == WORK_ROBOTS;
	}
	assert_in_range(n_file, 3, 12);
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_redirect__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_has_moved_for_good_is_asked_for_where_it_is),
		TEST(a_move_for_good_is_looked_at_again_after_a_day),
		TEST(a_list_that_moves_back_is_asked_for_at_its_own_url),
		TEST(where_a_list_had_moved_to_is_gone_and_it_is_asked_itself),
		TEST(a_move_for_now_is_asked_for_each_time),
		TEST(what_leads_on_for_now_is_asked_each_time_where_it_has_moved),
		TEST(a_source_that_is_removed_stops_where_it_had_moved_to),
		TEST(a_circle_through_itself_is_gone_round_once_an_interval),
		TEST(a_way_that_has_become_shorter_keeps_its_end),
		TEST(a_list_that_is_sent_back_is_asked_for_at_its_own_url),
		TEST(a_circle_is_walked_once_an_interval),
		TEST(a_source_may_be_given_the_url_that_it_had_moved_to),
		TEST(an_item_may_not_lead_out_of_its_sources_scope),
		TEST(a_page_that_sends_on_is_followed_once),
		TEST(a_robots_file_of_another_host_has_a_lease_of_its_own),
		TEST(a_robots_file_waits_while_its_host_has_a_lease),
		TEST(a_robots_file_that_never_arrives_stops_the_asking),
		TEST(a_robots_file_that_never_arrived_is_told_and_asked_for_with_its_page),
		TEST(a_file_on_a_host_that_is_down_is_not_waited_for_all_the_time),
		TEST(a_file_that_fails_alone_is_asked_ever_more_seldom),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
