/*
 * Stored answer: the bytes that are kept with a record (store/SCHEMA.md,
 * "bodies"), from which it can be read again: the header lines as received, an
 * empty line, the body. Of an article in several pages the bodies follow one
 * another, and at the end of the header stands a line for each further one:
 *
 *	Policywatch-Part: LENGTH URL
 *
 * Pure functions, thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_STORED_ANSWER_H
#define POLICYWATCH_CRAWLER_STORED_ANSWER_H

#include "common/arena.h"
#include "common/span.h"
#include "common/strbuf.h"
#include "crawler/read/read.h"

#include <stddef.h>

/* Appends the lines that a site sent, without those that are ours to write. */
void stored_answer_add_headers(struct span headers, struct strbuf *out);

/* Appends it. @headers ends with its empty line. */
void stored_answer_write(struct span headers, struct span body, const struct read_part *parts,
	size_t n_parts, struct strbuf *out);

/*
 * Fills in what the answer gives of an input: bytes, content_type, x_robots_tag and parts.
 * Spans point into @stored, the rest is the arena's. Lengths that do not fit are no parts.
 */
void stored_answer_read(struct span stored, struct arena *a, struct read_input *ret);

#endif
