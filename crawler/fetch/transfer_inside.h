/*
 * What the parts of transfer.c share. Nobody else includes this.
 *
 *   transfer.c           the life of one request
 *   transfer_options.c   what curl is told about it
 *   transfer_connect.c   where it may connect to: look-up, guard, slots of addresses
 *   transfer_answer.c    what is made of the bytes that arrive
 *   transfer_facts.c     what has come of it
 *   transfers.c          all of them: curl's multi handle on the event loop
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_TRANSFER_INSIDE_H
#define POLICYWATCH_CRAWLER_FETCH_TRANSFER_INSIDE_H

#include "crawler/fetch/address_slots.h"
#include "crawler/fetch/budget.h"
#include "crawler/fetch/coding.h"
#include "crawler/fetch/cookie_jars.h"
#include "crawler/fetch/guard.h"
#include "crawler/fetch/resolver.h"
#include "crawler/fetch/transfer.h"

#include <curl/curl.h>

/*
 * curl goes through all connections of a multi handle whenever a transfer is
 * taken out of it, and through all addresses. With many handles these are few.
 */
#define SHARDS 64

/* One of curl's multi handles, with the connections of a part of all hosts. */
struct shard {
	struct transfers *all;
	CURLM *multi;
	struct timer *timer;
};

struct transfers {
	struct loop *loop;
	struct shard shards[SHARDS];
	const struct crawler_config *config;
	struct resolver *resolver;
	struct budget *budget;
	struct address_slots *slots;
	struct cookie_jars *jars;
	struct transfer *first; /* all that have not ended */
};

enum transfer_state {
	TRANSFER_REFUSED_AT_ONCE, /* by the guard, for its URL alone */
	TRANSFER_LOOKS_UP,
	TRANSFER_RUNS,    /* in curl's hands, as in no other state */
	TRANSFER_IN_LINE, /* for a slot of its address */
};

struct transfer {
	struct transfers *all;
	struct shard *shard; /* that of its host */
	struct transfer *next, **link;
	CURL *easy;
	struct curl_slist *header_lines;
	char *url;
	struct fetch_rules rules;
	struct cookie_jar *jar; /* NULL without cookies */
	int64_t ends_at_ms;
	struct address_holder slot;
	enum transfer_state state;
	struct timer *due; /* the end of what the state waits for; running: for the first byte */
	bool is_late;      /* it came */
	bool is_over;      /* no time was left when the request was to be sent */
	struct resolver_query *query; /* pending while it looks up */
	struct curl_slist *resolved;  /* what that has found, as curl takes it */
	int64_t started_ms, lookup_us;
	bool is_proxied; /* somebody else connects to the host */
	bool is_sent;    /* the request, once */
	/* Why the guard said no to what was tried last; "" when it did not. */
	char guarded[GUARD_WHY_MAX];
	enum fetch_limit over;  /* the limit that something is over, */
	const char *over_size;  /* and what is, NULL for nothing */
	const char *bad_answer; /* what is wrong with it, beyond what curl looks at; or NULL */
	bool answered; /* the header of the answer is whole; header lines after it are trailers */
	size_t header_bytes, n_header_lines; /* of interim answers too */
	struct coding *coding;               /* of the body, NULL before it begins */
	struct budget_holder memory;         /* for the body, beyond what is free */
	bool is_paused;                      /* until there is memory; then all comes once more, */
	size_t n_seen;                       /* of which so many bytes are in the body already */
	struct strbuf location;              /* absolute */
	transfer_done_fn *done;
	void *arg;
	struct transfer_result result;
	char curl_error[CURL_ERROR_SIZE];
};

/* transfer.c */
void transfer_run(struct transfer *t);                       /* hands it to curl */
void transfer_on_message(struct transfer *t, CURLcode code); /* curl hands it back */
void transfer_finish(struct transfer *t, CURLcode code);     /* the only way it ends by itself */
void transfer_free(struct transfer *t);
bool transfer_is_web(const struct transfer *t); /* by its scheme */

/* transfer_options.c: sets up t->easy. */
void transfer_set_options(struct transfer *t, const struct transfer_request *request);

/* transfer_answer.c: curl's callbacks for what arrives, and what is asked when all has. */
size_t transfer_on_header(char *data, size_t size, size_t count, void *arg);
size_t transfer_on_body(char *data, size_t size, size_t count, void *arg);
void transfer_check_end(struct transfer *t);

/* The first header of this name in the answer, or NULL, also for one without a value. */
const char *transfer_header(struct transfer *t, const char *name);

/*
 * transfer_connect.c: goes as far as it goes without curl, and says so in t->state;
 * curl's callbacks.
 */
void transfer_prepare(struct transfer *t);
curl_socket_t transfer_on_open_socket(void *arg, curlsocktype purpose,
	struct curl_sockaddr *address);
int transfer_on_connected(void *arg, char *remote, char *local, int remote_port, int local_port);

/* transfers.c */
struct shard *transfers_shard(struct transfers *ts, const char *url);

/* transfer_facts.c: fills t->result. */
void transfer_conclude(struct transfer *t, CURLcode code);

#endif
