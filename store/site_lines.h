/*
 * Site lines: what a host's template puts into the texts of its pages. A long
 * line that ends the texts of three pages of a host, and speaks of the site, was
 * not written by their authors: a disclaimer, an invitation. What else comes
 * again was: authorities sign every notice alike, and reports end with the same
 * background.
 *
 * Bounded: a host is remembered by its last SITE_LINES_MAX such lines. Pure
 * functions over the value that table "robots" has for "https://HOST lines".
 */
#ifndef POLICYWATCH_STORE_SITE_LINES_H
#define POLICYWATCH_STORE_SITE_LINES_H

#include "common/hash.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SITE_LINES_MAX   128
#define SITE_LINES_PAGES 3 /* that have a line make it the site's */

struct site_lines {
	struct site_line {
		uint64_t hash;
		uint32_t pages[SITE_LINES_PAGES]; /* beginnings of their ids, 0: none yet */
	} items[SITE_LINES_MAX];                  /* seen last comes last */
	size_t n;
};

/* What cannot be read is empty: it is learned anew. */
void site_lines_parse(struct span value, struct site_lines *ret);
void site_lines_write(const struct site_lines *l, struct strbuf *out);

/* Notes the long lines at the end of a page's text. */
void site_lines_learn(struct site_lines *l, const struct hash *page, struct span text);

/* @text without the site's lines at its end; all of it if little else would be left. */
struct span site_lines_strip(const struct site_lines *l, const struct hash *page, struct span text);

#endif
