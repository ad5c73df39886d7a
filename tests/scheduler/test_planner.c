#include "scheduler/handout.h"
#include "tests/scheduler/planner_fixture.h"

#include <signal.h>
#include <sys/resource.h>

/* Sources. */

static void test_planner__a_source_is_due_at_once_and_then_by_its_interval(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	assert_string_equal(l.url, "http://a.cn/");
	assert_string_equal(l.source, "list");
	assert_int_equal(l.kind, WORK_LISTING);
	assert_int_equal(l.duration_ms, LEASE_MS);
	assert_int_equal(l.delay_ms, DELAY_MS);
	finish(fx, "w", &l, OUTCOME_OK);
	assert_int_equal(ask(fx, "w", 10), 0);
	assert_false(fx->is_answered);
	later(fx, LIST_MS - 1);
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, 1);
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_planner__a_lease_carries_the_rules_of_its_source(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	set_sources(fx,
		"sources:\n- {name: s, url: 'http://s.cn/', publisher: 湖北日报, region: "
		"'420000',\n"
		"  links: 'ul a', include: [/a/, /b/], exclude: [/c/], allow_addresses: "
		"[127.0.0.0/8]}\n");
	l = take(fx, "w");
	assert_string_equal(l.publisher, "湖北日报");
	assert_string_equal(l.region, "420000");
	assert_string_equal(l.link_selector, "ul a");
	assert_true(l.n_include == 2 && span_is(l.include[1], "/b/") && l.n_exclude == 1);
	assert_true(l.fetch.n_allow_addresses == 1 &&
		span_is(l.fetch.allow_addresses[0], "127.0.0.0/8"));
}

static void test_planner__a_source_that_is_removed_stops_and_its_pages_stay(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, one);
	set_sources(fx, "sources: []\n");
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/1.html");
	assert_string_equal(l.source, "list");
	finish(fx, "w", &l, OUTCOME_OK);
	later(fx, DAY);
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/1.html");
}

static void test_planner__a_source_that_comes_back_is_due_at_once(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	finish(fx, "w", &l, OUTCOME_OK);
	set_sources(fx, "sources: []\n");
	set_sources(fx, "sources:\n- {name: list, url: 'http://a.cn/', kind: listing}\n");
	later(fx, DELAY_MS);
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/");
}

static void test_planner__a_source_that_gets_another_url_leaves_the_old_one(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	finish(fx, "w", &l, OUTCOME_OK);
	set_sources(fx, "sources:\n- {name: list, url: 'http://b.cn/', kind: feed}\n");
	l = take(fx, "w");
	assert_string_equal(l.url, "http://b.cn/");
	assert_int_equal(l.kind, WORK_FEED);
	finish(fx, "w", &l, OUTCOME_OK);
	later(fx, LIST_MS);
	l = take(fx, "w");
	assert_string_equal(l.url, "http://b.cn/");
}

static void test_planner__sources_may_exchange_their_urls(void **state)
{
	struct fixture *fx = *state;

	set_sources(fx,
		"sources:\n- {name: a, url: 'http://a.cn/'}\n- {name: b, url: 'http://b.cn/'}\n");
	set_sources(fx,
		"sources:\n- {name: a, url: 'http://b.cn/'}\n- {name: b, url: 'http://a.cn/'}\n");
	assert_int_equal(ask(fx, "w", 10), 2);
	for (int i = 0; i < 2; i++) {
		const struct lease *l = &fx->reply.leases[i];

		assert_string_equal(l->source, strcmp(l->url, "http://a.cn/") == 0 ? "b" : "a");
	}
}

