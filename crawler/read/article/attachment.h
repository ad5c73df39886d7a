/*
 * Attachments: links to files that belong to an article, told by the address
 * (….pdf, download?id=…), by the download attribute, or by a text or title that
 * names a file. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_ATTACHMENT_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_ATTACHMENT_H

#include "crawler/read/html/html.h"

#include <stdbool.h>

/* Whether the A element @node links to a file. */
bool attachment_is_link(const struct html *h, uint32_t node);

#endif
