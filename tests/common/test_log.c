#include "common/log.h"

#include "common/clock.h"
#include "tests/cmocka_all.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

/* What one call writes to standard error. */
static const char *logged(const struct log_ctx *ctx, const char *text)
{
	static char line[16384];
	int fds[2], saved = dup(STDERR_FILENO);
	ssize_t n;

	assert_int_equal(pipe2(fds, O_CLOEXEC), 0);
	dup2(fds[1], STDERR_FILENO);
	log_warn(ctx, "%s", text);
	dup2(saved, STDERR_FILENO);
	n = read(fds[0], line, sizeof line - 1);
	close(saved);
	close(fds[0]);
	close(fds[1]);
	assert_true(n >= 0);
	line[n] = '\0';
	return line;
}

static void test_log__a_line_tells_level_context_and_message(void **state)
{
	const struct log_ctx service = {NULL, "service", "crawler"},
			     worker = {&service, "worker", "a 1"};

	(void)state;
	assert_non_null(strstr(logged(&worker, "it fell"),
		"level=warn service=crawler worker=\"a 1\" msg=\"it fell\"\n"));
	assert_non_null(strstr(logged(NULL, ""), "msg=\"\"\n"));
}

/* Symptom: a word without spaces went to the terminal with the escape sequences in it. */
static void test_log__control_characters_are_never_written(void **state)
{
	(void)state;
	assert_non_null(strstr(logged(NULL, "\x1b[2Jx"), "msg=\"\\x1b[2Jx\"\n"));
	assert_non_null(
		strstr(logged(NULL, "a\nlevel=error b\x7f"), "msg=\"a\\x0alevel=error b\\x7f\"\n"));
}

static void test_log__a_long_message_is_cut_and_ends_its_line(void **state)
{
	static char text[10000];
	const char *line;

	(void)state;
	memset(text, '"', sizeof text - 1);
	line = logged(NULL, text);
	assert_true(strlen(line) <= 8192 + 1);
	assert_int_equal(line[strlen(line) - 1], '\n');
	assert_ptr_equal(strchr(line, '\n'), line + strlen(line) - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_log__a_line_tells_level_context_and_message),
		cmocka_unit_test(test_log__control_characters_are_never_written),
		cmocka_unit_test(test_log__a_long_message_is_cut_and_ends_its_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