static void test_planner__a_shorter_interval_counts_at_once(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	finish(fx, "w", &l, OUTCOME_OK);
	set_sources(fx,
		"sources:\n- {name: list, url: 'http://a.cn/', kind: listing, interval_s: 10}\n");
	later(fx, 10 * SECOND);
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_planner__a_faulty_reload_changes_nothing(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(errors);

	folder_write(fx->sources, "a.yaml", "sources:\n- {name: list, url: nowhere}\n");
	assert_int_equal(planner_reload(fx->p, fx->config, &errors), -ERR_INVALID);
	assert_non_null(strstr(errors.data, "a.yaml:2:"));
	assert_int_equal(status(fx, "sources"), 1);
	assert_int_equal(ask(fx, "w", 10), 1);
}

/* Items. */

static void test_planner__items_become_pages_that_are_due_now(void **state)
{
	struct fixture *fx = *state;
	struct item item = {.url = "http://a.cn/1.html",
		.title = "人工智能",
		.published_ms = 5,
		.kind = WORK_PAGE};
	struct lease l = take(fx, "w");
	struct result r = result_of(&l, OUTCOME_OK);

	r.items = &item;
	r.n_items = 1;
	report(fx, "w", &r);
	later(fx, DELAY_MS);
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/1.html");
	assert_string_equal(l.title, "人工智能");
	assert_int_equal(l.published_ms, 5);
	assert_int_equal(l.kind, WORK_PAGE);
	assert_string_equal(l.source, "list");
}

static void test_planner__an_item_is_admitted_once_by_its_canonical_url(void **state)
{
	static const char *const urls[] = {"http://a.cn/1.html", "http://a.cn/1.html#top",
		"HTTP://a.cn/./1.html?utm_source=x", "http://a.cn/index.html", NULL};
	struct fixture *fx = *state;

	start_with(fx, urls);
	assert_int_equal(status(fx, "urls"), 2); /* the source itself among them */
}

static void test_planner__items_out_of_scope_are_left_out(void **state)
{
	static const char *const urls[] = {"http://sub.a.cn/1", "http://b.cn/1", "ftp://a.cn/1",
		"javascript:void(0)", "", "http://evil-a.cn/", "https://a.cn/2", NULL};
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, urls);
	assert_int_equal(status(fx, "urls"), 1 + 2);
	set_sources(fx,
		"sources:\n- {name: list, url: 'http://a.cn/', kind: listing, scope: any}\n");
	assert_int_equal(ask(fx, "w", 10), 2);
	fetch_all(fx, OUTCOME_OK);
	later(fx, LIST_MS);
	l = take(fx, "w");
	show(fx, "w", &l, urls);
	assert_int_equal(status(fx, "urls"), 1 + 4);
}

static void test_planner__a_sitemap_of_an_index_is_a_list_itself(void **state)
{
	struct fixture *fx = *state;
	struct item item = {.url = "http://a.cn/sitemap1.xml", .title = "", .kind = WORK_SITEMAP};
	struct lease l = take(fx, "w");
	struct result r = result_of(&l, OUTCOME_OK);

	r.items = &item;
	r.n_items = 1;
	report(fx, "w", &r);
	later(fx, DELAY_MS);
	l = take(fx, "w");
	assert_int_equal(l.kind, WORK_SITEMAP);
	show(fx, "w", &l, one);
	later(fx, DELAY_MS);
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/1.html");
}

/* Politeness. */

static void test_planner__a_host_has_one_lease_over_all_workers(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, two);
	l = take(fx, "w");
	assert_int_equal(ask(fx, "other", 10), 0);
	finish(fx, "w", &l, OUTCOME_OK);
	assert_int_equal(ask(fx, "other", 10), 0);
	later(fx, DELAY_MS - 1);
	assert_int_equal(ask(fx, "other", 10), 0);
	later(fx, 1);
	assert_int_equal(ask(fx, "other", 10), 1);
}

static void test_planner__the_delay_counts_from_the_result(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, two);
	l = take(fx, "w");
	later(fx, 60 * SECOND);
	finish(fx, "w", &l, OUTCOME_OK);
	later(fx, DELAY_MS - 1);
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, 1);
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_planner__port_and_scheme_do_not_make_another_host(void **state)
{
	static const char *const urls[] = {"http://a.cn:8080/1", "https://a.cn/2",
		"http://b.a.cn/3", NULL};
	struct fixture *fx = *state;

	start_with(fx, urls);
	assert_int_equal(ask(fx, "w", 10), 2);
}

