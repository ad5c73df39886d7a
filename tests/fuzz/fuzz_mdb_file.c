#include "common/mdb_check.h"

#include "common/cleanup.h"
#include "common/mdb_file.h"

#include <assert.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool on_damage(void *arg, const char *text)
{
	(void)arg;
	assert(*text);
	return true;
}

static void check(int fd, uint64_t max_pages)
{
	struct mdb_check check = {.fd = fd, .max_pages = max_pages, .on_damage = on_damage};
	struct mdb_check_counts counts;
	struct mdb_meta metas[2];
	const char *why = "";

	if (mdb_file_read_metas(fd, metas, &why) < 0) {
		assert(*why);
		return;
	}
	check.txn = metas[metas[1].txn > metas[0].txn].txn;
	mdb_check_run(&check, &counts, &why);
}

/* Any file as the data file of an environment: looked at in whole, and in part. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(closep) int fd = memfd_create("data.mdb", MFD_CLOEXEC);

	if (fd < 0 || write(fd, data, size) != (ssize_t)size)
		return 0;
	check(fd, 0);
	check(fd, 4);
	return 0;
}
