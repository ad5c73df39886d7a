/*
 * store: what the node's store holds.
 */
#include "cli/store.h"
#include "cli/store_view.h"
#include "common/err.h"

#include <stdio.h>

static enum cli_exit show_stat(struct cli *cli)
{
	STORE_VIEW_LOCAL(view);
	STRBUF_LOCAL(out);
	struct store_counts c;
	int r;

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	if (!store_view_open(cli, &view))
		return CLI_FAILURE;
	r = store_read_counts(view.reader, &c);
	if (r < 0)
		return cli_fail("%s", err_str(r));
	if (cli->json) {
		json_open(&out, '{');
		json_field_int(&out, "pages", (int64_t)c.pages);
		json_field_int(&out, "records", (int64_t)c.records);
		json_field_int(&out, "stories", (int64_t)c.stories);
		json_field_int(&out, "journal_last", (int64_t)c.journal_last);
		json_field_int(&out, "file_bytes", c.file_bytes);
		json_field_int(&out, "used_bytes", c.used_bytes);
		json_field_int(&out, "map_bytes", c.map_bytes);
		json_close(&out, '}');
		strbuf_add_char(&out, '\n');
	} else
		strbuf_printf(&out,
			"%llu pages, %llu versions, %llu stories, %llu journal entries\n"
			"%.1f MiB of file, %.1f MiB used, room for %lld GiB\n",
			(unsigned long long)c.pages, (unsigned long long)c.records,
			(unsigned long long)c.stories, (unsigned long long)c.journal_last,
			(double)c.file_bytes / 1048576, (double)c.used_bytes / 1048576,
			(long long)(c.map_bytes >> 30));
	return cli_flush(&out) ? CLI_DONE : CLI_FAILURE;
}

const struct command store_stat = {
	.name = "store stat",
	.arguments = "",
	.summary = "How much is in the store, and how large it is",
	.run = show_stat,
};

const struct command command_store = {
	.name = "store",
	.arguments = "PART",
	.summary = "Look after the node's store",
	.parts = (const struct command *const[]){&store_stat, &store_check_command,
		&store_reread_command, NULL},
};
