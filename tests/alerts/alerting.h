/*
 * The fixture of the alert service's tests: an open service, a Redis of its own,
 * and a crawler.
 */
#ifndef POLICYWATCH_TESTS_ALERTS_ALERTING_H
#define POLICYWATCH_TESTS_ALERTS_ALERTING_H

#include "alerts/alerts.h"
#include "alerts/state.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "store/store.h"
#include "tests/alerts/redis_server.h"
#include "tests/cmocka_all.h"
#include "tests/folder.h"

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

static inline void on_guard(void *arg)
{
	(void)arg;
	fail_msg("waited too long");
}

static inline void crawl_line(struct store *s, char *line)
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

static inline void run_crawler(const char *path, int in, int out)
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

static inline void start_crawler(struct fixture *fx)
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

static inline void crawl(struct fixture *fx, const char *url, const char *title, const char *text)
{
	char done;

	fprintf(fx->to_crawler, "%s\t%s\t%s\n", url, title, text);
	fflush(fx->to_crawler);
	assert_int_equal(read(fx->from_crawler, &done, 1), 1);
}

static inline int setup(void **state)
{
	struct fixture *fx = ALLOC_NEW(struct fixture);

	signal(SIGPIPE, SIG_IGN);
	fx->folder = folder_new();
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

static inline int teardown(void **state)
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
	folder_free(fx->folder);
	free(fx);
	return 0;
}

static inline void subscribe(struct fixture *fx, const char *text)
{
	CLEANUP(freep) char *path = alloc_printf("%s/a.yaml", fx->config.subscriptions_dir);
	FILE *f = fopen(path, "w");

	fprintf(f, "subscriptions:\n%s\n", text);
	fclose(f);
}

static inline void open_alerts(struct fixture *fx)
{
	char *error = NULL;

	if (alerts_open(fx->loop, &fx->config, &fx->alerts, &error) < 0)
		fail_msg("%s", error);
}

static inline size_t stream_len(struct fixture *fx, const char *name)
{
	CLEANUP(freep) char *key = alloc_printf("policywatch:alerts:{%s}", name);
	CLEANUP(redis_reply_freep) struct redis_reply *reply = REDIS_ASK(&fx->server, "XLEN", key);

	return (size_t)redis_reply_int(reply);
}

/* Alerts go out in order: when this one is there, all before it are. */
static inline void run_until_len(struct fixture *fx, const char *name, size_t n)
{
	while (stream_len(fx, name) < n)
		loop_turn(fx->loop, true);
}

/* The value of a field in entry @i of a stream, to be freed. */
static inline char *field_of(struct fixture *fx, const char *name, size_t i, const char *field)
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

static inline void assert_field(struct fixture *fx, const char *name, size_t i, const char *field,
	const char *value)
{
	CLEANUP(freep) char *found = field_of(fx, name, i, field);

	assert_string_equal(found, value);
}

#define FIRST_TEXT "人工智能第一版，工业和信息化部等部门近日联合印发通知，部署推进应用。"

static inline void crawl_many(struct fixture *fx, int from, int to)
{
	for (int i = from; i < to; i++) {
		CLEANUP(freep) char *url = alloc_printf("https://a.cn/%d", i);
		CLEANUP(freep) char *text = alloc_printf("算力新闻第%d条", i);

		crawl(fx, url, url, text);
	}
}

static inline struct db *open_state(struct fixture *fx)
{
	CLEANUP(freep) char *path = alloc_printf("%s/alerts", fx->folder);
	struct db *state = NULL;

	assert_int_equal(state_open(path, false, &state, NULL), 0);
	return state;
}

static inline uint64_t saved_cursor(struct fixture *fx)
{
	CLEANUP(db_closep) struct db *state = open_state(fx);
	CLEANUP(txn_abortp) struct txn t = TXN_INIT;

	txn_begin_read(&t, state);
	return state_number(&t, "cursor");
}

#endif
