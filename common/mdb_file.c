/*
 * The format of LMDB 0.9 on 64-bit little-endian machines:
 *
 *	page 0, 1   header, meta: magic, version, ..., roots of the tree of free
 *	            pages and of the main tree, last page, number of the transaction
 *	branch      header, offsets of nodes; a node leads to a page
 *	leaf        the same; a node's value is in the node, or on overflow pages,
 *	            or is the root of a table's own tree
 */
#include "common/mdb_file.h"

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#define META_MAGIC     16
#define META_VERSION   20
#define META_PAGE_SIZE 40
#define META_FREE_ROOT 80
#define META_MAIN_ROOT 128
#define META_LAST_PAGE 136
#define META_TXN       144
#define META_BYTES     152

#define PAGE_FLAGS  10
#define PAGE_LOWER  12
#define PAGE_HEAD   16
#define PAGE_BRANCH 0x01
#define PAGE_LEAF   0x02

#define NODE_FLAGS    4
#define NODE_KEY_SIZE 6
#define NODE_HEAD     8
#define NODE_BIG      0x01 /* the value is a page number */
#define NODE_TREE     0x02 /* the value describes a table */
#define TREE_ROOT     40
#define TREE_BYTES    48
#define NO_PAGE       UINT64_MAX

#define DEPTH_MAX  32 /* LMDB's own limit of a cursor */
#define ROUNDS_MAX 5

struct file {
	int fd;
	uint64_t size;
	uint32_t page_size;
	uint64_t budget; /* pages that may still be visited: a damaged tree may have circles */
	uint64_t txn, last_page, roots[2];
};

static uint16_t u16_at(const uint8_t *p)
{
	uint16_t value;

	memcpy(&value, p, sizeof value);
	return value;
}

static uint32_t u32_at(const uint8_t *p)
{
	uint32_t value;

	memcpy(&value, p, sizeof value);
	return value;
}

static uint64_t u64_at(const uint8_t *p)
{
	uint64_t value;

	memcpy(&value, p, sizeof value);
	return value;
}

static int read_meta(struct file *f, uint64_t offset, const char **ret_why)
{
	uint8_t meta[META_BYTES];
	uint32_t page_size;

	*ret_why = "data.mdb is truncated";
	if (pread(f->fd, meta, sizeof meta, (off_t)offset) != (ssize_t)sizeof meta)
		return -ERR_CORRUPT;
	*ret_why = "data.mdb is not an LMDB file";
	if (u32_at(meta + META_MAGIC) != 0xBEEFC0DE)
		return -ERR_CORRUPT;
	*ret_why = "data.mdb is of another LMDB version";
	if (u32_at(meta + META_VERSION) != 1)
		return -ERR_VERSION;
	*ret_why = "data.mdb is damaged (page size)";
	page_size = u32_at(meta + META_PAGE_SIZE);
	if (page_size < 256 || page_size > 65536 || (page_size & (page_size - 1)))
		return -ERR_CORRUPT;
	f->page_size = page_size;
	if (offset && u64_at(meta + META_TXN) < f->txn) /* the newer of the two counts */
		return 0;
	f->txn = u64_at(meta + META_TXN);
	f->last_page = u64_at(meta + META_LAST_PAGE);
	f->roots[0] = u64_at(meta + META_FREE_ROOT);
	f->roots[1] = u64_at(meta + META_MAIN_ROOT);
	return 0;
}

static bool has_pages(const struct file *f, uint64_t page, uint64_t n)
{
	uint64_t pages = f->size / f->page_size;

	return page < pages && n <= pages - page;
}

static bool walk(struct file *f, uint64_t page, int depth);

static bool walk_value(struct file *f, const uint8_t *node, size_t room, int depth)
{
	size_t key_end = NODE_HEAD + (size_t)u16_at(node + NODE_KEY_SIZE);
	uint16_t flags = u16_at(node + NODE_FLAGS);
	uint64_t bytes = u32_at(node);

	if ((flags & NODE_BIG) && room >= key_end + 8)
		return has_pages(f, u64_at(node + key_end),
			(PAGE_HEAD - 1 + bytes) / f->page_size + 1);
	if ((flags & NODE_TREE) && room >= key_end + TREE_BYTES)
		return walk(f, u64_at(node + key_end + TREE_ROOT), depth + 1);
	return !(flags & (NODE_BIG | NODE_TREE));
}

static bool walk_nodes(struct file *f, const uint8_t *data, int depth)
{
	uint16_t flags = u16_at(data + PAGE_FLAGS);
	size_t n = (size_t)(u16_at(data + PAGE_LOWER) - PAGE_HEAD) / 2;

	if (!(flags & (PAGE_BRANCH | PAGE_LEAF)) || PAGE_HEAD + n * 2 > f->page_size)
		return false;
	for (size_t i = 0; i < n; i++) {
		size_t at = u16_at(data + PAGE_HEAD + i * 2);
		const uint8_t *node = data + at;

		if (at + NODE_HEAD > f->page_size)
			return false;
		if (flags & PAGE_BRANCH) {
			uint64_t child = u32_at(node) | (uint64_t)u16_at(node + NODE_FLAGS) << 32;

			if (!walk(f, child, depth + 1))
				return false;
		} else if (!walk_value(f, node, f->page_size - at, depth)) {
			return false;
		}
	}
	return true;
}

/* Whether the page and all below it are in the file. */
static bool walk(struct file *f, uint64_t page, int depth)
{
	CLEANUP(freep) uint8_t *data = NULL;

	if (page == NO_PAGE)
		return true;
	if (depth > DEPTH_MAX * 2 || f->budget-- == 0 || !has_pages(f, page, 1))
		return false;
	data = alloc_bytes(f->page_size);
	return pread(f->fd, data, f->page_size, (off_t)(page * f->page_size)) ==
		(ssize_t)f->page_size &&
		walk_nodes(f, data, depth);
}

/* 1: something is missing, which a writer at work may have been the cause of. */
static int check_once(struct file *f, const char **ret_why)
{
	struct stat st;
	int r = read_meta(f, 0, ret_why);

	if (r == 0)
		r = read_meta(f, f->page_size, ret_why);
	if (r < 0)
		return r;
	*ret_why = "data.mdb cannot be read";
	if (fstat(f->fd, &st) < 0)
		return -ERR_IO;
	f->size = (uint64_t)st.st_size;
	*ret_why = "data.mdb is truncated: pages in use are missing";
	if (f->last_page < UINT32_MAX && f->size >= (f->last_page + 1) * f->page_size)
		return 0;
	f->budget = f->size / f->page_size;
	return walk(f, f->roots[0], 0) && walk(f, f->roots[1], 0) ? 0 : 1;
}

int mdb_file_check(int fd, const char **ret_why)
{
	uint64_t txn = 0;

	for (int round = 0; round < ROUNDS_MAX; round++) {
		struct file f = {.fd = fd};
		int r = check_once(&f, ret_why);

		if (r <= 0)
			return r;
		if (round && f.txn == txn)
			break;
		txn = f.txn;
	}
	return -ERR_CORRUPT;
}
