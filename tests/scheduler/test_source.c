#include "common/alloc.h"
#include "common/err.h"
#include "scheduler/source.h"
#include "tests/folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static int setup(void **state)
{
	*state = folder_new();
	return 0;
}

static int teardown(void **state)
{
	folder_free(*state);
	return 0;
}

static struct source_list *load(const char *folder)
{
	STRBUF_LOCAL(errors);
	struct source_list *list = NULL;
	int r = source_list_load(folder, &url_rules_default, &list, &errors);

	if (r < 0)
		fail_msg("%s", errors.data);
	return list;
}

static void test_source__name_and_url_are_enough(void **state)
{
	CLEANUP(source_list_freep) struct source_list *l = NULL;

	folder_write(*state, "a.yaml",
		"sources:\n  - name: most\n    url: HTTP://WWW.most.gov.cn/a/../b\n");
	l = load(*state);
	assert_int_equal(l->len, 1);
	assert_string_equal(l->sources[0]->name, "most");
	assert_string_equal(l->sources[0]->url, "http://www.most.gov.cn/b");
	assert_int_equal(l->sources[0]->kind, WORK_AUTO);
	assert_int_equal(l->sources[0]->scope, SOURCE_SITE);
	assert_int_equal(l->sources[0]->interval_s, 0);
	assert_false(l->sources[0]->has_delay);
}

static void test_source__every_key_is_read(void **state)
{
	CLEANUP(source_list_freep) struct source_list *l = NULL;
	const struct source *s;

	folder_write(*state, "a.yaml",
		"sources:\n"
		"  - name: hubei-daily\n"
		"    url: https://www.hubei.gov.cn/zwgk/\n"
		"    kind: listing\n"
		"    publisher: 湖北日报\n"
		"    region: '420000'\n"
		"    interval_s: 300\n"
		"    delay_ms: 0\n"
		"    links: ul.list a\n"
		"    include: [/zwgk/, /art/]\n"
		"    exclude: /video/\n"
		"    scope: host\n"
		"    allow_addresses: [127.0.0.0/8, '::1', 10.1.2.3]\n"
		"    allow_ports: [8444, 9443]\n"
		"    headers: ['Referer: https://www.hubei.gov.cn/', 'X-A:b']\n"
		"    cookies: true\n"
		"    proxy: socks5://10.0.0.1:1080\n"
		"    tls: {verify: none, ca_file: /etc/ca.pem}\n");
	l = load(*state);
	s = source_list_find(l, SPAN_LITERAL("hubei-daily"));
	assert_non_null(s);
	assert_string_equal(s->publisher, "湖北日报");
	assert_string_equal(s->region, "420000");
	assert_string_equal(s->links, "ul.list a");
	assert_true(s->kind == WORK_LISTING && s->scope == SOURCE_HOST && s->interval_s == 300);
	assert_true(s->has_delay && s->delay_ms == 0);
	assert_true(s->include.len == 2 && s->exclude.len == 1 && s->allow_addresses.len == 3);
	assert_true(s->allow_ports.len == 2 && s->headers.len == 2 && s->cookies);
	assert_string_equal(s->proxy, "socks5://10.0.0.1:1080");
	assert_true(s->tls_verify == TLS_VERIFY_NONE);
	assert_string_equal(s->tls_ca_file, "/etc/ca.pem");
}

static void test_source__the_port_of_its_url_is_open_to_it(void **state)
{
	CLEANUP(source_list_freep) struct source_list *l = NULL;
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct fetch_rules rules;

	folder_write(*state, "a.yaml", "sources:\n- {name: a, url: 'http://a.cn:8765/'}\n");
	l = load(*state);
	source_fetch_rules(l->sources[0], span_str(l->sources[0]->url), a, &rules);
	assert_true(rules.n_allow_ports == 1 && span_is(rules.allow_ports[0], "8765"));
}

