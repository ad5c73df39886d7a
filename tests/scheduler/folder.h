/*
 * Folder: a temporary folder of a test with the files that it writes into it.
 */
#ifndef POLICYWATCH_TESTS_SCHEDULER_FOLDER_H
#define POLICYWATCH_TESTS_SCHEDULER_FOLDER_H

#include "common/alloc.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static inline char *folder_new(void)
{
	char *path = alloc_strdup("/tmp/policywatch-test-XXXXXX");

	if (!mkdtemp(path))
		abort();
	return path;
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

static inline void folder_remove(const char *folder, const char *name)
{
	char *path = alloc_printf("%s/%s", folder, name);

	remove(path);
	free(path);
}

/* Files, and folders of files, one level deep. */
static inline void folder_free(char *folder)
{
	DIR *d = opendir(folder);
	const struct dirent *e;

	while (d && (e = readdir(d))) {
		char *path = alloc_printf("%s/%s", folder, e->d_name);

		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0 && remove(path) < 0)
			folder_free(alloc_strdup(path));
		free(path);
	}
	if (d)
		closedir(d);
	rmdir(folder);
	free(folder);
}

#endif
