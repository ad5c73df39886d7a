#include "common/err.h"

#include <errno.h>
#include <stddef.h>
#include <stdlib.h>

static const char *const err_names[] = {
	[0] = "success",
	[ERR_NOMEM] = "out of memory",
	[ERR_IO] = "input or output error",
	[ERR_NOSPACE] = "no space left",
	[ERR_CORRUPT] = "data is damaged",
	[ERR_VERSION] = "schema of another version",
	[ERR_PROTOCOL] = "malformed message",
	[ERR_PARSE] = "cannot be parsed",
	[ERR_TIMEOUT] = "timed out",
	[ERR_CLOSED] = "connection closed",
	[ERR_TOO_BIG] = "too large",
	[ERR_INVALID] = "invalid value",
	[ERR_LIBRARY] = "library failure",
	[ERR_BUSY] = "in use by another process",
	[ERR_DENIED] = "permission denied",
};

const char *err_str(int err)
{
	size_t i = (size_t)abs(err);

	if (i >= sizeof err_names / sizeof *err_names || !err_names[i])
		return "unknown error";
	return err_names[i];
}

int err_from_errno(int errno_value)
{
	switch (errno_value) {
	case ENOMEM:
		return -ERR_NOMEM;
	case ENOSPC:
	case EDQUOT:
		return -ERR_NOSPACE;
	case EACCES:
	case EPERM:
	case EROFS:
		return -ERR_DENIED;
	case EAGAIN:
	case EBUSY:
		return -ERR_BUSY;
	case ETIMEDOUT:
		return -ERR_TIMEOUT;
	default:
		return -ERR_IO;
	}
}
