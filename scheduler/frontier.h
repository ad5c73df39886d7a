/*
 * Frontier: the scheduler's tables, an LMDB environment of their own with one
 * writing process, which a lock on its file "scheduler.lock" makes sure of.
 * Which tables, and what stands in them: table.h.
 *
 * A URL stands in "due" unless it is leased or is never due. All URLs are on
 * disk only; what is kept in memory follows the hosts, the sources and the
 * leases.
 *
 * Everything happens within one write transaction at a time, whose error is
 * sticky (mdb.h). A damaged value is logged and read as an absent one; but
 * without "last", a number could be given twice, so that without it the
 * frontier does not open.
 */
#ifndef POLICYWATCH_SCHEDULER_FRONTIER_H
#define POLICYWATCH_SCHEDULER_FRONTIER_H

#include "common/arena.h"
#include "common/cleanup.h"
#include "common/hash.h"
#include "common/log.h"
#include "scheduler/entry.h"
#include "scheduler/record.h"
#include "scheduler/table.h"

#include <stdbool.h>
#include <stdint.h>

struct frontier;

enum frontier_number { FRONTIER_URL, FRONTIER_LEASE, FRONTIER_HOST, FRONTIER_SOURCE, FRONTIER_N };

/*
 * Opens the environment in the folder @path, made if need be. On failure
 * *@ret_error (if not NULL) is a text for people, to be freed: -ERR_BUSY when
 * another scheduler has it. @log is borrowed.
 */
int frontier_open(const char *path, int64_t map_bytes, const struct log_ctx *log,
	struct frontier **ret, char **ret_error);
void frontier_close(struct frontier *f);
DEFINE_CLEANUP(struct frontier *, frontier_close)

/*
 * The same to read only, beside the scheduler. frontier_begin_read() shows the
 * newest state until frontier_abort(); not longer than seconds (mdb.h).
 */
int frontier_open_reader(const char *path, const struct log_ctx *log, struct frontier **ret,
	char **ret_error);
int frontier_begin_read(struct frontier *f);

int frontier_begin(struct frontier *f);
/* Writes all, or nothing and returns the first error. @now_ms goes to "meta". */
int frontier_commit(struct frontier *f, int64_t now_ms);
void frontier_abort(struct frontier *f);

/* The moment of the last commit, 0 when there was none. */
int64_t frontier_last_ms(const struct frontier *f);
/* A number that was never given before. */
uint64_t frontier_take_number(struct frontier *f, enum frontier_number which);
bool frontier_was_taken(const struct frontier *f, enum frontier_number which, uint64_t number);

/* URLs. Strings of entries are copied to @a. */
bool frontier_find(struct frontier *f, const struct hash *id, uint64_t *ret_number);
bool frontier_read(struct frontier *f, uint64_t number, struct arena *a, struct entry *ret);
/* The first entry behind @number, for going through all of them. A damaged one is left out. */
bool frontier_read_after(struct frontier *f, uint64_t number, struct arena *a, struct entry *ret);
/* A new entry: gives it its number, and a place in the queue unless it is never due. */
void frontier_add(struct frontier *f, const struct hash *id, struct entry *e);
/* Writes an entry that stands in no queue, and puts it where e->due_ms says. */
void frontier_schedule(struct frontier *f, const struct entry *e);
/* Takes an entry off the queue; e->due_ms says where it is. */
void frontier_unschedule(struct frontier *f, const struct entry *e);
/* Writes an entry and leaves the queue alone: e->due_ms is unchanged, or it is leased. */
void frontier_write(struct frontier *f, const struct entry *e);

/* The first URL of a host's queue. */
bool frontier_first_due(struct frontier *f, uint32_t host, struct frontier_due *ret);
/* Takes away a place, whatever it leads to. */
void frontier_drop_due(struct frontier *f, const struct frontier_due *due);
/* How many URLs of a host are due at @now_ms, counted up to @max. */
uint64_t frontier_count_due(struct frontier *f, uint32_t host, int64_t now_ms, uint64_t max);

void frontier_put_host(struct frontier *f, const struct host_record *h);
void frontier_put_lease(struct frontier *f, const struct lease_record *l);
void frontier_del_lease(struct frontier *f, uint64_t url_number);
void frontier_put_worker(struct frontier *f, const struct worker_record *w);
void frontier_del_worker(struct frontier *f, struct span name);
void frontier_put_source(struct frontier *f, const struct source_record *s);

/* The first place of every queue, in the order of the hosts' numbers. Not to write meanwhile. */
typedef void frontier_queue_fn(void *arg, const struct frontier_due *first);
void frontier_each_queue(struct frontier *f, frontier_queue_fn *fn, void *arg);

/*
 * Everything of one table, in the order of keys. The callback must not write.
 * Of a damaged lease only the URL's number is given: it stands in no queue.
 */
typedef void frontier_host_fn(void *arg, const struct host_record *h);
typedef void frontier_lease_fn(void *arg, const struct lease_record *l);
typedef void frontier_worker_fn(void *arg, const struct worker_record *w);
typedef void frontier_source_fn(void *arg, const struct source_record *s);
void frontier_each_host(struct frontier *f, frontier_host_fn *fn, void *arg);
void frontier_each_lease(struct frontier *f, frontier_lease_fn *fn, void *arg);
void frontier_each_worker(struct frontier *f, frontier_worker_fn *fn, void *arg);
void frontier_each_source(struct frontier *f, frontier_source_fn *fn, void *arg);

struct frontier_counts {
	uint64_t urls, scheduled; /* in the queues */
	int64_t file_bytes;
};
void frontier_read_counts(struct frontier *f, struct frontier_counts *ret);

#endif
