/*
 * Verdict: what an answer, or the lack of one, means. A block or a challenge
 * is told apart from an article, so that it is neither stored nor taken for a
 * change or a deletion.
 *
 * Pure, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_VERDICT_H
#define POLICYWATCH_CRAWLER_FETCH_VERDICT_H

#include "common/protocol.h"
#include "crawler/fetch/transfer.h"

struct verdict {
	enum outcome outcome; /* OUTCOME_OK: the body is worth reading */
	const char *why;      /* static text for people; NULL when the outcome says it all */
};

struct verdict verdict_of(const struct transfer_result *r);

/*
 * What it means that an article's page, at @url, sends on to @target, both
 * absolute: to its site's home page or page for what does not exist, that it
 * is gone; to the site's page for errors of any kind, an outage; else that it
 * has moved.
 */
struct verdict verdict_of_move(const char *url, const char *target);

/* Retry-After (RFC 9110 10.2.3), seconds or a date, as milliseconds from @now_ms; -1 for nonsense. */
int64_t verdict_retry_after_ms(const char *value, int64_t now_ms);

#endif
