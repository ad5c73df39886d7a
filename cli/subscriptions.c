/*
 * subscriptions: those in Redis, which the alert service takes up within a
 * second (those in files are the operator's to edit), and queries tried on
 * what is stored.
 */
#include "alerts/redis.h"
#include "alerts/subscription.h"
#include "cli/cli.h"
#include "cli/search.h"
#include "cli/store_view.h"
#include "common/alloc.h"
#include "common/err.h"

#include <stdio.h>

#define HASH      "policywatch:subscriptions"
#define ANSWER_MS 5000

/* Sends one command. NULL after a message. */
static struct redis_reply *call(struct cli *cli, size_t n, const struct span *args)
{
	const struct redis_options options = {cli->config->alerts.redis,
		cli->config->alerts.redis_password_file};
	CLEANUP(redis_sync_closep) struct redis_sync *redis = NULL;
	CLEANUP(redis_reply_freep) struct redis_reply *reply = NULL;
	CLEANUP(freep) char *error = NULL;
	int r = redis_sync_open(&options, &redis, &error);

	if (r == 0)
		r = redis_sync_call(redis, n, args, ANSWER_MS, &reply);
	if (r < 0) {
		cli_fail("Redis: %s", error ? error : err_str(r));
		return NULL;
	}
	if (redis_reply_is_error(reply)) {
		struct span text = redis_reply_str(reply);

		cli_fail("Redis: %.*s", (int)text.len, text.data);
		return NULL;
	}
	return TAKE_PTR(reply);
}

static void print_one(struct cli *cli, struct span name, struct span json, struct strbuf *out)
{
	CLEANUP(json_freep) struct json *j = NULL;
	const char *query;

	if (cli->json) {
		json_span(out, name);
		strbuf_add_char(out, ':');
		if (json_parse(json, &j, NULL) == 0)
			json_write(out, j);
		else
			json_null(out);
		return;
	}
	query = json_parse(json, &j, NULL) == 0 ? json_get_str(j, "query") : NULL;
	strbuf_printf(out, "%-24.*s %s\n", (int)name.len, name.data,
		query ? query : "(not readable)");
}

static enum cli_exit list(struct cli *cli)
{
	const struct span args[] = {SPAN_LITERAL("HGETALL"), SPAN_LITERAL(HASH)};
	CLEANUP(redis_reply_freep) struct redis_reply *reply = call(cli, 2, args);
	STRBUF_LOCAL(out);

	if (!reply)
		return CLI_FAILURE;
	if (cli->json)
		json_open(&out, '{');
	for (size_t i = 0; i + 1 < redis_reply_len(reply); i += 2)
		print_one(cli, redis_reply_str(redis_reply_item(reply, i)),
			redis_reply_str(redis_reply_item(reply, i + 1)), &out);
	if (cli->json)
		strbuf_add_str(&out, "}\n");
	return cli_flush(&out) ? CLI_DONE : CLI_FAILURE;
}

/* Refused here already, with the column, if the alert service would refuse it. */
static enum cli_exit add(struct cli *cli)
{
	CLEANUP(subscription_freep) struct subscription *s = NULL;
	CLEANUP(redis_reply_freep) struct redis_reply *reply = NULL;
	CLEANUP(freep) char *fault = NULL;
	STRBUF_LOCAL(json);
	struct span args[] = {SPAN_LITERAL("HSET"), SPAN_LITERAL(HASH), {0}, {0}};
	size_t column = 0;

	if (cli->n_arguments != 3)
		return cli_misuse(cli, "add needs a name and a query");
	if (subscription_new(span_str(cli->arguments[1]), cli->arguments[2], "", 0, &s, &fault,
		    &column) < 0)
		return cli_misuse(cli, "%s", fault ? fault : "refused");
	subscription_write_json(s, &json);
	args[2] = span_str(cli->arguments[1]);
	args[3] = strbuf_span(&json);
	reply = call(cli, 4, args);
	return reply ? CLI_DONE : CLI_FAILURE;
}

static enum cli_exit remove_one(struct cli *cli)
{
	CLEANUP(redis_reply_freep) struct redis_reply *reply = NULL;
	struct span args[] = {SPAN_LITERAL("HDEL"), SPAN_LITERAL(HASH), {0}};

	if (cli->n_arguments != 2)
		return cli_misuse(cli, "remove needs a name");
	args[2] = span_str(cli->arguments[1]);
	reply = call(cli, 3, args);
	if (!reply)
		return CLI_FAILURE;
	if (redis_reply_int(reply) == 0)
		fprintf(stderr, "policywatch subscriptions: no '%s' in Redis\n", cli->arguments[1]);
	return redis_reply_int(reply) ? CLI_DONE : CLI_NO;
}

static enum cli_exit test(struct cli *cli)
{
	if (cli->n_arguments != 2)
		return cli_misuse(cli, "test needs a query");
	return search_store(cli, cli->arguments[1], SEARCH_HITS);
}

/* The newest record of a page, in @arena. False after a message. */
static bool find_record(struct cli *cli, const char *argument, struct arena *arena,
	struct record *ret)
{
	STORE_VIEW_LOCAL(view);
	struct hash id;
	struct span json;
	uint64_t seq;
	int r;

	if (!store_view_id(cli, argument, &id) || !store_view_open(cli, &view))
		return false;
	r = store_find_version(view.reader, &id, 0, &seq);
	if (r == 1)
		r = store_read_record(view.reader, seq, &json);
	if (r == 1)
		r = record_parse_json(json, arena, ret) < 0 ? -ERR_CORRUPT : 1;
	if (r <= 0)
		cli_fail("%s: %s", argument, r < 0 ? err_str(r) : "not in the store");
	return r == 1;
}

/* Why a query matches a stored page: the terms of it that stand there. */
static enum cli_exit explain(struct cli *cli)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	CLEANUP(query_freep) struct query *query = NULL;
	CLEANUP(query_document_freep) struct query_document *document = NULL;
	struct record record = {0};
	struct str_list terms = {0};
	struct query_fault fault;

	if (cli->n_arguments != 3)
		return cli_misuse(cli, "explain needs a query and a page");
	if (query_parse(span_str(cli->arguments[1]), &query, &fault) < 0)
		return cli_misuse(cli, "column %zu: %s", fault.column, fault.text);
	if (!find_record(cli, cli->arguments[2], arena, &record))
		return CLI_FAILURE;
	document = query_document_new(&record);
	if (!query_match(query, document)) {
		puts("no match");
		return CLI_NO;
	}
	query_terms(query, document, arena, &terms);
	puts("match");
	for (size_t i = 0; i < terms.len; i++)
		printf("  %s\n", terms.items[i]);
	return CLI_DONE;
}

static enum cli_exit run(struct cli *cli)
{
	const char *what = cli->n_arguments ? cli->arguments[0] : "list";

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	if (strcmp(what, "list") == 0)
		return list(cli);
	if (strcmp(what, "add") == 0)
		return add(cli);
	if (strcmp(what, "remove") == 0)
		return remove_one(cli);
	if (strcmp(what, "test") == 0)
		return test(cli);
	if (strcmp(what, "explain") == 0)
		return explain(cli);
	return cli_misuse(cli, "no such part '%s'", what);
}

const struct command command_subscriptions = {
	.name = "subscriptions",
	.arguments = "[list | add NAME QUERY | remove NAME | test QUERY | explain QUERY ID|URL]",
	.summary = "Subscriptions in Redis; queries tried on stored pages",
	.n_arguments_max = 3,
	.run = run,
};