static void test_planner__the_delay_survives_a_restart(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, two);
	l = take(fx, "w");
	finish(fx, "w", &l, OUTCOME_OK);
	reopen(fx);
	later(fx, DELAY_MS - 1);
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, 1);
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_planner__a_sources_own_delay_replaces_the_default(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	set_sources(fx,
		"sources:\n- {name: list, url: 'http://a.cn/', kind: listing, delay_ms: 0}\n");
	l = take(fx, "w");
	assert_int_equal(l.delay_ms, 0);
	show(fx, "w", &l, two);
	l = take(fx, "w");
	finish(fx, "w", &l, OUTCOME_OK);
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_planner__the_longest_delay_of_the_sources_of_a_host_counts(void **state)
{
	struct fixture *fx = *state;

	set_sources(fx,
		"sources:\n- {name: b, url: 'http://a.cn/x', delay_ms: 9000}\n"
		"- {name: list, url: 'http://a.cn/', delay_ms: 0}\n");
	assert_int_equal(take(fx, "w").delay_ms, 9000);
}

static void test_planner__a_crawl_delay_of_robots_raises_the_delay_up_to_the_cap(void **state)
{
	struct fixture *fx = *state;
	struct lease l;
	struct result r;

	start_with(fx, two);
	l = take(fx, "w");
	r = result_of(&l, OUTCOME_OK);
	r.crawl_delay_ms = 10 * SECOND;
	report(fx, "w", &r);
	later(fx, 10 * SECOND - 1);
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, 1);
	l = take(fx, "w");
	assert_int_equal(l.delay_ms, 10 * SECOND);
	r = result_of(&l, OUTCOME_OK);
	r.crawl_delay_ms = DAY;
	report(fx, "w", &r);
	later(fx, DAY);
	assert_int_equal(take(fx, "w").delay_ms, 60 * SECOND);
}

static void test_planner__a_crawl_delay_below_the_delay_changes_nothing(void **state)
{
	struct fixture *fx = *state;
	struct lease l;
	struct result r;

	start_with(fx, two);
	l = take(fx, "w");
	r = result_of(&l, OUTCOME_OK);
	r.crawl_delay_ms = 1;
	report(fx, "w", &r);
	later(fx, DELAY_MS);
	assert_int_equal(take(fx, "w").delay_ms, DELAY_MS);
}

static void test_planner__retry_after_is_honoured(void **state)
{
	struct fixture *fx = *state;
	struct lease l;
	struct result r;

	start_with(fx, two);
	l = take(fx, "w");
	r = result_of(&l, OUTCOME_THROTTLED);
	r.retry_after_ms = HOUR;
	report(fx, "w", &r);
	later(fx, HOUR - 1);
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, 1);
	assert_int_equal(ask(fx, "w", 10), 1);
}

/* Leases. */

static void test_planner__an_expired_lease_is_given_out_again_after_the_delay(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	later(fx, LEASE_MS - 1);
	assert_int_equal(ask(fx, "other", 10), 0);
	later(fx, 1 + DELAY_MS - 1);
	assert_int_equal(ask(fx, "other", 10), 0);
	later(fx, 1);
	assert_int_equal(ask(fx, "other", 10), 1);
	assert_true(fx->reply.leases[0].url_number == l.url_number);
	assert_true(fx->reply.leases[0].lease_number != l.lease_number);
}

static void test_planner__a_lease_outlives_the_scheduler(void **state)
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

static void test_planner__a_repeated_request_gets_the_same_leases(void **state)
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

static void test_planner__a_late_copy_of_an_answered_request_gets_nothing(void **state)
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

static void test_planner__results_are_applied_once(void **state)
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

static void test_planner__a_worker_that_started_anew_gives_its_urls_back(void **state)
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

