#include "cli/check.h"
#include "common/utf8.h"
#include "crawler/read/enrich/hits.h"

#include <stdio.h>

/* A place as editors count it: line and character, both from 1. */
static void write_place(struct span text, const char *at, struct strbuf *out)
{
	size_t line = 1;
	const char *start = text.data;

	for (const char *p = text.data; p < at; p++)
		if (*p == '\n') {
			line++;
			start = p + 1;
		}
	strbuf_printf(out, "%zu:%zu", line, utf8_count(span_from(start, (size_t)(at - start))) + 1);
}

static void write_hit(const struct gazetteers *g, struct folded *f, struct span text,
	const struct hit *h, bool json, struct strbuf *out)
{
	const struct gazetteer_entry *e = &g->entries[h->entry];
	struct span written = folded_written(f, h->start, h->end);
	STRBUF_LOCAL(place);

	write_place(text, written.data, &place);
	if (!json) {
		strbuf_printf(out, "%-8s %-16s %-24s %.*s (%s)\n", place.data,
			gazetteer_table_str(e->table), e->name, (int)written.len, written.data,
			hit_reason_str(h->reason));
		return;
	}
	json_open(out, '{');
	json_field_str(out, "place", place.data);
	json_field_str(out, "table", gazetteer_table_str(e->table));
	json_field_str(out, "name", e->name);
	json_key(out, "text");
	json_span(out, written);
	json_field_str(out, "why", hit_reason_str(h->reason));
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

static enum cli_exit show_hits(const struct cli *cli, const struct gazetteers *g, const char *path)
{
	struct hits hits;
	struct folded f;
	enum cli_exit status = CLI_DONE;
	STRBUF_LOCAL(text);
	STRBUF_LOCAL(out);

	if (!cli_read(path, CHECK_INPUT_MAX, &text))
		return CLI_FAILURE;
	folded_init(&f, (struct span){0}, strbuf_span(&text));
	hits_find(g, &f, &hits);
	for (size_t i = 0; i < hits.len && status == CLI_DONE; i++) {
		write_hit(g, &f, strbuf_span(&text), &hits.items[i], cli->json, &out);
		if (!cli->json)
			cli_tame(&out, 0);
		if (!cli_flush(&out))
			status = CLI_FAILURE;
	}
	if (!hits.len)
		status = CLI_NO;
	hits_release(&hits);
	folded_release(&f);
	return status;
}

static enum cli_exit show_counts(const struct cli *cli, const struct gazetteers *g)
{
	STRBUF_LOCAL(out);

	if (cli->json)
		json_open(&out, '{');
	for (int t = 0; t < GAZETTEER_TABLES; t++) {
		const char *name = gazetteer_table_str((enum gazetteer_table)t);
		size_t n = gazetteers_count(g, (enum gazetteer_table)t);

		if (cli->json)
			json_field_int(&out, name, (int64_t)n);
		else
			strbuf_printf(&out, "%-16s %zu\n", name, n);
	}
	if (cli->json) {
		json_field_int(&out, "names", (int64_t)gazetteers_count_names(g));
		json_field_int(&out, "words", (int64_t)gazetteers_count_words(g));
		json_close(&out, '}');
		strbuf_add_char(&out, '\n');
	} else {
		strbuf_printf(&out, "%-16s %zu\n%-16s %zu\n", "names", gazetteers_count_names(g),
			"words", gazetteers_count_words(g));
	}
	return cli_flush(&out) ? CLI_DONE : CLI_FAILURE;
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(gazetteers_unrefp) struct gazetteers *g = NULL;
	const char *text = cli_option(cli, "text");
	STRBUF_LOCAL(errors);
	int r;

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	r = cli->n_arguments
		? gazetteers_load_files(cli->arguments, (size_t)cli->n_arguments, &g, &errors)
		: gazetteers_load(cli->config->gazetteers_dir, cli->config->gazetteers_own_dir, &g,
			  &errors);
	if (r < 0) {
		fputs(errors.data, stderr);
		return CLI_NO;
	}
	return text ? show_hits(cli, g, text) : show_counts(cli, g);
}

const struct command check_gazetteers = {
	.name = "check gazetteers",
	.arguments = "[FILE...]",
	.summary = "The names that are looked for in articles, and where a text has them",
	.options = (const struct cli_option
			[]){{"text", "FILE", "show what is found in a text (- for standard input)"},
		{0}},
	.n_arguments_max = -1,
	.run = run,
};
