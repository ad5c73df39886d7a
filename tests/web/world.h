/*
 * World: a web of invented news with ground truth. What its hosts publish,
 * edit, withdraw and copy, and when, is a pure function of a seed, of sizes and
 * of the time; nothing of it is kept, so that a hundred thousand pages cost no
 * more memory than one. The same world can be asked for a page (as a server
 * does) and for the truth about it (as a judge does).
 *
 * Times are milliseconds of the world's clock (Unix epoch), which its server
 * sets. Thread-safe: a world never changes once it is made.
 */
#ifndef POLICYWATCH_TESTS_WEB_WORLD_H
#define POLICYWATCH_TESTS_WEB_WORLD_H

#include "common/cleanup.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct world_options {
	uint64_t seed;
	uint32_t n_hosts;     /* each has an address of its own */
	uint32_t n_items;     /* that each host publishes between start and start + span */
	uint32_t percent_old; /* of them published at the start already */
	int64_t start_ms;
	int64_t span_ms;
	uint8_t network; /* host i has the address 127.NETWORK.(i / 250).(i % 250 + 1) */
	uint16_t port;   /* of all of them; part of every URL */
};

struct world;

struct world *world_new(const struct world_options *options);
void world_free(struct world *w);
DEFINE_CLEANUP(struct world *, world_free)

const struct world_options *world_options(const struct world *w);

/* The address of host @i as text, "127.8.0.1". */
#define WORLD_ADDRESS_MAX 16
char *world_address(const struct world *w, uint32_t i, char out[WORLD_ADDRESS_MAX]);

struct world_request {
	struct span path; /* with the query */
	struct span etag; /* If-None-Match, or empty */
	int64_t now_ms;
	uint64_t nonce; /* differs from request to request: session ids come of it */
};

/* Numbers of items: from <= number < to. Those among them that have been withdrawn are left out. */
struct world_items {
	uint32_t from, to;
};

struct world_answer {
	int status;               /* 200, 301, 302, 304, 404, 410 */
	const char *content_type; /* static; NULL for none */
	struct strbuf location;   /* absolute, empty unless a redirect */
	char etag[40];            /* quoted, empty for none */
	int64_t last_modified_ms; /* 0 for none */
	struct strbuf body;       /* bytes in the page's own charset; empty with 304 */
	struct world_items shown; /* by a list, feed or sitemap; none by others */
};

#define WORLD_ANSWER_INIT                                                                          \
	{                                                                                          \
		.location = STRBUF_INIT, .body = STRBUF_INIT                                       \
	}

void world_answer_release(struct world_answer *a);

/* What host @i answers. Everything of @ret is set; what it held before is thrown away. */
void world_answer(const struct world *w, uint32_t i, const struct world_request *q,
	struct world_answer *ret);

/*
 * The truth, appended to @out as JSON lines (see ledger.c for the members):
 * one line of the host itself, and one for each item that it has published by
 * @now_ms.
 */
void world_tell_host(const struct world *w, uint32_t i, struct strbuf *out);
void world_tell_items(const struct world *w, uint32_t i, int64_t now_ms, struct strbuf *out);

/* The hosts as sources for policywatch: one line of a YAML list. */
void world_tell_source(const struct world *w, uint32_t i, struct strbuf *out);

#endif
