/* Small words that tell languages of the Latin script apart. Private to language*.c. */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_LANGUAGE_WORDS_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_LANGUAGE_WORDS_H

#include "common/span.h"

#include <stdint.h>

#define LANGUAGE_WORDS_N 19 /* languages */

/* Their codes (BCP 47), in the order of the bits. */
extern const char *const language_words_codes[LANGUAGE_WORDS_N];

/* A bit for each language in which @word, in lower case, is one of the small words. */
uint32_t language_words_of(struct span word);

#endif
