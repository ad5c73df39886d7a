#include "crawler/read/article/embedded.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)embedded_find_in(span_from(data, size), a);
	return 0;
}
