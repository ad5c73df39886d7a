/* Names of months in the languages of the pages that we read. Private to date*.c. */
#ifndef POLICYWATCH_CRAWLER_READ_DATE_MONTH_H
#define POLICYWATCH_CRAWLER_READ_DATE_MONTH_H

/* 1 to 12, or 0 for another word. @word as date_scan writes words. */
int date_month_of(const char *word);

#endif
