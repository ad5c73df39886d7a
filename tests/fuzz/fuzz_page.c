#include "common/utf8.h"
#include "crawler/read/read.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Any bytes give a record that can be stored, or a reason. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct read_input in = {.bytes = span_from(data, size),
		.url = "http://a.cn/202505/01/t.html",
		.fetched_at_ms = 1748522400000,
		.http_status = 200};
	struct read_output out;
	STRBUF_LOCAL(json);

	read_document(WORK_PAGE, &in, a, &out);
	if (out.as == READ_RECORD) {
		assert(utf8_is_valid(span_str(out.record.text)));
		record_write_json(&out.record, &json);
	} else
		assert(out.as == READ_ITEMS || out.why_nothing);
	return 0;
}
