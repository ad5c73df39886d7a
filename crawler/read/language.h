/*
 * Language: the BCP 47 tag of a text. Chinese is told with its script, by what
 * is written; other languages by what the page declares.
 *
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_LANGUAGE_H
#define POLICYWATCH_CRAWLER_READ_LANGUAGE_H

#include "common/span.h"

/* "zh-Hans", "zh-Hant", "ja", else @declared, which may be NULL. */
const char *language_of(struct span text, const char *declared);

#endif
