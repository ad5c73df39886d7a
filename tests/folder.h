/* A temporary folder of a test, and the files that it writes into it. */
#ifndef POLICYWATCH_TESTS_FOLDER_H
#define POLICYWATCH_TESTS_FOLDER_H

#include "common/alloc.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline char *folder_new_in(const char *base)
{
	char *path = alloc_printf("%s/policywatch-test-XXXXXX", base);

	if (!mkdtemp(path))
		abort();
	return path;
}

static inline char *folder_new(void)
{
	return folder_new_in("/tmp");
}

/* If there is a file system for that: a thousand commits need not reach a disk. */
static inline char *folder_new_in_memory(void)
{
	return folder_new_in(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp");
}

static inline void folder_write_bytes(const char *folder, const char *name, const void *data,
	size_t size)
{
	char *path = alloc_printf("%s/%s", folder, name);
	FILE *f = fopen(path, "wb");

	if (!f || fwrite(data, 1, size, f) != size || fclose(f) != 0)
		abort();
	free(path);
}

static inline void folder_write(const char *folder, const char *name, const char *text)
{
	folder_write_bytes(folder, name, text, strlen(text));
}

static inline int folder_remove_entry(const char *path, const struct stat *st, int type,
	struct FTW *ftw)
{
	(void)st;
	(void)type;
	(void)ftw;
	return remove(path);
}

static inline void folder_free(char *folder)
{
	nftw(folder, folder_remove_entry, 16, FTW_DEPTH | FTW_PHYS);
	free(folder);
}

#endif
