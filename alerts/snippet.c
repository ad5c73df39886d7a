#include "alerts/snippet.h"

#include "common/cleanup.h"
#include "common/fold.h"
#include "common/utf8.h"

#define CHARS_BEFORE 30
#define CHARS_BEHIND 90

/* The place in the text that gave a place in its folded form. */
static size_t origin_of(struct span text, size_t folded_offset)
{
	CLEANUP(freep) uint32_t *origin = NULL;
	STRBUF_LOCAL(folded);

	fold_text_traced(text, &folded, &origin);
	return folded_offset <= folded.len ? origin[folded_offset] : 0;
}

static const char *step_back(struct span text, const char *p, int n)
{
	while (n > 0 && p > text.data) {
		p--;
		if (((unsigned char)*p & 0xC0) != 0x80)
			n--;
	}
	return p;
}

void snippet_write(struct span text, size_t folded_offset, struct strbuf *out)
{
	const char *end = text.data + text.len;
	const char *match, *p;

	if (!text.len)
		return;
	match = text.data + origin_of(text, folded_offset);
	p = step_back(text, match, CHARS_BEFORE);
	if (p > text.data)
		strbuf_add_str(out, "…");
	for (int n = 0; p < end && n < CHARS_BEFORE + CHARS_BEHIND; n++) {
		uint32_t c = utf8_next(&p, end);

		strbuf_add_utf8(out, utf8_is_space(c) ? ' ' : c);
	}
	if (p < end)
		strbuf_add_str(out, "…");
}
