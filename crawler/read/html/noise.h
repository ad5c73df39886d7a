/*
 * Noise: what the words of a page say about its parts. Class and id names,
 * roles and elements that stand around furniture or around articles, and the
 * phrases with which the furniture of Chinese pages begins.
 *
 * Phrases are compared in folded text (common/fold.h), so one spelling serves
 * both scripts, full-width forms and any spacing. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_HTML_NOISE_H
#define POLICYWATCH_CRAWLER_READ_HTML_NOISE_H

#include "common/span.h"
#include "crawler/read/html/html.h"

#include <stdbool.h>

/* From weak to strong: of several names of an element the strongest counts. */
enum noise_part {
	NOISE_NONE,
	NOISE_WEAK,      /* furniture, unless sentences stand in it: footer, more, tools */
	NOISE_META,      /* when and by whom the article was made, unless much is said in it */
	NOISE_IMAGE,     /* around a picture: what little is said in it is a caption */
	NOISE_CAPTION,   /* of a picture, or its credit */
	NOISE_COMMENT,   /* comments and replies: the text of a forum, else furniture */
	NOISE_FURNITURE, /* navigation, sharing, related stories, advertising */
	NOISE_HIDDEN,    /* consent to cookies, popups, what only screen readers read */
	NOISE_ARTICLE, /* names that are given to the text of an article and hardly anything else */
};

/* Whether a list of links in such a part is no news. */
static inline bool noise_is_part_of_frame(enum noise_part part)
{
	return part == NOISE_WEAK || part == NOISE_COMMENT || part == NOISE_FURNITURE ||
		part == NOISE_HIDDEN;
}

/* What a value of a class or id attribute says. */
enum noise_part noise_of_names(struct span names);

/* What an element's tag, role, class and id say. */
enum noise_part noise_of_element(const struct html *h, uint32_t node);

/* Whether a folded line begins what stands behind an article: 相关阅读, 评论列表, 版权声明... */
bool noise_begins_tail(struct span folded);

/* The offset in a folded line from where on a tail stands in it (近期内容>>), or -1. */
ptrdiff_t noise_find_tail(struct span folded);

/* Whether a short folded line is a button, a counter, a path or a label of the page. */
bool noise_is_furniture(struct span folded);

/* Whether a folded paragraph advertises an app or an account. */
bool noise_is_promotion(struct span folded);

/* Whether a line (not folded) speaks of cookies and of what its reader agrees to. */
bool noise_asks_consent(struct span line);

/* Whether a line (not folded) names the site's owner, its licence or its rights. */
bool noise_is_colophon(struct span line);

#endif
