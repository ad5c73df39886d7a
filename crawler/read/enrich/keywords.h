/*
 * Keywords: words that a Chinese text uses again and again and that its title
 * may name, for pages that name none. Chinese writes no spaces, so a word is a
 * run of Han characters that repeats as a whole: its parts belong together more
 * than by chance, and what stands before and behind it varies. The same text
 * always gives the same words. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_KEYWORDS_H
#define POLICYWATCH_CRAWLER_READ_KEYWORDS_H

#include "common/arena.h"
#include "common/span.h"
#include "store/record.h"

#define KEYWORDS_FOUND_MAX 5

/*
 * Adds at most KEYWORDS_FOUND_MAX words, best first, as they are written in
 * @text; none when nothing repeats or the text is not Chinese. @title may be
 * NULL. Strings belong to @a.
 */
void keywords_find(struct span text, const char *title, struct arena *a, struct str_list *ret);

#endif
