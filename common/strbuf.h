/*
 * String buffer: bytes that grow, always terminated, with an optional maximum
 * for everything that grows from the network.
 *
 * Not thread-safe. Growth ends the process when memory is out (alloc.h).
 */
#ifndef POLICYWATCH_COMMON_STRBUF_H
#define POLICYWATCH_COMMON_STRBUF_H

#include "common/cleanup.h"
#include "common/span.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct strbuf {
	char *data; /* never NULL; data[len] is 0 */
	size_t len;
	size_t cap; /* 0 while nothing is allocated */
	size_t max; /* 0: without a limit */
	bool cut;   /* something was left out because of max */
};

extern char strbuf_empty[1];

#define STRBUF_INIT                                                                                \
	{                                                                                          \
		.data = strbuf_empty                                                               \
	}

/* An empty buffer that keeps at most @max bytes; 0 is without a limit. */
void strbuf_init(struct strbuf *b, size_t max);

/* Frees; the buffer is empty and usable afterwards. */
void strbuf_release(struct strbuf *b);

/* Empties and keeps the memory and the maximum. */
void strbuf_clear(struct strbuf *b);

/* The string, now the caller's to free; the buffer is empty afterwards. */
char *strbuf_take(struct strbuf *b);

/* Makes room for @extra more bytes. */
static inline void strbuf_reserve(struct strbuf *b, size_t extra);

/*
 * Append. Over the maximum, what fits is kept, b->cut is set and false is
 * returned.
 */
static inline bool strbuf_add(struct strbuf *b, const void *data, size_t len);
bool strbuf_add_str(struct strbuf *b, const char *s);
bool strbuf_add_span(struct strbuf *b, struct span s);
static inline bool strbuf_add_char(struct strbuf *b, char c);
bool strbuf_add_utf8(struct strbuf *b, uint32_t code_point);
bool strbuf_printf(struct strbuf *b, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Shortens to @len bytes, which is at most the present length. */
void strbuf_truncate(struct strbuf *b, size_t len);

static inline struct span strbuf_span(const struct strbuf *b)
{
	return span_from(b->data, b->len);
}

static inline void strbuf_releasep(struct strbuf *b)
{
	strbuf_release(b);
}

#define STRBUF_LOCAL(name) CLEANUP(strbuf_releasep) struct strbuf name = STRBUF_INIT

/* What follows are the bodies of what is called for nearly every character of a page. */

void strbuf_grow(struct strbuf *b, size_t extra);
bool strbuf_add_within(struct strbuf *b, const void *data, size_t len); /* b->max */

static inline void strbuf_reserve(struct strbuf *b, size_t extra)
{
	if (b->cap <= b->len + extra)
		strbuf_grow(b, extra);
}

static inline bool strbuf_add(struct strbuf *b, const void *data, size_t len)
{
	if (b->max)
		return strbuf_add_within(b, data, len);
	if (!len)
		return true;
	strbuf_reserve(b, len);
	memcpy(b->data + b->len, data, len);
	b->len += len;
	b->data[b->len] = '\0';
	return true;
}

static inline bool strbuf_add_char(struct strbuf *b, char c)
{
	return strbuf_add(b, &c, 1);
}

#endif
