/*
 * Answer: writes well-formed HTTP/1.1 answers.
 */
#ifndef POLICYWATCH_TESTS_WEB_ANSWER_H
#define POLICYWATCH_TESTS_WEB_ANSWER_H

#include "common/span.h"
#include "tests/web/script.h"

#include <event2/buffer.h>
#include <stdbool.h>
#include <stdint.h>

struct answer {
	int status;
	const char *content_type; /* these are left out when NULL or empty */
	const char *location;
	const char *etag;
	int64_t last_modified_ms;  /* 0 for none */
	const char *extra_headers; /* whole lines */
	struct span body;
	bool keep_alive;
	bool head_only; /* a HEAD request: the length, without the body */
};

/* Appends the whole answer. Returns the length of its head. */
size_t answer_write(const struct answer *a, struct evbuffer *out);

/* The same for a script's step: connection and method are those of @ask. */
void answer_ask(const struct ask *ask, struct answer a, struct evbuffer *out);

#define HTTP_DATE_MAX 40
char *http_date(int64_t wall_ms, char out[HTTP_DATE_MAX]);

#endif
