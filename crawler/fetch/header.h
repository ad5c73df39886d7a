/*
 * Header: walks over the header lines of an answer as they came. Pure,
 * thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_HEADER_H
#define POLICYWATCH_CRAWLER_FETCH_HEADER_H

#include "common/span.h"

#include <stdbool.h>

/*
 * The next field of @lines, which begins with a status line or with what the
 * call before has left. Both spans are borrowed from it, the value without the
 * white space around it. False at the empty line, or the end.
 */
bool header_next(struct span *lines, struct span *ret_name, struct span *ret_value);

#endif
