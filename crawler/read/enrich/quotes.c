#include "crawler/read/enrich/quotes.h"

#include "common/fold.h"
#include "common/strbuf.h"
#include "common/utf8.h"

#define QUOTE_BYTES_MIN 4
#define QUOTE_BYTES_MAX 40  /* longer ones are speech */
#define LOOK_MAX        400 /* marks; each is compared with the quotes that are known */

static uint32_t closing_of(uint32_t c)
{
	return c == U'“' ? U'”' : c == U'「' ? U'」' : c == U'《' ? U'》' : 0;
}

static void count(struct span written, struct arena *a, struct quotes *q)
{
	STRBUF_LOCAL(folded);

	fold_text(written, &folded);
	for (size_t i = 0; i < q->len; i++)
		if (span_eq(q->items[i].folded, strbuf_span(&folded))) {
			q->items[i].times++;
			return;
		}
	if (q->len < QUOTES_MAX && folded.len >= QUOTE_BYTES_MIN)
		q->items[q->len++] =
			(struct quote){span_from(arena_dup(a, strbuf_span(&folded)), folded.len),
				1};
}

/* The first mark that opens from @p on, or @end. */
static const char *find_mark(const char *p, const char *end)
{
	/* All marks are of three bytes that begin with 0xE2 or 0xE3. */
	while (p < end && (unsigned char)*p != 0xE2 && (unsigned char)*p != 0xE3)
		p++;
	return p;
}

void quotes_add(struct span written, struct arena *a, struct quotes *q)
{
	const char *p = written.data, *end = written.len ? p + written.len : p, *open = NULL;
	uint32_t close = 0;
	int looks = 0;

	while ((p = find_mark(p, end)) < end && looks < LOOK_MAX) {
		const char *at = p;
		uint32_t c = utf8_next(&p, end);

		if (closing_of(c)) {
			open = p;
			close = closing_of(c);
		} else if (open && c == close) {
			if (at - open <= QUOTE_BYTES_MAX) {
				count(span_from(open, (size_t)(at - open)), a, q);
				looks++;
			}
			open = NULL;
		}
	}
}
