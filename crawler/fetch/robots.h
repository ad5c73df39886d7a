/*
 * robots.txt by RFC 9309, with the leniency of Google's published parser where
 * the RFC leaves room: longest match, allow wins a tie, * and $, percent
 * encodings normalised, groups of one agent merged, common typos understood.
 *
 * Pure; a parsed file may be read by any thread.
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_ROBOTS_H
#define POLICYWATCH_CRAWLER_FETCH_ROBOTS_H

#include "common/cleanup.h"
#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define ROBOTS_BODY_MAX                                                                            \
	(512 << 10) /* RFC 9309 2.5: at least 500 KiB are parsed; the rest is not read */

struct robots;

/*
 * Reads a file for one crawler. @user_agent is a product token or a whole
 * User-Agent value, of which the token in front counts. Any bytes are a file.
 */
struct robots *robots_parse(struct span body, const char *user_agent);
void robots_free(struct robots *r);
DEFINE_CLEANUP(struct robots *, robots_free)

/* @target is the path and query of a URL, "/a?b"; a whole URL is taken apart first. */
bool robots_allows(const struct robots *r, struct span target);

/* Crawl-delay of the matching group in milliseconds, -1 without one. */
int64_t robots_crawl_delay_ms(const struct robots *r);

/* Addresses of Sitemap lines, as written. Borrowed. */
size_t robots_n_sitemaps(const struct robots *r);
const char *robots_sitemap(const struct robots *r, size_t i);

#endif
