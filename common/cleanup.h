/*
 * Ownership by scope: a local that owns is freed when it goes out of scope,
 * unless TAKE_PTR() hands it on. The only cleanup idiom of the tree.
 */
#ifndef POLICYWATCH_COMMON_CLEANUP_H
#define POLICYWATCH_COMMON_CLEANUP_H

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(fn) __attribute__((__cleanup__(fn)))

/* Defines free_fn##p(), which CLEANUP() takes, for a pointer type and its destructor. */
#define DEFINE_CLEANUP(type, free_fn)                                                              \
	static inline void free_fn##p(type *p)                                                     \
	{                                                                                          \
		free_fn(*p);                                                                       \
	}

/* The pointer's value; the variable itself becomes NULL and no longer owns. */
#define TAKE_PTR(p)                                                                                \
	__extension__({                                                                            \
		__typeof__(p) taken_ = (p);                                                        \
		(p) = NULL;                                                                        \
		taken_;                                                                            \
	})

static inline void freep(void *p)
{
	free(*(void **)p);
}

static inline void closep(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

static inline void fclosep(FILE **f)
{
	if (*f)
		fclose(*f);
}

#endif
