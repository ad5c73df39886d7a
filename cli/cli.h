/*
 * The front door: what all commands share. A command is one file with one
 * struct command; main.c is the table of them.
 *
 * Exit status: 0 done, 1 the answer is no, 2 misuse, 3 failure.
 */
#ifndef POLICYWATCH_CLI_CLI_H
#define POLICYWATCH_CLI_CLI_H

#include "common/config.h"
#include "common/json.h"
#include "common/log.h"

#include <stdbool.h>
#include <stddef.h>

enum cli_exit { CLI_DONE = 0, CLI_NO = 1, CLI_MISUSE = 2, CLI_FAILURE = 3 };

struct cli_option {
	const char *name;  /* "since"; NULL ends a list */
	const char *value; /* "SEQ"; NULL for a switch */
	const char *help;
};

struct cli;

struct command {
	const char *name;
	const char *arguments; /* as usage shows them: "URL..." */
	const char *summary;
	const struct cli_option *options;     /* besides the common ones; may be NULL */
	int n_arguments_min, n_arguments_max; /* max -1: any number */
	/* Commands of their own that the first argument names ("check page"); ends with NULL. */
	const struct command *const *parts;
	enum cli_exit (*run)(struct cli *cli); /* not called where there are parts */
};

#define CLI_OPTIONS_MAX 16

/* One call of a command. */
struct cli {
	const struct command *command;
	const char *config_path; /* NULL: the default */
	bool json;
	int n_arguments;
	char **arguments;
	const char *values
		[CLI_OPTIONS_MAX];     /* of command->options; "" for a switch, NULL when absent */
	struct config *config;         /* by cli_load_config(), owned */
	struct gazetteers *gazetteers; /* by cli_load_gazetteers(), owned */
};

extern const struct command command_run, command_scheduler, command_crawler, command_alerts,
	command_add, command_pause, command_resume, command_status, command_sources, command_show,
	command_search, command_export, command_coverage, command_subscriptions, command_follow,
	command_store, command_check;

/*
 * Parses a command line for @command and runs it. @outer is the command that
 * it is a part of, whose common options hold for it too, or NULL.
 */
enum cli_exit cli_run(const struct command *command, const struct cli *outer, int argc,
	char **argv);

/* The value of an option, "" for a switch that is given, NULL when absent. */
const char *cli_option(const struct cli *cli, const char *name);

/* Reads the configuration into cli->config; prints what is wrong and returns false. */
bool cli_load_config(struct cli *cli);

/*
 * Loads the gazetteers that are configured into cli->gazetteers, or those of
 * @folder alone unless it is NULL; prints what is wrong and returns false.
 */
bool cli_load_gazetteers(struct cli *cli, const char *folder);

/*
 * Reads the configuration anew, for a running service: @take gives it to what
 * uses it, and may refuse it with lines in @errors. Then it replaces
 * cli->config; else that stays, and @log tells what was wrong.
 */
typedef int cli_take_fn(void *arg, const struct config *fresh, struct strbuf *errors);
void cli_reload_config(struct cli *cli, const struct log_ctx *log, cli_take_fn *take, void *arg);

/* "policywatch: ..." on stderr; returns CLI_FAILURE or CLI_MISUSE for the caller to return. */
enum cli_exit cli_fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
enum cli_exit cli_misuse(const struct cli *cli, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

/* A number option within bounds, @fallback when absent. False after a message. */
bool cli_number(const struct cli *cli, const char *option, int64_t min, int64_t max,
	int64_t fallback, int64_t *ret);

/* All of a file, or of standard input for "-", at most @max bytes. False after a message. */
bool cli_read(const char *path, size_t max, struct strbuf *out);

/* Writes @out to standard output and empties it; false once the reader is gone. */
bool cli_flush(struct strbuf *out);

/*
 * What came from the web must not command a terminal: control characters from
 * offset @from on, but for line ends and tabs, become question marks.
 */
void cli_tame(struct strbuf *out, size_t from);

/* Colours are for terminals, and not with NO_COLOR. */
bool cli_has_colour(void);

#endif
