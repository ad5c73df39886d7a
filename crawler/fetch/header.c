#include "crawler/fetch/header.h"

bool header_next(struct span *block, struct span *ret_name, struct span *ret_value)
{
	while (block->len) {
		struct span line = span_trim(span_next_line(block));
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

void header_add_lines(struct span block, const char *name, struct strbuf *out)
{
	struct span field, value;

	while (header_next(&block, &field, &value)) {
		if (!span_is_nocase(field, name))
			continue;
		strbuf_add_span(out, value);
		strbuf_add_char(out, '\n');
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
