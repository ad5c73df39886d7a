#include "crawler/fetch/header.h"

static struct span next_line(struct span *lines)
{
	const char *end = lines->len ? memchr(lines->data, '\n', lines->len) : NULL;
	size_t len = end ? (size_t)(end - lines->data) + 1 : lines->len;
	struct span line = span_from(lines->data, len);

	*lines = span_from_offset(*lines, len);
	return span_trim(line);
}

bool header_next(struct span *lines, struct span *ret_name, struct span *ret_value)
{
	while (lines->len) {
		struct span line = next_line(lines);
		const char *colon = line.len ? memchr(line.data, ':', line.len) : NULL;
		size_t name_len = colon ? (size_t)(colon - line.data) : 0;

		if (!line.len)
			return false;
		if (!name_len)
			continue; /* the status line, or garbage */
		*ret_name = span_from(line.data, name_len);
		*ret_value = span_trim(span_from_offset(line, name_len + 1));
		return true;
	}
	return false;
}
