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

/* @host without the dot of the root behind it: DNS takes both for the same. No other dot is taken off. */
struct span url_host_without_root(struct span host);

/* Appends @s with its percent escapes decoded. */
void url_percent_decode(struct span s, struct strbuf *out);

#endif
