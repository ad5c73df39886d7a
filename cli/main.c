/*
 * policywatch: one program, a table of commands.
 */
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <locale.h>
#include <stdio.h>

static const struct command *const commands[] = {&command_run, &command_scheduler, &command_crawler,
	&command_alerts, &command_add, &command_pause, &command_resume, &command_status,
	&command_sources, &command_coverage, &command_search, &command_show, &command_export,
	&command_subscriptions, &command_follow, &command_store, &command_check};

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

/* --help, --version, or a mistake. */
static enum cli_exit run_without_command(int argc, char **argv)
{
	for (int i = 1; i < argc; i++) {
		if (is_any(argv[i], "-h", "--help")) {
			print_overview(stdout);
			return CLI_DONE;
		}
		if (strcmp(argv[i], "--version") == 0)
			return cli_run(&command_run, NULL, argc, argv);
		if (is_any(argv[i], "-c", "--config"))
			i++;
	}
	print_overview(stderr);
	return CLI_MISUSE;
}

/*
 * A standard stream that we were started without would be the first file that
 * is opened, and what is printed would go into the store. Its place is taken
 * by something that can be neither read nor written in that direction.
 */
static void occupy_standard_streams(void)
{
	for (int fd = STDIN_FILENO; fd <= STDERR_FILENO; fd++) {
		if (fcntl(fd, F_GETFD) < 0 &&
			open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY) != fd)
			abort();
	}
}

/* What was printed but could not be written was not done. */
static enum cli_exit close_output(enum cli_exit status)
{
	bool failed_before = ferror(stdout);

	if (fflush(stdout) == 0 && !failed_before)
		return status;
	if (status == CLI_DONE || status == CLI_NO)
		status = cli_fail("cannot write standard output%s%s", failed_before ? "" : ": ",
			failed_before ? "" : strerror(errno));
	return status;
}

int main(int argc, char **argv)
{
	int at = command_index(argc, argv);
	const struct command *command;
	char *name;

	occupy_standard_streams();
	setlocale(LC_CTYPE, "C.UTF-8");
	if (at >= argc)
		return (int)close_output(run_without_command(argc, argv));
	name = argv[at];
	command = find_command(name);
	if (!command) {
		fprintf(stderr, "policywatch: no command '%s'; see 'policywatch --help'\n", name);
		return CLI_MISUSE;
	}
	memmove(argv + 1, argv, sizeof *argv * (size_t)at);
	return (int)close_output(cli_run(command, NULL, argc - 1, argv + 1));
}
