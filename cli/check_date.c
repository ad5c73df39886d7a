#include "cli/check.h"
#include "common/clock.h"
#include "crawler/read/date/date.h"

static void answer_line(struct cli *cli, const struct json *in, struct strbuf *out)
{
	struct date_context ctx = {.now_ms = check_now(in), .zone_min = DATE_ZONE_CHINA};
	struct record_time time = {0};
	char text[CLOCK_TEXT_MAX];
	bool ok;

	(void)cli;
	if (json_get_str(in, "tz"))
		date_zone_parse(check_member(in, "tz"), DATE_ZONE_CHINA, &ctx.zone_min);
	ok = date_parse(check_member(in, "date"), &ctx, &time);
	json_open(out, '{');
	json_field_str(out, "iso", ok ? clock_format(time.ms, time.zone_min, text) : NULL);
	json_field_str(out, "precision", ok ? record_precision_str(time.precision) : NULL);
	json_close(out, '}');
}

static enum cli_exit run(struct cli *cli)
{
	if (!cli_option(cli, "batch"))
		return cli_misuse(cli, "only --batch is there");
	return check_batch(cli, answer_line);
}

const struct command check_date = {
	.name = "check date",
	.arguments = "--batch",
	.summary = "The moment that a date in a page means",
	.options = (const struct cli_option[]){{"batch", NULL,
						       "JSON lines: {\"date\",\"tz\",\"now\"}"},
		{0}},
	.run = run,
};
