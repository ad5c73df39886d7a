#include "common/config.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any file is read, or refused with a text. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	int fd = memfd_create("config", 0);
	char path[64];
	struct config *c = NULL;
	STRBUF_LOCAL(errors);

	snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
	if (write(fd, data, size) != (ssize_t)size)
		abort();
	if (config_load(path, &c, &errors) < 0 && errors.len == 0)
		abort();
	config_free(c);
	close(fd);
	return 0;
}
