/*
 * Labels of bylines: 来源, 记者, 责任编辑, and those of other facts, which end the
 * value before them. In folded spelling (common/fold.h), so both scripts are
 * one. Private to byline*.c; thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CLEAN_BYLINE_LABEL_H
#define POLICYWATCH_CRAWLER_READ_CLEAN_BYLINE_LABEL_H

#include "common/span.h"

#include <stdbool.h>

enum byline_label_kind {
	BYLINE_LABEL_PUBLISHER,
	BYLINE_LABEL_AUTHOR,
	BYLINE_LABEL_EDITOR,
	BYLINE_LABEL_OTHER, /* ends the value before it; says nothing to us */
};

struct byline_label {
	const char *text;
	enum byline_label_kind kind;
	bool bare; /* needs no separator before its value: 记者张三 */
};

/*
 * The labels that begin like @folded: all with its first character, longer ones
 * first, ended by one with another first character or a NULL text. NULL when
 * no label begins so.
 */
const struct byline_label *byline_label_find(struct span folded);

/* Whether the label stands at the start of @folded. */
bool byline_label_is_at(const struct byline_label *l, struct span folded);

/* Whether the label names a reporter. */
bool byline_label_is_reporter(const struct byline_label *l);

#endif
