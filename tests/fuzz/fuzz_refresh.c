#include "crawler/read/html/refresh.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(html_freep) struct html *h = html_parse(span_from(data, size));

	(void)refresh_find(h, refresh_base(h, "http://a.cn/x", a), "http://a.cn/x", a);
	return 0;
}
