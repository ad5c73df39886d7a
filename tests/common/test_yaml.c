#include "common/yaml.h"

#include "tests/cmocka_all.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Opens @text as a file; what is wrong with it, without the path, is in @errors. */
static int open_text(const char *text, struct strbuf *errors)
{
	CLEANUP(yaml_closep) struct yaml *y = NULL;
	char path[] = "/tmp/test_yaml.XXXXXX";
	STRBUF_LOCAL(all);
	int fd = mkstemp(path), r;

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	close(fd);
	r = yaml_open(path, &y, &all);
	unlink(path);
	if (all.len) {
		assert_true(span_starts_with(strbuf_span(&all), span_str(path)));
		strbuf_add_str(errors, all.data + strlen(path));
	}
	return r;
}

static void test_yaml__a_fault_is_told_with_its_line(void **state)
{
	static const struct {
		const char *text, *error;
	} rows[] = {
		{"a: 1\nb: [1\n", ":3: not YAML"},
		{"a: 1\n? [x]\n: 2\n", ":2: a key must be a word"},
		{"a: 1\n---\nb: 2\n", ":2: a second document"},
		{"a: &x [*x]\n", ":1: nested too deeply"},
		{"a: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
			":1: nested too deeply"},
		{"a: *nowhere\n", ":1: not YAML"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		STRBUF_LOCAL(errors);

		if (open_text(rows[i].text, &errors) >= 0 ||
			!span_starts_with(strbuf_span(&errors), span_str(rows[i].error)))
			fail_msg("row %zu: '%s'", i, errors.data);
	}
}

static void test_yaml__aliases_cannot_multiply(void **state)
{
	STRBUF_LOCAL(text);
	STRBUF_LOCAL(errors);

	(void)state;
	strbuf_add_str(&text, "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 12; i++) {
		strbuf_printf(&text, "a%d: &a%d [", i, i);
		for (int k = 0; k < 10; k++)
			strbuf_printf(&text, "%s*a%d", k ? ", " : "", i - 1);
		strbuf_add_str(&text, "]\n");
	}
	assert_true(open_text(text.data, &errors) < 0);
}

static void test_yaml__an_empty_file_and_one_document_are_right(void **state)
{
	static const char *const texts[] = {"", "# nothing\n", "---\n", "---\na: 1\n...\n",
		"\xEF\xBB\xBF# marked\na: 1\n"};

	(void)state;
	for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
		STRBUF_LOCAL(errors);

		if (open_text(texts[i], &errors) < 0)
			fail_msg("row %zu: '%s'", i, errors.data);
	}
}

static void test_yaml__a_folder_is_no_file(void **state)
{
	CLEANUP(yaml_closep) struct yaml *y = NULL;
	STRBUF_LOCAL(errors);

	(void)state;
	assert_true(yaml_open("/tmp", &y, &errors) < 0);
	assert_true(span_starts_with(strbuf_span(&errors), SPAN_LITERAL("/tmp: ")));
	assert_true(yaml_open("/tmp/test_yaml/absent", &y, &errors) < 0);
}

static void test_settings__ports_are_single_or_ranges(void **state)
{
	static const char *const bad[] = {"", "0", "080", "65536", "80-", "-80", "90-80",
		"80-90-99", "80x", " 80", "80 "};
	unsigned low, high;

	(void)state;
	assert_true(setting_parse_ports("443", &low, &high) && low == 443 && high == 443);
	assert_true(setting_parse_ports("8000-65535", &low, &high) && low == 8000 && high == 65535);
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
		assert_non_null(setting_check_ports(bad[i]));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_yaml__a_fault_is_told_with_its_line),
		cmocka_unit_test(test_yaml__aliases_cannot_multiply),
		cmocka_unit_test(test_yaml__an_empty_file_and_one_document_are_right),
		cmocka_unit_test(test_yaml__a_folder_is_no_file),
		cmocka_unit_test(test_settings__ports_are_single_or_ranges),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
