/*
 * Request: the head of an HTTP request, read from bytes. Knows what a crawler
 * sends: GET and HEAD without a body.
 */
#ifndef POLICYWATCH_TESTS_WEB_REQUEST_H
#define POLICYWATCH_TESTS_WEB_REQUEST_H

#include "common/span.h"

#include <stdbool.h>

#define REQUEST_HEAD_MAX 32768 /* a crawler's is below 1 KB */

/* All spans are borrowed from the bytes that were read. */
struct request {
	struct span method;
	struct span path; /* with the query */
	struct span host; /* without the port */
	struct span agent;
	struct span etag; /* If-None-Match */
	bool conditional; /* that, or If-Modified-Since */
	bool keep_alive;
	size_t head_len; /* with the empty line */
};

enum request_state { REQUEST_PARTIAL, REQUEST_READY, REQUEST_BAD };

enum request_state request_read(struct span bytes, struct request *ret);

#endif
