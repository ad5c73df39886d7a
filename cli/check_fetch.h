/* What check_fetch.c finds out and check_fetch_report.c writes. */
#ifndef POLICYWATCH_CLI_CHECK_FETCH_H
#define POLICYWATCH_CLI_CHECK_FETCH_H

#include "common/arena.h"
#include "common/strbuf.h"
#include "crawler/job.h"

#define CHECK_HOPS_MAX 10 /* redirects in a row, as the scheduler counts them */

struct check_hop {
	const char *url, *location;
	int http_status;
};

struct check_fetch {
	const char *url;    /* asked for */
	const char *source; /* whose rules count, "" for none */
	struct check_hop hops[CHECK_HOPS_MAX];
	size_t n_hops;
	const char *robots_at; /* another host's file that was asked on the way, NULL for none */
	/* Of the last look; all borrowed from its job. */
	const char *final_url;
	enum outcome kind;
	const char *why; /* "" for nothing */
	const struct result *result;
	const struct job_facts *facts;
	const struct read_output *read;
};

/* Append a JSON line, and lines for people. */
void check_fetch_put_json(const struct check_fetch *f, struct strbuf *out);
void check_fetch_put_text(const struct check_fetch *f, struct strbuf *out);

#endif
