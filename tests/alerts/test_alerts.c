#include "alerts/alerts.h"

#include "alerts/outbox.h"
#include "alerts/remake.h"
#include "alerts/state.h"
#include "alerts/state_check.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "redis_server.h"
#include "store/layout.h"
#include "../store/test_folder.h"

#include <setjmp.h>
#include <stdarg.h>
#include <sys/stat.h>

#include <cmocka.h>

/*
 * The crawler is a child process, as LMDB wants it: it saves what it is told
 * through a pipe, a line a page: URL, title and text, split by tabs.
 */
struct fixture {
	char *folder;
	struct config config;
	struct redis_server server;
	struct loop *loop;
	struct alerts *alerts;
	struct timer *guard;
	FILE *to_crawler;
	int from_crawler;
	pid_t crawler;
};

static void on_guard(void *arg)
{
	(void)arg;
	fail_msg("waited too long");
}

static void crawl_line(struct store *s, char *line)
{
	char *rest = line;
	const char *url = strsep(&rest, "\t"), *title = strsep(&rest, "\t"), *text = rest;
	struct store_batch *b = NULL;
	struct record r = {
		.id = hash_of(span_str(url)),
		.url = url,
		.title = title,
		.text = text,
		.text_hash = hash_of(span_str(text)),
		.fetched_at_ms = clock_wall_ms(),
		.publisher = "湖北日报",
	};

	if (store_batch_begin(s, &b) < 0)
		_exit(2);
	store_save_page(b, &r, span_str("raw"));
	if (store_batch_commit(b) < 0)
		_exit(3);
}

static void run_crawler(const char *path, int in, int out)
{
	struct store_options options = {.map_bytes = 64 << 20};
	FILE *lines = fdopen(in, "r");
	struct store *s = NULL;
	char line[4096];

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (store_open(path, &options, &s, NULL) < 0)
		_exit(1);
	while (fgets(line, sizeof line, lines)) {
		line[strcspn(line, "\n")] = '\0';
		crawl_line(s, line);
		if (write(out, "", 1) != 1)
			_exit(4);
	}
	_exit(0);
}

static void start_crawler(struct fixture *fx)
{
	CLEANUP(freep) char *path = alloc_printf("%s/store", fx->folder);
	int in[2], out[2];

	assert_int_equal(pipe(in), 0);
	assert_int_equal(pipe(out), 0);
	fx->crawler = fork();
	if (fx->crawler == 0) {
		close(in[1]);
		run_crawler(path, in[0], out[1]);
	}
	close(in[0]);
	close(out[1]);
	fx->to_crawler = fdopen(in[1], "w");
	fx->from_crawler = out[0];
}

static void crawl(struct fixture *fx, const char *url, const char *title, const char *text)
{
	char done;

	fprintf(fx->to_crawler, "%s\t%s\t%s\n", url, title, text);
	fflush(fx->to_crawler);
	assert_int_equal(read(fx->from_crawler, &done, 1), 1);
}

static int setup(void **state)
{
	struct fixture *fx = ALLOC_NEW(struct fixture);

	signal(SIGPIPE, SIG_IGN);
	fx->folder = test_folder_new();
	redis_server_init(&fx->server, fx->folder);
	fx->config.path = alloc_strdup("");
	fx->config.data_dir = alloc_strdup(fx->folder);
	fx->config.subscriptions_dir = alloc_printf("%s/subscriptions.d", fx->folder);
	fx->config.store.map_gib = 1;
	fx->config.alerts = (struct alerts_config){.redis = fx->server.address,
		.redis_password_file = alloc_strdup(""),
		.stream_max = 1000,
		.seen_ttl_s = 3600,
		.poll_ms = 50};
	mkdir(fx->config.subscriptions_dir, 0700);
	start_crawler(fx);
	fx->loop = loop_new();
	fx->guard = timer_new(fx->loop, on_guard, NULL);
	timer_set(fx->guard, 60000);
	*state = fx;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	alerts_close(fx->alerts);
	timer_free(fx->guard);
	loop_free(fx->loop);
	fclose(fx->to_crawler);
	close(fx->from_crawler);
	kill(fx->crawler, SIGKILL);
	waitpid(fx->crawler, NULL, 0);
	free(fx->config.path);
	free(fx->config.data_dir);
	free(fx->config.subscriptions_dir);
	free(fx->config.alerts.redis_password_file);
	redis_server_release(&fx->server);
	test_folder_free(fx->folder);
	free(fx);
	return 0;
}

