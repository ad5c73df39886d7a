#include "cli/folder.h"

#include "cli/cli.h"
#include "common/alloc.h"

#include <errno.h>
#include <sys/stat.h>

bool folder_make(const char *path)
{
	CLEANUP(freep) char *part = alloc_strdup(path);

	for (char *slash = strchr(part + 1, '/');; slash = strchr(slash + 1, '/')) {
		if (slash)
			*slash = '\0';
		if (mkdir(part, 0750) < 0 && errno != EEXIST) {
			cli_fail("cannot make folder %s: %s", part, strerror(errno));
			return false;
		}
		if (!slash)
			return true;
		*slash = '/';
	}
}
