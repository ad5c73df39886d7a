#include "crawler/fetch/robots.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The first line is the URL that is asked for, the rest the file. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = span_from(data, size);
	const char *end = size ? memchr(data, '\n', size) : NULL;
	size_t line = end ? (size_t)(end - input.data) : size;
	struct robots *r = robots_parse(span_from_offset(input, line), "policywatch");

	robots_allows(r, span_from(data, line));
	robots_crawl_delay_ms(r);
	robots_free(r);
	return 0;
}
