#include "crawler/fetch/sniff.h"
#include "crawler/fetch/wall.h"

#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Headers, an empty line, a body. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = span_from(data, size);
	ptrdiff_t at = span_find(input, SPAN_LITERAL("\n\n"));
	size_t split = at < 0 ? 0 : (size_t)at + 2;
	const struct wall_answer answer = {.http_status = 200,
		.headers = span_from(data, split),
		.body = span_from_offset(input, split)};

	(void)wall_find(&answer);
	(void)sniff_is_text("text/html", answer.body);
	return 0;
}
