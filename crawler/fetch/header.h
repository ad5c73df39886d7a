/*
 * Header: the fields of an answer as transfers keep it: the status line and
 * the field lines as they came, each with its line end (RFC 9112 2.1, 5).
 * Obsolete line folding is not undone: curl has refused or joined it.
 *
 * Pure, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_HEADER_H
#define POLICYWATCH_CRAWLER_FETCH_HEADER_H

#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>

/*
 * The next field of @block, which then begins behind it. Both spans are
 * borrowed, the value without the white space around it. False at the empty
 * line, or the end.
 */
bool header_next(struct span *block, struct span *ret_name, struct span *ret_value);

/* Appends all lines of a field as one list, split by commas (RFC 9110 5.3). */
void header_add_list(struct span block, const char *name, struct strbuf *out);

/* The same, each value with a line feed behind it: commas in them mean other things. */
void header_add_lines(struct span block, const char *name, struct strbuf *out);

/* The first line of a field, empty without one. */
struct span header_find(struct span block, const char *name);

#endif
