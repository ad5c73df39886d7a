#include "cli/check.h"
#include "crawler/read/charset/charset.h"

#include <stdio.h>

static void decode(struct span bytes, const char *content_type, const char *kind_name,
	struct arena *a, struct charset_text *ret)
{
	enum charset_kind kind = CHARSET_HTML;

	if (kind_name)
		charset_kind_parse(kind_name, &kind);
	charset_decode(bytes, content_type, kind, a, ret);
}

static void answer_line(struct cli *cli, const struct json *in, struct strbuf *out)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	const char *file = json_get_str(in, "file");
	struct charset_text text;
	STRBUF_LOCAL(bytes);

	(void)cli;
	if (!file || !cli_read(file, CHECK_INPUT_MAX, &bytes)) {
		check_error(out, "the file cannot be read");
		return;
	}
	decode(strbuf_span(&bytes), json_get_str(in, "content_type"), json_get_str(in, "kind"),
		arena, &text);
	json_open(out, '{');
	json_field_str(out, "charset", text.encoding);
	json_field_int(out, "faults", (int64_t)text.faults);
	json_key(out, "text");
	json_span(out, text.text);
	json_close(out, '}');
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	const char *kind_name = cli_option(cli, "kind");
	enum charset_kind kind;
	struct charset_text text;
	STRBUF_LOCAL(bytes);

	if (kind_name && !charset_kind_parse(kind_name, &kind))
		return cli_misuse(cli, "--kind must be html, xml or text");
	if (cli_option(cli, "batch"))
		return check_batch(cli, answer_line);
	if (!cli_read("-", CHECK_INPUT_MAX, &bytes))
		return CLI_FAILURE;
	decode(strbuf_span(&bytes), cli_option(cli, "content-type"), kind_name, arena, &text);
	puts(text.encoding);
	fwrite(text.text.data, 1, text.text.len, stdout);
	return fflush(stdout) == 0 ? CLI_DONE : CLI_FAILURE;
}

const struct command check_charset = {
	.name = "check charset",
	.arguments = "< BYTES",
	.summary = "The encoding of a document, and its text in UTF-8",
	.options = (const struct cli_option[]){{"content-type", "VALUE", "its Content-Type header"},
		{"kind", "html|xml|text", "what it is (html)"},
		{"batch", NULL, "JSON lines: {\"file\",\"content_type\",\"kind\"}"}, {0}},
	.run = run,
};
