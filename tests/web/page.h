/*
 * Pages of the hostile hosts: a small news site each, with a listing of three
 * articles. No two articles, of one site or of several, are alike.
 */
#ifndef POLICYWATCH_TESTS_WEB_PAGE_H
#define POLICYWATCH_TESTS_WEB_PAGE_H

#include "common/strbuf.h"

#include <stdint.h>

#define PAGE_ARTICLES 3
#define PAGE_LIST     "/list.htm"
#define PAGE_ARTICLE  "/a/%u.htm"

/* The number of an article's path, 0 for another path. A query is ignored. */
unsigned page_article_number(struct span path);

/* @published_ms: when the newest of the site's articles appeared. */
void page_listing(uint32_t site, int64_t published_ms, struct strbuf *out);
void page_article(uint32_t site, unsigned article, int64_t published_ms, struct strbuf *out);

/* The title alone. */
void page_title(uint32_t site, unsigned article, struct strbuf *out);

#endif