static void test_source__headers_that_let_somebody_in_go_to_its_own_site_alone(void **state)
{
	static const struct {
		const char *url;
		size_t n_headers;
	} rows[] = {{"http://a.cn/", 3}, {"https://www.a.cn/x", 3}, {"http://b.cn/", 1},
		{"http://a.cn.b.cn/", 1}};
	CLEANUP(source_list_freep) struct source_list *l = NULL;
	CLEANUP(arena_freep) struct arena *a = arena_new();

	folder_write(*state, "a.yaml",
		"sources:\n- {name: a, url: 'http://a.cn/', "
		"headers: ['authorization: Basic eA==', 'Referer: http://a.cn/', 'Cookie: x=y']}\n");
	l = load(*state);
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct fetch_rules rules;

		source_fetch_rules(l->sources[0], span_str(rows[i].url), a, &rules);
		if (rules.n_headers != rows[i].n_headers)
			fail_msg("%s: %zu headers", rows[i].url, rules.n_headers);
	}
}

static void test_source__a_proxys_login_is_the_first_line_of_a_file(void **state)
{
	CLEANUP(source_list_freep) struct source_list *l = NULL;
	CLEANUP(freep)
	char *yaml = alloc_printf("sources:\n- {name: a, url: 'http://a.cn/', "
				  "proxy: 'http://p:3128', proxy_login_file: %s/login}\n",
		(char *)*state);

	folder_write(*state, "a.yaml", yaml);
	folder_write(*state, "login", "user:pass word\r\nmore\n");
	l = load(*state);
	assert_string_equal(l->sources[0]->proxy_login, "user:pass word");
}

static void test_source__all_files_make_one_list_by_name(void **state)
{
	CLEANUP(source_list_freep) struct source_list *l = NULL;

	folder_write(*state, "b.yaml",
		"sources:\n- {name: b, url: 'http://b.cn/'}\n- {name: ab, url: 'http://ab.cn/'}\n");
	folder_write(*state, "a.yaml", "sources:\n- {name: a, url: 'http://a.cn/'}\n");
	folder_write(*state, "empty.yaml", "");
	folder_write(*state, "notes.txt", "not read");
	l = load(*state);
	assert_int_equal(l->len, 3);
	assert_string_equal(l->sources[1]->name, "ab");
	assert_non_null(source_list_find(l, SPAN_LITERAL("a")));
	assert_null(source_list_find(l, SPAN_LITERAL("abc")));
	assert_null(source_list_find(l, SPAN_LITERAL("")));
}

static void test_source__an_absent_folder_has_none(void **state)
{
	CLEANUP(source_list_freep) struct source_list *l = NULL;

	(void)state;
	l = load("/nonexistent/sources.d");
	assert_int_equal(l->len, 0);
	assert_null(source_list_find(l, SPAN_LITERAL("a")));
}