static void test_planner__what_ends_every_worker_is_tried_ever_more_seldom(void **state)
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

static void test_planner__a_list_that_ends_every_worker_is_tried_once_an_interval(void **state)
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
static void test_planner__workers_that_end_with_the_scheduler_accuse_nobody(void **state)
{
	struct fixture *fx = *state;

	for (uint64_t boot = 2; boot < 14; boot++) {
		reopen(fx);
		start_anew(fx, boot);
		assert_int_equal(fx->reply.n_leases, 1);
	}
}

static void test_planner__a_late_result_counts_while_nobody_has_the_url(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	later(fx, LEASE_MS + 1);
	show(fx, "w", &l, one);
	later(fx, DELAY_MS);
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/1.html");
}

static void test_planner__of_a_late_result_only_items_count_when_another_has_the_url(void **state)
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

static void test_planner__who_wants_nothing_is_answered_at_once(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(ask(fx, "w", 0), 0);
	assert_true(fx->is_answered);
}

static void test_planner__results_of_unknown_urls_are_ignored(void **state)
{
	struct fixture *fx = *state;
	const struct lease l = {.url_number = 12345, .lease_number = 1};

	finish(fx, "w", &l, OUTCOME_OK);
	finish(fx, "w", &(struct lease){0}, OUTCOME_OK);
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_planner__want_is_the_most_that_is_given(void **state)
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
static void test_planner__a_commit_that_fails_changes_nothing(void **state)
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

/* Pages. */

static void test_planner__validators_come_back_with_the_next_lease(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");
	struct result r = result_of(&l, OUTCOME_OK);

	r.etag = "\"1\"";
	r.last_modified = "Thu, 29 May 2025 12:00:00 GMT";
	report(fx, "w", &r);
	later(fx, LIST_MS);
	l = take(fx, "w");
	assert_string_equal(l.etag, "\"1\"");
	assert_string_equal(l.last_modified, "Thu, 29 May 2025 12:00:00 GMT");
	finish(fx, "w", &l, OUTCOME_NOT_MODIFIED);
	later(fx, LIST_MS);
	l = take(fx, "w");
	assert_string_equal(l.etag, "\"1\"");
	finish(fx, "w", &l, OUTCOME_DOWN);
	later(fx, LIST_MS);
	l = take(fx, "w");
	assert_string_equal(l.etag, "\"1\"");
	finish(fx, "w", &l, OUTCOME_OK);
	later(fx, LIST_MS);
	assert_string_equal(take(fx, "w").etag, "");
}

static void test_planner__a_page_that_is_gone_is_never_due_in_the_end(void **state)
{
	struct fixture *fx = *state;
	int n_checks = 0;

	start_with(fx, one);
	set_sources(fx, "sources: []\n");
	for (int day = 0; day < 40; day++) {
		if (ask(fx, "w", 10)) {
			struct lease l = fx->reply.leases[0];

			finish(fx, "w", &l, OUTCOME_GONE);
			n_checks++;
		}
		later(fx, DAY);
	}
	assert_int_equal(n_checks, 4);
	assert_int_equal(status(fx, "scheduled"), 0);
}

static void list_with_headline(struct fixture *fx, const char *title)
{
	struct item item = {.url = one[0], .title = title, .kind = WORK_PAGE};
	struct lease l;
	struct result r;

	do {
		later(fx, LIST_MS);
		l = take(fx, "w");
		r = result_of(&l, l.kind == WORK_PAGE ? OUTCOME_GONE : OUTCOME_OK);
		if (l.kind != WORK_PAGE) {
			r.items = &item;
			r.n_items = 1;
		}
		report(fx, "w", &r);
	} while (l.kind == WORK_PAGE);
	later(fx, DELAY_MS);
}

/* Symptom: a notice that was withdrawn, corrected and published again was never seen. */
static void test_planner__what_is_gone_is_asked_for_weekly_while_a_list_has_its_headline(
	void **state)
{
	struct fixture *fx = *state;
	int n_checks = 0;
	struct lease l;

	list_with_headline(fx, "更正");
	for (int day = 0; day < 40; day++) {
		while (ask(fx, "w", 10)) {
			l = fx->reply.leases[0];
			finish(fx, "w", &l, l.kind == WORK_PAGE ? OUTCOME_GONE : OUTCOME_OK);
			later(fx, DELAY_MS);
		}
		later(fx, DAY);
	}
	list_with_headline(fx, ""); /* as of a sitemap, which names dead pages for ever */
	assert_int_equal(ask(fx, "w", 10), 0);
	for (int i = 0; i < 21; i++) {
		list_with_headline(fx, "更正");
		while (ask(fx, "w", 10)) {
			l = fx->reply.leases[0];
			assert_string_equal(l.url, one[0]);
			finish(fx, "w", &l, OUTCOME_GONE);
			n_checks++;
			later(fx, DELAY_MS);
		}
		later(fx, DAY);
	}
	assert_int_equal(n_checks, 3);
}

/* Redirects. */

static void move(struct fixture *fx, const struct lease *l, const char *target)
{
	struct result r = result_of(l, OUTCOME_MOVED);

	r.http_status = 302;
	r.moved_to = target;
	report(fx, "w", &r);
	later(fx, DELAY_MS);
}

static void test_planner__a_page_that_moved_is_fetched_where_it_is(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, one);
	l = take(fx, "w");
	move(fx, &l, "http://new.a.cn/new.html");
	l = take(fx, "w");
	assert_string_equal(l.url, "http://new.a.cn/new.html");
	assert_string_equal(l.source, "list");
	assert_int_equal(l.kind, WORK_PAGE);
}

