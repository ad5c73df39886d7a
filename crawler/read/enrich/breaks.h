/*
 * Word breaks in a text that is written without spaces, by ICU's dictionaries
 * (UAX #29). They cost more than all else that keywords need, some quarter of
 * a microsecond a character, so that they are asked for a few short pieces of
 * text alone. An iterator is kept for each thread. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_BREAKS_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_BREAKS_H

#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BREAKS_CHARS_MAX 160 /* of one text; what is behind them is one word */

struct breaks {
	uint32_t at[BREAKS_CHARS_MAX +
		2]; /* offsets in the text, ascending, the first 0 and the last its length */
	size_t len;
};

/* Where words of @text, which is UTF-8, begin and end. Without ICU's data there is a break at either end alone. */
void breaks_find(struct span text, struct breaks *ret);

bool breaks_has(const struct breaks *b, size_t at);

#endif
