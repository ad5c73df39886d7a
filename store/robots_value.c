#include "store/robots_value.h"

#include "common/err.h"
#include "common/mdb.h"

/* fetched_at_ms, expires_at_ms, http_status, each 8 bytes big-endian; then the body. */
#define ROBOTS_HEAD_BYTES 24

static void write_number(struct strbuf *out, int64_t value)
{
	struct db_key64 k = db_key64((uint64_t)value);

	strbuf_add_span(out, db_key64_span(&k));
}

void robots_value_write(const struct store_robots *r, struct strbuf *out)
{
	write_number(out, r->fetched_at_ms);
	write_number(out, r->expires_at_ms);
	write_number(out, r->http_status);
	strbuf_add_span(out, r->body);
}

int robots_value_parse(struct span value, struct store_robots *ret)
{
	int64_t status;

	if (value.len < ROBOTS_HEAD_BYTES)
		return -ERR_CORRUPT;
	status = (int64_t)db_key64_read(span_from_offset(value, 16));
	if (status < 0 || status > 999)
		return -ERR_CORRUPT;
	*ret = (struct store_robots){
		.fetched_at_ms = (int64_t)db_key64_read(value),
		.expires_at_ms = (int64_t)db_key64_read(span_from_offset(value, 8)),
		.http_status = (int)status,
		.body = span_from_offset(value, ROBOTS_HEAD_BYTES),
	};
	return 0;
}