static void test_planner__redirects_end_after_ten(void **state)
{
	struct fixture *fx = *state;
	int n = 0;

	start_with(fx, one);
	while (ask(fx, "w", 10)) {
		CLEANUP(freep) char *target = alloc_printf("http://a.cn/hop%d", ++n);
		struct lease l = fx->reply.leases[0];

		assert_true(n < 20);
		move(fx, &l, target);
	}
	assert_int_equal(n, 11);
}

static void test_planner__a_redirect_to_the_same_page_does_not_loop(void **state)
{
	struct fixture *fx = *state;
	int n = 0;

	start_with(fx, one);
	while (ask(fx, "w", 10)) {
		CLEANUP(freep) char *target = alloc_printf("http://a.cn/1.html?utm_source=%d", ++n);
		struct lease l = fx->reply.leases[0];

		assert_true(n < 20);
		move(fx, &l, target);
	}
	assert_int_equal(n, 11);
	assert_int_equal(status(fx, "urls"), 2);
	reopen(fx);
	later(fx, DAY);
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_planner__a_redirect_to_itself_waits_for_its_turn(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, one);
	l = take(fx, "w");
	move(fx, &l, "http://a.cn/1.html");
	assert_int_equal(ask(fx, "w", 10), 0);
}

static void test_planner__where_a_source_has_moved_stands_in_for_it(void **state)
{
	static const char *const urls[] = {"http://b.cn/1.html", "http://a.cn/2.html",
		"http://c.cn/3.html", NULL};
	struct fixture *fx = *state;
	struct lease l;

	for (int round = 0; round < 3; round++) {
		l = take(fx, "w");
		assert_string_equal(l.url, "http://a.cn/");
		move(fx, &l, "http://b.cn/list/");
		l = take(fx, "w");
		assert_string_equal(l.url, "http://b.cn/list/");
		assert_string_equal(l.source, "list");
		assert_int_equal(l.kind, WORK_LISTING);
		show(fx, "w", &l, urls);
		if (round == 0) {
			later(fx, DELAY_MS);
			assert_int_equal(ask(fx, "w", 10), 2); /* of both sites, not the third */
			fetch_all(fx, OUTCOME_GONE);
		}
		later(fx, LIST_MS - DELAY_MS);
	}
}

