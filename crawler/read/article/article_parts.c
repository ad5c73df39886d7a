/*
 * An article in several pages: each further one is read like the first, and
 * its text follows, without what has been said: pages begin with the same lead,
 * and a site that does not know a page's number shows the first one again.
 * Facts come from the first; editors often stand on the last.
 */
#include "crawler/read/article/article_inside.h"

#include "common/fold.h"
#include "crawler/read/charset/charset.h"
#include "crawler/read/clean/clean_repeat.h"
#include "crawler/read/html/absence.h"

/* The text of one page, NULL without one. */
static const char *read_part(struct article *t, const struct read_part *part)
{
	CLEANUP(html_freep) struct html *h = NULL;
	struct read_input in = *t->in;
	struct article p = {.in = &in, .arena = t->arena};
	struct charset_text text;
	const char *found;

	in.url = part->url;
	in.title = t->title.text;
	charset_decode(part->bytes, in.content_type, CHARSET_HTML, t->arena, &text);
	h = html_parse(text.text);
	p.h = h;
	p.encoding = text.encoding;
	article_prepare(&p);
	if (absence_of(&p.blocks, p.meta.page_title, NULL).outcome != OUTCOME_OK)
		return NULL;
	found = article_find_text(&p);
	record_list_add_all(t->arena, &t->byline.editors, &p.byline.editors);
	return found;
}

static size_t count_lines(struct span text)
{
	size_t n = 1;

	for (size_t i = 0; i < text.len; i++)
		n += text.data[i] == '\n';
	return n;
}

static struct clean_sum sum_of(struct span line)
{
	STRBUF_LOCAL(folded);

	fold_text(line, &folded);
	return (struct clean_sum){.hash = hash64_of(strbuf_span(&folded)),
		.is_long = folded.len >= CLEAN_LONG_BYTES_MIN};
}

/* @all without the lines from @first on that only repeat. */
static const char *without_repeats(struct span all, size_t first, struct arena *a)
{
	size_t n = count_lines(all);
	struct clean_sum *sums = arena_alloc(a, n * sizeof *sums);
	bool *repeats = arena_alloc(a, n);
	struct span rest = all;
	STRBUF_LOCAL(out);

	for (size_t i = 0; i < n; i++)
		sums[i] = sum_of(span_next_line(&rest));
	clean_find_known(sums, n, first, a, repeats);
	rest = all;
	for (size_t i = 0; i < n; i++) {
		struct span line = span_next_line(&rest);

		if (i >= first && repeats[i])
			continue;
		if (i > 0)
			strbuf_add_char(&out, '\n');
		strbuf_add_span(&out, line);
	}
	return arena_dup(a, strbuf_span(&out));
}

const char *article_add_parts(struct article *t, const char *text)
{
	STRBUF_LOCAL(all);

	strbuf_add_str(&all, text);
	for (size_t i = 0; i < t->in->n_parts; i++) {
		const char *more = read_part(t, &t->in->parts[i]);

		if (!more)
			continue;
		strbuf_add_char(&all, '\n');
		strbuf_add_str(&all, more);
	}
	if (all.len == strlen(text))
		return text;
	return without_repeats(strbuf_span(&all), count_lines(span_str(text)), t->arena);
}
