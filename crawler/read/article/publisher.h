/*
 * Publishers by the names that a reader knows them by: 江城日报全媒体 is 江城日报,
 * 聯合報╱ is 聯合報, 南都 is 南方都市报. 本网 and 本站 name nobody: whoever asks takes the
 * site instead.
 *
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_PUBLISHER_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_PUBLISHER_H

#include "common/arena.h"

/* @name may be NULL. Returns NULL where nobody is named, else a string in the arena. */
const char *publisher_normal(const char *name, struct arena *a);

#endif
