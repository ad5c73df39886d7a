/*
 * Whether the pages of an LMDB data file are whole. LMDB has no checksums and
 * trusts what it maps; this reads every page instead (pread), so that no
 * damage can do more than be told:
 *
 *	every page is in the file, is what its place in the tree says, and is in
 *	use once or free once; nodes fill their page without gap or overlap; keys
 *	ascend, between those of the parent; all leaves are equally deep; counts
 *	are those that were counted.
 *
 * What LMDB does not know it cannot tell: a value that is another one now.
 */
#ifndef POLICYWATCH_COMMON_MDB_CHECK_H
#define POLICYWATCH_COMMON_MDB_CHECK_H

#include <stdbool.h>
#include <stdint.h>

struct mdb_check {
	int fd;
	uint64_t txn; /* whose state: of one that a reader holds while other processes write */
	/*
	 * 0: every page. Otherwise a larger file is looked at in part and not
	 * beyond so many pages: the free pages, all branch pages, and the leaves
	 * at both ends of each of these.
	 */
	uint64_t max_pages;
	/* "page 12 of table records: keys are out of order". False: that is enough. */
	bool (*on_damage)(void *arg, const char *text);
	void (*on_progress)(void *arg, uint64_t pages,
		uint64_t of); /* every now and then; may be NULL */
	void *arg;
};

struct mdb_check_counts {
	uint64_t pages;  /* that were read, or belong to what was */
	uint64_t tables; /* named ones */
	uint64_t entries;
	uint64_t damages;
};

/*
 * Returns 0 when there was something to look at, whole or not; -ERR_BUSY when
 * the state of @txn is gone; or negative with *@ret_why as mdb_file_read_metas().
 */
int mdb_check_run(const struct mdb_check *check, struct mdb_check_counts *ret,
	const char **ret_why);

#endif
