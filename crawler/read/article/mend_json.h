/*
 * JSON as pages write it by hand and by template: with line breaks and bare
 * quotes in strings, escapes that there are none of, commas behind the last
 * member, a comment around it all, two values in a row, or cut off in the
 * middle. Thread-safe; linear.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_MEND_JSON_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_MEND_JSON_H

#include "common/span.h"
#include "common/strbuf.h"

/*
 * Appends the first object or array of @broken, mended as far as that goes, and
 * returns the bytes up to its end; 0 when none begins there.
 */
size_t mend_json(struct span broken, struct strbuf *out);

#endif
