/*
 * Hosts in memory, in the order in which each may be asked next. A host is one
 * hostname, without regard to port and scheme. It has at most one lease at any
 * time, over all workers: that is the whole of politeness between them.
 *
 *   ready when   leased: never before the lease ends; then it is overdue
 *                paused: never
 *                waiting for its address (address.h): never
 *                else:   next_ms (its delay) and due_ms (its first URL) have passed
 *
 * Pure memory: what changes is written to the frontier by whoever changes it.
 */
#ifndef POLICYWATCH_SCHEDULER_HOST_H
#define POLICYWATCH_SCHEDULER_HOST_H

#include "common/span.h"
#include "scheduler/form.h"
#include "scheduler/frontier.h"
#include "scheduler/names.h"

#include <stdbool.h>
#include <stdint.h>

#define HOST_READY_NEVER INT64_MAX

struct worker;
struct address;

struct host_lease {
	uint64_t url_number; /* 0: none */
	uint64_t lease_number;
	struct worker *worker; /* borrowed */
	uint64_t seq;          /* of the request that it answers */
	int64_t expires_ms;
	bool is_old;              /* given before this scheduler was started */
	struct host *next, *prev; /* hosts leased to the same worker */
};

struct host {
	char *name;
	uint32_t number;
	int64_t next_ms;
	int64_t due_ms;          /* of the first URL of its queue, ENTRY_DUE_NEVER without one */
	int64_t crawl_delay_ms;  /* robots.txt's, capped; 0 without */
	int64_t source_delay_ms; /* the longest that a source with its list here asks for, or -1 */
	unsigned failures;       /* in a row; while there are any, each request is a probe */
	enum outcome failure;    /* the last of them */
	bool paused;
	struct host_lease lease;
	struct form_choice forms[2]; /* what its http and https addresses are better called */
	struct address *address;     /* it is served from there; NULL while that is not known */
	struct host *wait_next, **wait_link; /* in line at the address; no link: not in line */
	size_t place;                        /* in the order */
};

/* Zeroed is empty. */
struct hosts {
	struct names by_name;
	struct host **by_number;
	size_t n_numbers;
	struct host **heap; /* by host_ready_ms() */
	size_t len, cap;
};

void hosts_release(struct hosts *hs);

struct host *hosts_find(const struct hosts *hs, struct span name);
struct host *hosts_get(const struct hosts *hs, uint32_t number); /* NULL when unknown */

/* A host that is not there yet; nothing is due. */
struct host *hosts_add(struct hosts *hs, struct span name, uint32_t number);

/* To be called whenever something that host_ready_ms() looks at has changed. */
void hosts_update(struct hosts *hs, struct host *h);

/* The same for all of them at once. */
void hosts_rebuild(struct hosts *hs);

/* The host that is ready first, or NULL. */
struct host *hosts_first(const struct hosts *hs);

static inline bool host_is_leased(const struct host *h)
{
	return h->lease.url_number != 0;
}

int64_t host_ready_ms(const struct host *h);

/* Differs from host to host and from failure to failure, and not over a restart. */
uint64_t host_chance(const struct host *h);

struct host_record host_record_of(const struct host *h);

#endif
