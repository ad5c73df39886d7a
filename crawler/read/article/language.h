/*
 * Language: the BCP 47 tag of a text. It is told by what is written, Chinese
 * with its script; what the page declares counts where that is not clear.
 *
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_LANGUAGE_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_LANGUAGE_H

#include "common/span.h"

/*
 * "zh-Hans", "zh-Hant", "ja", "en"...; else @declared, which may be NULL and is what a
 * page says of itself.
 */
const char *language_of(struct span text, const char *declared);

#endif
