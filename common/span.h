/*
 * Span: bytes that somebody else owns. Valid as long as its owner says.
 */
#ifndef POLICYWATCH_COMMON_SPAN_H
#define POLICYWATCH_COMMON_SPAN_H

#include <stdbool.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

struct span {
	const char *data; /* not terminated; may be NULL when len is 0 */
	size_t len;
};

#define SPAN_LITERAL(s) ((struct span){(s), sizeof(s) - 1})

static inline struct span span_from(const void *data, size_t len)
{
	return (struct span){data, len};
}

/* Of a terminated string; NULL gives an empty span. */
static inline struct span span_str(const char *s)
{
	return (struct span){s, s ? strlen(s) : 0};
}

static inline bool span_eq(struct span a, struct span b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.data, b.data, a.len) == 0);
}

static inline bool span_is(struct span a, const char *s)
{
	return span_eq(a, span_str(s));
}

/* ASCII letters without regard to case. */
static inline bool span_is_nocase(struct span a, const char *s)
{
	return a.len == strlen(s) && (a.len == 0 || strncasecmp(a.data, s, a.len) == 0);
}

static inline bool span_starts_with(struct span a, struct span prefix)
{
	return a.len >= prefix.len &&
		(prefix.len == 0 || memcmp(a.data, prefix.data, prefix.len) == 0);
}

static inline bool span_ends_with(struct span a, struct span suffix)
{
	return a.len >= suffix.len &&
		(suffix.len == 0 ||
			memcmp(a.data + a.len - suffix.len, suffix.data, suffix.len) == 0);
}

/* Offset of the first @needle, or -1. */
static inline ptrdiff_t span_find(struct span a, struct span needle)
{
	const char *p;

	if (needle.len == 0)
		return 0;
	if (a.len < needle.len)
		return -1;
	p = memmem(a.data, a.len, needle.data, needle.len);
	return p ? p - a.data : -1;
}

/* What is left from @offset on, which may be at most a.len. */
static inline struct span span_from_offset(struct span a, size_t offset)
{
	return a.data ? (struct span){a.data + offset, a.len - offset} : a;
}

/* White space of ASCII, as HTML and HTTP have it. */
static inline bool span_is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == '\f';
}

/* Without ASCII white space at both ends. */
static inline struct span span_trim(struct span a)
{
	while (a.len && span_is_blank(a.data[0])) {
		a.data++;
		a.len--;
	}
	while (a.len && span_is_blank(a.data[a.len - 1]))
		a.len--;
	return a;
}

/* Takes the first item of a list with commas off its front, trimmed; it may be empty. */
static inline struct span span_next_item(struct span *list)
{
	const char *comma = list->len ? memchr(list->data, ',', list->len) : NULL;
	size_t len = comma ? (size_t)(comma - list->data) : list->len;
	struct span item = span_trim(span_from(list->data, len));

	*list = span_from_offset(*list, len + (comma != NULL));
	return item;
}

/* Takes the first line off the front of a text, without its line feed. */
static inline struct span span_next_line(struct span *text)
{
	const char *feed = text->len ? (const char *)memchr(text->data, '\n', text->len) : NULL;
	size_t len = feed ? (size_t)(feed - text->data) : text->len;
	struct span line = span_from(text->data, len);

	*text = span_from_offset(*text, len + (feed != NULL));
	return line;
}

static inline bool span_has_digit(struct span a)
{
	for (size_t i = 0; i < a.len; i++)
		if (a.data[i] >= '0' && a.data[i] <= '9')
			return true;
	return false;
}

/* Whether it is one of @n strings. */
static inline bool span_is_one(struct span a, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_is(a, list[i]))
			return true;
	return false;
}

static inline bool span_is_one_nocase(struct span a, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_is_nocase(a, list[i]))
			return true;
	return false;
}

/* Whether one of @n strings stands in it. */
static inline bool span_holds_one(struct span a, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_find(a, span_str(list[i])) >= 0)
			return true;
	return false;
}

#define SPAN_HOLDS_ONE_OF(a, list)     span_holds_one(a, list, sizeof(list) / sizeof *(list))
#define SPAN_IS_ONE_OF(a, list)        span_is_one(a, list, sizeof(list) / sizeof *(list))
#define SPAN_IS_ONE_OF_NOCASE(a, list) span_is_one_nocase(a, list, sizeof(list) / sizeof *(list))

#endif
