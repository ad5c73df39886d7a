#include "common/utf8.h"
#include "crawler/read/read.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever a document is taken for, its items are within the bus's limits. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct read_input in = {.bytes = span_from(data, size),
		.url = "http://a.cn/list/index.html",
		.fetched_at_ms = 1748522400000,
		.http_status = 200};
	struct read_output out;

	read_document(WORK_AUTO, &in, a, &out);
	for (size_t i = 0; out.as == READ_ITEMS && i < out.n_items; i++) {
		assert(strlen(out.items[i].url) < PROTOCOL_URL_MAX);
		assert(!out.items[i].title ||
			(strlen(out.items[i].title) < PROTOCOL_TEXT_MAX &&
				utf8_is_valid(span_str(out.items[i].title))));
	}
	return 0;
}
