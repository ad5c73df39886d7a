#include "crawler/read/article/mend_json.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What is mended is not much longer than what it was made of. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span text = span_from(data, size);
	STRBUF_LOCAL(out);
	size_t n = mend_json(text, &out);

	assert(n <= size && out.len <= 2 * size + 200);
	return 0;
}
