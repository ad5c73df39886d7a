#include "common/fold.h"

#include <assert.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Folding is idempotent, and its trace stays within the text and never goes back. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	STRBUF_LOCAL(folded);
	STRBUF_LOCAL(again);
	uint32_t *origin;

	fold_text_traced(span_from(data, size), &folded, &origin);
	fold_text(strbuf_span(&folded), &again);
	assert(span_eq(strbuf_span(&folded), strbuf_span(&again)));
	assert(origin[folded.len] == size);
	for (size_t i = 0; i < folded.len; i++)
		assert(origin[i] < size && (i == 0 || origin[i - 1] <= origin[i]));
	free(origin);
	return 0;
}
