/*
 * Store: one LMDB environment a node, DATA/store, that any number of crawler
 * processes write and anyone may read while they do. Its bytes are documented
 * in SCHEMA.md; C programs outside read it through policywatch/store.h.
 *
 * A struct store is one open environment: LMDB allows one a process. Opening
 * is for the main thread; write transactions may be made by one thread at a
 * time, reads by any thread with a reader of its own.
 *
 * Every write is durable when its commit returns (full sync).
 */
#ifndef POLICYWATCH_STORE_STORE_H
#define POLICYWATCH_STORE_STORE_H

#include "common/arena.h"
#include "common/cleanup.h"
#include "common/hash.h"
#include "common/span.h"
#include "store/record.h"

#include <stdbool.h>
#include <stdint.h>

struct store;
struct store_batch;
struct store_reader;

struct store_options {
	int64_t map_bytes; /* address space set aside; the file grows only as used */
	bool read_only;    /* must exist already */
};

/*
 * Opens DATA/store at @path, made if need be. On failure *@ret_error (if not
 * NULL) is a text for people, to be freed, that names the file: -ERR_VERSION
 * for another schema, -ERR_CORRUPT for no store of ours, ...
 */
int store_open(const char *path, const struct store_options *options, struct store **ret,
	char **ret_error);
void store_close(struct store *s);
DEFINE_CLEANUP(struct store *, store_close)

/* What became of a page that was saved. */
enum save_outcome {
	SAVE_NEW,       /* first version of a page, first page of its story */
	SAVE_REPRINT,   /* first version of a page whose text is known from another one */
	SAVE_UPDATED,   /* a new version: title or text changed */
	SAVE_UNCHANGED, /* only a visit */
};

/*
 * A batch: any number of writes in one transaction. Errors are sticky: after
 * the first every call is a no-op and store_batch_commit() returns it, with
 * nothing written at all. The batch is gone after commit or abort.
 */
int store_batch_begin(struct store *s, struct store_batch **ret);
int store_batch_commit(struct store_batch *b);
void store_batch_abort(struct store_batch *b); /* NULL is ignored */
DEFINE_CLEANUP(struct store_batch *, store_batch_abort)

/*
 * Saves a page that was fetched and read: takes the site's own lines out of r->text
 * (site_lines.h; what is left is the batch's), fills in r->version and r->story, sets
 * r->url and r->id to its own when another page stands where it says it belongs,
 * appends record, body (@raw: header lines as received, an empty line, the
 * bytes as received) and journal entry where something changed. @raw may be empty.
 */
enum save_outcome store_save_page(struct store_batch *b, struct record *r, struct span raw);

/*
 * A stored version that was read anew from its body: @r->version says which. If it is still
 * its page's newest and the text is another, this is a version like others, with journal
 * entry "reread"; else nothing is written. r->id and r->url are the page's.
 */
enum save_outcome store_save_reread(struct store_batch *b, struct record *r, struct span raw);

/* A visit that found nothing new (304). Unknown pages are ignored. */
void store_save_visit(struct store_batch *b, const struct hash *id, int64_t at_ms);

/*
 * robots.txt of an origin ("https://host:port"), or of a URL to which one redirects: what to
 * remember of its last fetch. With " 404" behind the origin: of a page that does not exist.
 */
struct store_robots {
	int64_t fetched_at_ms;
	int64_t expires_at_ms;
	int http_status;  /* 0: unreachable */
	struct span body; /* as received, cut to what the parser reads; of a redirect its target */
};
void store_save_robots(struct store_batch *b, const char *origin, const struct store_robots *r);

/*
 * A reader: a snapshot that moves on with store_reader_renew(). It costs the
 * file growth while it stands still, so renew or free it within seconds. Spans
 * it gives out are valid until the next renew. For one thread.
 */
int store_reader_open(struct store *s, struct store_reader **ret);
int store_reader_renew(struct store_reader *r);
void store_reader_rest(
	struct store_reader *r); /* costs nothing until the next renew, which has to come first */
void store_reader_free(struct store_reader *r);
DEFINE_CLEANUP(struct store_reader *, store_reader_free)

/*
 * Each returns 1 found, 0 not there, or negative. Pages and records that are
 * not what was written are found empty, which cannot be parsed.
 */
int store_read_page(struct store_reader *r, const struct hash *id, struct span *ret_json);
int store_read_record(struct store_reader *r, uint64_t seq, struct span *ret_json);
int store_read_robots(struct store_reader *r, const char *origin, struct store_robots *ret);

/* The decompressed raw bytes stored with a record. Appended to @out. */
int store_read_body(struct store_reader *r, uint64_t seq, struct strbuf *out);

/* The record's sequence number for a version of a page, 0 for the newest. 1, 0 or negative. */
int store_find_version(struct store_reader *r, const struct hash *id, uint32_t version,
	uint64_t *ret_seq);

enum journal_event {
	JOURNAL_NEW,
	JOURNAL_UPDATED,
	JOURNAL_REPRINT, /* a page joined a story that exists */
	JOURNAL_REREAD,  /* the page is the same, how it is read has changed */
};

struct journal_entry {
	uint64_t seq; /* from 1 */
	enum journal_event event;
	struct hash id, story;
	uint32_t version;
	uint64_t record; /* sequence number in records */
	int64_t at_ms;
	uint64_t record_sum; /* hash64_of() the record's value, and of its body's; 0: not noted */
	uint64_t body_sum;
};

/*
 * The first entry after @after_seq. 1, 0 when there is none, or negative. Of a
 * damaged one only @ret->seq is written: whoever likes goes on behind it.
 */
int store_read_journal(struct store_reader *r, uint64_t after_seq, struct journal_entry *ret);

const char *journal_event_str(enum journal_event e);

/* Counts for people. */
struct store_counts {
	uint64_t pages, records, stories;
	uint64_t last_record, journal_last; /* sequence numbers */
	int64_t file_bytes, used_bytes, map_bytes;
};
int store_read_counts(struct store_reader *r, struct store_counts *ret);

/*
 * A descriptor that becomes readable when some process has committed to the
 * store (inotify); read it empty with store_watch_clear(). Owned by the store.
 */
int store_watch_fd(struct store *s);
void store_watch_clear(struct store *s);

#endif
