/*
 * Credits of pictures: the line under a picture, or the end of its caption,
 * that says who made it and nothing else: 本报记者 张三 摄, （张三 摄）, 图/张三,
 * 视觉中国供图, in either script. They are told by the shape of all they hold,
 * so that a sentence which merely speaks of 拍摄 or 图书馆 is none.
 *
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_CLEAN_CREDIT_H
#define POLICYWATCH_CRAWLER_READ_CLEAN_CREDIT_H

#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>

/* Where the credit that ends @line begins: 0 if it is all of the line, line.len if there is none. */
size_t credit_find(struct span line);

/* Whether a line calls itself what a picture shows: 图为…, ▲…. Its credit may be cut off. */
bool credit_is_caption(struct span line);

#endif
