#include "alerts/subscription_set.h"
#include "cli/check.h"
#include "crawler/read/enrich/gazetteers.h"
#include "scheduler/source.h"

#include <stdio.h>

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(source_list_freep) struct source_list *sources = NULL;
	CLEANUP(gazetteers_unrefp) struct gazetteers *gazetteers = NULL;
	STRBUF_LOCAL(errors);
	STRBUF_LOCAL(out);
	size_t n_subscriptions = 0;

	if (!cli_load_config(cli))
		return CLI_NO;
	source_list_load(cli->config->sources_dir, &cli->config->url_rules, &sources, &errors);
	subscription_files_check(cli->config->subscriptions_dir, &n_subscriptions, &errors);
	gazetteers_load(cli->config->gazetteers_dir, cli->config->gazetteers_own_dir, &gazetteers,
		&errors);
	if (errors.len) {
		fputs(errors.data, stderr);
		return CLI_NO;
	}
	if (cli_option(cli, "print")) {
		config_print(cli->config, &out);
		return cli_flush(&out) ? CLI_DONE : CLI_FAILURE;
	}
	if (cli->json) {
		json_open(&out, '{');
		json_field_str(&out, "config", *cli->config->path ? cli->config->path : NULL);
		json_field_int(&out, "sources", (int64_t)sources->len);
		json_field_int(&out, "subscriptions", (int64_t)n_subscriptions);
		json_close(&out, '}');
		strbuf_add_char(&out, '\n');
		return cli_flush(&out) ? CLI_DONE : CLI_FAILURE;
	}
	printf("%s: ok, %zu sources, %zu subscriptions\n",
		*cli->config->path ? cli->config->path : "defaults", sources->len, n_subscriptions);
	return CLI_DONE;
}

const struct command check_config = {
	.name = "check config",
	.arguments = "",
	.summary = "Configuration, sources, subscriptions and gazetteers",
	.options = (const struct cli_option[]){{"print", NULL,
						       "all settings in effect, with what they do"},
		{0}},
	.run = run,
};
