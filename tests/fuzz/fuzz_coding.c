#include "crawler/fetch/coding.h"

#include <assert.h>

#define OUTPUT_MAX (1 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first byte chooses the coding; the output stays within its maximum however the input is cut. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const names[] = {"gzip", "deflate", "br", "zstd", "br, gzip",
		"zstd, deflate", "gzip, gzip, gzip", ""};
	CLEANUP(coding_freep) struct coding *c = NULL;
	STRBUF_LOCAL(out);
	size_t step;

	if (size < 2)
		return 0;
	step = data[1] + 1;
	strbuf_init(&out, OUTPUT_MAX);
	if (!coding_new(span_str(names[data[0] % 8]), &c))
		return 0;
	for (size_t at = 2; at < size; at += step) {
		size_t n = size - at < step ? size - at : step;

		if (coding_add(c, span_from(data + at, n), &out) != CODING_OK)
			break;
	}
	coding_is_whole(c);
	assert(out.len <= OUTPUT_MAX);
	return 0;
}
