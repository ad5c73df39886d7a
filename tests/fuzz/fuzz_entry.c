#include "scheduler/entry.h"

#include <assert.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever stands in the frontier's table of URLs; what is an entry is written as it was read. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	STRBUF_LOCAL(packed);
	STRBUF_LOCAL(again);
	struct entry e;

	if (!entry_unpack(span_from(data, size), &e))
		return 0;
	entry_pack(&e, &packed);
	assert(entry_unpack(strbuf_span(&packed), &e));
	entry_pack(&e, &again);
	assert(span_eq(strbuf_span(&packed), strbuf_span(&again)));
	return 0;
}
