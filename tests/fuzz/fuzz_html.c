#include "crawler/read/html/html.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The flat tree is well formed: children within their parents, ends in order. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(html_freep) struct html *h = html_parse(span_from(data, size));
	STRBUF_LOCAL(text);
	uint32_t *nodes;
	size_t n;

	for (uint32_t i = 0; i < h->n_nodes; i++) {
		uint32_t parent = h->nodes[i].parent;

		assert(h->nodes[i].end > i && h->nodes[i].end <= h->n_nodes);
		assert(i == 0 ? parent == HTML_NONE
			      : parent < i && h->nodes[parent].end >= h->nodes[i].end);
	}
	if (h->n_nodes)
		html_add_text(h, 0, &text);
	html_select(h, "div a, ul > li:not(.x) a[href]", a, &nodes, &n);
	return 0;
}
