/*
 * Article: one page becomes a record: where its text is, what it says, when it
 * was published, by whom. Absent facts stay absent.
 *
 * Everything belongs to the arena. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_ARTICLE_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_ARTICLE_H

#include "common/arena.h"
#include "crawler/read/charset/charset.h"
#include "crawler/read/html/html.h"
#include "crawler/read/read.h"

/*
 * Fills @out as READ_RECORD, or as READ_NOTHING with the reason or the address to go on to;
 * its likeness in any case.
 */
void article_read(const struct read_input *in, const char *encoding, struct html *h,
	struct arena *a, struct read_output *out);

#endif
