#include "crawler/read/html/likeness.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As what is stored, and as a page. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(html_freep) struct html *h = html_parse(span_from(data, size));
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct block_list blocks;
	struct likeness stored, page;

	block_list_make(h, a, &blocks);
	likeness_make(h, &blocks, "http://a.cn/zw/t20250528.html", &page);
	assert(likeness_is_same(&page, &page));
	if (likeness_unpack(span_from(data, size), &stored))
		(void)likeness_is_same(&page, &stored);
	return 0;
}
