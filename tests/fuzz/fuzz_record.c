#include "store/record.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What can be read is written in a form that reads and writes the same. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	STRBUF_LOCAL(first);
	STRBUF_LOCAL(second);
	struct record r;

	if (record_parse_json(span_from(data, size), a, &r) < 0)
		return 0;
	record_write_json(&r, &first);
	if (record_parse_json(strbuf_span(&first), a, &r) < 0)
		abort();
	record_write_json(&r, &second);
	if (!span_eq(strbuf_span(&first), strbuf_span(&second)))
		abort();
	return 0;
}
