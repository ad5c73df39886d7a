/* Cases of a public suite, one a line, where it is at hand: those that follow from RFC 9309. */
#include "crawler/fetch/robots.h"

#include "common/json.h"
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>

#define SUITE SHARED_DIR "/suites/robots/google.jsonl"

static bool passes(const struct json *test)
{
	CLEANUP(robots_freep)
	struct robots *r = robots_parse(json_as_span(json_get(test, "robots")),
		json_get_str(test, "user_agent"));

	return robots_allows(r, json_as_span(json_get(test, "url"))) ==
		json_is_true(json_get(test, "allowed"));
}

static void test_robots_suite__every_core_case_passes(void **state)
{
	FILE *f = fopen(SUITE, "r");
	char *line = NULL;
	size_t cap = 0, n = 0, failed = 0;
	ssize_t len;

	(void)state;
	if (!f)
		skip();
	while ((len = getline(&line, &cap, f)) > 0) {
		CLEANUP(json_freep) struct json *test = NULL;

		assert_int_equal(json_parse(span_from(line, (size_t)len), &test, NULL), 0);
		if (strcmp(json_get_str(test, "tag"), "core") != 0)
			continue;
		n++;
		if (passes(test))
			continue;
		failed++;
		print_error("%s\n", json_get_str(test, "name"));
	}
	free(line);
	fclose(f);
	assert_int_equal(failed, 0);
	assert_true(n > 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_robots_suite__every_core_case_passes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
