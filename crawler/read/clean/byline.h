/*
 * Byline: the lines around an article that say where it comes from and who
 * made it: 来源：…　记者：…　责任编辑：…, one label after another in any order,
 * in either script. Lines are read for their facts; whether a line holds
 * nothing else tells if it belongs to the text.
 *
 * Strings belong to the arena. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CLEAN_BYLINE_H
#define POLICYWATCH_CRAWLER_READ_CLEAN_BYLINE_H

#include "common/arena.h"
#include "common/span.h"
#include "store/record.h"

#include <stdbool.h>

struct byline {
	struct str_list authors, editors;
	const char *publisher; /* from a source label; NULL when none was found */
	const char *employer;  /* what stands before 记者: weaker evidence of a publisher */
};

/*
 * Reads the facts of a line into @f, first values first. Returns whether the
 * line holds nothing but such facts. The credit of a picture is one that says
 * nothing of the text: its photographers are no authors.
 */
bool byline_read(struct span line, struct arena *a, struct byline *f);

/* Facts at the beginning of running text: 江城日报讯（记者 …）, 新华社北京5月1日电（记者…）. */
void byline_read_dateline(struct span line, struct arena *a, struct byline *f);

/* Reporters in brackets at the end of a paragraph: ……（记者 张三）. */
void byline_read_ending(struct span line, struct arena *a, struct byline *f);

/* Whether a name stands for a medium or a firm rather than a person: 本报, 新华社, …网. */
bool byline_is_person(struct span name);

#endif
