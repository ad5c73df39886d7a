/*
 * What the parts of transfer.c share. Nobody else includes this.
 *
 *   transfer.c           the life of one request
 *   transfer_options.c   what curl is told about it
 *   transfer_answer.c    what is made of the bytes that arrive
 *   transfers.c          all of them: curl's multi handle on the event loop
 */
#ifndef POLICYWATCH_CRAWLER_FETCH_TRANSFER_INSIDE_H
#define POLICYWATCH_CRAWLER_FETCH_TRANSFER_INSIDE_H

#include "crawler/fetch/address_slots.h"
#include "crawler/fetch/coding.h"
#include "crawler/fetch/cookie_jars.h"
#include "crawler/fetch/transfer.h"

#include <curl/curl.h>

struct transfers {
	CURLM *multi;
	struct loop *loop;
	struct timer *timer;
	const struct crawler_config *config;
	struct address_slots *slots;
	struct cookie_jars *jars;
	struct transfer *first; /* all that are running or wait for a slot */
};

struct transfer {
	struct transfers *all;
	struct transfer *next, **link;
	CURL *easy;
	struct curl_slist *header_lines;
	char *url;
	struct fetch_rules rules;
	struct cookie_jar *jar; /* NULL without cookies */
	int64_t ends_at_ms;
	struct address_holder slot;
	bool is_proxied;   /* somebody else connects to the host */
	bool waits;        /* in line for a slot, and out of curl's hands */
	bool is_sent;      /* the request, once */
	struct timer *due; /* for a slot, until the end of its time; then for the first byte */
	bool is_late;      /* the first byte */
	char guarded[128]; /* why the guard said no to what was tried last; "" when it did not */
	enum fetch_limit over;  /* the limit that something is over, */
	const char *over_size;  /* and what is, NULL for nothing */
	const char *bad_answer; /* what is wrong with it, beyond what curl looks at; or NULL */
	bool answered; /* the header of the answer is whole; header lines after it are trailers */
	size_t header_bytes, n_header_lines; /* of interim answers too */
	struct coding *coding;               /* of the body, NULL before it begins */
	struct strbuf location;              /* absolute */
	transfer_done_fn *done;
	void *arg;
	struct transfer_result result;
	char curl_error[CURL_ERROR_SIZE];
};

/* transfer.c: a request has come to its end, as far as curl is concerned. */
void transfer_on_message(struct transfer *t, CURLcode code);
void transfer_free(struct transfer *t);

/* transfer_options.c: sets up t->easy. */
void transfer_set_options(struct transfer *t, const struct transfer_request *request);

/* transfer_answer.c: curl's callbacks for what arrives, and what is asked when all has. */
size_t transfer_on_header(char *data, size_t size, size_t count, void *arg);
size_t transfer_on_body(char *data, size_t size, size_t count, void *arg);
void transfer_check_end(struct transfer *t);

/* The last header of this name in the answer, or NULL. */
const char *transfer_header(struct transfer *t, const char *name);

/* transfer.c: curl's callbacks for connecting. */
curl_socket_t transfer_on_open_socket(void *arg, curlsocktype purpose,
	struct curl_sockaddr *address);
int transfer_on_connected(void *arg, char *remote, char *local, int remote_port, int local_port);

#endif
