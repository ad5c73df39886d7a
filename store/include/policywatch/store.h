/*
 * libpolicywatch-store: read a store of policywatch (DATA/store) from C while
 * the daemon writes it. Link with -lpolicywatch-store; see also SCHEMA.md for
 * other languages.
 *
 * A handle shows one state of the store until pw_store_renew(). Renew it
 * at least every few seconds, or close it: a state that somebody looks at cannot be
 * reused, and the file grows meanwhile. The process needs write permission for
 * DATA/store/lock.mdb (the group policywatch has it), for LMDB's table of readers.
 *
 * What is damaged in a value is told (FAILED). If the file itself is, so that
 * LMDB cannot go on, the process ends with a message that names the file and
 * exit status 3: opening a store takes over SIGSEGV and SIGBUS for faults in its
 * map, and passes all others on.
 *
 * A handle is for one thread at a time, and not for both sides of a fork(). One
 * store may be open once in a process.
 */
#ifndef POLICYWATCH_STORE_H
#define POLICYWATCH_STORE_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

struct pw_store;

/* What functions return when they fail; texts from pw_store_error(). */
enum pw_store_code {
	PW_STORE_NONE = 0, /* there is no such thing */
	PW_STORE_FOUND = 1,
	PW_STORE_FAILED = -1, /* for a reason that pw_store_error() tells */
};

/*
 * Opens the store in the folder @path. Returns a handle always, but for want of
 * memory (NULL); whether it is of use is what pw_store_is_open() says.
 */
struct pw_store *pw_store_open(const char *path);
int pw_store_is_open(const struct pw_store *s);
void pw_store_close(struct pw_store *s); /* NULL is ignored */

/* Why the last call failed; valid until the next one. Never NULL. */
const char *pw_store_error(const struct pw_store *s);

/* Moves on to the newest state; all pointers given out before are invalid. FOUND or FAILED. */
int pw_store_renew(struct pw_store *s);

enum pw_store_event {
	PW_STORE_NEW = 0,     /* the first page of a story */
	PW_STORE_UPDATED = 1, /* another version of a page */
	PW_STORE_REPRINT = 2, /* another page of a story that exists */
	PW_STORE_REREAD =
		3, /* another version, but the page is the same: it is read otherwise now */
};

struct pw_store_entry {
	uint64_t seq; /* from 1, without gaps */
	int event;    /* enum pw_store_event */
	char id[33];  /* of the page, 32 hexadecimal digits */
	char story[33];
	uint32_t version; /* from 1 */
	uint64_t record;  /* its number, for pw_store_record() */
	int64_t at_ms;    /* when it was fetched, Unix time in milliseconds */
};

/*
 * The first journal entry after number @seq (0: the first of all). FOUND, NONE at
 * the end, or FAILED. Keep entry->seq to go on from there another day.
 */
int pw_store_next(struct pw_store *s, uint64_t seq, struct pw_store_entry *ret);

/* A record as JSON, not terminated, valid until renewed or closed. FOUND, NONE or FAILED. */
int pw_store_record(struct pw_store *s, uint64_t record, const char **ret_json, size_t *ret_len);

/* What is known of a page, by its 32 digits, as JSON in the same way. */
int pw_store_page(struct pw_store *s, const char *id, const char **ret_json, size_t *ret_len);

/* The header lines, an empty line and the bytes as received; to be freed with free(). */
int pw_store_body(struct pw_store *s, uint64_t record, void **ret, size_t *ret_len);

/*
 * A descriptor that becomes readable when there is something new, for poll();
 * read it empty with pw_store_clear(). Negative if there is none. Owned by the handle.
 */
int pw_store_watch_fd(struct pw_store *s);
void pw_store_clear(struct pw_store *s);

#ifdef __cplusplus
}
#endif

#endif
