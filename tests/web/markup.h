/*
 * Markup: the documents of a site, in UTF-8 (route.c encodes them): articles
 * and lists in five designs with what stands around them on real pages, feeds,
 * sitemaps, robots.txt, and pages that lead nowhere. All append to m->out.
 * Thread-safe.
 */
#ifndef POLICYWATCH_TESTS_WEB_MARKUP_H
#define POLICYWATCH_TESTS_WEB_MARKUP_H

#include "tests/web/china_time.h"
#include "tests/web/piece.h"

struct markup {
	const struct site *site;
	enum site_design design;
	int64_t now_ms;
	uint64_t nonce;
	struct strbuf *out;
};

/* markup_article.c */
void markup_article(const struct markup *m, const struct piece *p);

/* markup_list.c. Page 0 is the newest; page n stands at @base_n.htm. */
void markup_list(const struct markup *m, uint32_t page, const char *base);
uint32_t markup_list_pages(const struct site *s, int64_t now_ms);

/* markup_trap.c */
void markup_missing(const struct markup *m);
void markup_calendar(const struct markup *m, int year, int month, int day);
void markup_echo(const struct markup *m);
void markup_about(const struct markup *m);

/* markup_feed.c */
void markup_rss(const struct markup *m);
void markup_atom(const struct markup *m);

/* markup_sitemap.c. One file for few items, else an index and its parts from 0 on. */
void markup_robots(const struct markup *m);
void markup_sitemap(const struct markup *m);
void markup_sitemap_part(const struct markup *m, uint32_t part);
uint32_t markup_sitemap_parts(const struct site *s, int64_t now_ms);

/* markup_frame.c: what pages have in common. */
void markup_escaped(struct span text, struct strbuf *out);
void markup_site_name(const struct markup *m);
/* From the doctype to the navigation. @head goes into <head>, NULL for none. */
void markup_open(const struct markup *m, const char *title, const char *head);
/* A list of other headlines, @self (UINT32_MAX for none) not among them. */
void markup_hot_list(const struct markup *m, uint32_t self);
/* Calendar, friends, footer, and the end. */
void markup_close(const struct markup *m);
/* The address that lists give an item, with what a site puts into addresses. */
void markup_link(const struct markup *m, const struct piece *p);

#endif
