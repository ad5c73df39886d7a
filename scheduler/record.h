/*
 * Records: what the frontier knows about hosts, leases, crawlers and sources,
 * and their packed forms, without the checks that the tables put behind them
 * (table.h). Pure functions.
 */
#ifndef POLICYWATCH_SCHEDULER_RECORD_H
#define POLICYWATCH_SCHEDULER_RECORD_H

#include "common/protocol.h"
#include "common/span.h"
#include "common/strbuf.h"
#include "scheduler/form.h"

#include <stdbool.h>
#include <stdint.h>

/* Names are borrowed: from the tables while reading, from their objects while writing. */
struct host_record {
	struct span name;
	uint32_t number;
	int64_t next_ms;        /* no request before */
	int64_t crawl_delay_ms; /* robots.txt's, 0 without */
	unsigned failures;      /* in a row, */
	enum outcome failure;   /* and the last of them; OUTCOME_OK: not noted */
	bool paused;
	struct span address;         /* that it was last served from; empty: not known */
	struct form_choice forms[2]; /* of http and https */
};

struct lease_record {
	uint64_t url_number, lease_number;
	struct span worker;
	uint64_t boot, seq;
	uint32_t host;
	int64_t expires_ms;
};

struct worker_record {
	struct span name;
	uint64_t boot;
	uint64_t applied_seq;  /* results up to here have been applied */
	uint64_t answered_seq; /* the last request that got leases, or none for good */
	int64_t contact_ms;    /* wall clock */
};

struct source_record {
	struct span name;
	uint32_t number;
	uint64_t url_number; /* 0: none */
	bool paused;
	bool was_fetched;
	enum outcome outcome; /* of the last look at its list */
	int64_t fetched_ms;   /* wall clock, as the others */
	int64_t new_item_ms;
	uint64_t n_items, n_new; /* shown by its list, and of these not known before */
	struct span error;
	uint64_t n_refused; /* items: traps, and beyond its urls_max */
};

/* Without the key: names, and a lease's URL. */
void host_record_pack(const struct host_record *h, struct strbuf *out);
void lease_record_pack(const struct lease_record *l, struct strbuf *out);
void worker_record_pack(const struct worker_record *w, struct strbuf *out);
void source_record_pack(const struct source_record *s, struct strbuf *out);

/* False when the value is none, *@ret undefined; strings are borrowed from both spans. */
bool host_record_unpack(struct span key, struct span value, struct host_record *ret);
bool lease_record_unpack(struct span key, struct span value, struct lease_record *ret);
bool worker_record_unpack(struct span key, struct span value, struct worker_record *ret);
bool source_record_unpack(struct span key, struct span value, struct source_record *ret);

#endif
