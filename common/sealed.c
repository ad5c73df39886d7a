#include "common/sealed.h"

#include "common/hash.h"

#include <string.h>

struct check {
	char bytes[SEALED_BYTES];
};

static struct check check_of(struct span key, struct span value)
{
	uint64_t sum = hash64_of_pair(key, value);
	struct check c;

	for (int i = 0; i < SEALED_BYTES; i++)
		c.bytes[i] = (char)(sum >> (8 * i));
	return c;
}

void sealed_end(struct span key, struct strbuf *out)
{
	struct check c = check_of(key, strbuf_span(out));

	strbuf_add(out, c.bytes, sizeof c.bytes);
}

bool sealed_open(struct span key, struct span *value)
{
	struct span inner = *value;
	struct check c;

	if (inner.len < SEALED_BYTES)
		return false;
	inner.len -= SEALED_BYTES;
	c = check_of(key, inner);
	if (memcmp(c.bytes, inner.data + inner.len, sizeof c.bytes) != 0)
		return false;
	*value = inner;
	return true;
}

void sealed_convert(struct txn *t, unsigned table, struct span key)
{
	STRBUF_LOCAL(sealed);
	struct span value;

	if (!txn_get(t, table, key, &value))
		return;
	strbuf_add_span(&sealed, value);
	sealed_end(key, &sealed);
	txn_put(t, table, key, strbuf_span(&sealed));
}

void sealed_convert_table(struct txn *t, unsigned table)
{
	CLEANUP(cursor_releasep) struct cursor c = CURSOR_INIT;
	STRBUF_LOCAL(key);
	bool more;

	cursor_init(&c, t, table);
	for (more = cursor_first(&c); more; more = cursor_next(&c)) {
		strbuf_clear(&key);
		strbuf_add_span(&key, c.key);
		sealed_convert(t, table, strbuf_span(&key));
		/* The value that is longer now may have moved to another page. */
		if (!cursor_seek(&c, strbuf_span(&key)))
			return;
	}
}
