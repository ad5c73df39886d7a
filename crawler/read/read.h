/*
 * Reading: turns the bytes of one response into what they say. Pure: no clock,
 * no network, no store; the same input always gives the same answer.
 *
 * Thread-safe: any number of threads may read, each with arenas of its own.
 * Cost is linear in the input; input is bounded by the fetcher.
 */
#ifndef POLICYWATCH_CRAWLER_READ_READ_H
#define POLICYWATCH_CRAWLER_READ_READ_H

#include "common/arena.h"
#include "common/protocol.h"
#include "common/span.h"
#include "common/url.h"
#include "crawler/read/html/likeness.h"
#include "store/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct gazetteers;

#define READ_EXTRACTOR 2 /* raised when a page may now be read differently */

#define READ_PARTS_MAX 20 /* pages of one article, the first among them */

/* A further page of an article. */
struct read_part {
	const char *url;
	struct span bytes; /* the body, content codings undone; of the first one's Content-Type */
};

struct explain;

struct read_input {
	struct span bytes;        /* the body, content codings undone */
	const char *url;          /* where it was fetched, absolute; relative links start here */
	const char *content_type; /* the header's value, NULL without one */
	int64_t fetched_at_ms;    /* relative dates count from here; later dates are refused */
	int http_status;
	struct span x_robots_tag; /* values of these headers, a line each */
	const char *user_agent;   /* ours, which directives may be addressed to; may be NULL */
	const struct url_rules *url_rules;
	const struct gazetteers *gazetteers; /* NULL: nothing is looked up in articles */
	bool likeness; /* whether a page's is wanted: a look at what it may be instead of an article */
	const struct read_part *parts; /* the article's further pages, in order */
	size_t n_parts;
	/* What the lease says (protocol.h). All may be NULL or empty. */
	const char *source;
	const char *title;
	int64_t published_ms;
	const char *publisher;
	const char *region;
	const char *link_selector;
	const struct span *include, *exclude;
	size_t n_include, n_exclude;
	bool explain; /* somebody wants to know why (check page --explain) */
};

enum read_as {
	READ_NOTHING, /* neither items nor an article in it */
	READ_RECORD,
	READ_ITEMS,
};

/* Everything it points to belongs to the arena given to read_document(). */
struct read_output {
	enum read_as as;
	struct record record; /* READ_RECORD */
	struct item *items;   /* READ_ITEMS, in the document's order, each address once */
	size_t n_items;
	size_t n_items_dropped; /* not http(s), too long, or beyond PROTOCOL_ITEMS_MAX */
	const char
		*next_part; /* of an article that goes on at another address (parts.h), or NULL */
	const char *next_page;    /* of a listing, NULL without one */
	const char *refresh_to;   /* the page only sends on to here (meta refresh, location=) */
	const char *why_nothing;  /* READ_NOTHING, for people */
	enum outcome outcome;     /* READ_NOTHING: EMPTY, or what the page says of itself */
	bool is_as_listed;        /* READ_RECORD: the page has the headline that a list promised */
	struct likeness likeness; /* where it is asked for, of a page that is not as listed */
	size_t n_faults;          /* broken characters, now U+FFFD */
	bool is_cut;              /* what came later was left out when it was decoded */
	struct explain *explain;  /* of a page, if it was asked for */
	const char *note;         /* READ_ITEMS: why some are left out, for people; may be NULL */
};

/*
 * Reads a document that is expected to be @kind. WORK_AUTO decides by content:
 * feed, sitemap (robots.txt among them), else listing. A feed or sitemap that
 * stands where a listing was expected is read as what it is.
 */
void read_document(enum work_kind kind, const struct read_input *in, struct arena *a,
	struct read_output *out);

#endif