static const struct {
	const char *yaml;
	const char *expected; /* in the message */
} faults[] = {
	{"sources:\n  - url: http://a.cn/\n", "a.yaml:2: a source must have a name"},
	{"sources:\n  - name: a\n", "a.yaml:2: a source must have a url"},
	{"sources:\n  - name: a\n    url: ftp://a.cn/\n", "a.yaml:3:"},
	{"sources:\n  - name: a b\n    url: http://a.cn/\n", "a.yaml:2:"},
	{"sources:\n  - name: manual\n    url: http://a.cn/\n", "policywatch add"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    kind: blog\n", "a.yaml:4:"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    colour: red\n", "a.yaml:4:"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    interval_s: -1\n", "a.yaml:4:"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    allow_addresses: 10.0.0.0/33\n",
		"a.yaml:4:"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    allow_addresses: [everywhere]\n",
		"a.yaml:4:"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    allow_addresses: "
	 "'1111:2222:3333:4444:5555:6666:7777:8888:9999:aaaa/3'\n",
		"a.yaml:4:"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    allow_addresses: 10.0.0.0/\n",
		"a.yaml:4:"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    allow_ports: 80800\n", "a.yaml:4:"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    allow_ports: [080]\n", "a.yaml:4:"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    headers: 'Host: b.cn'\n",
		"sets itself"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    headers: 'User-Agent: b'\n",
		"sets itself"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    headers: \"A: b\\r\\nHost: c\"\n",
		"must be one line"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    headers: 'no colon'\n",
		"'Name: value'"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    proxy: ftp://b/\n", "a.yaml:4:"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    proxy: http://u:p@b/\n",
		"proxy_login_file"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    proxy_login_file: /nonexistent\n",
		"USER:PASSWORD"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    tls: {verify: maybe}\n", "a.yaml:4:"},
	{"sources:\n  - name: a\n    url: http://a.cn/\n    tls: {ca_file: ca.pem}\n",
		"absolute path"},
	{"sources: http://a.cn/\n", "list of maps"},
	{"sources:\n  name: a\n", "list of maps"},
	{"- name: a\n", "list of maps"},
	{"sources: [a]\n", "a source must be a map"},
	{"sites: []\n", "only the key 'sources'"},
	{"sources:\n  - name: a\n  url: x\n", "a.yaml:"},
	{"sources:\n  - {name: a, url: 'http://a.cn/'}\n  - {name: a, url: 'http://b.cn/'}\n",
		"a.yaml:3: source 'a' has the same name"},
	{"sources:\n  - {name: a, url: 'http://a.cn/'}\n  - {name: b, url: 'http://a.cn/#x'}\n",
		"has the same url"},
};

static void test_source__faults_name_file_and_line(void **state)
{
	for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) {
		STRBUF_LOCAL(errors);
		struct source_list *l = NULL;

		folder_write(*state, "a.yaml", faults[i].yaml);
		if (source_list_load(*state, &url_rules_default, &l, &errors) >= 0)
			fail_msg("row %zu was taken", i);
		assert_null(l);
		if (!strstr(errors.data, faults[i].expected))
			fail_msg("row %zu: %s", i, errors.data);
	}
}

static void test_source__all_faults_are_told_at_once(void **state)
{
	STRBUF_LOCAL(errors);
	struct source_list *l = NULL;

	folder_write(*state, "a.yaml",
		"sources:\n- {name: a, url: x}\n- {name: 'b c', url: 'http://b.cn/'}\n");
	folder_write(*state, "b.yaml", "sources:\n- {url: 'http://b.cn/'}\n");
	assert_int_equal(source_list_load(*state, &url_rules_default, &l, &errors), -ERR_INVALID);
	assert_non_null(strstr(errors.data, "a.yaml:2:"));
	assert_non_null(strstr(errors.data, "a.yaml:3:"));
	assert_non_null(strstr(errors.data, "b.yaml:2:"));
}

static void test_source__scope_is_site_host_or_any(void **state)
{
	struct span list = SPAN_LITERAL("www.most.gov.cn");

	(void)state;
	assert_true(source_covers(SOURCE_SITE, SPAN_LITERAL("service.most.gov.cn"), list));
	assert_false(source_covers(SOURCE_SITE, SPAN_LITERAL("www.gov.cn"), list));
	assert_true(source_covers(SOURCE_HOST, list, list));
	assert_false(source_covers(SOURCE_HOST, SPAN_LITERAL("service.most.gov.cn"), list));
	assert_true(source_covers(SOURCE_ANY, SPAN_LITERAL("example.org"), list));
}

#define TEST(name) cmocka_unit_test_setup_teardown(test_source__##name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(name_and_url_are_enough),
		TEST(every_key_is_read),
		TEST(the_port_of_its_url_is_open_to_it),
		TEST(headers_that_let_somebody_in_go_to_its_own_site_alone),
		TEST(a_proxys_login_is_the_first_line_of_a_file),
		TEST(all_files_make_one_list_by_name),
		TEST(an_absent_folder_has_none),
		TEST(faults_name_file_and_line),
		TEST(all_faults_are_told_at_once),
		TEST(scope_is_site_host_or_any),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
