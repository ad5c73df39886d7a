#include "cli/check.h"

#include <stdio.h>

static bool resolve(struct cli *cli, struct span input, struct span base, const char *encoding,
	struct strbuf *href, struct strbuf *canonical)
{
	return url_resolve_encoded(input, base, encoding, href) == 0 &&
		url_canonical(strbuf_span(href), &cli->config->url_rules, canonical) == 0;
}

static void answer(struct cli *cli, struct span input, struct span base, const char *encoding,
	struct strbuf *out)
{
	STRBUF_LOCAL(href);
	STRBUF_LOCAL(canonical);

	if (!resolve(cli, input, base, encoding, &href, &canonical)) {
		check_error(out, "not an http or https URL");
		return;
	}
	json_open(out, '{');
	json_field_str(out, "href", href.data);
	json_field_str(out, "canonical", canonical.data);
	json_close(out, '}');
}

static void answer_line(struct cli *cli, const struct json *in, struct strbuf *out)
{
	const char *encoding = json_get_str(in, "encoding");

	answer(cli, check_member(in, "input"), check_member(in, "base"),
		encoding ? encoding : "UTF-8", out);
}

static enum cli_exit run(struct cli *cli)
{
	const char *base = cli_option(cli, "base");
	STRBUF_LOCAL(href);
	STRBUF_LOCAL(canonical);

	if (!cli_load_config(cli))
		return CLI_MISUSE;
	if (cli_option(cli, "batch"))
		return check_batch(cli, answer_line);
	if (cli->n_arguments != 1)
		return cli_misuse(cli, "one URL is needed");
	if (!resolve(cli, span_str(cli->arguments[0]), span_str(base), "UTF-8", &href,
		    &canonical)) {
		fputs("not an http or https URL\n", stderr);
		return CLI_NO;
	}
	if (cli->json) {
		strbuf_clear(&href);
		answer(cli, span_str(cli->arguments[0]), span_str(base), "UTF-8", &href);
		puts(href.data);
	} else
		puts(canonical.data);
	return CLI_DONE;
}

const struct command check_url = {
	.name = "check url",
	.arguments = "URL",
	.summary = "The canonical form of a URL, by which pages are told apart",
	.options = (const struct cli_option[]){{"base", "BASE", "what a relative URL starts from"},
		{"batch", NULL, "JSON lines: {\"input\",\"base\",\"encoding\"}"}, {0}},
	.n_arguments_max = 1,
	.run = run,
};
