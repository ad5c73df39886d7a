#include "store/query.h"

#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(query_freep) struct query *q = NULL;
	struct record r = {.title = "人工智能AI", .text = "DeepSeek与OpenAI，算力\n芯片 GPT-4"};
	CLEANUP(query_document_freep) struct query_document *d = query_document_new(&r);
	struct str_list terms = {0};
	struct query_fault fault = {0};
	struct span *anchors;
	size_t n;

	if (query_parse(span_from(data, size), &q, &fault) < 0) {
		if (!fault.column || !*fault.text)
			abort();
		return 0;
	}
	query_match(q, d);
	query_terms(q, d, a, &terms);
	query_locate(q, d, &n);
	query_anchors(q, a, &anchors, &n);
	return 0;
}
