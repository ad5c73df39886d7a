/*
 * One walk, depth first: the main tree, each table that its leaves name, and
 * the tree of free pages, whose values are lists of page numbers.
 *
 *	page    number, pad, flags, lower, upper | offsets of nodes ... | nodes
 *	node    size or child page, flags, size of the key | key | value
 *
 * A node's value is in the node, or on overflow pages (MANY), or says where a
 * table's own tree is (TREE). The first key of a branch page stands for "all
 * that is less" and is not looked at.
 */
#include "common/mdb_check.h"

#include "common/alloc.h"
#include "common/cleanup.h"
#include "common/err.h"
#include "common/mdb_file.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>

#define PAGE_FLAGS     10
#define PAGE_LOWER     12
#define PAGE_UPPER     14
#define PAGE_MANY      12 /* how many overflow pages this one begins */
#define PAGE_HEAD      16
#define FLAGS_BRANCH   0x01
#define FLAGS_LEAF     0x02
#define FLAGS_OVERFLOW 0x04

#define NODE_FLAGS    4
#define NODE_KEY_SIZE 6
#define NODE_HEAD     8
#define NODE_MANY     0x01
#define NODE_TREE     0x02

#define NODE_ROOM     10 /* a node takes at least its head and its offset */
#define KEY_MAX       511
#define DEPTH_MAX     32 /* LMDB's own limit of a cursor */
#define FIRST_PAGE    2  /* behind the meta pages */
#define PROGRESS_STEP 4096

struct walk {
	const struct mdb_check *check;
	struct mdb_check_counts *counts;
	uint64_t file_pages, last_page;
	size_t page_size;
	uint8_t *used, *free;   /* a bit for each page of the file */
	uint64_t n_free_beyond; /* free pages that the file never had */
	uint8_t *taken;         /* a byte for each of the page at hand: it belongs to a node */
	bool skims, stopped;
};

/* A tree that is being walked. */
struct tree {
	const char *name;
	struct mdb_tree is;   /* as it is said to be */
	struct mdb_tree seen; /* as it was found */
	bool is_free_pages, is_main;
	bool has_gaps; /* some of it could not be read, or was left out: its counts mean nothing */
};

/* Keys of a page: not less than @low and less than @high, if there are any. */
struct bounds {
	struct span low, high;
};

struct node {
	struct span key;
	const uint8_t *data; /* behind the key */
	uint32_t value_size;
	uint16_t flags;
	uint64_t child; /* of a branch page */
};

