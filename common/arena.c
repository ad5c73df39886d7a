#include "common/arena.h"

#include "common/alloc.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLOCK_BYTES 16384 /* a record with its strings mostly fits into one */
#define ALIGNMENT   _Alignof(max_align_t)

struct block {
	struct block *next;
	size_t used, cap;
	_Alignas(max_align_t) char data[];
};

/* Memory that was allocated elsewhere. */
struct taken {
	struct taken *next;
	char *data;
};

struct arena {
	struct block *blocks; /* the first is the one being filled */
	struct taken *taken;  /* themselves in blocks */
};

struct arena *arena_new(void)
{
	return ALLOC_NEW(struct arena);
}

void arena_free(struct arena *a)
{
	if (!a)
		return;
	for (const struct taken *t = a->taken; t; t = t->next)
		free(t->data);
	for (struct block *b = a->blocks, *next; b; b = next) {
		next = b->next;
		free(b);
	}
	free(a);
}

static struct block *block_new(size_t cap)
{
	struct block *b = alloc_bytes(sizeof *b + cap);

	*b = (struct block){.cap = cap};
	return b;
}

void *arena_alloc(struct arena *a, size_t size)
{
	struct block *b = a->blocks;
	void *p;

	size = (size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (!b || b->cap - b->used < size) {
		b = block_new(size > BLOCK_BYTES / 4 ? size : BLOCK_BYTES);
		if (a->blocks &&
			b->cap == size) { /* a large one must not end the filling of the first */
			b->next = a->blocks->next;
			a->blocks->next = b;
		} else {
			b->next = a->blocks;
			a->blocks = b;
		}
	}
	p = b->data + b->used;
	b->used += size;
	return memset(p, 0, size);
}

struct span arena_take(struct arena *a, struct strbuf *b)
{
	struct taken *t = arena_alloc(a, sizeof *t);
	size_t len = b->len;

	*t = (struct taken){a->taken, strbuf_take(b)};
	a->taken = t;
	return span_from(t->data, len);
}

char *arena_dup(struct arena *a, struct span s)
{
	char *copy = arena_alloc(a, s.len + 1);

	if (s.len)
		memcpy(copy, s.data, s.len);
	return copy;
}

char *arena_strdup(struct arena *a, const char *s)
{
	return arena_dup(a, span_str(s));
}

char *arena_printf(struct arena *a, const char *format, ...)
{
	va_list args;
	char *s;
	int n;

	va_start(args, format);
	n = vsnprintf(NULL, 0, format, args);
	va_end(args);
	s = arena_alloc(a, (size_t)n + 1);
	va_start(args, format);
	vsnprintf(s, (size_t)n + 1, format, args);
	va_end(args);
	return s;
}
