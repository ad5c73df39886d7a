/* Sites that show the same pages under http and https, or with and without "www.". */
#include "scheduler/form.h"
#include "tests/scheduler/planner_fixture.h"

#define NONE "00000000000000000000000000000000"

static void test_preference__forms_are_made_and_lead_back(void **state)
{
	static const struct {
		const char *from;
		enum form form;
		const char *to; /* NULL: there is none */
		enum form back;
	} rows[] = {
		{"http://a.cn/x?y", FORM_HTTPS, "https://a.cn/x?y", FORM_HTTP},
		{"http://a.cn/x", FORM_HTTP_TWIN, "http://www.a.cn/x", FORM_HTTP_TWIN},
		{"http://www.a.cn/x", FORM_HTTPS_TWIN, "https://a.cn/x", FORM_HTTP_TWIN},
		{"https://www.cn/x", FORM_HTTPS_TWIN, "https://www.www.cn/x", FORM_HTTPS_TWIN},
		{"http://a.cn/x", FORM_HTTP, NULL, FORM_HTTP},
		{"http://a.cn:8080/x", FORM_HTTPS, NULL, FORM_HTTP},
		{"http://10.0.0.1/x", FORM_HTTPS, NULL, FORM_HTTP},
		{"http://[::1]/x", FORM_HTTPS, NULL, FORM_HTTP},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct url_parts parts;
		STRBUF_LOCAL(out);

		assert_true(url_split(span_str(rows[i].from), &parts));
		assert_int_equal(form_make(&parts, rows[i].form, &out), rows[i].to != NULL);
		assert_string_equal(out.data, rows[i].to ? rows[i].to : "");
		assert_int_equal(form_back(&parts, rows[i].form), rows[i].back);
	}
}

/* The list shows one more URL; the next lease must be of it, as @as. */
static struct lease see(struct fixture *fx, const char *url, const char *as)
{
	const char *const urls[] = {url, NULL};
	struct lease l;

	do {
		later(fx, LIST_MS);
		l = take(fx, "w");
		if (strcmp(l.url, "http://a.cn/") == 0)
			break;
		finish(fx, "w", &l, OUTCOME_GONE);
	} while (true);
	show(fx, "w", &l, urls);
	later(fx, DELAY_MS);
	l = take(fx, "w");
	assert_string_equal(l.url, as);
	return l;
}

static void answer(struct fixture *fx, const struct lease *l, const char *page, const char *story)
{
	struct result r = result_of(l, OUTCOME_OK);

	r.page = page;
	r.story = story;
	r.changed = true;
	report(fx, "w", &r);
}

static void move(struct fixture *fx, const struct lease *l, const char *to, enum outcome then)
{
	struct result r = result_of(l, OUTCOME_MOVED);
	struct lease next;

	r.moved_to = to;
	report(fx, "w", &r);
	later(fx, DELAY_MS);
	next = take(fx, "w");
	assert_string_equal(next.url, to);
	finish(fx, "w", &next, then);
}

/* Pages are looked at again in a year: only the list is due. */
static void start(struct fixture *fx)
{
	planner_close(fx->p);
	fx->p = NULL;
	load_config(fx, "scheduler: {page_interval_s: 31536000, page_interval_max_s: 31536000}\n");
	open_planner(fx);
}

static void redirect_pages(struct fixture *fx, int from, int n)
{
	for (int i = from; i < from + n; i++) {
		CLEANUP(freep) char *url = alloc_printf("http://a.cn/%d", i);
		CLEANUP(freep) char *to = alloc_printf("https://a.cn/%d", i);
		struct lease l = see(fx, url, url);

		move(fx, &l, to, OUTCOME_OK);
	}
}

static void test_preference__three_redirects_make_a_rule(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start(fx);
	redirect_pages(fx, 1, 3);
	l = see(fx, "http://a.cn/9", "https://a.cn/9");
	finish(fx, "w", &l, OUTCOME_OK);
	reopen(fx);
	see(fx, "http://a.cn/10?b=1", "https://a.cn/10?b=1");
}

static void test_preference__two_redirects_make_none(void **state)
{
	struct fixture *fx = *state;

	start(fx);
	redirect_pages(fx, 1, 2);
	see(fx, "http://a.cn/9", "http://a.cn/9");
}

/* The list's own address is asked for every ten minutes, and says the same each time. */
static void test_preference__one_page_says_it_once(void **state)
{
	struct fixture *fx = *state;

	start(fx);
	for (int i = 0; i < 4; i++) {
		struct lease l = take(fx, "w");
		struct result r = result_of(&l, OUTCOME_MOVED);

		assert_string_equal(l.url, "http://a.cn/");
		r.moved_to = "https://a.cn/";
		report(fx, "w", &r);
		later(fx, DELAY_MS);
		l = take(fx, "w");
		finish(fx, "w", &l, OUTCOME_OK);
		later(fx, LIST_MS);
	}
	see(fx, "http://a.cn/9", "http://a.cn/9");
}

