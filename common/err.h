/*
 * Error codes. A function that can fail returns 0 or a negative -ERR_*.
 *
 * A negative code means that the operation did not happen; it travels up
 * unchanged to whoever decides what to do, and that function logs it, once.
 * An expected answer (not found, denied) is a bool or an enum instead.
 */
#ifndef POLICYWATCH_COMMON_ERR_H
#define POLICYWATCH_COMMON_ERR_H

enum err {
	ERR_NOMEM = 1,
	ERR_IO,       /* the system refused; errno was the reason */
	ERR_NOSPACE,  /* disk or map is full */
	ERR_CORRUPT,  /* a file of ours does not hold what it should */
	ERR_VERSION,  /* a file or peer of another schema */
	ERR_PROTOCOL, /* a message that cannot be parsed or is not allowed */
	ERR_PARSE,    /* text input with a fault */
	ERR_TIMEOUT,
	ERR_CLOSED,  /* the peer is gone */
	ERR_TOO_BIG, /* over a stated limit */
	ERR_INVALID, /* an argument or setting that makes no sense */
	ERR_LIBRARY, /* a library failed in a way that has no other name */
	ERR_BUSY,    /* someone else has it */
	ERR_DENIED,
};

/* Text of a code, positive or negative. Never NULL. */
const char *err_str(int err);

/* -ERR_* for an errno value. */
int err_from_errno(int errno_value);

#endif
