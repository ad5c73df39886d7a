/*
 * Site: what host i of a world is like. A table of 24 rows in turn, so that
 * any 24 hosts in a row show everything, and the first 8 the main kinds.
 * Thread-safe.
 */
#ifndef POLICYWATCH_TESTS_WEB_SITE_H
#define POLICYWATCH_TESTS_WEB_SITE_H

#include "tests/web/rhythm.h"
#include "tests/web/world.h"

#include <stdbool.h>

#define SITE_LIST_LEN    20  /* items on a page of a list */
#define SITE_FEED_LEN    200 /* newest items in a feed */
#define SITE_SITEMAP_LEN 200 /* addresses in a part of a sitemap */

enum site_kind {
	SITE_LISTING, /* /list.htm */
	SITE_HOME,    /* the home page is the list */
	SITE_RSS,
	SITE_ATOM,
	SITE_SITEMAP, /* named by robots.txt */
};

enum site_charset {
	SITE_UTF8,
	SITE_UTF8_BARE,      /* nothing says so */
	SITE_UTF8_AS_GB2312, /* the page says gb2312 */
	SITE_GB_META,        /* the page says gb2312, is GB18030 */
	SITE_GB_HEADER,      /* only the header says GBK */
	SITE_GB_BARE,
	SITE_BIG5, /* in traditional characters, labelled right */
	SITE_CHARSETS,
};

enum site_design {
	SITE_GOVERNMENT,
	SITE_DAILY,
	SITE_PORTAL,
	SITE_BLOG,
	SITE_MODERN,
};

/* Where articles stand; (number) is in all of them. */
enum site_paths {
	SITE_PATH_ART,     /* /art/2025/6/3/art_(number).html */
	SITE_PATH_CONTENT, /* /content/202506/t20250603_(number).htm */
	SITE_PATH_NEWS,    /* /news/(number).shtml */
	SITE_PATH_FORWARD, /* /newsDetail_forward_(number) */
	SITE_PATH_POST,    /* /post/(number).html */
	SITE_PATH_QUERY,   /* /show.php?id=(number) */
};

enum site_trait {
	SITE_ETAG = 1 << 0,          /* a hash of the bytes */
	SITE_LAST_MODIFIED = 1 << 1, /* of articles: when their text changed */
	SITE_COUNTER = 1 << 2,       /* pages count views and show other headlines every time */
	SITE_REDESIGN = 1 << 3,      /* another design from the middle on */
	SITE_TRACKING = 1 << 4,      /* ?utm_source=..&spm=.. in listed links */
	SITE_SESSION = 1 << 5,       /* ?PHPSESSID= in listed links */
	SITE_JSESSION = 1 << 6,      /* ;jsessionid= in listed links */
	SITE_PRIVATE = 1 << 7,       /* some items are where robots.txt lets nobody in */
	SITE_CRAWL_DELAY = 1 << 8,
	SITE_NO_ROBOTS = 1 << 9,  /* 404 */
	SITE_REDIRECTS = 1 << 10, /* some items behind 1 to 4 redirects, some behind a circle */
	SITE_SOFT_404 = 1 << 11,  /* what is not there is said with status 200 */
	SITE_CALENDAR = 1 << 12,  /* without end */
	SITE_ECHO = 1 << 13,      /* links that repeat their path without end */
	SITE_FRIENDS = 1 << 14,   /* links to a host that is no source */
};

struct site {
	const struct world *world; /* borrowed */
	uint32_t number;
	uint64_t key; /* what chance there is comes of it */
	enum site_kind kind;
	bool is_farm;
	enum site_charset charset;
	enum site_design design, new_design; /* the latter from redesign_at_ms on */
	enum site_paths paths;
	uint32_t traits;
	struct rhythm rhythm;
	int64_t redesign_at_ms; /* INT64_MAX: never */
	char address[WORLD_ADDRESS_MAX];
};

struct site site_of(const struct world *w, uint32_t i);

bool site_has(const struct site *s, enum site_trait t);
enum site_design site_design_at(const struct site *s, int64_t now_ms);

/* Append: the site's name; "http://address:port". */
void site_add_name(const struct site *s, struct strbuf *out);
void site_add_origin(const struct site *s, struct strbuf *out);

/* The path at which policywatch is to look. */
const char *site_source_path(const struct site *s);

/* For iconv, NULL for UTF-8. */
const char *site_encoding(const struct site *s);
/* What the page and the header say; NULL for nothing. */
const char *site_meta_label(const struct site *s);
const char *site_header_label(const struct site *s);

#endif
