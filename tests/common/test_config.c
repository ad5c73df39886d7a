#include "common/config.h"

#include "common/err.h"
#include "tests/cmocka_all.h"

#include <stdio.h>

struct fixture {
	char path[64];
	struct strbuf errors;
	struct config *config;
};

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	snprintf(fx->path, sizeof fx->path, "/tmp/test_config.XXXXXX");
	close(mkstemp(fx->path));
	strbuf_init(&fx->errors, 0);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	config_free(fx->config);
	strbuf_release(&fx->errors);
	unlink(fx->path);
	test_free(fx);
	return 0;
}

static int load(struct fixture *fx, const char *text)
{
	FILE *f = fopen(fx->path, "w");

	fputs(text, f);
	fclose(f);
	return config_load(fx->path, &fx->config, &fx->errors);
}

static void assert_error(struct fixture *fx, const char *text, const char *error)
{
	assert_true(load(fx, text) < 0);
	if (!strstr(fx->errors.data, error))
		fail_msg("'%s' is not in:\n%s", error, fx->errors.data);
	assert_non_null(strstr(fx->errors.data, fx->path));
	strbuf_clear(&fx->errors);
}

static void test_config__an_empty_file_is_all_defaults(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(load(fx, ""), 0);
	assert_string_equal(fx->config->data_dir, "/var/lib/policywatch");
	assert_int_equal(fx->config->scheduler.host_delay_ms, 2000);
	assert_string_equal(fx->config->bus.scheduler, "ipc:///run/policywatch/scheduler.ipc");
	assert_string_equal(fx->config->sources_dir, "/tmp/sources.d");
}

static void test_config__values_are_read(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(load(fx,
				 "data_dir: /d\nscheduler:\n  host_delay_ms: 5\nlog_level: debug\n"
				 "bus:\n  listen: [\"tcp://127.0.0.1:1\", \"ipc:///x\"]\n"
				 "url:\n  tracking_parameters: only\n  sort_query: false\n"),
		0);
	assert_string_equal(fx->config->data_dir, "/d");
	assert_int_equal(fx->config->scheduler.host_delay_ms, 5);
	assert_int_equal(fx->config->bus.listen.len, 2);
	assert_string_equal(fx->config->bus.scheduler, "tcp://127.0.0.1:1");
	assert_int_equal(fx->config->url_rules.n_tracking, 1);
	assert_int_equal(fx->config->url_rules.n_documents, url_rules_default.n_documents);
	assert_false(fx->config->url_rules.sort_query);
}

static void test_config__errors_name_file_line_and_key(void **state)
{
	struct fixture *fx = *state;

	assert_error(fx, "data_dir: /d\nscheduler:\n  hots_delay_ms: 5\n",
		":3: scheduler.hots_delay_ms: no such setting");
	assert_error(fx, "crawler:\n  threads: 1000\n",
		":2: crawler.threads: 1000 is not within 1 to 64");
	assert_error(fx, "crawler:\n  threads: many\n",
		":2: crawler.threads: 'many' is not a whole number");
	assert_error(fx, "\n\nlog_level: loud\n", ":3: log_level: 'loud' is none of: ");
	assert_error(fx, "data_dir: d\n", ":1: data_dir: 'd' must be an absolute path");
	assert_error(fx, "data_dir: /a\ndata_dir: /b\n", ":2: data_dir: stands here a second time");
	assert_error(fx, "alerts:\n  redis: http://x\n",
		":2: alerts.redis: 'http://x' must begin with");
	assert_error(fx, "scheduler: 5\n", ":1: scheduler: must be a map of settings");
	assert_error(fx, "data_dir: [a]\n", ":1: data_dir: must be a plain value");
	assert_error(fx, "- a\n", ":1: must be a map of settings");
	assert_error(fx, "a: b: c\n", ":1: not YAML: ");
	assert_error(fx, "? [a]\n: b\n", ":1: a key must be a word");
}

static void test_config__all_errors_are_told_at_once(void **state)
{
	struct fixture *fx = *state;

	assert_true(load(fx, "x: 1\ny: 2\n") < 0);
	assert_non_null(strstr(fx->errors.data, ":1: x: no such setting"));
	assert_non_null(strstr(fx->errors.data, ":2: y: no such setting"));
}

static void test_config__a_node_inside_itself_is_refused(void **state)
{
	assert_error(*state, "bus: &a\n  listen: [*a]\n", "");
	assert_error(*state, "a: &a [*a]\n", "nested too deeply");
}

static void test_config__an_absent_file_is_an_error_when_it_was_named(void **state)
{
	struct fixture *fx = *state;

	assert_true(config_load("/nowhere/policywatch.yaml", &fx->config, &fx->errors) < 0);
	assert_non_null(strstr(fx->errors.data, "/nowhere/policywatch.yaml: No such file"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_config__an_empty_file_is_all_defaults, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_config__values_are_read, setup, teardown),
		cmocka_unit_test_setup_teardown(test_config__errors_name_file_line_and_key, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_config__all_errors_are_told_at_once, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_config__a_node_inside_itself_is_refused, setup,
			teardown),
		cmocka_unit_test_setup_teardown(
			test_config__an_absent_file_is_an_error_when_it_was_named, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