static void subscribe(struct fixture *fx, const char *text)
{
	CLEANUP(freep) char *path = alloc_printf("%s/a.yaml", fx->config.subscriptions_dir);
	FILE *f = fopen(path, "w");

	fprintf(f, "subscriptions:\n%s\n", text);
	fclose(f);
}

static void open_alerts(struct fixture *fx)
{
	char *error = NULL;

	if (alerts_open(fx->loop, &fx->config, &fx->alerts, &error) < 0)
		fail_msg("%s", error);
}

static size_t stream_len(struct fixture *fx, const char *name)
{
	CLEANUP(freep) char *key = alloc_printf("policywatch:alerts:{%s}", name);
	CLEANUP(redis_reply_freep) struct redis_reply *reply = REDIS_ASK(&fx->server, "XLEN", key);

	return (size_t)redis_reply_int(reply);
}

/* Alerts go out in order: when this one is there, all before it are. */
static void run_until_len(struct fixture *fx, const char *name, size_t n)
{
	while (stream_len(fx, name) < n)
		loop_turn(fx->loop, true);
}

/* The value of a field in entry @i of a stream, to be freed. */
static char *field_of(struct fixture *fx, const char *name, size_t i, const char *field)
{
	CLEANUP(freep) char *key = alloc_printf("policywatch:alerts:{%s}", name);
	CLEANUP(redis_reply_freep)
	struct redis_reply *reply = REDIS_ASK(&fx->server, "XRANGE", key, "-", "+");
	const struct redis_reply *fields = redis_reply_item(redis_reply_item(reply, i), 1);

	for (size_t k = 0; k + 1 < redis_reply_len(fields); k += 2) {
		if (span_is(redis_reply_str(redis_reply_item(fields, k)), field)) {
			struct span value = redis_reply_str(redis_reply_item(fields, k + 1));

			return alloc_strndup(value.data ? value.data : "", value.len);
		}
	}
	return alloc_strdup("(none)");
}

static void assert_field(struct fixture *fx, const char *name, size_t i, const char *field,
	const char *value)
{
	CLEANUP(freep) char *found = field_of(fx, name, i, field);

	assert_string_equal(found, value);
}

#define FIRST_TEXT "人工智能第一版，工业和信息化部等部门近日联合印发通知，部署推进应用。"

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

