/*
 * Attachments: files that belong to an article. A link is one by its address
 * (….pdf, download?id=…), by the download attribute, by a text or title that
 * names a file, by the script that opens it (onclick, javascript:), or by the
 * label of its line (附件：). A frame is one that shows a file.
 *
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_ATTACHMENT_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_ATTACHMENT_H

#include "crawler/read/html/html.h"

#include <stdbool.h>

/* The address of the file that an A, IFRAME, EMBED or OBJECT leads to; empty if it is none. */
struct span attachment_target(const struct html *h, uint32_t node);

/* The same of an A whose line says that files follow: any address that is not another page. */
struct span attachment_target_labelled(const struct html *h, uint32_t node);

/* Whether a line begins with the label of attachments. */
bool attachment_is_label(struct span line);

#endif
