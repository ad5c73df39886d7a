/*
 * Not found: pages that answer 200 and are the page that a host shows for what
 * does not exist. A host is asked for a page that cannot exist when there is
 * reason to doubt a page, once a week at most, and what it shows is remembered:
 * in memory, and in the store for the other crawlers of the node.
 *
 * An outage is never taken for a deletion: before a page is said to be gone,
 * the home page is looked at, and when that is the same page, too, it is what
 * the host shows for everything.
 *
 * Single-threaded: use only from the event loop's thread.
 */
#ifndef POLICYWATCH_CRAWLER_NOT_FOUND_H
#define POLICYWATCH_CRAWLER_NOT_FOUND_H

#include "common/cleanup.h"
#include "crawler/look.h"
#include "store/store.h"

struct keep;
struct not_found;
struct not_found_query;

enum not_found_answer {
	NOT_FOUND_OWN,        /* the page is one of its own, as far as is known */
	NOT_FOUND_GONE,       /* it is the host's page for what does not exist */
	NOT_FOUND_EVERYTHING, /* the host shows it for everything, or its home page cannot be had */
	NOT_FOUND_UNSURE,     /* it is like the page of GONE, and nothing more is known */
	NOT_FOUND_PENDING,
};

struct not_found_request {
	const char *url;             /* the page's */
	const struct likeness *page; /* borrowed until done */
	bool may_probe;              /* the host may be asked if it has not been yet */
	struct look_request look;    /* how to ask it */
};

/* @retry_after_ms is what the host asked for meanwhile, 0 without a wish. */
typedef void not_found_done_fn(void *arg, enum not_found_answer answer, int64_t retry_after_ms);

/* Both may be NULL: memory alone. They are borrowed. */
struct not_found *not_found_new(struct store *store, struct keep *keep);
void not_found_free(struct not_found *n); /* no query may be under way */
DEFINE_CLEANUP(struct not_found *, not_found_free)

/*
 * The answer if it is known. NOT_FOUND_PENDING: the host has to be asked; then
 * @done is called exactly once, after this has returned, unless
 * not_found_query_cancel() comes first; *@ret_query dies with either.
 */
enum not_found_answer not_found_ask(struct not_found *n, const struct not_found_request *request,
	not_found_done_fn *done, void *arg, struct not_found_query **ret_query);
void not_found_query_cancel(struct not_found_query *q); /* NULL is ignored; as look_cancel() */

/* Appends an address like @url, absolute, that cannot exist; the same for all of an origin's. */
void not_found_url(const char *url, struct strbuf *out);

#endif
