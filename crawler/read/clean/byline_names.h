/*
 * The names in the value of a byline's label. Private to byline*.c; thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CLEAN_BYLINE_NAMES_H
#define POLICYWATCH_CRAWLER_READ_CLEAN_BYLINE_NAMES_H

#include "crawler/read/clean/byline.h"

/* Without white space, brackets and separators at both ends. */
struct span byline_trim(struct span s);

bool byline_has_han(struct span s);

/* Whether a word stands where nobody is named: 无, 佚名, 本网. */
bool byline_is_nobody(struct span name);

/*
 * Adds names one after another to @list, until something is none; a paper before
 * 记者 becomes the employer in @f. Returns whether all were names.
 */
bool byline_read_names(struct span value, struct arena *a, struct str_list *list, struct byline *f);

#endif
