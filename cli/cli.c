#include "cli/cli.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "crawler/read/enrich/gazetteers.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>

#ifndef POLICYWATCH_VERSION
#define POLICYWATCH_VERSION "0"
#endif

enum { OPTION_VERSION = 1000, OPTION_JSON, OPTION_FIRST }; /* behind all characters */

static void print_option(const char *name, const char *value, const char *help)
{
	STRBUF_LOCAL(left);

	strbuf_printf(&left, "%s%s%s", name, value ? " " : "", value ? value : "");
	printf("  %-28s %s\n", left.data, help);
}

/* "page" of "check page". */
static const char *part_name(const struct command *c, const struct command *part)
{
	return part->name + strlen(c->name) + 1;
}

static void print_help(const struct command *c)
{
	printf("Usage: policywatch %s [OPTION]...%s%s\n%s\n\n%s:\n", c->name,
		*c->arguments ? " " : "", c->arguments, c->summary,
		c->parts ? "Parts and options" : "Options");
	for (const struct cli_option *o = c->options; o && o->name; o++) {
		char name[64];

		snprintf(name, sizeof name, "--%s", o->name);
		print_option(name, o->value, o->help);
	}
	for (size_t i = 0; c->parts && c->parts[i]; i++)
		print_option(part_name(c, c->parts[i]), NULL, c->parts[i]->summary);
	print_option("-c, --config", "FILE", "configuration (" CONFIG_PATH_DEFAULT ")");
	print_option("--json", NULL, "output for programs");
	print_option("-h, --help", NULL, "this text");
	print_option("--version", NULL, "the version");
}

/* getopt's table: the common options, then the command's. */
static void make_table(const struct command *c, struct option table[CLI_OPTIONS_MAX + 5])
{
	static const struct option common[] = {
		{"config", required_argument, NULL, 'c'},
		{"help", no_argument, NULL, 'h'},
		{"version", no_argument, NULL, OPTION_VERSION},
		{"json", no_argument, NULL, OPTION_JSON},
	};
	size_t n = sizeof common / sizeof *common;

	memcpy(table, common, sizeof common);
	for (int i = 0; c->options && c->options[i].name && i < CLI_OPTIONS_MAX; i++)
		table[n++] = (struct option){c->options[i].name,
			c->options[i].value ? required_argument : no_argument, NULL,
			OPTION_FIRST + i};
	table[n] = (struct option){0};
}

/* Returns true when the command shall run; otherwise *@ret is the exit status. */
static bool parse(struct cli *cli, int argc, char **argv, enum cli_exit *ret)
{
	struct option table[CLI_OPTIONS_MAX + 5];
	int o;

	make_table(cli->command, table);
	optind =
		0; /* anew, also for the order of words: a part's differs from its command's (getopt(3), notes) */
	while ((o = getopt_long(argc, argv, cli->command->parts ? "+c:h" : "c:h", table, NULL)) !=
		-1) {
		if (o == 'c')
			cli->config_path = optarg;
		else if (o == OPTION_JSON)
			cli->json = true;
		else if (o >= OPTION_FIRST)
			cli->values[o - OPTION_FIRST] = optarg ? optarg : "";
		else if (o == 'h' || o == OPTION_VERSION) {
			if (o == 'h')
				print_help(cli->command);
			else
				puts("policywatch " POLICYWATCH_VERSION);
			*ret = CLI_DONE;
			return false;
		} else {
			*ret = CLI_MISUSE;
			return false;
		}
	}
	cli->arguments = argv + optind;
	cli->n_arguments = argc - optind;
	return true;
}

static bool count_is_right(const struct cli *cli)
{
	const struct command *c = cli->command;

	return cli->n_arguments >= c->n_arguments_min &&
		(c->n_arguments_max < 0 || cli->n_arguments <= c->n_arguments_max);
}

/* Runs the part that the first argument names. */
static enum cli_exit run_part(struct cli *cli)
{
	const struct command *c = cli->command;

	for (size_t i = 0; cli->n_arguments && c->parts[i]; i++) {
		if (strcmp(part_name(c, c->parts[i]), cli->arguments[0]) == 0)
			return cli_run(c->parts[i], cli, cli->n_arguments, cli->arguments);
	}
	if (!cli->n_arguments)
		return cli_misuse(cli, "which part?");
	return cli_misuse(cli, "no part '%s'", cli->arguments[0]);
}

enum cli_exit cli_run(const struct command *command, const struct cli *outer, int argc, char **argv)
{
	struct cli cli = {.command = command,
		.config_path = outer ? outer->config_path : NULL,
		.json = outer && outer->json};
	enum cli_exit status;

