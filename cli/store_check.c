/*
 * store check: every environment of the data folder, first its pages, then,
 * if these are whole, its values.
 */
#include "alerts/state_check.h"
#include "cli/store.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/mdb.h"
#include "common/mdb_check.h"
#include "scheduler/frontier_check.h"
#include "store/check.h"
#include "store/store.h"

#include <stdio.h>
#include <sys/stat.h>

#define SHOWN_MAX   1000 /* of an environment; the rest is only counted */
#define PROGRESS_MS 200

typedef int check_values_fn(const char *path, const struct value_check *check,
	struct value_check_counts *ret, char **ret_error);

struct look {
	struct cli *cli;
	const char *name;
	const char *unit;    /* of the progress: "pages" */
	struct strbuf *json; /* what is said to programs, at the end */
	uint64_t damages;
	int64_t told_ms; /* of the progress */
};

/* What is looked at, and what became of it */

static bool on_damage(void *arg, const char *text)
{
	struct look *l = arg;

	l->damages++;
	if (l->damages > SHOWN_MAX)
		return true;
	if (l->cli->json)
		json_str(l->json, text);
	else
		printf("%s: %s\n", l->name, text);
	if (!l->cli->json && l->damages == SHOWN_MAX)
		printf("%s: more are not shown\n", l->name);
	fflush(stdout);
	return true;
}

static void on_progress(void *arg, uint64_t done, uint64_t of)
{
	struct look *l = arg;
	int64_t now = clock_mono_ms();

	if (now - l->told_ms < PROGRESS_MS || !isatty(STDERR_FILENO))
		return;
	l->told_ms = now;
	fprintf(stderr, "\r%s: %llu of %llu %s\033[K", l->name, (unsigned long long)done,
		(unsigned long long)of, l->unit);
}

static void end_progress(const struct look *l)
{
	if (l->told_ms)
		fputs("\r\033[K", stderr);
}

static int check_store_values(const char *path, const struct value_check *check,
	struct value_check_counts *ret, char **ret_error)
{
	const struct store_options options = {.read_only = true};
	CLEANUP(store_closep) struct store *store = NULL;
	int r = store_open(path, &options, &store, ret_error);

	return r < 0 ? r : store_check_values(store, check, ret);
}

static const struct environment {
	const char *name; /* of its folder, too */
	check_values_fn *check_values;
} environments[] = {
	{"store", check_store_values},
	{"frontier", frontier_check},
	{"alerts", state_check},
};

#define N_ENVIRONMENTS (sizeof environments / sizeof *environments)

/* A file that contradicts itself is an answer; one that cannot be read is none. */
static bool is_damage(int err)
{
	return err == -ERR_CORRUPT || err == -ERR_VERSION;
}

static int check_pages(struct look *l, const char *path, struct mdb_check_counts *counts,
	char **ret_error)
{
	struct mdb_check check = {.on_damage = on_damage, .on_progress = on_progress, .arg = l};

	l->unit = "pages";
	return db_check(path, &check, counts, ret_error);
}

static int check_values(struct look *l, const struct environment *e, const char *path,
	struct value_check_counts *counts, char **ret_error)
{
	const struct value_check check = {.on_damage = on_damage,
		.on_progress = on_progress,
		.arg = l};

	l->unit = "values";
	return e->check_values(path, &check, counts, ret_error);
}

static void tell_result(const struct look *l, const struct mdb_check_counts *pages,
	const struct value_check_counts *values)
{
	if (l->cli->json) {
		json_close(l->json, ']');
		json_field_int(l->json, "pages", (int64_t)pages->pages);
		json_field_int(l->json, "values", (int64_t)values->values);
		json_field_int(l->json, "n_damages", (int64_t)l->damages);
		json_close(l->json, '}');
		return;
	}
	printf("%s: %llu pages, %llu values: ", l->name, (unsigned long long)pages->pages,
		(unsigned long long)values->values);
	if (l->damages)
		printf("%llu damages\n", (unsigned long long)l->damages);
	else
		puts("whole");
	if (l->damages && !values->values)
		printf("%s: its values were not looked at\n", l->name);
}

static enum cli_exit check_environment(struct look *l, const struct environment *e,
	const char *path)
{
	struct mdb_check_counts pages = {0};
	struct value_check_counts values = {0};
	CLEANUP(freep) char *error = NULL;
	int r;

	if (l->cli->json) {
		json_open(l->json, '{');
		json_field_str(l->json, "name", e->name);
		json_field_str(l->json, "path", path);
		json_key(l->json, "damages");
		json_open(l->json, '[');
	}
	r = check_pages(l, path, &pages, &error);
	if (r == 0 && l->damages == 0)
		r = check_values(l, e, path, &values, &error);
	end_progress(l);
	if (is_damage(r))
		on_damage(l, error ? error : err_str(r));
	tell_result(l, &pages, &values);
	if (r < 0 && !is_damage(r))
		return cli_fail("%s: %s", path, error ? error : err_str(r));
	return l->damages ? CLI_NO : CLI_DONE;
}

static bool exists(const char *folder)
{
	CLEANUP(freep) char *file = alloc_printf("%s/data.mdb", folder);
	struct stat st;

	return stat(file, &st) == 0;
}

/* All that there are; the worst of their answers. */
static enum cli_exit run(struct cli *cli)
{
	enum cli_exit worst = CLI_DONE;
	STRBUF_LOCAL(json);
	size_t n = 0;

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	json_open(&json, '[');
	for (size_t i = 0; i < N_ENVIRONMENTS; i++) {
		CLEANUP(freep)
		char *path = config_data_path(cli->config, environments[i].name);
		struct look l = {.cli = cli, .name = environments[i].name, .json = &json};
		enum cli_exit status;

		if (!exists(path))
			continue;
		n++;
		status = check_environment(&l, &environments[i], path);
		worst = status > worst ? status : worst;
	}
	json_close(&json, ']');
	strbuf_add_char(&json, '\n');
	if (n == 0)
		return cli_fail("%s: there is nothing to check yet", cli->config->data_dir);
	return !cli->json || cli_flush(&json) ? worst : CLI_FAILURE;
}

const struct command store_check_command = {
	.name = "store check",
	.arguments = "",
	.summary = "Look for damage in the files of store, frontier and alerts",
	.run = run,
};
