/*
 * Thread: whether a page is a conversation, of a forum or of questions and
 * answers, in which replies are text. Its address, the program that made it
 * and its metadata say so; that a page has comments says nothing.
 *
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_THREAD_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_THREAD_H

#include "crawler/read/html/html.h"

#include <stdbool.h>

bool thread_is(const struct html *h, const char *url);

#endif
