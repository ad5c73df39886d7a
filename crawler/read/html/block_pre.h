/*
 * Lines that were laid out by hand, in a PRE. Most are code, tables or verse and
 * stay as they are; what was typed as paragraphs, in lines of one width, becomes
 * paragraphs again. Private to block*.c; thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_HTML_BLOCK_PRE_H
#define POLICYWATCH_CRAWLER_READ_HTML_BLOCK_PRE_H

#include "common/arena.h"
#include "crawler/read/html/block.h"

/* Joins what is to be joined of @n lines, settles the indents of the others; returns how many are left. */
size_t block_settle_pre(struct block *lines, size_t n, struct arena *a);

#endif
