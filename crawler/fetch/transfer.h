/*
 * Transfer: one HTTP request, from a URL to the bytes of its answer. libcurl's
 * multi interface on the event loop; with cookie_jars.c its only user in the
 * tree. A redirect is an answer like others: whoever asked decides when its
 * target is asked.
 *
 * Single-threaded: use only from the event loop's thread. Nothing blocks:
 * names are looked up in threads of the resolver (resolver.h).
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_TRANSFER_H
#define POLICYWATCH_CRAWLER_FETCH_TRANSFER_H

#include "common/cleanup.h"
#include "common/config.h"
#include "common/loop.h"
#include "common/protocol.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

struct budget;
struct transfers; /* all transfers of a process: connections, addresses of hosts, cookies */
struct transfer;

enum transfer_fault {
	TRANSFER_OK, /* an answer arrived, whatever its status */
	TRANSFER_DNS,
	TRANSFER_REFUSED, /* no connection */
	TRANSFER_TLS,
	TRANSFER_TIMEOUT, /* result.limit says which */
	TRANSFER_BROKEN,  /* the answer ended early or is no HTTP */
	TRANSFER_GUARDED, /* the guard forbade address or port, or the scheme is not http(s) */
	TRANSFER_LIMIT,   /* larger than it may be; result.limit says in what */
	TRANSFER_BUSY, /* its time went by while it waited for others, or stood still: see result.limit */
};

struct transfer_request {
	const char *url;                 /* copied */
	const char *etag;                /* sent as If-None-Match; NULL or "" for none; copied */
	const char *last_modified;       /* likewise, If-Modified-Since */
	const struct fetch_rules *rules; /* borrowed until done */
	const char *source; /* whose cookies these are, if it has any; borrowed until done */
	int64_t body_max_bytes;
	int64_t timeout_ms; /* less than the configured whole time, 0 for that; what others
			       of the same address take of it included */
};

/* How long each phase took, in microseconds; 0 for one that did not take place. */
struct transfer_phases {
	int64_t lookup_us, connect_us, tls_us;
	int64_t wait_us;    /* from the request to the first byte of the answer */
	int64_t receive_us; /* the rest of it */
	int64_t total_us;
};

struct transfer_result {
	enum transfer_fault fault;
	enum fetch_limit limit;   /* that ended or cut it */
	char error[256];          /* for people, when there is a fault */
	int http_status;          /* 0 without an answer */
	struct strbuf headers;    /* of the last answer, status line first, CRLF; may be taken */
	struct strbuf body;       /* content codings undone; may be taken; body.cut if not whole */
	int64_t sent_bytes;       /* of the body, coded as it came */
	const char *content_type; /* these are borrowed until done returns; NULL when absent */
	const char *etag;
	const char *last_modified;
	const char *location; /* of a redirect, which is not followed; absolute if it is a URL */
	const char *retry_after;
	bool sets_cookie;
	const char *address;      /* that was connected to, "" when none was or a proxy did */
	const char *http_version; /* "1.1", "2"; "" without an answer */
	struct transfer_phases phases;
	int64_t elapsed_ms;
};

typedef void transfer_done_fn(void *arg, struct transfer_result *result);

/*
 * @config is borrowed and must outlive the object. It says how many requests
 * may be under way to one address; others wait until one of them has ended.
 */
int transfers_new(struct loop *l, const struct crawler_config *config, struct transfers **ret);
void transfers_free(struct transfers *ts); /* cancels all */
DEFINE_CLEANUP(struct transfers *, transfers_free)

/* What bodies are held in. Whoever takes one from a result holds it there himself. */
struct budget *transfers_budget(struct transfers *ts);

/*
 * Starts a request. @done is called exactly once, after this has returned,
 * unless transfer_cancel() comes first; the handle dies with either.
 * Returns 0 or negative, with *@ret untouched.
 */
int transfer_start(struct transfers *ts, const struct transfer_request *request,
	transfer_done_fn *done, void *arg, struct transfer **ret);
void transfer_cancel(struct transfer *t); /* NULL is ignored */

/* An HTTP date in any of its three forms (RFC 9110 5.6.7), as wall clock milliseconds. */
bool transfer_parse_date(const char *text, int64_t *ret_ms);

#endif
