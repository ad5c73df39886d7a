/*
 * Coverage: what became of the items that sources showed. Read from the
 * frontier beside a running scheduler, some thousand entries a snapshot, so
 * that neither is kept from working.
 *
 *   stored   the store has it, or has what its redirects lead to
 *   waiting  it is still to be fetched, or again because the host does not answer as it should
 *   lost     there was an answer, and no page in it; the reason is the outcome
 *
 * Not thread-safe.
 */
#ifndef POLICYWATCH_SCHEDULER_COVERAGE_H
#define POLICYWATCH_SCHEDULER_COVERAGE_H

#include "common/cleanup.h"
#include "common/log.h"
#include "common/protocol.h"
#include "common/span.h"

#include <stdbool.h>
#include <stdint.h>

struct coverage;

enum coverage_fate { COVERAGE_STORED, COVERAGE_WAITING, COVERAGE_LOST, COVERAGE_FATES };

const char *coverage_fate_str(enum coverage_fate fate);

/* One item. Strings are borrowed until the next call. */
struct coverage_item {
	struct span url, title;
	const char *source;
	enum coverage_fate fate;
	bool was_fetched;     /* false: nothing is known yet, and outcome says nothing */
	enum outcome outcome; /* of the last answer, after redirects */
	int64_t seen_ms;      /* wall clock; 0: not known */
	int64_t fetched_ms;   /* wall clock, of the last answer; 0 without one */
};

/* Opens the frontier in the folder @path. On failure *@ret_error is a text for people, to be freed. */
int coverage_open(const char *path, const struct log_ctx *log, struct coverage **ret,
	char **ret_error);
void coverage_close(struct coverage *c);
DEFINE_CLEANUP(struct coverage *, coverage_close)

/* The next item that a list showed or somebody added. 1, 0 at the end, or negative. */
int coverage_next(struct coverage *c, struct coverage_item *ret);

#endif
