/*
 * The host of an http or https URL, as the WHATWG URL standard parses and
 * serialises it. A part of url.c. Thread-safe.
 */
#ifndef POLICYWATCH_COMMON_URL_HOST_H
#define POLICYWATCH_COMMON_URL_HOST_H

#include "common/span.h"
#include "common/strbuf.h"

/*
 * Appends to @out the standard form of @host: "[::1]", "127.0.0.1" for any way
 * to write that, or a domain in ASCII. Returns 0 or -ERR_PARSE.
 */
int url_host_parse(struct span host, struct strbuf *out);

/* Appends @s with its percent escapes decoded. */
void url_percent_decode(struct span s, struct strbuf *out);

#endif
