#include "tests/web/request.h"

/* Takes what stands before @end, which is dropped, off @rest. False if there is no @end. */
static bool take_until(struct span *rest, const char *end, struct span *ret)
{
	ptrdiff_t at = span_find(*rest, span_str(end));

	if (at < 0)
		return false;
	*ret = span_from(rest->data, (size_t)at);
	*rest = span_from_offset(*rest, (size_t)at + strlen(end));
	return true;
}

static struct span without_port(struct span host)
{
	const char *colon = host.len ? memrchr(host.data, ':', host.len) : NULL;

	return colon ? span_from(host.data, (size_t)(colon - host.data)) : host;
}

static void note_header(struct request *q, struct span name, struct span value)
{
	if (span_is_nocase(name, "Host")) {
		q->host = without_port(value);
	} else if (span_is_nocase(name, "User-Agent")) {
		q->agent = value;
	} else if (span_is_nocase(name, "If-None-Match")) {
		q->etag = value;
		q->conditional = true;
	} else if (span_is_nocase(name, "If-Modified-Since")) {
		q->conditional = true;
	} else if (span_is_nocase(name, "Connection")) {
		q->keep_alive = span_is_nocase(value, "keep-alive") ||
			(q->keep_alive && !span_is_nocase(value, "close"));
	}
}

static bool read_first_line(struct span line, struct request *q)
{
	if (!take_until(&line, " ", &q->method) || !take_until(&line, " ", &q->path))
		return false;
	q->keep_alive = span_is(line, "HTTP/1.1");
	return q->path.len && q->path.data[0] == '/' &&
		span_starts_with(line, SPAN_LITERAL("HTTP/1."));
}

enum request_state request_read(struct span bytes, struct request *ret)
{
	ptrdiff_t end = span_find(bytes, SPAN_LITERAL("\r\n\r\n"));
	struct span head, line, name;
	struct request q = {0};

	if (end < 0)
		return bytes.len < REQUEST_HEAD_MAX ? REQUEST_PARTIAL : REQUEST_BAD;
	q.head_len = (size_t)end + 4;
	head = span_from(bytes.data, (size_t)end + 2);
	if (!take_until(&head, "\r\n", &line) || !read_first_line(line, &q))
		return REQUEST_BAD;
	while (take_until(&head, "\r\n", &line)) {
		if (!take_until(&line, ":", &name))
			return REQUEST_BAD;
		note_header(&q, name, span_trim(line));
	}
	*ret = q;
	return REQUEST_READY;
}
