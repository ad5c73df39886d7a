/* What subscribers are told, and when, whatever happens to Redis or to the service. */
#include "alerts/outbox.h"
#include "tests/alerts/alerting.h"

static void test_alerts__a_story_is_new_once_then_reprinted_and_updated(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	subscribe(fx,
		"  - {name: usual, query: 人工智能}\n"
		"  - {name: all, query: 人工智能, deliver: [new, updated, reprint]}\n"
		"  - {name: mark, query: 标记}");
	open_alerts(fx);
	crawl(fx, "https://a.cn/1", "题", FIRST_TEXT);
	crawl(fx, "https://b.cn/1", "转载", FIRST_TEXT);
	crawl(fx, "https://a.cn/1", "题", "人工智能第二版");
	crawl(fx, "https://a.cn/2", "体育", "足球");
	crawl(fx, "https://a.cn/3", "标记", "标记");
	run_until_len(fx, "mark", 1);
	assert_int_equal(stream_len(fx, "usual"), 2);
	assert_field(fx, "usual", 0, "event", "new");
	assert_field(fx, "usual", 1, "event", "updated");
	assert_int_equal(stream_len(fx, "all"), 3);
	assert_field(fx, "all", 1, "event", "reprint");
	assert_field(fx, "all", 1, "url", "https://b.cn/1");
	assert_field(fx, "all", 2, "version", "2");
}

static void test_alerts__an_entry_says_what_was_found(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *record = NULL;

	redis_server_start(&fx->server, NULL);
	subscribe(fx, "  - {name: 湖北, query: (人形機器人 OR 算力) -足球}");
	open_alerts(fx);
	crawl(fx, "https://a.cn/1", "题目", "今天，“人形机器人”亮相武汉。");
	run_until_len(fx, "湖北", 1);
	assert_field(fx, "湖北", 0, "subscription", "湖北");
	assert_field(fx, "湖北", 0, "title", "题目");
	assert_field(fx, "湖北", 0, "publisher", "湖北日报");
	assert_field(fx, "湖北", 0, "published_at", "");
	assert_field(fx, "湖北", 0, "snippet", "今天，“人形机器人”亮相武汉。");
	assert_field(fx, "湖北", 0, "terms", "[\"人形機器人\"]");
	record = field_of(fx, "湖北", 0, "record");
	assert_memory_equal(record, "{\"schema\":1,", 12);
}

static void test_alerts__an_update_that_matches_for_the_first_time_is_new(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	subscribe(fx, "  - {name: s, query: 算力}");
	open_alerts(fx);
	crawl(fx, "https://a.cn/1", "题", "芯片");
	crawl(fx, "https://a.cn/1", "题", "芯片与算力");
	run_until_len(fx, "s", 1);
	assert_field(fx, "s", 0, "event", "new");
}

static void assert_each_once_in_order(struct fixture *fx, const char *name, int n)
{
	assert_int_equal(stream_len(fx, name), n);
	for (int i = 0; i < n; i++) {
		CLEANUP(freep) char *url = alloc_printf("https://a.cn/%d", i);

		assert_field(fx, name, (size_t)i, "url", url);
	}
}

static void test_alerts__without_redis_they_wait_and_then_come_in_order(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
	STRBUF_LOCAL(status);

	subscribe(fx, "  - {name: s, query: 算力}");
	open_alerts(fx);
	crawl_many(fx, 0, 20);
	while (status.len == 0 || !strstr(status.data, "\"outbox\":20")) {
		for (int i = 0; i < 3; i++)
			loop_turn(fx->loop, true);
		alerts_close(TAKE_PTR(fx->alerts));
		strbuf_clear(&status);
		assert_int_equal(alerts_status_json(path, &status), 0);
		open_alerts(fx);
	}
	assert_non_null(strstr(status.data, "\"redis\":{\"up\":false"));
	redis_server_start(&fx->server, NULL);
	run_until_len(fx, "s", 20);
	assert_each_once_in_order(fx, "s", 20);
}

static void test_alerts__a_killed_redis_that_is_back_gets_each_once(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	subscribe(fx, "  - {name: s, query: 算力}");
	open_alerts(fx);
	for (int round = 0; round < 3; round++) {
		crawl_many(fx, round * 10, round * 10 + 10);
		run_until_len(fx, "s", (size_t)round * 10 + 1);
		redis_server_kill(&fx->server);
		for (int i = 0; i < 5; i++)
			loop_turn(fx->loop, true);
		redis_server_start(&fx->server, NULL);
	}
	run_until_len(fx, "s", 30);
	assert_each_once_in_order(fx, "s", 30);
}

