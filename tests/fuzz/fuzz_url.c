#include "common/url.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Whatever is accepted can be taken apart, and its canonical form is its own. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	STRBUF_LOCAL(href);
	STRBUF_LOCAL(canonical);
	STRBUF_LOCAL(again);
	struct url_parts parts;

	if (url_resolve_encoded(span_from(data, size), SPAN_LITERAL("http://example.org/a/b"),
		    "GBK", &href) < 0)
		return 0;
	assert(url_split(strbuf_span(&href), &parts));
	if (url_canonical(strbuf_span(&href), &url_rules_default, &canonical) == 0) {
		assert(url_canonical(strbuf_span(&canonical), &url_rules_default, &again) == 0);
		assert(span_eq(strbuf_span(&canonical), strbuf_span(&again)));
	}
	return 0;
}
