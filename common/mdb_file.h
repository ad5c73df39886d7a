/*
 * The meta pages of an LMDB data file, read before it is mapped: LMDB follows
 * what it finds there. What the rest of the file holds is mdb_check.h's.
 */
#ifndef POLICYWATCH_COMMON_MDB_FILE_H
#define POLICYWATCH_COMMON_MDB_FILE_H

#include <stdint.h>
#include <string.h>

/* Where a tree begins and what is said of it: of the free pages, of the tables, or a table's own. */
struct mdb_tree {
	uint32_t pad;
	uint16_t flags;
	uint16_t depth;
	uint64_t branch_pages, leaf_pages, overflow_pages;
	uint64_t entries;
	uint64_t root; /* MDB_NO_PAGE: it is empty */
};

#define MDB_TREE_BYTES 48
#define MDB_NO_PAGE    UINT64_MAX

enum { MDB_TREE_FREE, MDB_TREE_MAIN, MDB_META_TREES };

struct mdb_meta {
	uint32_t page_size;
	uint64_t last_page;
	uint64_t txn; /* the transaction that wrote it */
	struct mdb_tree trees[MDB_META_TREES];
};

/*
 * Reads both, of which the one with the greater number counts. Returns 0, or
 * negative with *@ret_why a static text: -ERR_CORRUPT for what is no LMDB file
 * or contradicts itself, -ERR_VERSION, -ERR_IO. Other processes may be writing.
 */
int mdb_file_read_metas(int fd, struct mdb_meta ret[2], const char **ret_why);

/* Numbers as they stand in the file, aligned or not. */
static inline uint16_t mdb_u16(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof value);
	return value;
}

static inline uint32_t mdb_u32(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof value);
	return value;
}

static inline uint64_t mdb_u64(const uint8_t *p)
{
	uint64_t value;

	memcpy(&value, p, sizeof value);
	return value;
}

/* The MDB_TREE_BYTES at @p. */
struct mdb_tree mdb_tree_read(const uint8_t *p);

#endif
