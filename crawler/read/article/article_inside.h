/*
 * An article being read. Its parts:
 *
 *	article.c        blocks -> body -> title -> facts around the body -> cleaned text -> record
 *	article_parts.c  the text of further pages of the same article
 *	article_why.c    why all that, for those who ask
 *	article_lines.c  what the lines around the text say: dates, people, publisher
 *	article_files.c  attachments
 *	article_card.c   the card of a government's document
 *	article_marks.c  what elements around the text say: authors and times by attribute and class
 *	article_facts.c  weighs these and the metadata: when it was published, and by whom
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_ARTICLE_INSIDE_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_ARTICLE_INSIDE_H

#include "crawler/read/article/article.h"
#include "crawler/read/article/body.h"
#include "crawler/read/article/explain.h"
#include "crawler/read/article/metadata.h"
#include "crawler/read/article/title.h"
#include "crawler/read/clean/byline.h"
#include "crawler/read/clean/pinyin.h"
#include "crawler/read/date/date.h"
#include "crawler/read/html/block.h"

#define ARTICLE_ROW_WEIGHT_MAX (40 * BLOCK_HAN_WEIGHT) /* of a card: longer lines are text */

/* A moment that stands on the page, how likely it is the one, and where it stood. */
struct article_time {
	struct record_time time;
	int rate;         /* 0: none was found */
	const char *from; /* static, for people */
};

/* Where the facts of the record came from, for people: "META PubDate". NULL: there is none. */
struct article_origins {
	const char *published, *modified, *authors, *publisher;
};

struct article {
	const struct read_input *in;
	struct html *h;
	struct arena *arena;
	struct block_list blocks;
	struct body body;
	bool has_body;
	struct metadata meta;
	struct title title;
	struct byline byline;
	struct pinyin_survey survey;
	struct date_context dates;
	struct article_time published, modified; /* in the lines and elements around the text */
	struct str_list line_authors;            /* By A and B */
	struct str_list marked_authors;
	struct str_list numbers; /* of the document, by its card */
	struct article_origins from;
	struct explain *explain; /* NULL when nobody asks */
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

/* How the page's dates are to be read: by its language, its script and its host. */
void article_set_dates(struct article *t);

/* Reads the lines before the text, and those behind it, for dates and bylines. */
void article_read_head(struct article *t);
void article_read_tail(struct article *t);
void article_read_card(struct article *t);

/* A line of the text that is a date and little else belongs to the head. */
bool article_is_date_line(const struct article *t, struct span line);

/* By Ann Lee, and nothing else. */
bool article_is_author_line(const struct article *t, struct span line);

/* Sets the number of links and the attachments of @r. */
void article_set_links(struct article *t, struct record *r);

/* What the attachments of a page without a text are called; NULL without any. */
const char *article_name_files(struct article *t);

/* Fill t->explain; @text is the record's. */
void article_explain(struct article *t, const char *text);
void article_explain_facts(struct article *t, const struct record *r);

/* The first block that is text, and the one behind the last; both body.end without one. */
size_t article_text_first(const struct article *t);
size_t article_text_end(const struct article *t);

/* Reads the elements from the headline to the end of the text. */
void article_read_marks(struct article *t);

/* Weighs what was found against the metadata and sets the times, people and publisher of @r. */
void article_set_facts(struct article *t, struct record *r);

#endif
