#include "crawler/stored_answer.h"

#include <assert.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * What stands in the store is cut into pages that follow one another to its end,
 * and an answer that is written comes back.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct span all = span_from(data, size), headers;
	struct read_input in = {0}, again = {0};
	const char *at;
	STRBUF_LOCAL(written);

	stored_answer_read(all, a, &in);
	assert(in.bytes.data >= all.data && in.n_parts < READ_PARTS_MAX);
	at = in.bytes.data + in.bytes.len;
	for (size_t i = 0; i < in.n_parts; i++) {
		assert(in.parts[i].bytes.data == at && in.parts[i].url);
		at += in.parts[i].bytes.len;
	}
	assert(at == all.data + all.len);
	if (in.n_parts)
		return 0;
	headers = span_from(all.data, (size_t)(in.bytes.data - all.data));
	stored_answer_write(headers, in.bytes, NULL, 0, &written);
	assert(span_eq(strbuf_span(&written), all));
	stored_answer_read(strbuf_span(&written), a, &again);
	assert(span_eq(again.bytes, in.bytes));
	return 0;
}
