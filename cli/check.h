/*
 * The check commands: one part of the crawler tried on one's own input, once
 * or in a batch (JSON lines in, JSON lines out, in order).
 */
#ifndef POLICYWATCH_CLI_CHECK_H
#define POLICYWATCH_CLI_CHECK_H

#include "cli/cli.h"

extern const struct command check_charset, check_config, check_date, check_feed, check_fetch,
	check_gazetteers, check_listing, check_page, check_query, check_robots, check_sitemap,
	check_url;

#define CHECK_INPUT_MAX (64 << 20) /* more than the crawler ever takes */

/* Answers one line of a batch: appends one JSON value to @out, or an error object. */
typedef void check_line_fn(struct cli *cli, const struct json *in, struct strbuf *out);

/* Runs @fn over the JSON lines of standard input. A line that is no JSON object gets {"error":...}. */
enum cli_exit check_batch(struct cli *cli, check_line_fn *fn);

/* {"error": text} */
void check_error(struct strbuf *out, const char *text);

/* Strings of JSON members; "" where absent. */
struct span check_member(const struct json *in, const char *key);

#endif
