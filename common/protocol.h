/*
 * The messages between crawlers and the scheduler, and their msgpack form.
 * The path of all of them is the bus (bus.h): a crawler asks, the scheduler
 * answers; nothing is ever sent unasked.
 *
 *   crawler -> scheduler  work_request   what I did, how much more I want
 *   scheduler -> crawler  work_reply     leases, held back until something is due
 *   cli -> scheduler      admin_request  add, pause, resume, status
 *   scheduler -> cli      admin_reply    a JSON text, or an error for people
 *
 * On the wire every message is one msgpack map with string keys; unknown keys
 * are skipped, so that old and new processes can talk while they are replaced.
 * "v" is PROTOCOL_VERSION; another one is refused with -ERR_VERSION.
 *
 * A decoder trusts nothing: any bytes give a struct within the stated limits,
 * or -ERR_PROTOCOL. Decoded strings belong to the arena and are terminated;
 * an empty string stands for an absent one.
 *
 * An encoder never writes what its decoder would refuse for length: texts for
 * people are cut, addresses and validators that are too long are left out
 * (an item without its address is left out whole and counted as dropped).
 */
#ifndef POLICYWATCH_COMMON_PROTOCOL_H
#define POLICYWATCH_COMMON_PROTOCOL_H

#include "common/arena.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PROTOCOL_VERSION     1
#define PROTOCOL_URL_MAX     8192 /* longer addresses are traps; browsers stop at 2,083 to 65,536 */
#define PROTOCOL_TEXT_MAX    4096 /* of every other string */
#define PROTOCOL_LEASES_MAX  1024 /* in one reply */
#define PROTOCOL_RESULTS_MAX 4096 /* in one request */
#define PROTOCOL_ITEMS_MAX   60000 /* in one result: a sitemap may hold 50,000 addresses */
#define PROTOCOL_ADDRESS_MAX 64    /* an IPv6 address with its zone */
#define PROTOCOL_RULES_MAX   64    /* strings in one list of a source's rules */

/* What a URL is expected to be. A document tells its own kind in the end. */
enum work_kind {
	WORK_AUTO, /* a source without a stated kind: feed, sitemap or listing by its content */
	WORK_LISTING,
	WORK_FEED,
	WORK_SITEMAP, /* also a robots.txt that names sitemaps */
	WORK_PAGE,    /* an article */
	WORK_ROBOTS,  /* where a robots.txt of another host leads */
};

/* What came of a request. */
enum outcome {
	OUTCOME_OK,
	OUTCOME_NOT_MODIFIED,
	OUTCOME_GONE,      /* 404, 410, and pages that say or show it by other means */
	OUTCOME_MOVED,     /* a redirect; result.moved_to is the target */
	OUTCOME_THROTTLED, /* 429, 503 and their like */
	OUTCOME_CHALLENGE, /* a script wall; never bypassed */
	OUTCOME_BLOCKED,   /* 401, 403, 451 and other refusals */
	OUTCOME_DOWN,      /* DNS, refused, timeout, TLS, 5xx */
	OUTCOME_EMPTY,     /* an answer without an article or items */
	OUTCOME_TOO_LARGE,
	OUTCOME_NOT_TEXT,
	OUTCOME_ROBOTS,  /* robots.txt says no, or could not be had */
	OUTCOME_GUARDED, /* an address or a scheme that this source may not be fetched from */

	/* The scheduler's own: the URL was not asked for. No crawler says so. */
	OUTCOME_TRAP,   /* its address looks like one of endlessly many */
	OUTCOME_CAPPED, /* its source has had as many as it may have */
	OUTCOME_LAST = OUTCOME_CAPPED,
};

/* What must be right about the certificate of an HTTPS host. */
enum tls_verify {
	TLS_VERIFY_STRICT, /* chain, validity and host name */
	TLS_VERIFY_NONE,   /* nothing: for hosts whose certificate stays broken */
};

/* Limits of one request; which of them it ran into. */
enum fetch_limit {
	LIMIT_NONE,
	LIMIT_CONNECT,      /* time to look up the host and to connect */
	LIMIT_TLS,          /* time to agree on TLS */
	LIMIT_FIRST_BYTE,   /* time from the request to the first byte of the answer */
	LIMIT_RATE,         /* too slow for too long */
	LIMIT_TIME,         /* time as a whole */
	LIMIT_HEADER_BYTES, /* of all header lines, or of one */
	LIMIT_HEADER_COUNT,
	LIMIT_BODY,      /* decompressed: the rest is cut off */
	LIMIT_SENT_BODY, /* bytes as sent */
	LIMIT_RATIO,     /* decompressed to sent */
	LIMIT_MEMORY,    /* of all bodies together */
	LIMIT_ADDRESS,   /* requests under way to the address */
	LIMIT_N
};

/* How the hosts of a source may and want to be asked. Strings that are not given are "". */
struct fetch_rules {
	struct span *allow_addresses; /* CIDR ranges that the guard lets through, too */
	size_t n_allow_addresses;
	struct span *allow_ports; /* "8081"; besides those of the configuration */
	size_t n_allow_ports;
	struct span *headers; /* "Name: value", sent with every request */
	size_t n_headers;
	const char *proxy;       /* URL: http, https, socks5 (looks names up here) or socks5h */
	const char *proxy_login; /* "user:password" */
	const char *ca_file;     /* PEM; of the machine that the crawler runs on */
	enum tls_verify verify;
	bool has_cookies; /* what the hosts set is sent back, until the crawler ends */
};

