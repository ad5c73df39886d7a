#include "cli/check.h"
#include "store/query.h"

#include <stdio.h>

/* @input is a record in JSON, or else the text of one. */
static struct query_document *make_document(struct span input, struct arena *a)
{
	struct record record = {0};

	if (record_parse_json(input, a, &record) < 0) {
		record = (struct record){.text = arena_dup(a, input)};
	}
	return query_document_new(&record);
}

static void write_match(const struct query *query, const struct query_document *document,
	struct arena *a, struct strbuf *out)
{
	bool match = query_match(query, document);
	struct str_list terms = {0};

	if (match)
		query_terms(query, document, a, &terms);
	json_open(out, '{');
	json_field_bool(out, "match", match);
	json_key(out, "terms");
	json_open(out, '[');
	for (size_t i = 0; i < terms.len; i++)
		json_str(out, terms.items[i]);
	json_close(out, ']');
	json_close(out, '}');
}

static void write_fault(const struct query_fault *fault, struct strbuf *out)
{
	json_open(out, '{');
	json_field_str(out, "error", fault->text);
	json_field_int(out, "column", (int64_t)fault->column);
	json_close(out, '}');
}

static void answer_line(struct cli *cli, const struct json *in, struct strbuf *out)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	CLEANUP(query_document_freep) struct query_document *document = NULL;
	CLEANUP(query_freep) struct query *query = NULL;
	const struct json *record = json_get(in, "record");
	STRBUF_LOCAL(text);
	struct query_fault fault;

	(void)cli;
	if (query_parse(check_member(in, "query"), &query, &fault) < 0) {
		write_fault(&fault, out);
		return;
	}
	if (json_is_string(record))
		strbuf_add_str(&text, json_as_str(record));
	else if (record)
		json_write(&text, record);
	document = make_document(strbuf_span(&text), arena);
	write_match(query, document, arena, out);
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(arena_freep) struct arena *arena = arena_new();
	CLEANUP(query_document_freep) struct query_document *document = NULL;
	CLEANUP(query_freep) struct query *query = NULL;
	STRBUF_LOCAL(input);
	STRBUF_LOCAL(out);
	struct query_fault fault;
	bool match;

	if (cli_option(cli, "batch"))
		return check_batch(cli, answer_line);
	if (cli->n_arguments != 1)
		return cli_misuse(cli, "one query is needed");
	if (query_parse(span_str(cli->arguments[0]), &query, &fault) < 0) {
		fprintf(stderr, "column %zu: %s\n", fault.column, fault.text);
		return CLI_MISUSE;
	}
	if (!cli_read("-", CHECK_INPUT_MAX, &input))
		return CLI_FAILURE;
	document = make_document(strbuf_span(&input), arena);
	match = query_match(query, document);
	if (cli->json)
		write_match(query, document, arena, &out);
	else
		strbuf_add_str(&out, match ? "match" : "no match");
	strbuf_add_char(&out, '\n');
	cli_flush(&out);
	return match ? CLI_DONE : CLI_NO;
}

const struct command check_query = {
	.name = "check query",
	.arguments = "QUERY < TEXT|RECORD",
	.summary = "Does a query match a text or a record?",
	.options =
		(const struct cli_option[]){{"batch", NULL, "JSON lines: {\"query\",\"record\"}"},
			{0}},
	.n_arguments_max = 1,
	.run = run,
};
