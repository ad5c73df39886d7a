/*
 * add, pause, resume: one request to the scheduler each.
 */
#include "cli/ask.h"

#include <stdio.h>

static enum cli_exit send(struct cli *cli, enum admin_command command)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	CLEANUP(freep) char *text = NULL;
	struct admin_request request = {.command = command,
		.n_arguments = (size_t)cli->n_arguments};

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	request.arguments = arena_alloc(arena, request.n_arguments * sizeof *request.arguments);
	for (size_t i = 0; i < request.n_arguments; i++)
		request.arguments[i] = span_str(cli->arguments[i]);
	if (ask_scheduler(cli->config, &request, &text) < 0)
		return cli_fail("%s", text ? text : "no connection to the scheduler");
	puts(text);
	return CLI_DONE;
}

static enum cli_exit run_add(struct cli *cli)
{
	return send(cli, ADMIN_ADD);
}

static enum cli_exit run_pause(struct cli *cli)
{
	return send(cli, ADMIN_PAUSE);
}

static enum cli_exit run_resume(struct cli *cli)
{
	return send(cli, ADMIN_RESUME);
}

const struct command command_add = {
	.name = "add",
	.arguments = "URL...",
	.summary = "Put URLs into the frontier, due now",
	.n_arguments_min = 1,
	.n_arguments_max = -1,
	.run = run_add,
};

const struct command command_pause = {
	.name = "pause",
	.arguments = "SOURCE|HOST...",
	.summary = "Stop fetching from sources or hosts",
	.n_arguments_min = 1,
	.n_arguments_max = -1,
	.run = run_pause,
};

const struct command command_resume = {
	.name = "resume",
	.arguments = "SOURCE|HOST...",
	.summary = "Fetch from them again",
	.n_arguments_min = 1,
	.n_arguments_max = -1,
	.run = run_resume,
};