/* A URL that one worker may fetch until the lease ends. */
struct lease {
	uint64_t url_number;   /* the frontier's number of the URL */
	uint64_t lease_number; /* of this lease; names it in the result */
	const char *url;       /* absolute, as it was seen */
	const char *source;    /* name of the source that it belongs to */
	enum work_kind kind;
	int64_t duration_ms; /* from now; no request may start after it */
	int64_t delay_ms;    /* pause between two requests to this host, robots.txt among them */
	const char *etag;    /* validators of what is stored */
	const char *last_modified;
	const char *title;         /* what the listing said, to help the reader */
	int64_t published_ms;      /* likewise; 0 when it said nothing */
	const char *publisher;     /* the source's own name for it */
	const char *region;        /* such as 420000, the source's */
	const char *link_selector; /* CSS: where a listing's items stand */
	struct span *include; /* items' addresses must contain one of these, if there are any */
	size_t n_include;
	struct span *exclude; /* and none of these */
	size_t n_exclude;
	struct fetch_rules fetch;
};

/* Something that a listing, feed or sitemap showed. */
struct item {
	const char *url; /* absolute */
	const char *title;
	int64_t published_ms; /* 0 when not given */
	enum work_kind kind;  /* WORK_PAGE; WORK_SITEMAP for a sitemap of an index */
};

struct result {
	uint64_t url_number;
	uint64_t lease_number;
	enum outcome outcome;
	int http_status;   /* 0 if no response arrived */
	const char *error; /* for people: what exactly went wrong */
	const char *etag;  /* validators; sent only once the content is stored */
	const char *last_modified;
	const char *moved_to;   /* absolute */
	const char *address;    /* that answered; empty when none was connected to */
	bool changed;           /* the store has a new page or version because of this */
	int64_t elapsed_ms;     /* of the request */
	int64_t crawl_delay_ms; /* robots.txt's wish, -1 without one */
	int64_t retry_after_ms; /* the server's wish, -1 without one */
	int64_t fresh_ms; /* how long the answer stays fresh (RFC 9111), -1 when it does not say */
	enum fetch_limit limit; /* that it ran into */
	const char *robots_at;  /* absolute: where the host's robots.txt is to be had first */
	const char *page;       /* id of the stored page, 32 hex digits */
	const char *story;      /* id of its story, which is that of the first page with its text */
	const char *next_page;  /* absolute: where a list goes on with older items */
	struct item *items;
	size_t n_items;
	size_t n_items_dropped; /* beyond PROTOCOL_ITEMS_MAX, or not http(s) */
};

/* A copy that borrows nothing but @a; absent strings are empty ones. */
struct lease lease_copy(const struct lease *l, struct arena *a);

/* One that says nothing yet about the URL of @l. */
struct result result_of_lease(const struct lease *l);

/*
 * A request repeated with the same (worker, boot, seq) changes nothing: its
 * results are not applied again and the same leases come back. Requests with
 * results carry rising numbers, one at a time; so do requests that want.
 */
struct work_request {
	const char *worker; /* unique among running crawlers */
	uint64_t boot;      /* random, new with every start */
	uint64_t seq;
	uint32_t want; /* how many leases more; 0 is answered at once */
	struct result *results;
	size_t n_results;
};

/*
 * A lease's duration counts from when the reply was written. Whoever was
 * stopped, or far away, may read it much later: what has passed since the
 * question, less held_ms, is the most that is gone of it.
 */
struct work_reply {
	uint64_t seq;    /* of the request */
	int64_t held_ms; /* from the question's arrival to the reply */
	struct lease *leases;
	size_t n_leases;
};

enum admin_command {
	ADMIN_STATUS,
	ADMIN_ADD,   /* arguments are URLs, due now */
	ADMIN_PAUSE, /* arguments are sources or hosts */
	ADMIN_RESUME,
	ADMIN_SOURCES,
};

struct admin_request {
	enum admin_command command;
	struct span *arguments;
	size_t n_arguments;
};

struct admin_reply {
	bool ok;
	const char *text; /* JSON if ok, else what is wrong */
};

enum message_type {
	MESSAGE_WORK_REQUEST,
	MESSAGE_WORK_REPLY,
	MESSAGE_ADMIN_REQUEST,
	MESSAGE_ADMIN_REPLY
};

/* Which message these bytes claim to be. Returns 0, -ERR_PROTOCOL or -ERR_VERSION. */
int protocol_type(struct span message, enum message_type *ret);

void protocol_put_work_request(const struct work_request *m, struct strbuf *out);
void protocol_put_work_reply(const struct work_reply *m, struct strbuf *out);
void protocol_put_admin_request(const struct admin_request *m, struct strbuf *out);
void protocol_put_admin_reply(const struct admin_reply *m, struct strbuf *out);

int protocol_get_work_request(struct span message, struct arena *a, struct work_request *ret);
int protocol_get_work_reply(struct span message, struct arena *a, struct work_reply *ret);
int protocol_get_admin_request(struct span message, struct arena *a, struct admin_request *ret);
int protocol_get_admin_reply(struct span message, struct arena *a, struct admin_reply *ret);

/* Names as configuration, logs and status show them: "listing", "not-modified". */
const char *work_kind_str(enum work_kind k);
bool work_kind_parse(const char *name, enum work_kind *ret);
const char *outcome_str(enum outcome o);
const char *fetch_limit_str(enum fetch_limit l);

/* Whether the scheduler refused to have the URL asked for. */
static inline bool outcome_is_refusal(enum outcome o)
{
	return o == OUTCOME_TRAP || o == OUTCOME_CAPPED;
}

#endif
