/*
 * Summary: up to three sentences of a text, as they stand there, and words
 * that it uses more than others. Strings belong to the arena. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_SUMMARY_H
#define POLICYWATCH_CRAWLER_READ_SUMMARY_H

#include "common/arena.h"
#include "common/span.h"
#include "store/record.h"

/* The sentences that say most of what the title says, in the text's order; NULL without any. */
const char *summary_make(struct span text, const char *title, struct arena *a);

/* Adds the keywords that a META tag lists, in any separators, each once. */
void summary_add_keywords(const char *list, struct arena *a, struct str_list *ret);

#endif
