/*
 * sources: every source, its rhythm, its last news, its health.
 */
#include "cli/ask.h"

#include <stdio.h>

static void print_sources(const struct json *list)
{
	printf("%-20s %-8s %8s %6s %6s  %-20s %-14s %s\n", "SOURCE", "KIND", "EVERY", "SEEN", "NEW",
		"LAST NEWS", "LAST OUTCOME", "URL");
	for (const struct json *s = json_first(list); s; s = json_next(s)) {
		const char *news = json_get_str(s, "last_new_item");
		const char *outcome = json_get_str(s, "last_outcome");
		const char *error = json_get_str(s, "error");
		const char *trouble = json_get_str(s, "host_trouble");
		char every[24];

		snprintf(every, sizeof every, "%llds", (long long)json_get_int(s, "interval_s", 0));
		printf("%-20s %-8s %8s %6lld %6lld  %-20s %-14s %s\n", json_get_str(s, "name"),
			json_get_str(s, "kind"), every, (long long)json_get_int(s, "items_seen", 0),
			(long long)json_get_int(s, "items_new", 0), news ? news : "-",
			json_is_true(json_get(s, "paused")) ? "paused"
				: outcome                   ? outcome
							    : "-",
			json_get_str(s, "url"));
		if (error)
			printf("%-20s %s\n", "", error);
		if (trouble)
			printf("%-20s host backed off: %s, %lld in a row, asked again at %s\n", "",
				trouble, (long long)json_get_int(s, "host_failures", 0),
				json_get_str(s, "host_probe"));
	}
}

static enum cli_exit run(struct cli *cli)
{
	const struct admin_request request = {.command = ADMIN_SOURCES};
	CLEANUP(json_freep) struct json *reply = NULL;
	CLEANUP(freep) char *text = NULL;

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	if (ask_scheduler(cli->config, &request, &text) < 0)
		return cli_fail("%s", text);
	if (cli->json)
		puts(text);
	else if (json_parse(span_str(text), &reply, NULL) < 0)
		return cli_fail("the scheduler's answer is no JSON");
	else
		print_sources(json_get(reply, "sources"));
	return CLI_DONE;
}

const struct command command_sources = {
	.name = "sources",
	.arguments = "",
	.summary = "List sources with their rhythm, last news and health",
	.run = run,
};
