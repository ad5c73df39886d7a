/*
 * What stands inside of the lines of a text and is not the author's: remains of
 * tags and entities, characters of private use, credits of pictures between
 * two sentences, promotion in brackets, strings that stand twice in a row.
 *
 * Private to clean*.c. Linear in the line; lines without any of it are not copied.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CLEAN_CLEAN_INSIDE_H
#define POLICYWATCH_CRAWLER_READ_CLEAN_CLEAN_INSIDE_H

#include "common/arena.h"
#include "common/span.h"

/* `。”</p>` read one byte off (?!?/p>) becomes what it was; &nbsp; becomes a space. */
struct span clean_damage(struct span text, struct arena *a);

/*
 * Takes the rest out. *@ret_source, when it is NULL, becomes the medium that a
 * promotion names: (本文来自江城新闻，更多…请下载…).
 */
struct span clean_inside(struct span text, struct arena *a, const char **ret_source);

#endif
