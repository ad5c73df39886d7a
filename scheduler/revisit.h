/*
 * Revisit: when to look again, as pure functions of what came of the last
 * look. Nothing here knows a clock, a table or a peer.
 *
 *   source's own URL   its interval, always; sooner again after a failure
 *   other lists        the source's interval, doubling a few times while they show nothing new
 *   pages              first interval, doubling while unchanged; changed: first
 *   gone               a few slow checks, then never, unless a list has its headline (admit.c)
 *   failures           doubling from a base of their kind up to six hours, and a little
 *                      less by chance: what failed together is not asked together
 */
#ifndef POLICYWATCH_SCHEDULER_REVISIT_H
#define POLICYWATCH_SCHEDULER_REVISIT_H

#include "common/protocol.h"

#include <stdbool.h>
#include <stdint.h>

#define REVISIT_NEVER (-1)

/* Of a host: it is asked four times a day. */
#define REVISIT_BACKOFF_MAX (6 * 3600 * INT64_C(1000))

struct revisit_rules {
	int64_t first_ms;
	int64_t max_ms;   /* of doubling */
	bool is_constant; /* a source's own URL */
};

/* Of one URL; a zeroed one has never been looked at. */
struct revisit_state {
	int64_t interval_ms;
	unsigned failures; /* looks in a row that ended like the last one, which was no success */
	enum outcome last;
};

/*
 * Time from now until the next look, or REVISIT_NEVER; @s moves on. @changed:
 * the page has another text, the list showed something new.
 */
int64_t revisit_next(const struct revisit_rules *rules, enum outcome outcome, bool changed,
	struct revisit_state *s);

/*
 * @wait_ms of revisit_next(), stretched by what the answer said about how long
 * it stays as it is (@fresh_ms, -1 for nothing). A hint and no more: many
 * servers say a year of everything, and news does not wait for it.
 */
int64_t revisit_heed_fresh(const struct revisit_rules *rules, int64_t wait_ms, int64_t fresh_ms);

/* Whether it says something against the host rather than about one URL. */
bool revisit_is_host_failure(enum outcome outcome);

/* Pause of a host after the @failures'th such outcome in a row, from 1. */
int64_t revisit_backoff_ms(enum outcome outcome, unsigned failures);

/*
 * The pause after a failure, up to a fifth shorter as @chance, any number, has
 * it. Shorter and not longer, so that the longest pause is what it says and
 * still varies.
 */
int64_t revisit_jitter(int64_t pause_ms, uint64_t chance);

#endif
