/*
 * The one form in which patterns of a robots.txt and the targets that are asked
 * for are compared (RFC 9309 2.2.2 and 2.2.3): escapes of what needs none are
 * undone, the others in upper case, and all that may not stand in a URL is
 * escaped, characters beyond ASCII as UTF-8.
 *
 * Pure functions, linear in time.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_ROBOTS_FORM_H
#define POLICYWATCH_CRAWLER_FETCH_ROBOTS_FORM_H

#include "common/span.h"
#include "common/strbuf.h"

/*
 * A file's text without its byte order mark. UTF-16, which the RFC does not
 * allow and some editors write, is read by way of @room, which outlives the answer.
 */
struct span robots_form_text(struct span body, struct strbuf *room);

/* In a pattern "*", and "$" at its end, are the only ones that are left as they are. */
void robots_form_pattern(struct span pattern, struct strbuf *out);

void robots_form_target(struct span target, struct strbuf *out);

#endif
