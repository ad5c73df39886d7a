/*
 * URLs as the WHATWG URL standard parses and serialises them (url.c, hosts in
 * url_host.c), and the canonical form that dedupe uses (url_canonical.c). Only
 * http and https. Thread-safe.
 */
#ifndef POLICYWATCH_COMMON_URL_H
#define POLICYWATCH_COMMON_URL_H

#include "common/hash.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>

/* What canonical URLs leave out. */
struct url_rules {
	const char *const *tracking; /* names of query parameters; "utm_*" is a prefix */
	size_t n_tracking;
	const char *const *documents; /* "index.html", for which its folder stands */
	size_t n_documents;
	bool sort_query; /* two orders of one query are one page */
};

extern const struct url_rules url_rules_default;

/*
 * Appends to @out the absolute form of @input, relative to @base (absolute, or
 * empty when @input is). Returns 0 or -ERR_PARSE, also for other schemes than
 * http and https.
 */
int url_resolve(struct span input, struct span base, struct strbuf *out);

/* The same where a page in @encoding (an Encoding Standard name, "GBK") has the link: queries use it. */
int url_resolve_encoded(struct span input, struct span base, const char *encoding,
	struct strbuf *out);

/*
 * Appends the canonical form of an absolute URL: without fragment, user name
 * and password, tracking parameters and session ids (in the path, too:
 * ";jsessionid=...", "(S(...))") and a default document that has no query;
 * percent escapes in one form (RFC 3986 6.2.2), the query in order of names.
 * The canonical form of a canonical form is itself. Returns 0 or -ERR_PARSE.
 */
int url_canonical(struct span href, const struct url_rules *rules, struct strbuf *out);

/* The id of a page: hash of its canonical URL. */
struct hash url_id(struct span canonical);

/* Parts of a URL as url_resolve() wrote it, borrowed from @href. */
struct url_parts {
	struct span scheme; /* "https" */
	struct span host;   /* "example.org", "[::1]" */
	struct span port;   /* empty for the scheme's own */
	struct span path;   /* from "/" on */
	struct span query;  /* with "?", or empty */
	struct span origin; /* "https://example.org:8443" */
};
bool url_split(struct span href, struct url_parts *ret);

/* The port, or the scheme's own. */
unsigned url_port(const struct url_parts *parts);

/*
 * Whether @host belongs to the site of @site_host: the same, or a subdomain of
 * it, a leading "www." of the latter not counted.
 */
bool url_is_same_site(struct span host, struct span site_host);

#endif
