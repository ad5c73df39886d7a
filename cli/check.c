#include "cli/check.h"

#include <errno.h>
#include <stdio.h>

void check_error(struct strbuf *out, const char *text)
{
	json_open(out, '{');
	json_field_str(out, "error", text);
	json_close(out, '}');
}

struct span check_member(const struct json *in, const char *key)
{
	struct span s = json_as_span(json_get(in, key));

	return s.data ? s : SPAN_LITERAL("");
}

static void answer_line(struct cli *cli, struct span line, check_line_fn *fn, struct strbuf *out)
{
	CLEANUP(json_freep) struct json *in = NULL;

	if (json_parse(line, &in, NULL) < 0 || !json_is_object(in))
		check_error(out, "not a JSON object");
	else
		fn(cli, in, out);
	strbuf_add_char(out, '\n');
}

enum cli_exit check_batch(struct cli *cli, check_line_fn *fn)
{
	CLEANUP(freep) char *line = NULL;
	STRBUF_LOCAL(out);
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&line, &cap, stdin)) > 0) {
		answer_line(cli, span_from(line, (size_t)n), fn, &out);
		if (!cli_flush(&out))
			return CLI_FAILURE;
	}
	return ferror(stdin) ? cli_fail("standard input: %s", strerror(errno)) : CLI_DONE;
}

const struct command command_check = {
	.name = "check",
	.arguments = "PART [OPTION]... [ARGUMENT]...",
	.summary = "Try one part of the crawler on your own input",
	.parts = (const struct command *const[]){&check_config, &check_robots, &check_url,
		&check_charset, &check_date, &check_page, &check_feed, &check_sitemap,
		&check_listing, &check_query, &check_fetch, &check_gazetteers, NULL},
};