static void test_preference__what_is_known_is_not_asked_for_in_another_form(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start(fx);
	l = see(fx, "http://a.cn/0", "http://a.cn/0");
	answer(fx, &l, NONE, NONE);
	redirect_pages(fx, 1, 3);
	later(fx, LIST_MS);
	l = take(fx, "w");
	show(fx, "w", &l, (const char *const[]){"http://a.cn/0", "http://a.cn/1", NULL});
	later(fx, DELAY_MS);
	assert_int_equal(ask(fx, "w", 10), 0);
}

static void test_preference__a_page_that_is_not_there_ends_the_rule(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start(fx);
	redirect_pages(fx, 1, 3);
	l = see(fx, "http://a.cn/9", "https://a.cn/9");
	finish(fx, "w", &l, OUTCOME_GONE);
	see(fx, "http://a.cn/9", "http://a.cn/9"); /* nothing is lost */
}

/* Symptom: the list said "not modified", and was not read again. */
static void test_preference__the_list_is_read_in_full_when_a_rule_ends(void **state)
{
	struct fixture *fx = *state;
	struct result r;
	struct lease l;

	start(fx);
	redirect_pages(fx, 1, 3);
	l = see(fx, "http://a.cn/9", "https://a.cn/9");
	finish(fx, "w", &l, OUTCOME_OK);
	later(fx, LIST_MS);
	l = take(fx, "w");
	r = result_of(&l, OUTCOME_OK);
	r.etag = "1";
	r.items = &(struct item){.url = "http://a.cn/10", .title = "", .kind = WORK_PAGE};
	r.n_items = 1;
	report(fx, "w", &r);
	later(fx, DELAY_MS);
	l = take(fx, "w");
	finish(fx, "w", &l, OUTCOME_GONE);
	later(fx, LIST_MS);
	l = take(fx, "w");
	assert_string_equal(l.url, "http://a.cn/");
	assert_string_equal(l.etag, "");
}

static void test_preference__canonical_links_and_equal_texts_make_a_rule(void **state)
{
	struct fixture *fx = *state;

	start(fx);
	for (int i = 1; i <= 3; i++) {
		CLEANUP(freep) char *url = alloc_printf("http://www.a.cn/%d?f=x", i);
		CLEANUP(freep) char *other = alloc_printf("https://a.cn/%d", i);
		struct hash id = url_id(span_str(other));
		struct lease l = see(fx, url, url);
		char hex[HASH_HEX_SIZE];

		/* The first says it, the others have its text. */
		answer(fx, &l, i == 1 ? hash_hex(&id, hex) : NONE,
			i == 1 ? NONE : hash_hex(&id, hex));
	}
	see(fx, "http://www.a.cn/9", "https://a.cn/9");
}

/* @n pages on https whose canonical links say http. */
static void claim_http(struct fixture *fx, int from, int n)
{
	for (int i = from; i < from + n; i++) {
		CLEANUP(freep) char *url = alloc_printf("https://a.cn/%d", i);
		CLEANUP(freep) char *other = alloc_printf("http://a.cn/%d", i);
		struct hash id = url_id(span_str(other));
		struct lease l = see(fx, url, url);
		char hex[HASH_HEX_SIZE];

		answer(fx, &l, hash_hex(&id, hex), NONE);
	}
}

/*
 * Symptom: templates that were left on http had every fourth page asked for there, and
 * sent back.
 */
static void test_preference__where_redirects_say_otherwise_links_are_not_believed(void **state)
{
	struct fixture *fx = *state;
	struct lease l;

	start(fx);
	claim_http(fx, 1, 3);
	l = see(fx, "https://a.cn/4", "http://a.cn/4");
	move(fx, &l, "https://a.cn/4", OUTCOME_OK);
	claim_http(fx, 5, 8);
}

/* The copy is on https, the first on http: new pages are asked for on https. */
static void test_preference__of_two_copies_https_is_better(void **state)
{
	struct fixture *fx = *state;

	start(fx);
	for (int i = 1; i <= 3; i++) {
		CLEANUP(freep) char *http = alloc_printf("http://a.cn/%d", i);
		CLEANUP(freep) char *https = alloc_printf("https://a.cn/%d", i);
		struct hash id = url_id(span_str(http));
		char hex[HASH_HEX_SIZE];
		struct lease l = see(fx, http, http);

		answer(fx, &l, hash_hex(&id, hex), hash_hex(&id, hex));
		l = see(fx, https, https);
		answer(fx, &l, NONE, hash_hex(&id, hex));
	}
	see(fx, "http://a.cn/9", "https://a.cn/9");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
		cmocka_unit_test(test_preference__forms_are_made_and_lead_back),
		TEST(test_preference__three_redirects_make_a_rule),
		TEST(test_preference__two_redirects_make_none),
		TEST(test_preference__one_page_says_it_once),
		TEST(test_preference__what_is_known_is_not_asked_for_in_another_form),
		TEST(test_preference__a_page_that_is_not_there_ends_the_rule),
		TEST(test_preference__the_list_is_read_in_full_when_a_rule_ends),
		TEST(test_preference__canonical_links_and_equal_texts_make_a_rule),
		TEST(test_preference__where_redirects_say_otherwise_links_are_not_believed),
		TEST(test_preference__of_two_copies_https_is_better),
#undef TEST
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
