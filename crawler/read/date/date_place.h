/*
 * Places: which clocks a page's country or language keeps. Of a country with
 * several zones it is the one that most of its papers print; a language that is
 * spoken all over the world has none.
 *
 * Zones are names of the IANA's data base, static; their rules are ICU's.
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_DATE_PLACE_H
#define POLICYWATCH_CRAWLER_READ_DATE_PLACE_H

#include "common/span.h"

#include <stdint.h>

/* By the two letters of a country or of its domain, "de"; NULL where that tells nothing. */
const char *date_place_of_country(struct span code);

/* By a tag, "de", "de-AT" or "de_AT"; NULL where that tells nothing. */
const char *date_place_of_language(struct span tag);

/* Minutes east of UTC when the clocks at @zone show @local_ms, milliseconds since 1970. */
int date_place_offset(const char *zone, int64_t local_ms);

#endif