static void test_planner__sources_that_lead_to_each_other_do_not_loop(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	l = take(fx, "w");
	move(fx, &l, "http://b.cn/");
	l = take(fx, "w");
	move(fx, &l, "http://a.cn/");
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, LIST_MS);
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_planner__a_redirect_to_no_web_address_is_an_end(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start_with(fx, one);
	l = take(fx, "w");
	move(fx, &l, "ftp://a.cn/");
	assert_int_equal(ask(fx, "w", 10), 0);
	assert_int_equal(status(fx, "urls"), 2);
}

/* Admin. */

static void test_planner__status_counts(void **state)
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

static void test_planner__sources_tell_their_health(void **state)
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

static void test_planner__added_urls_are_due_now(void **state)
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

static void test_planner__an_added_url_of_a_source_is_the_sources(void **state)
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

static void test_planner__what_is_no_url_is_not_added(void **state)
{
	struct fixture *fx = *state;

	assert_null(admin(fx, ADMIN_ADD, "file:///etc/passwd"));
	assert_int_equal(status(fx, "urls"), 1);
}

static void test_planner__a_paused_host_waits_until_it_is_resumed(void **state)
{
	struct fixture *fx = *state;

	json_free(admin(fx, ADMIN_PAUSE, "a.cn"));
	reopen(fx);
	assert_int_equal(ask(fx, "w", 10), 0);
	assert_int_equal(status(fx, "hosts_paused"), 1);
	json_free(admin(fx, ADMIN_RESUME, "a.cn"));
	assert_int_equal(ask(fx, "w", 10), 1);
}

static void test_planner__a_paused_source_waits_until_it_is_resumed(void **state)
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

static void test_planner__a_pause_of_nothing_is_refused(void **state)
{
	struct fixture *fx = *state;

	assert_null(admin(fx, ADMIN_PAUSE, "nobody"));
}

/* Time. */

static void test_planner__a_wall_clock_that_goes_back_stops_nothing(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	finish(fx, "w", &l, OUTCOME_OK);
	planner_close(fx->p);
	fx->p = NULL;
	at(fx, START_MS - 365 * DAY);
	open_planner(fx);
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, LIST_MS);
	assert_int_equal(ask(fx, "w", 10), 1);
	assert_int_equal(status(fx, "uptime_s"), LIST_MS / SECOND);
}

static void test_planner__ready_tells_when_to_look_again(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");

	assert_int_equal(planner_ready_ms(fx->p), START_MS + LEASE_MS);
	finish(fx, "w", &l, OUTCOME_OK);
	assert_int_equal(planner_ready_ms(fx->p), START_MS + LIST_MS);
}

/* A table of hosts by number was made as long as the damaged key said: 16 GB. */
static void test_planner__a_queue_of_a_number_that_no_host_has_is_skipped(void **state)
{
	struct fixture *fx = *state;
	struct entry e;

	assert_int_equal(planner_begin(fx->p), 0);
	assert_true(frontier_read(fx->p->frontier, 1, fx->p->arena, &e));
	e.host = INT32_MAX;
	e.due_ms++;
	frontier_schedule(fx->p->frontier, &e);
	assert_int_equal(planner_commit(fx->p), 0);
	reopen(fx);
	assert_true(fx->p->hosts.n_numbers < 1000);
}

/* Puts e into the queue at @due_ms of @host, whatever the entry says. */
static void misplace(struct fixture *fx, struct entry *e, uint32_t host, int64_t due_ms)
{
	struct entry wrong = *e;

	frontier_unschedule(fx->p->frontier, e);
	wrong.host = host;
	wrong.due_ms = due_ms;
	frontier_schedule(fx->p->frontier, &wrong);
	frontier_write(fx->p->frontier, e);
}

