#include "crawler/read/article/parts.h"
#include "crawler/read/article/thread.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The address of a page in the first line, its markup in the others. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const uint8_t *line = size == 0 ? NULL : memchr(data, '\n', size);
	size_t len = line ? (size_t)(line - data) : size;
	const char *url = arena_dup(a, span_from(data, len));
	CLEANUP(html_freep) struct html *h = html_parse(span_from(data + len, size - len));

	(void)parts_next(h, url, "http://a.cn/news/t1.html", "UTF-8", a);
	(void)thread_is(h, url);
	return 0;
}