static pid_t start_service(struct fixture *fx)
{
	pid_t pid = fork();

	if (pid == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		loop_free(fx->loop);
		fx->loop = loop_new();
		if (alerts_open(fx->loop, &fx->config, &fx->alerts, NULL) < 0)
			_exit(1);
		loop_run(fx->loop);
		_exit(0);
	}
	return pid;
}

static void test_alerts__kill_9_of_the_service_loses_and_doubles_nothing(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	subscribe(fx, "  - {name: s, query: 算力}");
	for (int round = 0; round < 4; round++) {
		pid_t pid = start_service(fx);

		crawl_many(fx, round * 10, round * 10 + 10);
		while (stream_len(fx, "s") < (size_t)round * 10 + 3)
			assert_int_equal(waitpid(pid, NULL, WNOHANG), 0);
		kill(pid, SIGKILL);
		waitpid(pid, NULL, 0);
	}
	open_alerts(fx);
	run_until_len(fx, "s", 40);
	assert_each_once_in_order(fx, "s", 40);
}

static void put_back_in_outbox(struct fixture *fx)
{
	CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
	CLEANUP(freep) char *key = field_of(fx, "s", 0, "key");
	CLEANUP(db_closep) struct db *state = NULL;
	struct alert alert = {.key = key, .subscription = "s", .record = 1};
	struct txn t;

	assert_int_equal(state_open(path, false, &state, NULL), 0);
	txn_begin_write(&t, state);
	outbox_append(&t, &alert);
	assert_int_equal(txn_commit(&t), 0);
}

static void test_alerts__what_is_sent_again_adds_nothing(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	subscribe(fx, "  - {name: s, query: 算力}\n  - {name: mark, query: 标记}");
	open_alerts(fx);
	crawl_many(fx, 0, 1);
	run_until_len(fx, "s", 1);
	alerts_close(TAKE_PTR(fx->alerts));
	put_back_in_outbox(fx);
	open_alerts(fx);
	crawl(fx, "https://a.cn/m", "标记", "标记");
	run_until_len(fx, "mark", 1);
	assert_int_equal(stream_len(fx, "s"), 1);
}

static void test_alerts__subscriptions_in_redis_are_live(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	subscribe(fx, "  - {name: mark, query: 标记}");
	open_alerts(fx);
	crawl_many(fx, 0, 3);
	crawl(fx, "https://a.cn/m", "标记", "标记");
	run_until_len(fx, "mark", 1);
	redis_reply_free(REDIS_ASK(&fx->server, "HSET", "policywatch:subscriptions", "r",
		"{\"query\":\"算力\"}"));
	for (int i = 3; stream_len(fx, "r") == 0; i++) {
		crawl_many(fx, i, i + 1);
		loop_turn(fx->loop, true);
	}
	/* The past is not told. */
	assert_int_not_equal(stream_len(fx, "r"), 0);
	for (size_t i = 0; i < stream_len(fx, "r"); i++) {
		CLEANUP(freep) char *url = field_of(fx, "r", i, "url");

		assert_string_not_equal(url, "https://a.cn/0");
	}
}

static void test_alerts__a_first_start_begins_with_the_first_entry(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	crawl_many(fx, 0, 3);
	subscribe(fx, "  - {name: file, query: 算力}");
	redis_reply_free(REDIS_ASK(&fx->server, "HSET", "policywatch:subscriptions", "r",
		"{\"query\":\"算力\"}"));
	open_alerts(fx);
	run_until_len(fx, "file", 3);
	run_until_len(fx, "r", 3);
}

static void test_alerts__a_new_subscription_does_not_replay_the_past(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	subscribe(fx, "  - {name: mark, query: 标记}");
	open_alerts(fx);
	crawl(fx, "https://a.cn/m", "标记", "标记");
	run_until_len(fx, "mark", 1);
	alerts_close(TAKE_PTR(fx->alerts));
	crawl_many(fx, 0, 3);
	subscribe(fx, "  - {name: mark, query: 标记}\n  - {name: s, query: 算力}");
	open_alerts(fx);
	crawl_many(fx, 3, 4);
	run_until_len(fx, "s", 1);
	assert_field(fx, "s", 0, "url", "https://a.cn/3");
}

static void test_alerts__faulty_subscriptions_are_in_the_status(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
	STRBUF_LOCAL(status);

	subscribe(fx, "  - {name: s, query: 算力}\n  - {name: bad, query: \"算力 AND\"}");
	open_alerts(fx);
	alerts_close(TAKE_PTR(fx->alerts));
	assert_int_equal(alerts_status_json(path, &status), 0);
	assert_non_null(strstr(status.data, "\"subscriptions\":1,\"faulty\":[{\"name\":\"bad\""));
	assert_non_null(strstr(status.data, "\"column\":7"));
}

