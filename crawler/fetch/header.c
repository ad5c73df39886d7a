#include "crawler/fetch/header.h"

static struct span next_line(struct span *block)
{
	const char *end = memchr(block->data, '\n', block->len);
	size_t n = end ? (size_t)(end - block->data) : block->len;
	struct span line = span_from(block->data, n);

	*block = span_from_offset(*block, n + (end != NULL));
	return line;
}

bool header_next(struct span *block, struct span *ret_name, struct span *ret_value)
{
	while (block->len) {
		struct span line = next_line(block);
		const char *colon = line.len ? memchr(line.data, ':', line.len) : NULL;

		if (!colon || colon == line.data)
			continue; /* the status line, the empty one, and what is no field */
		*ret_name = span_from(line.data, (size_t)(colon - line.data));
		*ret_value = span_trim(span_from_offset(line, ret_name->len + 1));
		return true;
	}
	return false;
}

void header_add_list(struct span block, const char *name, struct strbuf *out)
{
	struct span field, value;
	bool is_first = true;

	while (header_next(&block, &field, &value)) {
		if (!span_is_nocase(field, name))
			continue;
		if (!is_first)
			strbuf_add_char(out, ',');
		strbuf_add_span(out, value);
		is_first = false;
	}
}

struct span header_find(struct span block, const char *name)
{
	struct span field, value;

	while (header_next(&block, &field, &value)) {
		if (span_is_nocase(field, name))
			return value;
	}
	return span_from("", 0);
}
