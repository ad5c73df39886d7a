/*
 * Page entry: what the store remembers of one URL, the value of table "pages".
 * Pure functions; strings live in the arena given.
 */
#ifndef POLICYWATCH_STORE_PAGE_H
#define POLICYWATCH_STORE_PAGE_H

#include "common/arena.h"
#include "common/hash.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdint.h>

/* A page that changes with every visit would make its entry grow for ever: older versions leave the list. */
#define PAGE_VERSIONS_MAX 500

struct page_version {
	uint32_t version; /* from 1 */
	uint64_t record;  /* number in table "records" */
	int64_t at_ms;    /* when it was fetched */
	struct hash title_hash;
	struct hash text_hash;
	struct hash read_hash; /* of the text with the site's lines; mostly the same */
};

struct page_entry {
	const char *url;
	struct hash story;
	uint64_t visits;
	int64_t last_visit_ms;
	struct page_version *versions; /* oldest first */
	size_t n_versions, cap;
};

void page_write(const struct page_entry *p, struct strbuf *out);

/* Returns 0, or -ERR_CORRUPT for what page_write() would not write. */
int page_parse(struct span json, struct arena *a, struct page_entry *ret);

/* Forgets the oldest version of a full list. */
void page_add_version(struct page_entry *p, struct arena *a, const struct page_version *v);

/* The newest, or NULL of a page without any. */
const struct page_version *page_newest(const struct page_entry *p);

#endif
