/*
 * coverage: what sources showed, and what became of it.
 */
#include "cli/cli.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "scheduler/coverage.h"

#include <stdio.h>

#define DAY_MS (24 * 3600 * INT64_C(1000))

/* Of one source. */
struct tally {
	char *source;
	uint64_t shown, fates[COVERAGE_FATES];
	uint64_t reasons[OUTCOME_LAST + 1]; /* of what is not stored */
	uint64_t unfetched;
};

struct report {
	struct tally *tallies; /* in the order of their first item */
	size_t len, cap;
	int64_t from_ms, until_ms; /* items that were first seen then */
	const char *source;        /* only this one's; NULL: all */
};

static void report_release(struct report *r)
{
	for (size_t i = 0; i < r->len; i++)
		free(r->tallies[i].source);
	free(r->tallies);
}

/* What kept the item from the store; NULL when it is there, or nothing was tried yet. */
static const char *reason_of(const struct coverage_item *item)
{
	return item->fate == COVERAGE_STORED || !item->was_fetched ? NULL
								   : outcome_str(item->outcome);
}

static struct tally *tally_of(struct report *r, const char *source)
{
	for (size_t i = 0; i < r->len; i++) {
		if (strcmp(r->tallies[i].source, source) == 0)
			return &r->tallies[i];
	}
	r->tallies = alloc_grow(r->tallies, r->len, &r->cap, sizeof *r->tallies);
	r->tallies[r->len] = (struct tally){.source = alloc_strdup(source)};
	return &r->tallies[r->len++];
}

static void count(struct report *r, const struct coverage_item *item)
{
	struct tally *t = tally_of(r, item->source);

	t->shown++;
	t->fates[item->fate]++;
	if (item->fate == COVERAGE_STORED)
		return;
	if (item->was_fetched)
		t->reasons[item->outcome]++;
	else
		t->unfetched++;
}

static bool is_asked_for(const struct report *r, const struct coverage_item *item)
{
	return item->seen_ms >= r->from_ms && item->seen_ms < r->until_ms &&
		(!r->source || strcmp(r->source, item->source) == 0);
}

/* Items, one a line. */

static void put_moment(struct strbuf *out, const char *key, int64_t wall_ms)
{
	char text[CLOCK_TEXT_MAX];

	json_field_str(out, key, wall_ms ? clock_format(wall_ms, 0, text) : NULL);
}

