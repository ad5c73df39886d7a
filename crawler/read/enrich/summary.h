/*
 * Summary: up to three sentences of a text, as they stand there: those that
 * say most of what the title says, early ones before late ones; no captions,
 * no headings, nothing that leans on the sentence before it. Datelines and who
 * reports are left off the first one. Linear. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_SUMMARY_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_SUMMARY_H

#include "common/arena.h"
#include "common/span.h"

/* In the text's order; NULL without any. @title may be NULL. Belongs to @a. */
const char *summary_make(struct span text, const char *title, struct arena *a);

#endif
