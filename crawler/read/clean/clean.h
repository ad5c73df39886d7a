/*
 * Cleaning: the lines of an article's body become its text. What a copying
 * site, a template or an editor's tool put into it goes, what the author wrote
 * stays, in the author's script: readings in brackets, torn characters, lines
 * and blocks that stand twice, credits of pictures, promotion of apps, and
 * everything from the first label of the page's tail on.
 *
 * Lines that hold facts (来源、记者、编辑) leave the text and fill the byline.
 * Thread-safe; linear in the text.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CLEAN_CLEAN_H
#define POLICYWATCH_CRAWLER_READ_CLEAN_CLEAN_H

#include "common/arena.h"
#include "common/span.h"
#include "crawler/read/clean/byline.h"
#include "crawler/read/clean/pinyin.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clean_line {
	struct span text;
	uint8_t indent; /* columns, of what is laid out by hand */
	bool heading;
	bool quote; /* set apart as one: it goes where it repeats what the text says */
};

/*
 * Cleans @n lines (which it may change) and returns the text, paragraphs
 * split by \n, in the arena. @title (may be NULL) is dropped where it is
 * repeated. @survey is the page's.
 */
const char *clean_lines(struct clean_line *lines, size_t n, const char *title,
	struct pinyin_survey *survey, struct arena *a, struct byline *f);

/* One line that is no part of the text, a title or a byline: readings and damage removed. */
struct span clean_phrase(struct span text, struct pinyin_survey *survey, struct arena *a);

#endif
