#include "common/alloc.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *checked(void *p)
{
	if (!p) {
		fputs("<2>out of memory, ending this process\n", stderr);
		abort();
	}
	return p;
}

void *alloc_bytes(size_t size)
{
	return checked(malloc(size ? size : 1));
}

void *alloc_zeroed(size_t count, size_t size)
{
	return checked(calloc(count ? count : 1, size ? size : 1));
}

void *alloc_resize(void *p, size_t count, size_t size)
{
	return checked(reallocarray(p, count ? count : 1, size ? size : 1));
}

char *alloc_strdup(const char *s)
{
	return checked(strdup(s));
}

char *alloc_strndup(const char *s, size_t len)
{
	return checked(strndup(s, len));
}

char *alloc_printf(const char *format, ...)
{
	va_list args;
	char *text;
	int r;

	va_start(args, format);
	r = vasprintf(&text, format, args);
	va_end(args);
	return checked(r < 0 ? NULL : text);
}

void *alloc_double(void *items, size_t *cap, size_t size)
{
	*cap = *cap ? *cap * 2 : 8;
	return alloc_resize(items, *cap, size);
}