/* A place that did not agree with its entry was dropped: the URL was never asked for again. */
static void test_planner__a_url_in_a_wrong_place_is_put_where_it_belongs(void **state)
{
	struct fixture *fx = *state;
	struct lease l;
	struct entry e;

	start_with(fx, one);
	assert_int_equal(planner_begin(fx->p), 0);
	assert_true(frontier_read(fx->p->frontier, 2, fx->p->arena, &e));
	frontier_unschedule(fx->p->frontier, &e);
	e.due_ms = START_MS + HOUR;
	misplace(fx, &e, e.host, START_MS - 1);
	assert_int_equal(planner_commit(fx->p), 0);
	reopen(fx);
	assert_int_equal(ask(fx, "w", 10), 0);
	later(fx, HOUR);
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/");
	finish(fx, "w", &l, OUTCOME_NOT_MODIFIED);
	later(fx, DELAY_MS);
	assert_string_equal(take(fx, "w").url, "http://a.cn/1.html");
}

static void test_planner__a_leased_url_is_not_put_into_a_queue(void **state)
{
	struct fixture *fx = *state;
	struct lease l = take(fx, "w");
	const struct frontier_due place = {.host = 1, .due_ms = START_MS - 1, .number = 1};
	struct frontier_due first;

	assert_int_equal(planner_begin(fx->p), 0);
	handout_settle(fx->p, &place);
	assert_false(frontier_first_due(fx->p->frontier, 1, &first));
	assert_int_equal(planner_commit(fx->p), 0);
	finish(fx, "w", &l, OUTCOME_OK);
}

static void test_planner__a_queue_of_no_host_gives_its_urls_back(void **state)
{
	struct fixture *fx = *state;
	struct entry e;

	assert_int_equal(planner_begin(fx->p), 0);
	assert_true(frontier_read(fx->p->frontier, 1, fx->p->arena, &e));
	misplace(fx, &e, INT32_MAX, e.due_ms);
	assert_int_equal(planner_commit(fx->p), 0);
	reopen(fx);
	assert_string_equal(take(fx, "w").url, "http://a.cn/");
}

/* Of a damaged lease the number may be that of a URL which waits: it stood twice. */
static void test_planner__a_lease_of_a_url_that_waits_leaves_it_in_one_place(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(planner_begin(fx->p), 0);
	handout_return_lost(fx->p, 1);
	assert_int_equal(frontier_count_due(fx->p->frontier, 1, INT64_MAX, 10), 1);
	assert_int_equal(planner_commit(fx->p), 0);
}

