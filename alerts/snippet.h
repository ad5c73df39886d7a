/* Snippet: the words around a match, from the text as it was written. Pure. */
#ifndef POLICYWATCH_ALERTS_SNIPPET_H
#define POLICYWATCH_ALERTS_SNIPPET_H

#include "common/span.h"
#include "common/strbuf.h"

#include <stddef.h>

/* Appends what stands around @folded_offset, a place in the folded form of @text, on one line. */
void snippet_write(struct span text, size_t folded_offset, struct strbuf *out);

#endif
