/*
 * status: the scheduler's word, the store's and the alert state's own, in one.
 * Each part that cannot be had says why, and the others are shown.
 */
#include "alerts/alerts.h"
#include "cli/ask.h"
#include "cli/store_view.h"
#include "common/err.h"

#include <stdio.h>
#include <time.h>

#define WATCH_S 1

static void put_part(struct strbuf *out, const char *name, bool ok, const char *text)
{
	json_key(out, name);
	if (ok)
		json_raw(out, span_str(text));
	else {
		json_open(out, '{');
		json_field_str(out, "error", text);
		json_close(out, '}');
	}
}

static void put_scheduler(struct cli *cli, struct strbuf *out)
{
	const struct admin_request request = {.command = ADMIN_STATUS};
	CLEANUP(freep) char *text = NULL;
	int r = ask_scheduler(cli->config, &request, &text);

	put_part(out, "scheduler", r == 0, text);
}

static void put_store(struct cli *cli, struct strbuf *out)
{
	CLEANUP(freep) char *path = config_data_path(cli->config, "store");
	CLEANUP(store_closep) struct store *store = NULL;
	CLEANUP(store_reader_freep) struct store_reader *reader = NULL;
	CLEANUP(freep) char *error = NULL;
	const struct store_options options = {.map_bytes = cli->config->store.map_gib << 30,
		.read_only = true};
	struct store_counts c;
	STRBUF_LOCAL(part);
	int r = store_open(path, &options, &store, &error);

	if (r == 0)
		r = store_reader_open(store, &reader);
	if (r == 0)
		r = store_read_counts(reader, &c);
	if (r < 0) {
		put_part(out, "store", false, error ? error : err_str(r));
		return;
	}
	json_open(&part, '{');
	json_field_int(&part, "pages", (int64_t)c.pages);
	json_field_int(&part, "versions", (int64_t)c.records);
	json_field_int(&part, "stories", (int64_t)c.stories);
	json_field_int(&part, "journal_last", (int64_t)c.journal_last);
	json_field_int(&part, "file_bytes", c.file_bytes);
	json_close(&part, '}');
	put_part(out, "store", true, part.data);
}

static void put_alerts(struct cli *cli, struct strbuf *out)
{
	CLEANUP(freep) char *path = config_data_path(cli->config, "alerts");
	STRBUF_LOCAL(part);
	int r = alerts_status_json(path, &part);

	put_part(out, "alerts", r == 0, r == 0 ? part.data : "the alert service has not run yet");
}

static void collect(struct cli *cli, struct strbuf *out)
{
	json_open(out, '{');
	put_scheduler(cli, out);
	put_store(cli, out);
	put_alerts(cli, out);
	json_close(out, '}');
}

static long long number(const struct json *j, const char *key)
{
	return (long long)json_get_int(j, key, 0);
}

static bool print_error(const char *name, const struct json *part)
{
	const char *error = json_get_str(part, "error");

	if (error)
		printf("%-10s %s\n", name, error);
	return error != NULL;
}

/* Those that are not 0. */
static void print_counts(const char *name, const struct json *counts)
{
	printf("%-10s", name);
	for (const struct json *c = json_first(counts); c; c = json_next(c)) {
		if (json_as_int(c, 0))
			printf(" %s %lld", json_name(c), (long long)json_as_int(c, 0));
	}
	putchar('\n');
}

static void print_scheduler(const struct json *s)
{
	const struct json *workers = json_get(s, "workers");
	const char *trouble = json_get_str(s, "trouble");

	if (print_error("scheduler", s))
		return;
	printf("%-10s up %llds; %lld URLs, %lld due, %lld in work; %lld hosts, %lld waiting, %lld failing; %lld sources\n",
		"scheduler", number(s, "uptime_s"), number(s, "urls"), number(s, "due_now"),
		number(s, "leased"), number(s, "hosts"), number(s, "hosts_waiting"),
		number(s, "hosts_failing"), number(s, "sources"));
	if (trouble)
		printf("%-10s the frontier cannot be written: %s; nothing is handed out\n",
			"trouble", trouble);
	if (number(s, "refused"))
		printf("%-10s %lld items, as traps or beyond urls_max; coverage --missing lists them\n",
			"refused", number(s, "refused"));
	print_counts("outcomes", json_get(s, "outcomes"));
	print_counts("limits", json_get(s, "limits"));
	for (const struct json *w = json_first(workers); w; w = json_next(w))
		printf("%-10s %s: %lld in work, last heard %s\n", "crawler",
			json_get_str(w, "name"), number(w, "leases"),
			json_get_str(w, "last_contact"));
}

static void print_alerts(const struct json *a)
{
	const struct json *redis = json_get(a, "redis");
	const char *reason = json_get_str(redis, "reason");

	if (print_error("alerts", a))
		return;
	printf("%-10s %lld subscriptions, read to journal entry %lld, %lld alerts in the outbox\n",
		"alerts", number(a, "subscriptions"), number(a, "cursor"), number(a, "outbox"));
	if (number(a, "lost"))
		printf("%-10s %lld alerts to damage of the outbox; the log says which\n", "lost",
			number(a, "lost"));
	if (json_is_true(json_get(redis, "up")))
		printf("%-10s connected\n", "redis");
	else
		printf("%-10s away (%s): alerts wait in the outbox\n", "redis",
			reason ? reason : "never seen");
	for (const struct json *f = json_first(json_get(a, "faulty")); f; f = json_next(f))
		printf("%-10s %s: %s\n", "faulty", json_get_str(f, "name"),
			json_get_str(f, "fault"));
}

static void print_status(const struct json *status)
{
	const struct json *store = json_get(status, "store");

	print_scheduler(json_get(status, "scheduler"));
	if (!print_error("store", store))
		printf("%-10s %lld pages in %lld versions, %lld stories, %.1f MiB\n", "store",
			number(store, "pages"), number(store, "versions"), number(store, "stories"),
			(double)number(store, "file_bytes") / 1048576);
	print_alerts(json_get(status, "alerts"));
}

static enum cli_exit show_once(struct cli *cli)
{
	CLEANUP(json_freep) struct json *status = NULL;
	STRBUF_LOCAL(text);

	collect(cli, &text);
	if (json_parse(strbuf_span(&text), &status, NULL) < 0)
		return cli_fail("a service answered something that is no JSON");
	if (cli->json)
		puts(text.data);
	else
		print_status(status);
	fflush(stdout);
	return json_get_str(json_get(status, "scheduler"), "error") ? CLI_NO : CLI_DONE;
}

static enum cli_exit run(struct cli *cli)
{
	bool watch = cli_option(cli, "watch");
	enum cli_exit status;

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	do {
		if (watch && isatty(STDOUT_FILENO))
			fputs("\033[H\033[2J", stdout);
		status = show_once(cli);
		if (watch)
			nanosleep(&(struct timespec){.tv_sec = WATCH_S}, NULL);
	} while (watch && !ferror(stdout));
	return status;
}

const struct command command_status = {
	.name = "status",
	.arguments = "",
	.summary = "Queue, hosts, crawlers, store and alerts at a glance",
	.options = (const struct cli_option[]){{"watch", NULL, "again every second"}, {0}},
	.run = run,
};
