/*
 * An article being read. Its parts:
 *
 *	article.c        blocks -> body -> title -> facts around the body -> cleaned text -> record
 *	article_parts.c  the text of further pages of the same article
 *	article_facts.c  when it was published, by whom, from the lines around the text and from metadata
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_INSIDE_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_INSIDE_H

#include "crawler/read/article.h"
#include "crawler/read/block.h"
#include "crawler/read/body.h"
#include "crawler/read/byline.h"
#include "crawler/read/date/date.h"
#include "crawler/read/metadata.h"
#include "crawler/read/pinyin.h"
#include "crawler/read/title.h"

struct article {
	const struct read_input *in;
	struct html *h;
	struct arena *arena;
	struct block_list blocks;
	struct body body;
	struct metadata meta;
	struct title title;
	struct byline byline;
	struct pinyin_survey survey;
	struct date_context dates;
	struct record_time found; /* in the lines around the text */
	int found_rate;
	const char *base;
	const char *encoding;
};

/* Lays the page out and reads its metadata; in, h, arena and encoding are set. */
void article_prepare(struct article *t);

/* The text of the page and what stands around it; NULL when nothing reads like an article. */
const char *article_find_text(struct article *t);

/* @text with that of the article's further pages behind it. */
const char *article_add_parts(struct article *t, const char *text);

/* By the characters of the page. */
bool article_is_chinese(const struct article *t);

/* Reads the lines before the text, and those behind it, for dates and bylines. */
void article_read_head(struct article *t);
void article_read_tail(struct article *t);

/* A line of the text that is a date and little else belongs to the head. */
bool article_is_date_line(const struct article *t, struct span line);

/* Weighs what was found against the metadata and sets the times, people and publisher of @r. */
void article_set_facts(struct article *t, struct record *r);

#endif
