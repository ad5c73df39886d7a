#include "scheduler/revisit.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS   (60 * MINUTE_MS)
#define DAY_MS    (24 * HOUR_MS)

#define FRESH_PAGE_MAX_MS DAY_MS /* a page is looked at so soon, however long it says it stays */

#define FAILURES_PATIENT 40 /* a week and more at six hours each; then as seldom as an old page */

/*
 * First pause of each kind of failure. A server that answers 429 wants less,
 * not nothing; a script wall does not go away by asking again; a refusal may
 * be of one page; most that is down is up again within a minute.
 */
static const int64_t backoff_bases[] = {
	[OUTCOME_THROTTLED] = 30 * SECOND_MS,
	[OUTCOME_CHALLENGE] = 10 * MINUTE_MS,
	[OUTCOME_BLOCKED] = MINUTE_MS,
	[OUTCOME_DOWN] = 15 * SECOND_MS,
	[OUTCOME_GUARDED] = 0,
};

bool revisit_is_host_failure(enum outcome outcome)
{
	return (size_t)outcome < sizeof backoff_bases / sizeof *backoff_bases &&
		backoff_bases[outcome];
}

static int64_t double_capped(int64_t first, unsigned times, int64_t max)
{
	int64_t value = first;

	while (times-- && value < max)
		value *= 2;
	return value < max ? value : max;
}

int64_t revisit_backoff_ms(enum outcome outcome, unsigned failures)
{
	if (!revisit_is_host_failure(outcome) || !failures)
		return 0;
	return double_capped(backoff_bases[outcome], failures - 1, REVISIT_BACKOFF_MAX);
}

int64_t revisit_jitter(int64_t pause_ms, uint64_t chance)
{
	return pause_ms - pause_ms / 5 * (int64_t)(chance % 1024) / 1023;
}

static int64_t at_least_first(const struct revisit_rules *rules, int64_t ms)
{
	return ms > rules->first_ms ? ms : rules->first_ms;
}

/* Pages come back after a server's mistake, and editors' withdrawals are noticed. */
static int64_t next_of_gone(const struct revisit_rules *rules, unsigned times)
{
	switch (times) {
	case 1:
		return rules->first_ms;
	case 2:
		return at_least_first(rules, DAY_MS);
	case 3:
		return at_least_first(rules, 7 * DAY_MS);
	default:
		return REVISIT_NEVER;
	}
}

static int64_t next_of_failure(const struct revisit_rules *rules, enum outcome outcome,
	unsigned times)
{
	int64_t backoff = revisit_backoff_ms(outcome, times);

	if (rules->is_constant)
		return backoff < rules->first_ms ? backoff : rules->first_ms;
	return times > FAILURES_PATIENT && backoff < rules->max_ms ? rules->max_ms : backoff;
}

/* What may not or cannot be read is asked about more and more seldom. */
static int64_t next_of_unchanged(const struct revisit_rules *rules, const struct revisit_state *s)
{
	return s->interval_ms ? double_capped(s->interval_ms, 1, rules->max_ms) : rules->first_ms;
}

static bool is_success(enum outcome outcome)
{
	return outcome == OUTCOME_OK || outcome == OUTCOME_NOT_MODIFIED;
}

int64_t revisit_next(const struct revisit_rules *rules, enum outcome outcome, bool changed,
	struct revisit_state *s)
{
	bool is_repeated = s->failures && s->last == outcome;

	s->failures = is_success(outcome) ? 0 : is_repeated ? s->failures + 1 : 1;
	s->last = outcome;
	if (revisit_is_host_failure(outcome))
		return next_of_failure(rules, outcome, s->failures);
	if (rules->is_constant || changed)
		return s->interval_ms = rules->first_ms;
	if (outcome == OUTCOME_GONE)
		return next_of_gone(rules, s->failures);
	return s->interval_ms = next_of_unchanged(rules, s);
}

int64_t revisit_heed_fresh(const struct revisit_rules *rules, int64_t wait_ms, int64_t fresh_ms)
{
	int64_t most_ms = rules->is_constant ? 2 * rules->first_ms : FRESH_PAGE_MAX_MS;

	if (most_ms > rules->max_ms && !rules->is_constant)
		most_ms = rules->max_ms;
	if (fresh_ms > most_ms)
		fresh_ms = most_ms;
	return fresh_ms > wait_ms ? fresh_ms : wait_ms;
}