static void test_alerts__a_spoilt_stream_keeps_back_only_its_own(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	subscribe(fx, "  - {name: bad, query: 算力}\n  - {name: good, query: 算力}");
	redis_reply_free(REDIS_ASK(&fx->server, "SET", "policywatch:alerts:{bad}", "x"));
	open_alerts(fx);
	crawl_many(fx, 0, 5);
	run_until_len(fx, "good", 5);
	redis_reply_free(REDIS_ASK(&fx->server, "DEL", "policywatch:alerts:{bad}"));
	run_until_len(fx, "bad", 5);
	assert_each_once_in_order(fx, "bad", 5);
	assert_each_once_in_order(fx, "good", 5);
}

static void test_alerts__a_full_redis_is_waited_for(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	redis_reply_free(REDIS_ASK(&fx->server, "CONFIG", "SET", "maxmemory", "1"));
	subscribe(fx, "  - {name: s, query: 算力}");
	open_alerts(fx);
	crawl_many(fx, 0, 5);
	for (int i = 0; i < 8; i++)
		loop_turn(fx->loop, true);
	assert_int_equal(stream_len(fx, "s"), 0);
	redis_reply_free(REDIS_ASK(&fx->server, "CONFIG", "SET", "maxmemory", "0"));
	run_until_len(fx, "s", 5);
	assert_each_once_in_order(fx, "s", 5);
}

static void put_cursor(struct fixture *fx, uint64_t cursor)
{
	CLEANUP(db_closep) struct db *state = open_state(fx);
	struct txn t;

	txn_begin_write(&t, state);
	state_put_number(&t, "cursor", cursor);
	state_put_number(&t, "outbox_last", 0);
	assert_int_equal(txn_commit(&t), 0);
}

/* After a restored backup the journal was not followed until it had caught up. */
static void test_alerts__an_older_store_is_followed_from_its_end(void **state)
{
	struct fixture *fx = *state;

	redis_server_start(&fx->server, NULL);
	subscribe(fx, "  - {name: s, query: 算力}");
	crawl_many(fx, 0, 3);
	put_cursor(fx, 5000);
	open_alerts(fx);
	crawl_many(fx, 3, 5);
	run_until_len(fx, "s", 2);
	assert_field(fx, "s", 0, "url", "https://a.cn/3");
}

static void subscribe_many(struct fixture *fx, int n)
{
	STRBUF_LOCAL(text);

	for (int i = 0; i < n; i++)
		strbuf_printf(&text, "  - {name: s%d, query: 算力}\n", i);
	subscribe(fx, text.data);
}

/* 64 entries for 100,000 subscribers each were one transaction, of minutes. */
static void test_alerts__many_subscribers_of_one_entry_make_a_batch_of_it(void **state)
{
	struct fixture *fx = *state;
	uint64_t cursor;

	subscribe_many(fx, 1100);
	crawl_many(fx, 0, 20);
	for (int turns = 1; !(cursor = saved_cursor(fx)); turns++) {
		open_alerts(fx);
		for (int i = 0; i < turns; i++)
			loop_turn(fx->loop, true);
		alerts_close(TAKE_PTR(fx->alerts));
	}
	assert_in_range(cursor, 1, 5);
}

int main(void)
{
#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)
	const struct CMUnitTest tests[] = {
		TEST(test_alerts__a_story_is_new_once_then_reprinted_and_updated),
		TEST(test_alerts__an_entry_says_what_was_found),
		TEST(test_alerts__an_update_that_matches_for_the_first_time_is_new),
		TEST(test_alerts__without_redis_they_wait_and_then_come_in_order),
		TEST(test_alerts__a_killed_redis_that_is_back_gets_each_once),
		TEST(test_alerts__kill_9_of_the_service_loses_and_doubles_nothing),
		TEST(test_alerts__what_is_sent_again_adds_nothing),
		TEST(test_alerts__subscriptions_in_redis_are_live),
		TEST(test_alerts__a_first_start_begins_with_the_first_entry),
		TEST(test_alerts__a_new_subscription_does_not_replay_the_past),
		TEST(test_alerts__faulty_subscriptions_are_in_the_status),
		TEST(test_alerts__a_spoilt_stream_keeps_back_only_its_own),
		TEST(test_alerts__a_full_redis_is_waited_for),
		TEST(test_alerts__an_older_store_is_followed_from_its_end),
		TEST(test_alerts__many_subscribers_of_one_entry_make_a_batch_of_it),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