static void damage(struct walk *w, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void damage(struct walk *w, const char *format, ...)
{
	char text[400];
	va_list args;

	w->counts->damages++;
	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	if (!w->stopped)
		w->stopped = !w->check->on_damage(w->check->arg, text);
}

static void damaged_page(struct walk *w, struct tree *t, uint64_t page, const char *what)
{
	t->has_gaps = true;
	damage(w, "page %llu of table %s: %s", (unsigned long long)page, t->name, what);
}

static const char *key_text(struct span key, char *out, size_t size)
{
	bool plain = key.len && key.len < 64;
	size_t len = 0;

	for (size_t i = 0; i < key.len; i++)
		plain = plain && key.data[i] > ' ' && key.data[i] < 127;
	if (plain)
		snprintf(out, size, "'%.*s'", (int)key.len, key.data);
	for (size_t i = 0; !plain && i < key.len && len + 3 < size && i < 32; i++)
		len += (size_t)snprintf(out + len, size - len, "%02x", (uint8_t)key.data[i]);
	return out;
}

static void damaged_node(struct walk *w, struct tree *t, uint64_t page, const struct node *n,
	const char *what)
{
	char key[80] = "none";

	t->has_gaps = true;
	damage(w, "page %llu of table %s, key %s: %s", (unsigned long long)page, t->name,
		key_text(n->key, key, sizeof key), what);
}

/* Pages */

static bool has_bit(const uint8_t *bits, uint64_t page)
{
	return bits[page / 8] >> (page % 8) & 1;
}

static void set_bit(uint8_t *bits, uint64_t page)
{
	bits[page / 8] = (uint8_t)(bits[page / 8] | 1 << (page % 8));
}

static bool has_pages(const struct walk *w, uint64_t page, uint64_t n)
{
	return page >= FIRST_PAGE && page < w->file_pages && n <= w->file_pages - page &&
		page + n - 1 <= w->last_page;
}

static const char *why_missing(const struct walk *w, uint64_t page, uint64_t n)
{
	if (page >= FIRST_PAGE && page <= w->last_page && n <= w->last_page - page + 1)
		return "it is behind the end of the file, which is truncated";
	return "there is no such page";
}

/* Notes that pages are in use; says what is wrong with that, or NULL. */
static const char *claim(struct walk *w, uint64_t page, uint64_t n)
{
	const char *why = NULL;

	if (!has_pages(w, page, n))
		return why_missing(w, page, n);
	for (uint64_t i = page; i < page + n; i++) {
		if (has_bit(w->used, i))
			why = "it is in use twice";
		else if (has_bit(w->free, i))
			why = "it is in use and free";
		set_bit(w->used, i);
	}
	w->counts->pages += n;
	if (w->check->on_progress && w->counts->pages % PROGRESS_STEP < n)
		w->check->on_progress(w->check->arg, w->counts->pages, w->last_page + 1);
	return why;
}

static bool read_at(struct walk *w, uint64_t page, void *out, size_t len)
{
	return pread(w->check->fd, out, len, (off_t)(page * w->page_size)) == (ssize_t)len;
}

static uint64_t overflow_pages(const struct walk *w, uint64_t bytes)
{
	return (PAGE_HEAD - 1 + bytes) / w->page_size + 1;
}

/* Free pages */

static void add_free_page(struct walk *w, struct tree *t, uint64_t page, uint64_t id)
{
	const char *why = NULL;

	if (id < FIRST_PAGE || id > w->last_page)
		why = "lists a page that does not exist";
	else if (id >= w->file_pages)
		w->n_free_beyond++;
	else if (has_bit(w->free, id))
		why = "lists a page that is free already";
	else if (has_bit(w->used, id))
		why = "lists a page that is in use";
	if (why)
		damaged_page(w, t, page, why);
	else if (id < w->file_pages)
		set_bit(w->free, id);
}

/* A count, then page numbers in descending order. A list that was not needed is empty, whatever its size. */
static void read_free_list(struct walk *w, struct tree *t, uint64_t page, const uint8_t *list,
	size_t size)
{
	uint64_t n = size >= 8 ? mdb_u64(list) : 0;
	uint64_t before = UINT64_MAX;

	if (size < 8 || size % 8 || (n && n != size / 8 - 1)) {
		damaged_page(w, t, page, "a list of free pages has another length than it says");
		return;
	}
	for (uint64_t i = 1; i <= n && !w->stopped; i++) {
		uint64_t id = mdb_u64(list + i * 8);

		if (id >= before)
			damaged_page(w, t, page, "a list of free pages is out of order");
		add_free_page(w, t, page, id);
		before = id;
	}
}

/* Values */

static void walk_overflow(struct walk *w, struct tree *t, uint64_t page, const struct node *n)
{
	uint64_t first = mdb_u64(n->data);
	uint64_t needed = overflow_pages(w, n->value_size);
	uint8_t head[PAGE_HEAD];
	uint64_t many;
	const char *why;

	if (!has_pages(w, first, needed)) {
		damaged_node(w, t, page, n, why_missing(w, first, needed));
		return;
	}
	if (w->skims && !t->is_free_pages)
		return;
	if (!read_at(w, first, head, sizeof head)) {
		damaged_node(w, t, page, n, "an overflow page cannot be read");
		return;
	}
	many = mdb_u32(head + PAGE_MANY);
	if (mdb_u64(head) != first || mdb_u16(head + PAGE_FLAGS) != FLAGS_OVERFLOW ||
		many < needed) {
		damaged_node(w, t, page, n, "the head of its overflow pages is damaged");
		return;
	}
	why = claim(w, first, many);
	if (why)
		damaged_node(w, t, page, n, why);
	t->seen.overflow_pages += many;
	if (t->is_free_pages && !why) {
		CLEANUP(freep) uint8_t *list = alloc_bytes(n->value_size);

		if (pread(w->check->fd, list, n->value_size,
			    (off_t)(first * w->page_size + PAGE_HEAD)) == (ssize_t)n->value_size)
			read_free_list(w, t, page, list, n->value_size);
		else
			damaged_node(w, t, page, n, "an overflow page cannot be read");
	}
}

static void walk_tree(struct walk *w, struct tree *t);

static void walk_table(struct walk *w, struct tree *t, uint64_t page, const struct node *n)
{
	char name[80] = "";
	struct tree table = {.name = name, .is = mdb_tree_read(n->data)};

	key_text(n->key, name, sizeof name);
	w->counts->tables++;
	if (table.is.flags || table.is.pad)
		damaged_node(w, t, page, n, "the table has flags that no table has");
	else
		walk_tree(w, &table);
}

static void walk_value(struct walk *w, struct tree *t, uint64_t page, const struct node *n)
{
	if (t->is_main && n->flags == NODE_TREE && n->value_size == MDB_TREE_BYTES)
		walk_table(w, t, page, n);
	else if (t->is_main)
		damaged_node(w, t, page, n, "it is no table");
	else if (n->flags == NODE_MANY)
		walk_overflow(w, t, page, n);
	else if (n->flags)
		damaged_node(w, t, page, n, "its flags are damaged");
	else if (t->is_free_pages)
		read_free_list(w, t, page, n->data, n->value_size);
}

/* Nodes */

static int compare_keys(const struct tree *t, struct span a, struct span b)
{
	size_t shorter = a.len < b.len ? a.len : b.len;
	int order;

	if (t->is_free_pages && a.len == 8 && b.len == 8) {
		uint64_t x = mdb_u64((const uint8_t *)a.data);
		uint64_t y = mdb_u64((const uint8_t *)b.data);

		return (x > y) - (x < y);
	}
	order = shorter ? memcmp(a.data, b.data, shorter) : 0;
	return order ? order : (a.len > b.len) - (a.len < b.len);
}

/* Marks the bytes of a node as its own. False if they are not in the page, or another node's. */
static bool take_bytes(struct walk *w, size_t at, size_t size, size_t upper)
{
	if (at < upper || at > w->page_size || size > w->page_size - at)
		return false;
	if (memchr(w->taken + at, 1, size))
		return false;
	memset(w->taken + at, 1, size);
	return true;
}

/* The node at @at, at which there is room for its head. False if it is damaged. */
static bool read_node(struct walk *w, const uint8_t *data, size_t at, bool is_branch,
	struct node *ret)
{
	const uint8_t *p = data + at;
	size_t key_size = mdb_u16(p + NODE_KEY_SIZE);
	uint64_t size = NODE_HEAD + key_size;

	*ret = (struct node){
		.key = span_from(p + NODE_HEAD, key_size),
		.data = p + NODE_HEAD + key_size,
		.value_size = mdb_u32(p),
		.flags = mdb_u16(p + NODE_FLAGS),
		.child = mdb_u32(p) | (uint64_t)mdb_u16(p + NODE_FLAGS) << 32,
	};
	if (!is_branch)
		size += ret->flags & NODE_MANY ? 8 : ret->value_size;
	size += size & 1;
	return key_size <= KEY_MAX && take_bytes(w, at, size, mdb_u16(data + PAGE_UPPER));
}

/* How many nodes a page has; 0 if they are not what a page of this tree can have. */
static size_t read_nodes(struct walk *w, const uint8_t *data, bool is_branch, struct node *nodes)
{
	size_t lower = mdb_u16(data + PAGE_LOWER), upper = mdb_u16(data + PAGE_UPPER);
	size_t n;

	if (lower <= PAGE_HEAD || lower % 2 || lower > upper || upper > w->page_size)
		return 0;
	n = (lower - PAGE_HEAD) / 2;
	if (n > w->page_size / NODE_ROOM)
		return 0;
	memset(w->taken, 0, w->page_size);
	for (size_t i = 0; i < n; i++) {
		size_t at = mdb_u16(data + PAGE_HEAD + i * 2);

		if (at % 2 || at + NODE_HEAD > w->page_size ||
			!read_node(w, data, at, is_branch, &nodes[i]))
			return 0;
	}
	return memchr(w->taken + upper, 0, w->page_size - upper) ? 0 : n;
}

static void check_keys(struct walk *w, struct tree *t, uint64_t page, const struct node *nodes,
	size_t n, bool is_branch, struct bounds b)
{
	for (size_t i = is_branch; i < n; i++) {
		struct span key = nodes[i].key;

		if (!key.len || (t->is_free_pages && key.len != 8))
			damaged_node(w, t, page, &nodes[i], "a key has no such size");
		else if (i > is_branch && compare_keys(t, nodes[i - 1].key, key) >= 0)
			damaged_node(w, t, page, &nodes[i], "the keys are out of order");
		else if ((b.low.len && compare_keys(t, key, b.low) < 0) ||
			(b.high.len && compare_keys(t, key, b.high) >= 0))
			damaged_node(w, t, page, &nodes[i], "the key belongs to another page");
	}
}

/* Trees */

static void walk_page(struct walk *w, struct tree *t, uint64_t page, unsigned depth,
	struct bounds b);

/* A skimming look leaves out the leaves in the middle, and stops in good time. */
static bool is_left_out(const struct walk *w, const struct tree *t, unsigned depth, size_t i,
	size_t n)
{
	if (!w->skims || t->is_free_pages)
		return false;
	return w->counts->pages >= w->check->max_pages ||
		(depth + 1 == t->is.depth && i != 0 && i != n - 1);
}

static void walk_children(struct walk *w, struct tree *t, const struct node *nodes, size_t n,
	unsigned depth, struct bounds b)
{
	for (size_t i = 0; i < n && !w->stopped; i++) {
		struct bounds own = {
			.low = i ? nodes[i].key : b.low,
			.high = i + 1 < n ? nodes[i + 1].key : b.high,
		};

		if (is_left_out(w, t, depth, i, n))
			t->has_gaps = true;
		else
			walk_page(w, t, nodes[i].child, depth + 1, own);
	}
}

static void walk_nodes(struct walk *w, struct tree *t, uint64_t page, const uint8_t *data,
	unsigned depth, struct bounds b)
{
	bool is_branch = depth < t->is.depth;
	CLEANUP(freep) struct node *nodes = alloc_bytes(w->page_size / NODE_ROOM * sizeof *nodes);
	size_t n = read_nodes(w, data, is_branch, nodes);

	if (n == 0) {
		damaged_page(w, t, page, "its nodes are damaged");
		return;
	}
	check_keys(w, t, page, nodes, n, is_branch, b);
	if (is_branch) {
		t->seen.branch_pages++;
		walk_children(w, t, nodes, n, depth, b);
		return;
	}
	t->seen.leaf_pages++;
	t->seen.entries += n;
	w->counts->entries += n;
	for (size_t i = 0; i < n && !w->stopped; i++)
		walk_value(w, t, page, &nodes[i]);
}

static void walk_page(struct walk *w, struct tree *t, uint64_t page, unsigned depth,
	struct bounds b)
{
	CLEANUP(freep) uint8_t *data = NULL;
	const char *why = claim(w, page, 1);

	if (why) {
		damaged_page(w, t, page, why);
		return;
	}
	data = alloc_bytes(w->page_size);
	if (!read_at(w, page, data, w->page_size))
		damaged_page(w, t, page, "it cannot be read");
	else if (mdb_u64(data) != page)
		damaged_page(w, t, page, "it says that it is another one");
	else if (mdb_u16(data + PAGE_FLAGS) != (depth < t->is.depth ? FLAGS_BRANCH : FLAGS_LEAF))
		damaged_page(w, t, page, "it is of another kind than its place");
	else
		walk_nodes(w, t, page, data, depth, b);
}

static void check_count(struct walk *w, const struct tree *t, const char *what, uint64_t is,
	uint64_t seen)
{
	if (is != seen)
		damage(w, "table %s: says that it has %llu %s, and has %llu", t->name,
			(unsigned long long)is, what, (unsigned long long)seen);
}

static void walk_tree(struct walk *w, struct tree *t)
{
	if ((t->is.root == MDB_NO_PAGE) != (t->is.depth == 0) || t->is.depth > DEPTH_MAX) {
		damage(w, "table %s: its depth is damaged", t->name);
		return;
	}
	if (t->is.depth)
		walk_page(w, t, t->is.root, 1, (struct bounds){0});
	if (t->has_gaps || w->stopped)
		return;
	check_count(w, t, "branch pages", t->is.branch_pages, t->seen.branch_pages);
	check_count(w, t, "leaf pages", t->is.leaf_pages, t->seen.leaf_pages);
	check_count(w, t, "entries", t->is.entries, t->seen.entries);
	if (!w->skims || t->is_free_pages)
		check_count(w, t, "overflow pages", t->is.overflow_pages, t->seen.overflow_pages);
}

/* Pages that were taken and given back in one transaction are never written. */
static void check_end(struct walk *w)
{
	uint64_t beyond = w->last_page >= w->file_pages ? w->last_page - w->file_pages + 1 : 0;

	if (w->n_free_beyond != beyond)
		damage(w, "the file is truncated: it has %llu pages, of %llu",
			(unsigned long long)w->file_pages, (unsigned long long)w->last_page + 1);
}

/* LMDB loses no page; more than a few are where a list of free pages or the last page is wrong. */
static void check_lost(struct walk *w)
{
	uint64_t lost = 0;

	for (uint64_t i = FIRST_PAGE; i < w->file_pages && i <= w->last_page; i++)
		lost += !has_bit(w->used, i) && !has_bit(w->free, i);
	if (lost)
		damage(w, "%llu pages are neither in use nor free", (unsigned long long)lost);
}

/*
 * The last node of a page of a tree of free pages; false if there is none that
 * is whole. It may be of a later state, with pages that the file had not yet.
 */
static bool read_last_node(struct walk *w, uint64_t page, bool is_branch, uint8_t *data,
	struct node *ret)
{
	size_t n, at;

	if (!read_at(w, page, data, w->page_size))
		return false;
	n = mdb_u16(data + PAGE_LOWER);
	if (n < PAGE_HEAD + 2 || n > w->page_size)
		return false;
	at = mdb_u16(data + n - 2);
	memset(w->taken, 0, w->page_size);
	return at + NODE_HEAD <= w->page_size && read_node(w, data, at, is_branch, ret);
}

/*
 * Every commit but the first writes what it has freed under its own number: the
 * greatest in its tree of free pages. So a meta page whose number is damaged,
 * which would bring back the state before the last commit, gives itself away.
 */
static void check_number(struct walk *w, const struct mdb_meta *m)
{
	CLEANUP(freep) uint8_t *data = alloc_bytes(w->page_size);
	const struct mdb_tree *t = &m->trees[MDB_TREE_FREE];
	uint64_t page = t->root;
	struct node n = {0};
	bool whole = t->depth && t->depth <= DEPTH_MAX;

	if (m->txn < 2)
		return;
	for (unsigned depth = 1; whole && depth <= t->depth; depth++) {
		whole = read_last_node(w, page, depth < t->depth, data, &n);
		page = n.child;
	}
	if (!whole || n.key.len != 8 || mdb_u64((const uint8_t *)n.key.data) != m->txn)
		damage(w, "meta page %d: does not have the number of its own transaction",
			(int)(m->txn % 2));
}

static void walk_file(struct walk *w, const struct mdb_meta *m)
{
	struct tree free_pages = {.name = "of free pages",
		.is = m->trees[MDB_TREE_FREE],
		.is_free_pages = true};
	struct tree tables = {.name = "of tables", .is = m->trees[MDB_TREE_MAIN], .is_main = true};

	w->counts->pages = FIRST_PAGE;
	walk_tree(w, &free_pages);
	if (!free_pages.has_gaps && !w->stopped)
		check_end(w);
	if (!w->stopped)
		walk_tree(w, &tables);
	if (w->check->max_pages == 0 && w->counts->damages == 0)
		check_lost(w);
}

int mdb_check_run(const struct mdb_check *check, struct mdb_check_counts *ret, const char **ret_why)
{
	CLEANUP(freep) uint8_t *used = NULL, *free_bits = NULL, *taken = NULL;
	struct mdb_meta metas[2];
	const struct mdb_meta *m;
	struct stat st;
	int r = mdb_file_read_metas(check->fd, metas, ret_why);

	if (r < 0)
		return r;
	m = &metas[check->txn % 2];
	*ret_why = "another process writes too fast";
	if (m->txn != check->txn)
		return -ERR_BUSY;
	*ret_why = "data.mdb cannot be read";
	if (fstat(check->fd, &st) < 0)
		return -ERR_IO;
	*ret = (struct mdb_check_counts){0};
	struct walk w = {
		.check = check,
		.counts = ret,
		.file_pages = (uint64_t)st.st_size / m->page_size,
		.last_page = m->last_page,
		.page_size = m->page_size,
		.skims = check->max_pages && m->last_page >= check->max_pages,
	};
	w.used = used = alloc_zeroed(w.file_pages / 8 + 1, 1);
	w.free = free_bits = alloc_zeroed(w.file_pages / 8 + 1, 1);
	w.taken = taken = alloc_bytes(w.page_size);
	walk_file(&w, m);
	for (int i = 0; i < 2 && ret->damages == 0; i++)
		check_number(&w, &metas[i]);
	return 0;
}
