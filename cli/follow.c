/*
 * follow: a consumer of a subscription's Redis stream, as a subscriber would
 * write one.
 */
#include "alerts/redis.h"

#include "cli/cli.h"
#include "common/alloc.h"
#include "common/err.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#define BLOCK_MS  5000
#define ANSWER_MS (BLOCK_MS + 5000)
#define RETRY_S   1

struct following {
	struct cli *cli;
	struct redis_options redis;
	char *key;     /* of the stream */
	char last[64]; /* entry id to read on from; empty: the end, to be found */
	int64_t left;  /* alerts still to print; -1 without end */
};

static struct span field(const struct redis_reply *fields, const char *name)
{
	for (size_t i = 0; i + 1 < redis_reply_len(fields); i += 2) {
		if (span_is(redis_reply_str(redis_reply_item(fields, i)), name))
			return redis_reply_str(redis_reply_item(fields, i + 1));
	}
	return (struct span){0};
}

static void print_json(struct span id, const struct redis_reply *fields, struct strbuf *out)
{
	json_open(out, '{');
	json_key(out, "entry");
	json_span(out, id);
	for (size_t i = 0; i + 1 < redis_reply_len(fields); i += 2) {
		struct span name = redis_reply_str(redis_reply_item(fields, i));

		json_span(out, name);
		strbuf_add_char(out, ':');
		json_span(out, redis_reply_str(redis_reply_item(fields, i + 1)));
	}
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

static void print_line(const struct redis_reply *fields, struct strbuf *out)
{
	struct span event = field(fields, "event"), title = field(fields, "title"),
		    publisher = field(fields, "publisher"), snippet = field(fields, "snippet"),
		    url = field(fields, "url");
	const char *bold = cli_has_colour() ? "\033[1m" : "",
		   *plain = cli_has_colour() ? "\033[0m" : "";

	size_t at;

	strbuf_printf(out, "%-8.*s %s", (int)event.len, event.data, bold);
	at = out->len;
	strbuf_add_span(out, title);
	cli_tame(out, at);
	strbuf_add_str(out, plain);
	at = out->len;
	if (publisher.len)
		strbuf_printf(out, " (%.*s)", (int)publisher.len, publisher.data);
	strbuf_printf(out, "\n         %.*s\n         %.*s\n", (int)snippet.len, snippet.data,
		(int)url.len, url.data);
	cli_tame(out, at);
}

static void print_entries(struct following *f, const struct redis_reply *entries,
	struct strbuf *out)
{
	for (size_t i = 0; i < redis_reply_len(entries) && f->left != 0; i++) {
		const struct redis_reply *entry = redis_reply_item(entries, i);
		struct span id = redis_reply_str(redis_reply_item(entry, 0));

		snprintf(f->last, sizeof f->last, "%.*s", (int)id.len, id.data);
		if (f->cli->json)
			print_json(id, redis_reply_item(entry, 1), out);
		else
			print_line(redis_reply_item(entry, 1), out);
		if (f->left > 0)
			f->left--;
	}
}

/* Reads what comes within BLOCK_MS. Negative when the connection is of no use any more. */
static int read_on(struct following *f, struct redis_sync *redis)
{
	CLEANUP(redis_reply_freep) struct redis_reply *reply = NULL;
	STRBUF_LOCAL(out);
	char block[24];
	struct span args[] = {SPAN_LITERAL("XREAD"), SPAN_LITERAL("BLOCK"), {0},
		SPAN_LITERAL("STREAMS"), span_str(f->key), span_str(f->last)};
	int r;

	snprintf(block, sizeof block, "%d", BLOCK_MS);
	args[2] = span_str(block);
	r = redis_sync_call(redis, sizeof args / sizeof *args, args, ANSWER_MS, &reply);
	if (r < 0)
		return r;
	if (redis_reply_is_error(reply)) {
		struct span text = redis_reply_str(reply);

		cli_fail("%.*s", (int)text.len, text.data);
		return -ERR_PROTOCOL;
	}
	/* One stream: [[name, [entries]]]; nil when nothing came. */
	print_entries(f, redis_reply_item(redis_reply_item(reply, 0), 1), &out);
	return cli_flush(&out) ? 0 : -ERR_DENIED;
}

/* The end of the stream as it is now, so that nothing is missed between two reads. */
static int find_end(struct following *f, struct redis_sync *redis)
{
	CLEANUP(redis_reply_freep) struct redis_reply *reply = NULL;
	const struct span args[] = {SPAN_LITERAL("XREVRANGE"), span_str(f->key), SPAN_LITERAL("+"),
		SPAN_LITERAL("-"), SPAN_LITERAL("COUNT"), SPAN_LITERAL("1")};
	int r = redis_sync_call(redis, sizeof args / sizeof *args, args, ANSWER_MS, &reply);
	struct span id;

	if (r < 0)
		return r;
	id = redis_reply_str(redis_reply_item(redis_reply_item(reply, 0), 0));
	snprintf(f->last, sizeof f->last, "%.*s", id.len ? (int)id.len : 1, id.len ? id.data : "0");
	return 0;
}

static enum cli_exit follow(struct following *f)
{
	for (;;) {
		CLEANUP(redis_sync_closep) struct redis_sync *redis = NULL;
		CLEANUP(freep) char *error = NULL;
		int r = redis_sync_open(&f->redis, &redis, &error);

		if (r < 0)
			cli_fail("%s, trying again", error ? error : err_str(r));
		if (r == 0 && !*f->last)
			r = find_end(f, redis);
		while (r == 0 && f->left != 0)
			r = read_on(f, redis);
		if (r == 0)
			return CLI_DONE;
		if (r == -ERR_DENIED || r == -ERR_PROTOCOL)
			return CLI_FAILURE;
		nanosleep(&(struct timespec){.tv_sec = RETRY_S}, NULL);
	}
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(freep) char *key = NULL;
	struct following f = {.cli = cli};

	if (!cli_number(cli, "count", 1, INT64_MAX, -1, &f.left) || !cli_load_config(cli))
		return CLI_MISUSE;
	f.redis = (struct redis_options){cli->config->alerts.redis,
		cli->config->alerts.redis_password_file};
	f.key = key = alloc_printf("policywatch:alerts:{%s}", cli->arguments[0]);
	snprintf(f.last, sizeof f.last, "%s", cli_option(cli, "new") ? "" : "0");
	return follow(&f);
}

const struct command command_follow = {
	.name = "follow",
	.arguments = "NAME",
	.summary = "Print a subscription's alerts as they come",
	.options = (const struct cli_option[]){{"new", NULL, "only what comes from now on"},
		{"count", "N", "end after N alerts"}, {0}},
	.n_arguments_min = 1,
	.n_arguments_max = 1,
	.run = run,
};