static void crawl_many(struct fixture *fx, int from, int to)
{
	for (int i = from; i < to; i++) {
		CLEANUP(freep) char *url = alloc_printf("https://a.cn/%d", i);
		CLEANUP(freep) char *text = alloc_printf("算力新闻第%d条", i);

		crawl(fx, url, url, text);
	}
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

static struct db *open_store(struct fixture *fx)
{
	static const char *const names[STORE_TABLES] = {"meta", "pages", "records", "bodies",
		"journal", "stories", "fingerprints", "robots"};
	const struct db_options options = {.kind = "store",
		.schema = STORE_SCHEMA,
		.tables = names,
		.n_tables = STORE_TABLES,
		.map_bytes = 64 << 20};
	CLEANUP(freep) char *path = alloc_printf("%s/store", fx->folder);
	struct db *db = NULL;

	assert_int_equal(db_open(path, &options, &db, NULL), 0);
	return db;
}

static void damage_journal(struct fixture *fx, uint64_t seq)
{
	CLEANUP(db_closep) struct db *db = open_store(fx);
	struct db_key64 key = db_key64(seq);
	struct txn t;

	txn_begin_write(&t, db);
	txn_put(&t, STORE_JOURNAL, db_key64_span(&key), SPAN_LITERAL("{garbage"));
	assert_int_equal(txn_commit(&t), 0);
}

/* One damaged entry kept all alerts behind it from being decided, for ever. */
static void test_alerts__a_damaged_journal_entry_is_passed_over(void **state)
{
	struct fixture *fx = *state;

	log_set_level(LOG_LEVEL_ERROR - 1);
	redis_server_start(&fx->server, NULL);
	subscribe(fx, "  - {name: s, query: 算力}");
	crawl_many(fx, 0, 3);
	damage_journal(fx, 1);
	open_alerts(fx);
	run_until_len(fx, "s", 2);
	assert_field(fx, "s", 0, "url", "https://a.cn/1");
	log_set_level(LOG_LEVEL_ERROR);
}

static void put_cursor(struct fixture *fx, uint64_t cursor)
{
	CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
	CLEANUP(db_closep) struct db *state = NULL;
	struct txn t;

	assert_int_equal(state_open(path, false, &state, NULL), 0);
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

static uint64_t saved_cursor(struct fixture *fx)
{
	CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
	CLEANUP(db_closep) struct db *state = NULL;
	CLEANUP(txn_abortp) struct txn t = TXN_INIT;

	assert_int_equal(state_open(path, false, &state, NULL), 0);
	txn_begin_read(&t, state);
	return state_number(&t, "cursor");
}

static struct db *open_state(struct fixture *fx)
{
	CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
	struct db *state = NULL;

	assert_int_equal(state_open(path, false, &state, NULL), 0);
	return state;
}

/* Turns a bit of a value as it stands in the file. */
static void spoil(struct fixture *fx, enum state_table table, struct span key, const char *where)
{
	CLEANUP(db_closep) struct db *state = open_state(fx);
	STRBUF_LOCAL(value);
	struct span found;
	struct txn t;
	ptrdiff_t at;

	txn_begin_write(&t, state);
	assert_true(txn_get(&t, table, key, &found));
	strbuf_add_span(&value, found);
	at = where ? span_find(found, span_str(where)) : 0;
	assert_true(at >= 0);
	value.data[at + (ptrdiff_t)(where ? strlen(where) : 0)] ^= 1;
	txn_put(&t, table, key, strbuf_span(&value));
	assert_int_equal(txn_commit(&t), 0);
}

/* Entries after a cursor with a turned bit were skipped, or read again as reprints. */
static void test_alerts__a_damaged_cursor_skips_and_repeats_nothing(void **state)
{
	struct fixture *fx = *state;

	log_set_level(LOG_LEVEL_ERROR - 1);
	redis_server_start(&fx->server, NULL);
	subscribe(fx,
		"  - {name: all, query: 人工智能, deliver: [new, updated, reprint]}\n"
		"  - {name: mark, query: 标记}");
	open_alerts(fx);
	crawl(fx, "https://a.cn/1", "题", FIRST_TEXT);
	crawl(fx, "https://b.cn/1", "转载", FIRST_TEXT);
	crawl(fx, "https://a.cn/1", "题", "人工智能第二版");
	crawl(fx, "https://a.cn/3", "标记", "标记");
	run_until_len(fx, "mark", 1);
	alerts_close(TAKE_PTR(fx->alerts));
	spoil(fx, STATE_META, SPAN_LITERAL("cursor"), NULL);
	crawl(fx, "https://a.cn/4", "题", "人工智能与足球");
	crawl(fx, "https://a.cn/5", "标记", "标记二");
	open_alerts(fx);
	run_until_len(fx, "mark", 2);
	assert_int_equal(stream_len(fx, "all"), 4);
	assert_field(fx, "all", 3, "url", "https://a.cn/4");
	log_set_level(LOG_LEVEL_ERROR);
}

static const struct db_key64 first_key = {{0, 0, 0, 0, 0, 0, 0, 1}};
static const struct db_key64 second_key = {{0, 0, 0, 0, 0, 0, 0, 2}};

/* One alert in the outbox, without Redis. */
static void put_one_in_outbox(struct fixture *fx)
{
	subscribe(fx, "  - {name: s, query: 算力}\n  - {name: mark, query: 标记}");
	open_alerts(fx);
	crawl(fx, "https://a.cn/1", "算力券", "发放算力券，支持企业。");
	crawl(fx, "https://a.cn/m", "标记", "标记");
	do {
		CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
		CLEANUP(db_closep) struct db *state = NULL;
		CLEANUP(txn_abortp) struct txn t = TXN_INIT;

		for (int i = 0; i < 3; i++)
			loop_turn(fx->loop, true);
		alerts_close(TAKE_PTR(fx->alerts));
		assert_int_equal(state_open(path, true, &state, NULL), 0);
		txn_begin_read(&t, state);
		if (txn_count(&t, STATE_OUTBOX) == 2)
			return;
		txn_abort(&t);
		db_close(TAKE_PTR(state));
		open_alerts(fx);
	} while (true);
}

static void test_alerts__a_damaged_alert_is_made_anew_from_its_record(void **state)
{
	struct fixture *fx = *state;

	log_set_level(LOG_LEVEL_ERROR - 1);
	put_one_in_outbox(fx);
	spoil(fx, STATE_OUTBOX, db_key64_span(&first_key), "\"title\":\"");
	redis_server_start(&fx->server, NULL);
	open_alerts(fx);
	run_until_len(fx, "mark", 1);
	assert_int_equal(stream_len(fx, "s"), 1);
	assert_field(fx, "s", 0, "title", "算力券");
	assert_field(fx, "s", 0, "terms", "[\"算力\"]");
	log_set_level(LOG_LEVEL_ERROR);
}

static void test_alerts__an_alert_that_cannot_be_made_anew_counts_as_lost(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
	STRBUF_LOCAL(status);

	log_set_level(LOG_LEVEL_ERROR - 1);
	put_one_in_outbox(fx);
	spoil(fx, STATE_OUTBOX, db_key64_span(&first_key), "\"subscription\":\"");
	redis_server_start(&fx->server, NULL);
	open_alerts(fx);
	run_until_len(fx, "mark", 1);
	assert_int_equal(stream_len(fx, "s"), 0);
	alerts_close(TAKE_PTR(fx->alerts));
	assert_int_equal(alerts_status_json(path, &status), 0);
	assert_non_null(strstr(status.data, "\"lost\":1,"));
	log_set_level(LOG_LEVEL_ERROR);
}

static struct subscription_set *read_set(struct fixture *fx, struct db *state)
{
	struct subscription_set *set = NULL;
	STRBUF_LOCAL(errors);

	assert_int_equal(subscription_set_new(state, &set), 0);
	assert_int_equal(subscription_set_read_files(set, fx->config.subscriptions_dir, &errors),
		0);
	assert_int_equal(subscription_set_apply(set, 0), 0);
	return set;
}

/* What is made anew is what was there, wherever the bit has turned; only a name is gone. */
static void test_alerts__no_bit_makes_another_alert_of_one(void **state)
{
	struct fixture *fx = *state;
	CLEANUP(freep) char *store_path = alloc_printf("%s/store", fx->folder);
	CLEANUP(store_closep) struct store *store = NULL;
	CLEANUP(store_reader_freep) struct store_reader *reader = NULL;
	CLEANUP(db_closep) struct db *db = NULL;
	CLEANUP(subscription_set_freep) struct subscription_set *set = NULL;
	CLEANUP(txn_abortp) struct txn t = TXN_INIT;
	STRBUF_LOCAL(value);
	struct span json;
	size_t n_lost = 0;

	put_one_in_outbox(fx);
	assert_int_equal(store_open(store_path, &(struct store_options){.read_only = true}, &store,
				 NULL),
		0);
	assert_int_equal(store_reader_open(store, &reader), 0);
	db = open_state(fx);
	set = read_set(fx, db);
	txn_begin_read(&t, db);
	assert_int_equal(state_find(&t, STATE_OUTBOX, db_key64_span(&first_key), &json),
		STATE_WHOLE);
	strbuf_add_span(&value, json);
	for (size_t bit = 0; bit < value.len * 8; bit++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		struct remake_hint hint;
		struct alert alert;
		STRBUF_LOCAL(again);

		value.data[bit / 8] ^= (char)(1 << bit % 8);
		remake_read(strbuf_span(&value), a, &hint);
		value.data[bit / 8] ^= (char)(1 << bit % 8);
		if (!remake_alert(&t, set, reader, &hint, a, &alert)) {
			n_lost++;
			continue;
		}
		alert_write_json(&alert, &again);
		assert_string_equal(again.data, value.data);
	}
	assert_in_range(n_lost, 8, 8 * strlen("\"subscription\":\"s\""));
}

/* The next alert took a number that another one had, and nothing was decided any more. */
static void test_alerts__a_damaged_last_number_keeps_nothing_back(void **state)
{
	struct fixture *fx = *state;

	log_set_level(LOG_LEVEL_ERROR - 1);
	put_one_in_outbox(fx);
	spoil(fx, STATE_META, SPAN_LITERAL("outbox_last"), NULL);
	crawl(fx, "https://a.cn/2", "算力二", "算力二");
	redis_server_start(&fx->server, NULL);
	open_alerts(fx);
	run_until_len(fx, "s", 2);
	log_set_level(LOG_LEVEL_ERROR);
}

static bool on_damage(void *arg, const char *text)
{
	(void)text;
	++*(int *)arg;
	return true;
}

static int damages_of(struct fixture *fx)
{
	CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
	int n = 0;
	const struct value_check check = {.on_damage = on_damage, .arg = &n};
	struct value_check_counts counts;

	assert_int_equal(state_check(path, &check, &counts, NULL), 0);
	return n;
}

static void test_alerts__the_check_finds_a_bit_in_every_table(void **state)
{
	struct fixture *fx = *state;
	struct hash decision;

	put_one_in_outbox(fx);
	assert_int_equal(damages_of(fx), 0);
	spoil(fx, STATE_META, SPAN_LITERAL("cursor"), NULL);
	assert_int_equal(damages_of(fx), 1);
	spoil(fx, STATE_OUTBOX, db_key64_span(&first_key), "\"url\":\"");
	assert_int_equal(damages_of(fx), 2);
	spoil(fx, STATE_SUBSCRIPTIONS, SPAN_LITERAL("s"), "\"since\":");
	assert_int_equal(damages_of(fx), 3);
	{
		CLEANUP(db_closep) struct db *db = open_state(fx);
		CLEANUP(txn_abortp) struct txn t = TXN_INIT;
		struct span found, value;

		txn_begin_read(&t, db);
		assert_true(txn_last(&t, STATE_DECIDED, &found, &value));
		memcpy(decision.bytes, found.data, HASH_BYTES);
	}
	spoil(fx, STATE_DECIDED, span_from(decision.bytes, HASH_BYTES), NULL);
	assert_int_equal(damages_of(fx), 4);
}

/* Takes the checks off: what 0.1.0 would have left. */
static void make_schema_1(struct fixture *fx)
{
	CLEANUP(db_closep) struct db *state = open_state(fx);
	STRBUF_LOCAL(json);
	struct db_key64 cursor = db_key64(2), last = db_key64(2);
	struct span value;
	struct txn t;

	txn_begin_write(&t, state);
	assert_int_equal(state_find(&t, STATE_OUTBOX, db_key64_span(&first_key), &value),
		STATE_WHOLE);
	strbuf_add_span(&json, value);
	txn_put(&t, STATE_OUTBOX, db_key64_span(&first_key), strbuf_span(&json));
	assert_true(txn_del(&t, STATE_OUTBOX, db_key64_span(&second_key)));
	txn_put(&t, STATE_META, SPAN_LITERAL("cursor"), db_key64_span(&cursor));
	txn_put(&t, STATE_META, SPAN_LITERAL("outbox_last"), db_key64_span(&last));
	for (const char *const *name = (const char *const[]){"redis", "subscriptions", NULL}; *name;
		name++)
		txn_del(&t, STATE_META, span_str(*name));
	for (const char *const *name = (const char *const[]){"s", "mark", NULL}; *name; name++)
		txn_put(&t, STATE_SUBSCRIPTIONS, span_str(*name),
			SPAN_LITERAL("{\"since\":0,\"redis\":null}"));
	txn_put(&t, STATE_META, SPAN_LITERAL("schema"), SPAN_LITERAL("1"));
	assert_int_equal(txn_commit(&t), 0);
}

static void test_alerts__what_0_1_0_wrote_is_taken_over(void **state)
{
	struct fixture *fx = *state;

	put_one_in_outbox(fx);
	make_schema_1(fx);
	redis_server_start(&fx->server, NULL);
	open_alerts(fx);
	crawl(fx, "https://a.cn/2", "算力二", "算力二");
	run_until_len(fx, "s", 2);
	assert_field(fx, "s", 0, "title", "算力券");
	alerts_close(TAKE_PTR(fx->alerts));
	assert_int_equal(saved_cursor(fx), 3);
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
		TEST(test_alerts__a_damaged_journal_entry_is_passed_over),
		TEST(test_alerts__an_older_store_is_followed_from_its_end),
		TEST(test_alerts__a_damaged_cursor_skips_and_repeats_nothing),
		TEST(test_alerts__a_damaged_alert_is_made_anew_from_its_record),
		TEST(test_alerts__an_alert_that_cannot_be_made_anew_counts_as_lost),
		TEST(test_alerts__no_bit_makes_another_alert_of_one),
		TEST(test_alerts__a_damaged_last_number_keeps_nothing_back),
		TEST(test_alerts__the_check_finds_a_bit_in_every_table),
		TEST(test_alerts__what_0_1_0_wrote_is_taken_over),
		TEST(test_alerts__many_subscribers_of_one_entry_make_a_batch_of_it),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
