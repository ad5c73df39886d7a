#include "common/utf8.h"
#include "crawler/read/enrich/breaks.h"
#include "crawler/read/enrich/enrich.h"
#include "crawler/read/enrich/hits.h"

#include <assert.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct gazetteers *gazetteers;

static void clean_up(void)
{
	gazetteers_unref(gazetteers);
}

static void load(void)
{
	STRBUF_LOCAL(errors);

	if (gazetteers_load(SOURCE_DIR "/deploy/gazetteers", NULL, &gazetteers, &errors) < 0)
		abort();
	atexit(clean_up);
}

/* Breaks ascend from the start to the end, between whole characters. */
static void check_breaks(struct span text)
{
	struct breaks b;

	breaks_find(text, &b);
	assert(b.at[0] == 0 && b.at[b.len - 1] == text.len);
	for (size_t i = 1; i < b.len; i++) {
		assert(b.at[i] > b.at[i - 1]);
		assert(utf8_is_valid(span_from(text.data + b.at[i - 1], b.at[i] - b.at[i - 1])));
	}
}

static void check_hits(struct span title, struct span text)
{
	struct folded f;
	struct hits hits;

	folded_init(&f, title, text);
	hits_find(gazetteers, &f, &hits);
	for (size_t i = 0; i < hits.len; i++) {
		const struct hit *h = &hits.items[i];
		struct span written = folded_written(&f, h->start, h->end);

		assert(h->start < h->end && h->end <= f.text.len);
		assert(written.len && utf8_is_valid(written));
		assert(i == 0 || hits.items[i - 1].start <= h->start);
	}
	hits_release(&hits);
	folded_release(&f);
}

/* What reading gives: UTF-8 without zero bytes. */
static struct span make_text(struct arena *a, const char *p, size_t size)
{
	const char *end = p + size;
	STRBUF_LOCAL(text);

	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		strbuf_add_utf8(&text, c ? c : ' ');
	}
	return arena_take(a, &text);
}

/* Any title and text: what is found stands there. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct span all = make_text(a, (const char *)data, size);
	const char *stop = all.len ? memchr(all.data, '\n', all.len) : NULL;
	size_t len = stop ? (size_t)(stop - all.data) : 0;
	struct record r = {0};

	if (!gazetteers)
		load();
	r.title = arena_dup(a, span_from(all.data, len));
	r.text = arena_dup(a, span_from_offset(all, len + (stop != NULL)));
	r.lang = size && data[0] % 2 ? "de" : "zh";
	check_breaks(span_str(r.text));
	check_hits(span_str(r.title), span_str(r.text));
	enrich_record(gazetteers, r.title, a, &r);
	for (size_t i = 0; i < r.keywords.len; i++)
		assert(utf8_is_valid(span_str(r.keywords.items[i])));
	assert(!r.summary || utf8_is_valid(span_str(r.summary)));
	return 0;
}
