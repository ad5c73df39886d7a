#include "crawler/read/article/article_inside.h"

#include "crawler/read/article/attachment.h"

#define FILES_MAX 100

static void add_file(struct article *t, uint32_t node, struct span target, struct record *r)
{
	STRBUF_LOCAL(url);
	STRBUF_LOCAL(title);

	if (!target.len || r->attachments.len >= FILES_MAX ||
		url_resolve_encoded(target, span_str(t->base), t->encoding, &url) < 0)
		return;
	html_add_text(t->h, node, &title);
	if (!title.len)
		strbuf_add_span(&title, html_attr(t->h, node, "title"));
	record_attachment_add(t->arena, &r->attachments, arena_dup(t->arena, strbuf_span(&url)),
		arena_dup(t->arena, strbuf_span(&title)));
}

/* Where a walk over the links stands among the lines. */
struct lines {
	size_t next;
	bool labelled; /* the line says that files follow, or goes on where another one said it */
};

/* Below the files stand other links. */
static bool leads_elsewhere(struct span line)
{
	static const char *const labels[] = {"上一", "下一", "上篇", "下篇", "相关", "相關", "返回",
		"更多", "解读", "解讀", "链接", "打印"};

	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
		if (span_starts_with(line, span_str(labels[i])))
			return true;
	return false;
}

static bool goes_on_with_files(const struct block *b)
{
	return b->n_links && b->link_weight * 10 > b->weight * 6 && !leads_elsewhere(b->text);
}

static void move_to(struct lines *l, const struct block_list *blocks, uint32_t node)
{
	for (; l->next < blocks->len && blocks->items[l->next].first < node; l->next++) {
		const struct block *b = &blocks->items[l->next];

		l->labelled =
			attachment_is_label(b->text) || (l->labelled && goes_on_with_files(b));
	}
}

/* The line that a link begins counts, too: its text stands behind the element's node. */
static struct span target_of(struct article *t, struct lines *l, uint32_t node)
{
	move_to(l, &t->blocks, t->h->nodes[node].end);
	return l->labelled ? attachment_target_labelled(t->h, node) : attachment_target(t->h, node);
}

static void add_frames(struct article *t, enum html_tag tag, struct record *r)
{
	HTML_EACH (t->h, i, tag)
		if (t->body.parts[i] != NOISE_FURNITURE)
			add_file(t, i, attachment_target(t->h, i), r);
}

/* Attachments often stand in a list of their own, anywhere but in the page's furniture. */
void article_set_links(struct article *t, struct record *r)
{
	uint32_t node = t->body.node, end = t->h->nodes[node].end;
	struct lines lines = {0};

	HTML_EACH (t->h, i, HTML_A) {
		if (t->body.parts[i] == NOISE_FURNITURE)
			continue;
		r->links += i >= node && i < end && html_attr(t->h, i, "href").len > 0;
		add_file(t, i, target_of(t, &lines, i), r);
	}
	add_frames(t, HTML_IFRAME, r);
	add_frames(t, HTML_EMBED, r);
	add_frames(t, HTML_OBJECT, r);
}

static bool has_file(const struct article *t, const struct block *b)
{
	for (uint32_t i = b->first; i < b->end; i++) {
		uint32_t parent = t->h->nodes[i].parent;

		if (parent != HTML_NONE && attachment_target(t->h, parent).len)
			return true;
	}
	return false;
}

static bool shows_file(const struct article *t)
{
	static const enum html_tag tags[] = {HTML_IFRAME, HTML_EMBED, HTML_OBJECT};

	for (size_t i = 0; i < sizeof tags / sizeof *tags; i++)
		HTML_EACH (t->h, node, tags[i])
			if (t->body.parts[node] != NOISE_FURNITURE &&
				attachment_target(t->h, node).len)
				return true;
	return false;
}

/*
 * A notice that is nothing but a headline and files below it says what their links say, or, where
 * the page shows the file itself, its headline.
 */
const char *article_name_files(struct article *t)
{
	size_t n = 0;
	STRBUF_LOCAL(out);

	if (t->title.block == TITLE_NO_BLOCK && !t->meta.article_title)
		return NULL;
	for (size_t i = t->title.block == TITLE_NO_BLOCK ? 0 : t->title.block + 1;
		i < t->blocks.len && n < FILES_MAX; i++) {
		const struct block *b = &t->blocks.items[i];

		if (!b->n_links || t->body.furniture[i] || !has_file(t, b))
			continue;
		strbuf_add_str(&out, n++ ? "\n" : "");
		strbuf_add_span(&out, b->text);
	}
	if (n)
		return arena_dup(t->arena, strbuf_span(&out));
	return shows_file(t) ? t->title.text : NULL;
}
