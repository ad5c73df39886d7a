#include "crawler/fetch/freshness.h"
#include "crawler/fetch/header.h"
#include "crawler/fetch/verdict.h"

#include <assert.h>

#define NOW_MS INT64_C(1764000000000)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/*
 * A header block: every field is found again by its name, and what is read of it is
 * within bounds.
 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span block = span_from(data, size), rest = block, name, value;
	int64_t ms = freshness_ms(block, NOW_MS);
	STRBUF_LOCAL(text);

	assert(ms >= -1 && ms <= FRESHNESS_MAX_MS);
	while (header_next(&rest, &name, &value)) {
		strbuf_clear(&text);
		strbuf_add_span(&text, name);
		if (strlen(text.data) == name.len)
			assert(header_find(block, text.data).data <= value.data);
		strbuf_clear(&text);
		strbuf_add_span(&text, value);
		assert(verdict_retry_after_ms(text.data, NOW_MS) >= -1);
	}
	return 0;
}
