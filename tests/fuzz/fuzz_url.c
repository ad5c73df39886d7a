#include "common/url.h"
#include "scheduler/trap.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_canonical(struct span href)
{
	STRBUF_LOCAL(canonical);
	STRBUF_LOCAL(again);

	assert(url_canonical(href, &url_rules_default, &canonical) == 0);
	assert(url_canonical(strbuf_span(&canonical), &url_rules_default, &again) == 0);
	assert(span_eq(strbuf_span(&canonical), strbuf_span(&again)));
}

/*
 * What is accepted can be taken apart, and stays what it is when read once more; so does
 * its canonical form.
 */
static void check(struct span input, struct span base, const char *encoding)
{
	STRBUF_LOCAL(href);
	STRBUF_LOCAL(again);
	struct url_parts parts;

	if (url_resolve_encoded(input, base, encoding, &href) < 0)
		return;
	assert(url_split(strbuf_span(&href), &parts));
	/* Escapes make it longer than what is taken for a URL. */
	if (href.len > 65536)
		return;
	assert(url_resolve(strbuf_span(&href), (struct span){0}, &again) == 0);
	assert(span_eq(strbuf_span(&href), strbuf_span(&again)));
	check_canonical(strbuf_span(&href));
	(void)trap_of(strbuf_span(&href), INT64_C(1748520000000)); /* only that it ends */
}

/* A first line is the base. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct span input = span_from(data, size);
	const char *end = size ? memchr(data, '\n', size) : NULL;
	size_t line = end ? (size_t)(end - input.data) : 0;

	check(input, SPAN_LITERAL("http://example.org/a/b"), "GBK");
	check(span_from_offset(input, line), span_from(data, line), "ISO-2022-JP");
	return 0;
}
