#include "crawler/read/likeness.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* As what is stored, and as a page. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(html_freep) struct html *h = html_parse(span_from(data, size));
	struct likeness stored, page;

	likeness_make(h, "http://a.cn/zw/t20250528.html", &page);
	assert(likeness_is_same(&page, &page));
	if (likeness_unpack(span_from(data, size), &stored))
		(void)likeness_is_same(&page, &stored);
	return 0;
}
