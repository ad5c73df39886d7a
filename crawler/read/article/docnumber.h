/*
 * Document numbers: 国发〔2025〕11号 with any brackets and spacing, 2025年第5号,
 * 国家…令第15号, standards (GB/T 45654-2025). Written in one form: agency's
 * prefix, 〔year〕, number, 号; agency, 令第 or 公告 year 年第, number, 号.
 * Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_DOCNUMBER_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_DOCNUMBER_H

#include "common/arena.h"
#include "common/span.h"
#include "store/record.h"

/* Adds the numbers in @text in order, each once, in the normal form; strings go to the arena. */
void docnumber_find(struct span text, struct arena *a, struct str_list *ret);

#endif
