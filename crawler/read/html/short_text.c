#include "crawler/read/html/short_text.h"

bool short_text_add(const struct html *h, uint32_t node, size_t max, struct strbuf *out)
{
	uint32_t end = h->nodes[node].end;
	size_t n = 0;

	if (end - node > SHORT_TEXT_NODES_MAX)
		return false;
	for (uint32_t i = node; i < end; i++)
		n += h->nodes[i].tag == HTML_TEXT ? h->nodes[i].text.len : 0;
	if (n > max)
		return false;
	html_add_text(h, node, out);
	return true;
}
