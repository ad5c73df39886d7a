#include "common/strbuf.h"

#include "common/alloc.h"
#include "common/utf8.h"

#include <stdarg.h>
#include <stdio.h>

/* Shared by all empty buffers; never written, since every append allocates first. */
char strbuf_empty[1];

void strbuf_init(struct strbuf *b, size_t max)
{
	*b = (struct strbuf){.data = strbuf_empty, .max = max};
}

void strbuf_release(struct strbuf *b)
{
	if (b->cap)
		free(b->data);
	strbuf_init(b, b->max);
}

void strbuf_clear(struct strbuf *b)
{
	b->cut = false;
	strbuf_truncate(b, 0);
}

char *strbuf_take(struct strbuf *b)
{
	char *s = b->cap ? b->data : alloc_strdup("");

	strbuf_init(b, b->max);
	return s;
}

void strbuf_grow(struct strbuf *b, size_t extra)
{
	size_t need = b->len + extra + 1;
	size_t cap = b->cap ? b->cap : 64;

	while (cap < need)
		cap += cap / 2;
	b->data = alloc_resize(b->cap ? b->data : NULL, cap, 1);
	b->data[b->len] = '\0';
	b->cap = cap;
}

bool strbuf_add_within(struct strbuf *b, const void *data, size_t len)
{
	bool fits = len <= b->max - b->len;

	if (!fits) {
		len = b->max - b->len;
		b->cut = true;
	}
	if (len) {
		strbuf_reserve(b, len);
		memcpy(b->data + b->len, data, len);
		b->len += len;
		b->data[b->len] = '\0';
	}
	return fits;
}

bool strbuf_add_str(struct strbuf *b, const char *s)
{
	return strbuf_add(b, s, strlen(s));
}

bool strbuf_add_span(struct strbuf *b, struct span s)
{
	return strbuf_add(b, s.data, s.len);
}

bool strbuf_add_utf8(struct strbuf *b, uint32_t code_point)
{
	char bytes[4];

	return strbuf_add(b, bytes, utf8_encode(code_point, bytes));
}

bool strbuf_printf(struct strbuf *b, const char *format, ...)
{
	char small[256];
	CLEANUP(freep) char *big = NULL;
	va_list args;
	int n;

	va_start(args, format);
	n = vsnprintf(small, sizeof small, format, args);
	va_end(args);
	if (n < (int)sizeof small)
		return n < 0 || strbuf_add(b, small, (size_t)n);
	big = alloc_bytes((size_t)n + 1);
	va_start(args, format);
	vsnprintf(big, (size_t)n + 1, format, args);
	va_end(args);
	return strbuf_add(b, big, (size_t)n);
}

void strbuf_truncate(struct strbuf *b, size_t len)
{
	b->len = len;
	if (b->cap)
		b->data[len] = '\0';
}
