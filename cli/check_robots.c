#include "cli/check.h"
#include "crawler/fetch/robots.h"

#include <stdio.h>

static void put_answer(const struct robots *r, struct span url, struct strbuf *out)
{
	json_open(out, '{');
	json_field_bool(out, "allowed", robots_allows(r, url));
	json_key(out, "crawl_delay");
	if (robots_crawl_delay_ms(r) < 0)
		json_null(out);
	else
		strbuf_printf(out, "%.10g", (double)robots_crawl_delay_ms(r) / 1000);
	json_key(out, "sitemaps");
	json_open(out, '[');
	for (size_t i = 0; i < robots_n_sitemaps(r); i++)
		json_str(out, robots_sitemap(r, i));
	json_close(out, ']');
	json_close(out, '}');
}

static void answer_line(struct cli *cli, const struct json *in, struct strbuf *out)
{
	CLEANUP(robots_freep) struct robots *r = NULL;
	const char *agent = json_get_str(in, "user_agent");

	(void)cli;
	r = robots_parse(check_member(in, "robots"), agent ? agent : "");
	put_answer(r, check_member(in, "url"), out);
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(robots_freep) struct robots *r = NULL;
	const char *agent = cli_option(cli, "user-agent"), *url = cli_option(cli, "url");
	STRBUF_LOCAL(body);
	bool allowed;

	if (cli_option(cli, "batch"))
		return check_batch(cli, answer_line);
	if (!agent || !url)
		return cli_misuse(cli, "--user-agent and --url are needed");
	if (!cli_read("-", CHECK_INPUT_MAX, &body))
		return CLI_FAILURE;
	r = robots_parse(strbuf_span(&body), agent);
	allowed = robots_allows(r, span_str(url));
	if (cli->json) {
		strbuf_clear(&body);
		put_answer(r, span_str(url), &body);
		puts(body.data);
	} else
		puts(allowed ? "allowed" : "disallowed");
	return allowed ? CLI_DONE : CLI_NO;
}

const struct command check_robots = {
	.name = "check robots",
	.arguments = "< robots.txt",
	.summary = "May this crawler fetch this URL?",
	.options = (const struct cli_option[]){{"user-agent", "UA", "the crawler's name"},
		{"url", "URL", "what it wants to fetch"},
		{"batch", NULL, "JSON lines: {\"robots\",\"user_agent\",\"url\"}"}, {0}},
	.run = run,
};
