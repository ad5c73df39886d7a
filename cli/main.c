/*
 * policywatch: one program, a table of commands.
 */
#include "cli/cli.h"

#include <locale.h>
#include <stdio.h>

static const struct command *const commands[] = {&command_run, &command_scheduler, &command_crawler,
	&command_alerts, &command_add, &command_pause, &command_resume, &command_status,
	&command_sources, &command_search, &command_show, &command_export, &command_subscriptions,
	&command_follow, &command_store, &command_check};

#define N_COMMANDS (sizeof commands / sizeof *commands)

static void print_overview(FILE *to)
{
	fputs("Usage: policywatch [-c FILE] COMMAND [OPTION]... [ARGUMENT]...\n"
	      "Crawls sources of AI-policy news and alerts subscribers to what matches.\n\n",
		to);
	for (size_t i = 0; i < N_COMMANDS; i++)
		fprintf(to, "  %-14s %s\n", commands[i]->name, commands[i]->summary);
	fputs("\n'policywatch COMMAND --help' tells more of each.\n", to);
}

static const struct command *find_command(const char *name)
{
	for (size_t i = 0; i < N_COMMANDS; i++) {
		if (strcmp(commands[i]->name, name) == 0)
			return commands[i];
	}
	return NULL;
}

static bool is_any(const char *word, const char *a, const char *b)
{
	return strcmp(word, a) == 0 || strcmp(word, b) == 0;
}

/* Options in front of the command belong behind it: "policywatch -c FILE status". */
static int command_index(int argc, char **argv)
{
	int i = 1;

	while (i < argc && argv[i][0] == '-')
		i += is_any(argv[i], "-c", "--config") ? 2 : 1;
	return i;
}

int main(int argc, char **argv)
{
	int at = command_index(argc, argv);
	const struct command *command;
	char *name;

	setlocale(LC_CTYPE, "C.UTF-8");
	if (at >= argc) {
		bool asked = argc > 1 && is_any(argv[1], "-h", "--help");

		if (argc > 1 && strcmp(argv[1], "--version") == 0)
			return (int)cli_run(&command_run, NULL, argc, argv);
		print_overview(asked ? stdout : stderr);
		return asked ? CLI_DONE : CLI_MISUSE;
	}
	name = argv[at];
	command = find_command(name);
	if (!command) {
		fprintf(stderr, "policywatch: no command '%s'; see 'policywatch --help'\n", name);
		return CLI_MISUSE;
	}
	memmove(argv + 1, argv, sizeof *argv * (size_t)at);
	return (int)cli_run(command, NULL, argc - 1, argv + 1);
}
