/*
 * An article in several pages: each further one is read like the first, and
 * its text follows. Facts come from the first; editors often stand on the last.
 */
#include "crawler/read/article_inside.h"

#include "common/fold.h"
#include "crawler/read/charset/charset.h"

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
	found = article_find_text(&p);
	record_list_add_all(t->arena, &t->byline.editors, &p.byline.editors);
	return found;
}

const char *article_add_parts(struct article *t, const char *text)
{
	struct hash last;
	STRBUF_LOCAL(all);

	if (!t->in->n_parts)
		return text;
	last = fold_hash(span_str(text));
	strbuf_add_str(&all, text);
	for (size_t i = 0; i < t->in->n_parts; i++) {
		const char *more = read_part(t, &t->in->parts[i]);
		struct hash hash = fold_hash(span_str(more ? more : ""));

		/* A site that does not know the page's number shows the same one. */
		if (!more || hash_eq(&hash, &last))
			continue;
		strbuf_add_char(&all, '\n');
		strbuf_add_str(&all, more);
		last = hash;
	}
	return arena_dup(t->arena, strbuf_span(&all));
}
