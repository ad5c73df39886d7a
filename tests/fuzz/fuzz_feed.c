#include "crawler/read/feed.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct date_context ctx = {.now_ms = 1748522400000};
	struct feed feed;

	feed_parse(span_from(data, size), "http://a.cn/rss.xml", &ctx, a, &feed);
	return 0;
}
