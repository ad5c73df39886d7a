/*
 * Allocation. The one decision about running out of memory: these functions
 * never return NULL; they end the process with a message instead. A process
 * of ours may die at any moment without losing anything (it is the same as
 * kill -9, which is tested), and its supervisor starts it again, so nothing is
 * gained by threading NULL checks through every string copy. What could be
 * large because of a peer is bounded by a stated limit before it is allocated.
 *
 * Free with free(). Thread-safe.
 */
#ifndef POLICYWATCH_COMMON_ALLOC_H
#define POLICYWATCH_COMMON_ALLOC_H

#include <stddef.h>

void *alloc_bytes(size_t size) __attribute__((malloc, alloc_size(1), returns_nonnull));
void *alloc_zeroed(size_t count, size_t size)
	__attribute__((malloc, alloc_size(1, 2), returns_nonnull));
void *alloc_resize(void *p, size_t count, size_t size)
	__attribute__((alloc_size(2, 3), returns_nonnull));
char *alloc_strdup(const char *s) __attribute__((malloc, returns_nonnull));
char *alloc_strndup(const char *s, size_t len) __attribute__((malloc, returns_nonnull));

/* A string in the manner of printf. */
char *alloc_printf(const char *format, ...)
	__attribute__((format(printf, 1, 2), malloc, returns_nonnull));

/* Zeroed memory for one object of a type. */
#define ALLOC_NEW(type) ((type *)alloc_zeroed(1, sizeof(type)))

/*
 * Makes room for one more element in a growing array: returns @items, moved
 * if need be, with *@cap raised, so that @items[@len] may be written.
 */
static inline void *alloc_grow(void *items, size_t len, size_t *cap, size_t size);

void *alloc_double(void *items, size_t *cap, size_t size) __attribute__((returns_nonnull));

static inline void *alloc_grow(void *items, size_t len, size_t *cap, size_t size)
{
	return len < *cap ? items : alloc_double(items, cap, size);
}

#endif
