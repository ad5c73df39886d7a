/*
 * Sniff: whether an answer is text, by its label and by its first bytes; a
 * label of text is no proof, nor is its absence.
 *
 * Pure, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_SNIFF_H
#define POLICYWATCH_CRAWLER_FETCH_SNIFF_H

#include "common/span.h"

#include <stdbool.h>

/* @content_type is the header's value, NULL without one. */
bool sniff_is_text(const char *content_type, struct span body);

/* Whether there is nothing but white space and a byte order mark in it. */
bool sniff_is_blank(struct span body);

#endif