/* "b.cn." is "b.cn" to DNS: two requests at once went to one server. */
static void test_planner__a_host_with_a_trailing_dot_is_the_same(void **state)
{
	struct fixture *fx = *state;
	const struct admin_request q = {ADMIN_ADD,
		(struct span[]){SPAN_LITERAL("http://b.cn/1.html"),
			SPAN_LITERAL("http://b.cn./2.html"),
			SPAN_LITERAL("http://B.CN:8080/3.html")},
		3};
	STRBUF_LOCAL(out);

	ask(fx, "w", 10);
	assert_int_equal(planner_begin(fx->p), 0);
	assert_true(admin_handle(fx->p, &q, &out));
	assert_int_equal(planner_commit(fx->p), 0);
	assert_int_equal(ask(fx, "w", 10), 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		TEST(test_planner__a_source_is_due_at_once_and_then_by_its_interval),
		TEST(test_planner__a_lease_carries_the_rules_of_its_source),
		TEST(test_planner__a_source_that_is_removed_stops_and_its_pages_stay),
		TEST(test_planner__a_source_that_comes_back_is_due_at_once),
		TEST(test_planner__a_source_that_gets_another_url_leaves_the_old_one),
		TEST(test_planner__sources_may_exchange_their_urls),
		TEST(test_planner__a_shorter_interval_counts_at_once),
		TEST(test_planner__a_faulty_reload_changes_nothing),
		TEST(test_planner__items_become_pages_that_are_due_now),
		TEST(test_planner__an_item_is_admitted_once_by_its_canonical_url),
		TEST(test_planner__items_out_of_scope_are_left_out),
		TEST(test_planner__a_sitemap_of_an_index_is_a_list_itself),
		TEST(test_planner__a_host_has_one_lease_over_all_workers),
		TEST(test_planner__the_delay_counts_from_the_result),
		TEST(test_planner__port_and_scheme_do_not_make_another_host),
		TEST(test_planner__the_delay_survives_a_restart),
		TEST(test_planner__a_sources_own_delay_replaces_the_default),
		TEST(test_planner__the_longest_delay_of_the_sources_of_a_host_counts),
		TEST(test_planner__a_crawl_delay_of_robots_raises_the_delay_up_to_the_cap),
		TEST(test_planner__a_crawl_delay_below_the_delay_changes_nothing),
		TEST(test_planner__retry_after_is_honoured),
		TEST(test_planner__an_expired_lease_is_given_out_again_after_the_delay),
		TEST(test_planner__a_lease_outlives_the_scheduler),
		TEST(test_planner__a_repeated_request_gets_the_same_leases),
		TEST(test_planner__a_late_copy_of_an_answered_request_gets_nothing),
		TEST(test_planner__results_are_applied_once),
		TEST(test_planner__a_worker_that_started_anew_gives_its_urls_back),
		TEST(test_planner__what_ends_every_worker_is_tried_ever_more_seldom),
		TEST(test_planner__a_list_that_ends_every_worker_is_tried_once_an_interval),
		TEST(test_planner__workers_that_end_with_the_scheduler_accuse_nobody),
		TEST(test_planner__a_late_result_counts_while_nobody_has_the_url),
		TEST(test_planner__of_a_late_result_only_items_count_when_another_has_the_url),
		TEST(test_planner__who_wants_nothing_is_answered_at_once),
		TEST(test_planner__results_of_unknown_urls_are_ignored),
		TEST(test_planner__want_is_the_most_that_is_given),
		TEST(test_planner__a_commit_that_fails_changes_nothing),
		TEST(test_planner__validators_come_back_with_the_next_lease),
		TEST(test_planner__a_page_that_is_gone_is_never_due_in_the_end),
		TEST(test_planner__what_is_gone_is_asked_for_weekly_while_a_list_has_its_headline),
		TEST(test_planner__a_page_that_moved_is_fetched_where_it_is),
		TEST(test_planner__redirects_end_after_ten),
		TEST(test_planner__a_redirect_to_the_same_page_does_not_loop),
		TEST(test_planner__a_redirect_to_itself_waits_for_its_turn),
		TEST(test_planner__where_a_source_has_moved_stands_in_for_it),
		TEST(test_planner__sources_that_lead_to_each_other_do_not_loop),
		TEST(test_planner__a_redirect_to_no_web_address_is_an_end),
		TEST(test_planner__status_counts),
		TEST(test_planner__sources_tell_their_health),
		TEST(test_planner__added_urls_are_due_now),
		TEST(test_planner__an_added_url_of_a_source_is_the_sources),
		TEST(test_planner__what_is_no_url_is_not_added),
		TEST(test_planner__a_paused_host_waits_until_it_is_resumed),
		TEST(test_planner__a_paused_source_waits_until_it_is_resumed),
		TEST(test_planner__a_pause_of_nothing_is_refused),
		TEST(test_planner__a_wall_clock_that_goes_back_stops_nothing),
		TEST(test_planner__ready_tells_when_to_look_again),
		TEST(test_planner__a_queue_of_a_number_that_no_host_has_is_skipped),
		TEST(test_planner__a_url_in_a_wrong_place_is_put_where_it_belongs),
		TEST(test_planner__a_leased_url_is_not_put_into_a_queue),
		TEST(test_planner__a_queue_of_no_host_gives_its_urls_back),
		TEST(test_planner__a_lease_of_a_url_that_waits_leaves_it_in_one_place),
		TEST(test_planner__a_host_with_a_trailing_dot_is_the_same),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
