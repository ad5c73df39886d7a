/* A folder of the test's own under /tmp, removed with what is in it. */
#ifndef POLICYWATCH_TESTS_STORE_TEST_FOLDER_H
#define POLICYWATCH_TESTS_STORE_TEST_FOLDER_H

#include "common/alloc.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

static inline char *test_folder_new(void)
{
	char *path = alloc_strdup("/tmp/policywatch-test-XXXXXX");

	if (!mkdtemp(path))
		abort();
	return path;
}

static inline int test_folder_remove_entry(const char *path, const struct stat *st, int type,
	struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void test_folder_free(char *path)
{
	nftw(path, test_folder_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(path);
}

#endif
