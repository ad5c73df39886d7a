#include "cli/folder.h"

#include "cli/cli.h"
#include "common/alloc.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/file.h>
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

int folder_lock(const char *folder, const char *name, const char *holder)
{
	CLEANUP(freep) char *path = alloc_printf("%s/%s", folder, name);
	CLEANUP(closep) int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0660);
	int locked = fd;

	if (fd < 0) {
		cli_fail("%s: %s", path, strerror(errno));
		return -1;
	}
	if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
		cli_fail("%s: %s is running already", path, holder);
		return -1;
	}
	fd = -1;
	return locked;
}
