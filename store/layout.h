/*
 * Layout: what the files of store/ know about each other's side of the
 * environment. SCHEMA.md documents the bytes.
 */
#ifndef POLICYWATCH_STORE_LAYOUT_H
#define POLICYWATCH_STORE_LAYOUT_H

#include "common/mdb.h"
#include "store/store.h"

#define STORE_SCHEMA 1

enum store_table {
	STORE_META = DB_META,
	STORE_PAGES,        /* page id -> struct page_entry as JSON */
	STORE_RECORDS,      /* number -> record as JSON */
	STORE_BODIES,       /* number of the record -> body.h */
	STORE_JOURNAL,      /* number -> struct journal_entry as JSON */
	STORE_STORIES,      /* story id -> struct story as JSON */
	STORE_FINGERPRINTS, /* hash of a text -> story id, page id, number of the record */
	STORE_ROBOTS,       /* origin -> robots_value.h */
	STORE_TABLES
};

struct store {
	struct db *db;
	int notify_fd;  /* the file whose change tells other processes of a commit; -1: none */
	int inotify_fd; /* -1 until store_watch_fd() */
};

struct store_batch {
	struct store *store; /* borrowed */
	struct txn txn;
	struct arena *arena;  /* of what the entries being changed hold */
	uint64_t last_record; /* the last numbers given out; 0: not looked up yet */
	uint64_t last_journal;
	struct span read_text; /* of the page being saved, before the site's lines left it */
	struct hash read_hash;
	struct site_lines *site_lines; /* of its host, in the arena; NULL of a page without one */
};

struct store_reader {
	struct txn txn;
};

static inline struct span hash_span(const struct hash *h)
{
	return span_from(h->bytes, sizeof h->bytes);
}

#endif
