#include "crawler/stored_answer.h"

#include "common/alloc.h"
#include "crawler/fetch/header.h"

#define PART_NAME "Policywatch-Part"

/* What is before the empty line, line ends included. */
static struct span fields_of(struct span headers)
{
	while (headers.len >= 2 && headers.data[headers.len - 1] == '\n') {
		size_t end = headers.len - 1 - (headers.data[headers.len - 2] == '\r');

		if (end == 0 || headers.data[end - 1] != '\n')
			break;
		headers.len = end;
	}
	return headers;
}

void stored_answer_add_headers(struct span headers, struct strbuf *out)
{
	while (headers.len) {
		const char *end = memchr(headers.data, '\n', headers.len);
		struct span line = span_from(headers.data,
			end ? (size_t)(end - headers.data) + 1 : headers.len);

		if (!span_starts_with(line, SPAN_LITERAL(PART_NAME)))
			strbuf_add_span(out, line);
		headers = span_from_offset(headers, line.len);
	}
}

void stored_answer_write(struct span headers, struct span body, const struct read_part *parts,
	size_t n_parts, struct strbuf *out)
{
	struct span fields = fields_of(headers);

	strbuf_add_span(out, n_parts ? fields : headers);
	for (size_t i = 0; i < n_parts; i++)
		strbuf_printf(out, PART_NAME ": %zu %s\r\n", parts[i].bytes.len, parts[i].url);
	strbuf_add_str(out, n_parts ? "\r\n" : "");
	strbuf_add_span(out, body);
	for (size_t i = 0; i < n_parts; i++)
		strbuf_add_span(out, parts[i].bytes);
}

/* "LENGTH URL" */
static bool parse_part(struct span value, struct arena *a, struct read_part *ret)
{
	size_t len = 0, i = 0;

	for (; i < value.len && value.data[i] >= '0' && value.data[i] <= '9' && i < 9; i++)
		len = len * 10 + (size_t)(value.data[i] - '0');
	if (i == 0 || i >= value.len || value.data[i] != ' ')
		return false;
	*ret = (struct read_part){.url = arena_dup(a, span_trim(span_from_offset(value, i))),
		.bytes = span_from(NULL, len)};
	return true;
}

/* The lengths are known now, and the bodies stand behind the first in their order. */
static void cut_parts(struct read_input *in, struct read_part *parts, size_t n)
{
	size_t total = 0, at;

	for (size_t i = 0; i < n; i++)
		total += parts[i].bytes.len;
	if (!n || total >= in->bytes.len)
		return;
	at = in->bytes.len - total;
	for (size_t i = 0; i < n; i++) {
		parts[i].bytes.data = in->bytes.data + at;
		at += parts[i].bytes.len;
	}
	in->bytes.len -= total;
	in->parts = parts;
	in->n_parts = n;
}

void stored_answer_read(struct span stored, struct arena *a, struct read_input *ret)
{
	struct read_part *parts = arena_alloc(a, (READ_PARTS_MAX - 1) * sizeof *parts);
	struct span name, value, type = header_find(stored, "content-type");
	size_t n = 0;
	STRBUF_LOCAL(x_robots_tag);

	ret->bytes = stored;
	while (header_next(&ret->bytes, &name, &value)) {
		if (span_is(name, PART_NAME) && n < READ_PARTS_MAX - 1)
			n += parse_part(value, a, &parts[n]);
	}
	if (type.len)
		ret->content_type = arena_dup(a, type);
	header_add_lines(stored, "x-robots-tag", &x_robots_tag);
	ret->x_robots_tag = span_from(arena_dup(a, strbuf_span(&x_robots_tag)), x_robots_tag.len);
	cut_parts(ret, parts, n);
}