	if (!parse(&cli, argc, argv, &status))
		return status;
	if (command->parts)
		status = run_part(&cli);
	else if (!count_is_right(&cli))
		status = cli_misuse(&cli, "%s arguments",
			cli.n_arguments < command->n_arguments_min ? "too few" : "too many");
	else
		status = command->run(&cli);
	gazetteers_unref(cli.gazetteers);
	config_free(cli.config);
	return status;
}

const char *cli_option(const struct cli *cli, const char *name)
{
	for (int i = 0; cli->command->options && cli->command->options[i].name; i++) {
		if (strcmp(cli->command->options[i].name, name) == 0)
			return cli->values[i];
	}
	return NULL;
}

bool cli_load_config(struct cli *cli)
{
	STRBUF_LOCAL(errors);

	if (config_load(cli->config_path, &cli->config, &errors) < 0) {
		fputs(errors.data, stderr);
		return false;
	}
	log_set_level((enum log_level)cli->config->log_level);
	return true;
}

bool cli_load_gazetteers(struct cli *cli, const char *folder)
{
	const struct config *c = cli->config;
	STRBUF_LOCAL(errors);
	int r = folder ? gazetteers_load(folder, NULL, &cli->gazetteers, &errors)
		       : gazetteers_load(c->gazetteers_dir, c->gazetteers_own_dir, &cli->gazetteers,
				 &errors);

	if (r < 0)
		fputs(errors.data, stderr);
	return r == 0;
}

void cli_reload_config(struct cli *cli, const struct log_ctx *log, cli_take_fn *take, void *arg)
{
	CLEANUP(config_freep) struct config *fresh = NULL;
	STRBUF_LOCAL(errors);

	if (config_load(cli->config_path, &fresh, &errors) < 0 || take(arg, fresh, &errors) < 0) {
		log_error(log, "configuration not reloaded, going on with the old one: %s",
			errors.data);
		return;
	}
	config_free(cli->config);
	cli->config = TAKE_PTR(fresh);
	log_set_level((enum log_level)cli->config->log_level);
	log_info(log, "configuration reloaded");
}

enum cli_exit cli_fail(const char *format, ...)
{
	va_list args;

	fputs("policywatch: ", stderr);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fputc('\n', stderr);
	return CLI_FAILURE;
}

enum cli_exit cli_misuse(const struct cli *cli, const char *format, ...)
{
	va_list args;

	fprintf(stderr, "policywatch %s: ", cli->command->name);
	va_start(args, format);
	vfprintf(stderr, format, args);
	va_end(args);
	fprintf(stderr, "; see 'policywatch %s --help'\n", cli->command->name);
	return CLI_MISUSE;
}

bool cli_number(const struct cli *cli, const char *option, int64_t min, int64_t max,
	int64_t fallback, int64_t *ret)
{
	const char *text = cli_option(cli, option);
	char *end;
	long long value;

	*ret = fallback;
	if (!text)
		return true;
	errno = 0;
	value = strtoll(text, &end, 10);
	if (errno || end == text || *end || value < min || value > max) {
		cli_misuse(cli, "--%s must be a whole number from %lld to %lld", option,
			(long long)min, (long long)max);
		return false;
	}
	*ret = value;
	return true;
}

bool cli_read(const char *path, size_t max, struct strbuf *out)
{
	CLEANUP(fclosep) FILE *file = NULL;
	FILE *from = stdin;
	char block[65536];
	size_t n;

	if (strcmp(path, "-") != 0) {
		from = file = fopen(path, "re");
		if (!file) {
			cli_fail("%s: %s", path, strerror(errno));
			return false;
		}
	}
	while ((n = fread(block, 1, sizeof block, from)) > 0 && out->len <= max)
		strbuf_add(out, block, n);
	if (ferror(from)) {
		cli_fail("%s: %s", path, strerror(errno));
		return false;
	}
	if (out->len > max) {
		cli_fail("%s: larger than %zu bytes", path, max);
		return false;
	}
	return true;
}

bool cli_flush(struct strbuf *out)
{
	bool ok = fwrite(out->data, 1, out->len, stdout) == out->len && fflush(stdout) == 0;

	strbuf_clear(out);
	return ok;
}

void cli_tame(struct strbuf *out, size_t from)
{
	for (size_t i = from; i < out->len; i++) {
		unsigned char c = (unsigned char)out->data[i];
		unsigned char next = (unsigned char)out->data[i + 1]; /* the end is a 0 */

		if (c == 0xC2 && next >= 0x80 && next < 0xA0) /* U+0080 to U+009F */
			out->data[i] = out->data[i + 1] = '?';
		else if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7F)
			out->data[i] = '?';
	}
}

bool cli_has_colour(void)
{
	const char *no_colour = getenv("NO_COLOR");

	return isatty(STDOUT_FILENO) && !(no_colour && *no_colour);
}
