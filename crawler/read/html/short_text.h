/*
 * The text of an element that is short: names and dates are. Elements that hold
 * one another are all looked at, so a long one must not cost its length each time.
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_HTML_SHORT_TEXT_H
#define POLICYWATCH_CRAWLER_READ_HTML_SHORT_TEXT_H

#include "crawler/read/html/html.h"

#define SHORT_TEXT_NODES_MAX 200

/* Appends what the subtree shows. False, @out untouched, where it is more than about @max bytes. */
bool short_text_add(const struct html *h, uint32_t node, size_t max, struct strbuf *out);

#endif
