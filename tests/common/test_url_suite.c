/*
 * The public suite of the URL standard (web-platform-tests), where it is at hand:
 * every http and https case. Judged are those whose answer has one of these schemes,
 * and failures whose input or base has.
 */
#include "common/url.h"

#include "common/json.h"
#include "tests/cmocka_all.h"

#include <stdio.h>

#define SUITE SHARED_DIR "/suites/url/urltestdata.json"

static bool read_file(const char *path, struct strbuf *out)
{
	FILE *f = fopen(path, "r");
	char buf[65536];
	size_t n;

	if (!f)
		return false;
	while ((n = fread(buf, 1, sizeof buf, f)) > 0)
		strbuf_add(out, buf, n);
	fclose(f);
	return true;
}

static bool is_web(struct span s)
{
	s = span_trim(s);
	return s.len >= 4 && strncasecmp(s.data, "http", 4) == 0;
}

static bool is_asked(const struct json *test)
{
	const char *protocol = json_get_str(test, "protocol");

	if (json_is_true(json_get(test, "failure")))
		return is_web(json_as_span(json_get(test, "input"))) ||
			is_web(json_as_span(json_get(test, "base")));
	return protocol && (strcmp(protocol, "http:") == 0 || strcmp(protocol, "https:") == 0);
}

static bool passes(const struct json *test)
{
	const char *href = json_get_str(test, "href");
	STRBUF_LOCAL(out);
	int r = url_resolve(json_as_span(json_get(test, "input")),
		json_as_span(json_get(test, "base")), &out);

	return href ? r == 0 && strcmp(out.data, href) == 0 : r < 0;
}

static void test_url_suite__every_web_case_passes(void **state)
{
	CLEANUP(json_freep) struct json *suite = NULL;
	STRBUF_LOCAL(text);
	size_t n = 0, failed = 0;

	(void)state;
	if (!read_file(SUITE, &text))
		skip();
	assert_int_equal(json_parse(strbuf_span(&text), &suite, NULL), 0);
	for (const struct json *test = json_first(suite); test; test = json_next(test)) {
		if (!json_is_object(test) || !is_asked(test))
			continue;
		n++;
		if (passes(test))
			continue;
		failed++;
		print_error("%s\n", json_get_str(test, "input"));
	}
	assert_int_equal(failed, 0);
	assert_true(n > 400);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_url_suite__every_web_case_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
