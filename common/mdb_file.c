/*
 * Pages 0 and 1 in the format of LMDB 0.9 on 64-bit little-endian machines:
 * the page's header, magic, version, address and size of the map, the trees of
 * free pages and of tables, the last page, the number of the transaction.
 * Commits write them in turn, each with its whole state.
 */
#include "common/mdb_file.h"

#include "common/err.h"

#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#define META_FLAGS     10
#define META_MAGIC     16
#define META_VERSION   20
#define META_MAP_BYTES 32
#define META_TREES     40
#define META_LAST_PAGE 136
#define META_TXN       144
#define META_BYTES     152

#define MAGIC        0xBEEFC0DE
#define VERSION      1
#define PAGE_META    0x08
#define MAP_MAX      (UINT64_C(1) << 46) /* half of what a process of x86-64 can map */
#define TREE_NUMBERS 0x08                /* keys are native integers */
#define ROUNDS_MAX   50                  /* a commit may come meanwhile */

struct mdb_tree mdb_tree_read(const uint8_t *p)
{
	return (struct mdb_tree){
		.pad = mdb_u32(p),
		.flags = mdb_u16(p + 4),
		.depth = mdb_u16(p + 6),
		.branch_pages = mdb_u64(p + 8),
		.leaf_pages = mdb_u64(p + 16),
		.overflow_pages = mdb_u64(p + 24),
		.entries = mdb_u64(p + 32),
		.root = mdb_u64(p + 40),
	};
}

static bool is_page_size(uint32_t size)
{
	return size >= 256 && size <= 32768 && (size & (size - 1)) == 0;
}

static int read_meta(int fd, uint64_t offset, struct mdb_meta *ret, const char **ret_why)
{
	uint8_t meta[META_BYTES];
	ssize_t n = pread(fd, meta, sizeof meta, (off_t)offset);

	*ret_why = "data.mdb cannot be read";
	if (n < 0)
		return -ERR_IO;
	*ret_why = "data.mdb is truncated";
	if (n != (ssize_t)sizeof meta)
		return -ERR_CORRUPT;
	*ret_why = "data.mdb is not an LMDB file, or its meta page is damaged";
	if (mdb_u32(meta + META_MAGIC) != MAGIC || !(mdb_u16(meta + META_FLAGS) & PAGE_META))
		return -ERR_CORRUPT;
	*ret_why = "data.mdb is of another LMDB version";
	if (mdb_u32(meta + META_VERSION) != VERSION)
		return -ERR_VERSION;
	for (int i = 0; i < MDB_META_TREES; i++)
		ret->trees[i] = mdb_tree_read(meta + META_TREES + i * MDB_TREE_BYTES);
	ret->page_size = ret->trees[MDB_TREE_FREE].pad;
	ret->last_page = mdb_u64(meta + META_LAST_PAGE);
	ret->txn = mdb_u64(meta + META_TXN);
	*ret_why = "data.mdb is damaged (map size)";
	if (mdb_u64(meta + META_MAP_BYTES) > MAP_MAX)
		return -ERR_CORRUPT;
	*ret_why = "data.mdb is damaged (page size)";
	return is_page_size(ret->page_size) ? 0 : -ERR_CORRUPT;
}

/* Successive commits write them in turn; a new file has 0 in both. */
static bool follow_each_other(const struct mdb_meta m[2])
{
	if (m[0].txn == 0 && m[1].txn == 0)
		return true;
	return m[0].txn % 2 == 0 && (m[0].txn + 1 == m[1].txn || m[1].txn + 1 == m[0].txn);
}

static int check_pair(const struct mdb_meta m[2], const char **ret_why)
{
	*ret_why = "data.mdb is damaged (page size)";
	if (m[0].page_size != m[1].page_size)
		return -ERR_CORRUPT;
	*ret_why = "data.mdb is damaged (flags in a meta page)";
	for (int i = 0; i < 2; i++) {
		if (m[i].trees[MDB_TREE_FREE].flags != TREE_NUMBERS ||
			m[i].trees[MDB_TREE_MAIN].flags || m[i].trees[MDB_TREE_MAIN].pad)
			return -ERR_CORRUPT;
	}
	return 0;
}

/* Twice the same: a commit may be half way through writing one of them. */
int mdb_file_read_metas(int fd, struct mdb_meta ret[2], const char **ret_why)
{
	struct mdb_meta m[2] = {0}, before[2];
	int r = -ERR_CORRUPT;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		memcpy(before, m, sizeof m);
		r = read_meta(fd, 0, &m[0], ret_why);
		if (r == 0)
			r = read_meta(fd, m[0].page_size, &m[1], ret_why);
		if (r == 0)
			r = check_pair(m, ret_why);
		if (r == 0 && memcmp(m, before, sizeof m) == 0 && follow_each_other(m)) {
			memcpy(ret, m, sizeof m);
			return 0;
		}
	}
	if (r == 0)
		*ret_why = "data.mdb is damaged (the meta pages do not follow each other)";
	return r < 0 ? r : -ERR_CORRUPT;
}