static void put_item_json(const struct coverage_item *item, struct strbuf *out)
{
	json_open(out, '{');
	json_key(out, "url");
	json_span(out, item->url);
	json_key(out, "title");
	json_span(out, item->title);
	json_field_str(out, "source", item->source);
	json_field_str(out, "fate", coverage_fate_str(item->fate));
	json_field_str(out, "reason", reason_of(item));
	put_moment(out, "seen_at", item->seen_ms);
	put_moment(out, "fetched_at", item->fetched_ms);
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

static void put_item(const struct coverage_item *item, struct strbuf *out)
{
	const char *reason = reason_of(item);
	size_t from = out->len;

	strbuf_printf(out, "%-8s %-13s %-20s %.*s\n", coverage_fate_str(item->fate),
		reason ? reason : "-", item->source, (int)item->url.len, item->url.data);
	cli_tame(out, from);
}

/* Sources. */

static void put_reasons(const struct tally *t, struct strbuf *out)
{
	const char *separator = "";

	if (t->unfetched) {
		strbuf_printf(out, "%llu not fetched yet", (unsigned long long)t->unfetched);
		separator = ", ";
	}
	for (int i = 0; i <= OUTCOME_LAST; i++) {
		if (t->reasons[i]) {
			strbuf_printf(out, "%s%llu %s", separator,
				(unsigned long long)t->reasons[i], outcome_str((enum outcome)i));
			separator = ", ";
		}
	}
}

static void put_table(const struct report *r, struct strbuf *out)
{
	strbuf_printf(out, "%-20s %8s %8s %8s %8s  %s\n", "SOURCE", "SHOWN", "STORED", "WAITING",
		"LOST", "REASONS");
	for (size_t i = 0; i < r->len; i++) {
		const struct tally *t = &r->tallies[i];

		strbuf_printf(out, "%-20s %8llu %8llu %8llu %8llu  ", t->source,
			(unsigned long long)t->shown, (unsigned long long)t->fates[COVERAGE_STORED],
			(unsigned long long)t->fates[COVERAGE_WAITING],
			(unsigned long long)t->fates[COVERAGE_LOST]);
		put_reasons(t, out);
		strbuf_add_char(out, '\n');
	}
}

static void put_reasons_json(const struct tally *t, struct strbuf *out)
{
	json_key(out, "reasons");
	json_open(out, '{');
	if (t->unfetched)
		json_field_int(out, "not-fetched", (int64_t)t->unfetched);
	for (int i = 0; i <= OUTCOME_LAST; i++) {
		if (t->reasons[i])
			json_field_int(out, outcome_str((enum outcome)i), (int64_t)t->reasons[i]);
	}
	json_close(out, '}');
}

static void put_sources_json(const struct report *r, struct strbuf *out)
{
	json_open(out, '{');
	json_key(out, "sources");
	json_open(out, '[');
	for (size_t i = 0; i < r->len; i++) {
		const struct tally *t = &r->tallies[i];

		json_open(out, '{');
		json_field_str(out, "source", t->source);
		json_field_int(out, "shown", (int64_t)t->shown);
		for (int fate = 0; fate < COVERAGE_FATES; fate++)
			json_field_int(out, coverage_fate_str((enum coverage_fate)fate),
				(int64_t)t->fates[fate]);
		put_reasons_json(t, out);
		json_close(out, '}');
	}
	json_close(out, ']');
	json_close(out, '}');
	strbuf_add_char(out, '\n');
}

/* "2025-05-29", a day of UTC. */
static bool read_day(const struct cli *cli, struct report *r)
{
	const char *day = cli_option(cli, "day");
	CLEANUP(freep) char *midnight = NULL;

	r->from_ms = INT64_MIN;
	r->until_ms = INT64_MAX;
	if (!day)
		return true;
	midnight = alloc_printf("%sT00:00:00Z", day);
	if (!clock_parse(span_str(midnight), &r->from_ms))
		return false;
	r->until_ms = r->from_ms + DAY_MS;
	return true;
}

static enum cli_exit report_all(struct cli *cli, struct coverage *c, struct report *r)
{
	bool lists = cli_option(cli, "missing");
	struct coverage_item item;
	STRBUF_LOCAL(out);
	int more;

	while ((more = coverage_next(c, &item)) == 1) {
		if (!is_asked_for(r, &item))
			continue;
		if (!lists)
			count(r, &item);
		if (!lists || item.fate == COVERAGE_STORED)
			continue;
		if (cli->json)
			put_item_json(&item, &out);
		else
			put_item(&item, &out);
		if (!cli_flush(&out))
			return CLI_FAILURE;
	}
	if (more < 0)
		return cli_fail("%s", err_str(more));
	if (!lists && cli->json)
		put_sources_json(r, &out);
	else if (!lists)
		put_table(r, &out);
	return cli_flush(&out) ? CLI_DONE : CLI_FAILURE;
}

static enum cli_exit run(struct cli *cli)
{
	CLEANUP(coverage_closep) struct coverage *c = NULL;
	CLEANUP(freep) char *path = NULL, *error = NULL;
	struct report r = {.source = cli_option(cli, "source")};
	enum cli_exit status;

	if (!read_day(cli, &r))
		return cli_misuse(cli, "--day must be a day such as 2025-05-29");
	if (!cli_load_config(cli))
		return CLI_MISUSE;
	path = config_data_path(cli->config, "frontier");
	if (coverage_open(path, NULL, &c, &error) < 0)
		return cli_fail("%s", error);
	status = report_all(cli, c, &r);
	report_release(&r);
	return status;
}

const struct command command_coverage = {
	.name = "coverage",
	.arguments = "",
	.summary = "Count what sources showed and what of it is stored, waited for or lost",
	.options =
		(const struct cli_option[]){{"day", "DAY",
						    "only what was first seen on this day (UTC)"},
			{"source", "NAME", "only of this source"},
			{"missing", NULL, "list what is not stored, with the reason"}, {0}},
	.run = run,
};
