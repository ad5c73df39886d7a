/* Uses the shared library as an outsider does, beside a daemon in another process. */
#include <policywatch/store.h>

#include "store/store.h"
#include "tests/folder.h"

#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

struct fixture {
	char *folder, *path;
};

static int setup(void **state)
{
	struct fixture *fx = ALLOC_NEW(struct fixture);

	fx->folder = folder_new();
	fx->path = alloc_printf("%s/store", fx->folder);
	*state = fx;
	return 0;
}

#define TEXT "工业和信息化部等部门近日联合印发通知，部署推进人工智能应用。"

static int teardown(void **state)
{
	struct fixture *fx = *state;

	folder_free(fx->folder);
	free(fx->path);
	free(fx);
	return 0;
}

/* In a process of its own: an environment is open once in a process. */
static void save(struct fixture *fx, const char *url, const char *text)
{
	struct store_options options = {.map_bytes = 8 << 20};
	struct record r = {.id = hash_of(span_str(url)),
		.url = url,
		.title = "题",
		.text = text,
		.text_hash = hash_of(span_str(text)),
		.fetched_at_ms = 1700000000000};
	struct store_batch *b = NULL;
	struct store *s = NULL;
	int status;
	pid_t pid = fork();

	if (pid == 0) {
		if (store_open(fx->path, &options, &s, NULL) < 0 || store_batch_begin(s, &b) < 0)
			_exit(1);
		store_save_page(b, &r, SPAN_LITERAL("A: b\r\n\r\nraw"));
		_exit(store_batch_commit(b) < 0);
	}
	waitpid(pid, &status, 0);
	assert_int_equal(status, 0);
}

static void test_public__reads_what_the_daemon_writes(void **state)
{
	struct fixture *fx = *state;
	struct pw_store *s;
	struct pw_store_entry e;
	const char *json;
	struct pollfd p = {.events = POLLIN};
	size_t len;
	void *body;

	save(fx, "https://a.cn/1", TEXT);
	s = pw_store_open(fx->path);
	assert_true(pw_store_is_open(s));
	assert_int_equal(pw_store_next(s, 0, &e), PW_STORE_FOUND);
	assert_int_equal(e.event, PW_STORE_NEW);
	assert_int_equal(pw_store_record(s, e.record, &json, &len), PW_STORE_FOUND);
	assert_non_null(memmem(json, len, "https://a.cn/1", 14));
	assert_int_equal(pw_store_page(s, e.id, &json, &len), PW_STORE_FOUND);
	assert_int_equal(pw_store_page(s, "none", &json, &len), PW_STORE_NONE);
	assert_int_equal(pw_store_body(s, e.record, &body, &len), PW_STORE_FOUND);
	assert_int_equal(len, 11);
	free(body);
	assert_int_equal(pw_store_next(s, e.seq, &e), PW_STORE_NONE);
	p.fd = pw_store_watch_fd(s);
	save(fx, "https://a.cn/2", TEXT);
	assert_int_equal(poll(&p, 1, 0), 1);
	pw_store_clear(s);
	assert_int_equal(pw_store_next(s, e.seq, &e), PW_STORE_NONE);
	assert_int_equal(pw_store_renew(s), PW_STORE_FOUND);
	assert_int_equal(pw_store_next(s, e.seq, &e), PW_STORE_FOUND);
	assert_int_equal(e.event, PW_STORE_REPRINT);
	pw_store_close(s);
}

static void test_public__a_failure_says_why(void **state)
{
	struct fixture *fx = *state;
	struct pw_store *s = pw_store_open(fx->path);
	struct pw_store_entry e;

	assert_false(pw_store_is_open(s));
	assert_non_null(strstr(pw_store_error(s), fx->path));
	assert_int_equal(pw_store_next(s, 0, &e), PW_STORE_FAILED);
	pw_store_close(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_public__reads_what_the_daemon_writes, setup,
			teardown),
		cmocka_unit_test_setup_teardown(test_public__a_failure_says_why, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
