/*
 * Entry: what the frontier knows about one URL, and its packed form, the value
 * of table "urls". About 110 bytes and the strings.
 */
#ifndef POLICYWATCH_SCHEDULER_ENTRY_H
#define POLICYWATCH_SCHEDULER_ENTRY_H

#include "common/protocol.h"
#include "common/span.h"
#include "common/strbuf.h"
#include "scheduler/revisit.h"

#include <stdbool.h>
#include <stdint.h>

#define ENTRY_DUE_NEVER       INT64_MAX
#define ENTRY_FORMAT_UNSEALED 1 /* first byte of one of 0.1.0, behind which no check stands */
#define ENTRY_HOPS_MAX                                                                             \
	10 /* redirects in a row; browsers stop at 20, crawlers at 5 (RFC 9309) to 10 */

enum entry_role {
	ENTRY_FOUND,    /* a source's list showed it, or somebody added it */
	ENTRY_SOURCE,   /* a source's own URL */
	ENTRY_STAND_IN, /* where a source's own URL redirects to: looked at when that says so */
	ENTRY_FURTHER,  /* where a list goes on: looked at when what is before it was all news */
	ENTRY_HEIR,     /* where a source's own URL has moved for good: looked at in its place */
};

struct entry {
	uint64_t number;
	uint32_t host, source; /* numbers of their records */
	enum entry_role role;
	enum work_kind kind;
	unsigned hops; /* redirects that led here, or in a row from here to itself; pages before */
	unsigned releases; /* leases in a row that ended without a result */
	bool was_fetched;
	bool is_target; /* it became an entry because a redirect led there, and not as an item */
	bool is_kept;   /* the store has had it, whatever became of it since */
	struct revisit_state revisit;
	int64_t due_ms;        /* scheduler's time; of the last schedule while a lease is out */
	int64_t fetched_ms;    /* wall clock */
	int64_t published_ms;  /* as a list said; 0 when it did not */
	int64_t seen_ms;       /* wall clock: when it became an entry; 0 when that is not known */
	uint64_t moved_number; /* the entry that its last answer, a redirect, led to; or 0 */
	struct span url;       /* absolute, as it was seen; borrowed like all strings here */
	struct span etag, last_modified;
	struct span title;
};

void entry_pack(const struct entry *e, struct strbuf *out);

/* False when @packed is no entry; *@ret, with number 0, borrows from it. */
bool entry_unpack(struct span packed, struct entry *ret);

#endif
