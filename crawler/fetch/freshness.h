/*
 * Freshness: how long an answer stays as it is by its own word (RFC 9111 4.2):
 * Cache-Control's max-age, else Expires less Date, both less Age. A hint for
 * when to look again; nothing is cached by it.
 *
 * Pure, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_FRESHNESS_H
#define POLICYWATCH_CRAWLER_FETCH_FRESHNESS_H

#include "common/span.h"

#include <stdint.h>

#define FRESHNESS_MAX_MS (366 * 86400 * INT64_C(1000)) /* RFC 9111 5.3: a year is "never" */

/*
 * Of an answer whose header block is @headers and which came at @now_ms (wall
 * clock), in milliseconds: 0 for one that is stale at once, -1 for one that
 * does not say.
 */
int64_t freshness_ms(struct span headers, int64_t now_ms);

#endif
