/*
 * Arena: allocations of one job that die together with it.
 *
 * Not thread-safe; may be handed from thread to thread. Never returns NULL
 * (alloc.h). What a document can make it grow to is bounded by the document.
 */
#ifndef POLICYWATCH_COMMON_ARENA_H
#define POLICYWATCH_COMMON_ARENA_H

#include "common/cleanup.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stddef.h>

struct arena;

struct arena *arena_new(void);
void arena_free(struct arena *a);
DEFINE_CLEANUP(struct arena *, arena_free)

/* Zeroed and aligned for any type; freed with the arena. */
void *arena_alloc(struct arena *a, size_t size) __attribute__((returns_nonnull));

/* Terminated copies. */
char *arena_strdup(struct arena *a, const char *s) __attribute__((returns_nonnull));
char *arena_dup(struct arena *a, struct span s) __attribute__((returns_nonnull));
char *arena_printf(struct arena *a, const char *format, ...)
	__attribute__((format(printf, 2, 3), returns_nonnull));

/* The content of a buffer, without a copy of it; the buffer is empty afterwards. */
struct span arena_take(struct arena *a, struct strbuf *b);

#endif
