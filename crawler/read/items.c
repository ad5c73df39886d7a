#include "crawler/read/items.h"

#include "common/alloc.h"
#include "common/hash.h"
#include "common/url.h"
#include "common/utf8.h"
#include "crawler/read/clean/clean.h"
#include "crawler/read/html/html.h"

#define SLOTS_FIRST 63

void items_init(struct items *s, const struct read_input *in, const char *encoding, struct arena *a)
{
	*s = (struct items){.arena = a, .in = in, .encoding = encoding, .mask = SLOTS_FIRST};
	s->slots = alloc_zeroed(s->mask + 1, sizeof *s->slots);
}

void items_release(struct items *s)
{
	free(s->list);
	free(s->slots);
	*s = (struct items){0};
}

static size_t slot_of(const struct items *s, struct span url)
{
	size_t slot = hash64_of(url) & s->mask;

	while (s->slots[slot] && !span_eq(span_str(s->list[s->slots[slot] - 1].url), url))
		slot = (slot + 1) & s->mask;
	return slot;
}

static void grow(struct items *s)
{
	s->mask = s->mask * 2 + 1;
	free(s->slots);
	s->slots = alloc_zeroed(s->mask + 1, sizeof *s->slots);
	for (size_t i = 0; i < s->len; i++)
		s->slots[slot_of(s, span_str(s->list[i].url))] = (uint32_t)i + 1;
}

static bool has_one_of(struct span url, const struct span *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_find(url, list[i]) >= 0)
			return true;
	return false;
}

static bool is_wanted(const struct items *s, struct span url, enum work_kind kind)
{
	if (kind == WORK_SITEMAP) /* the rules are about articles */
		return true;
	return (!s->in->n_include || has_one_of(url, s->in->include, s->in->n_include)) &&
		!has_one_of(url, s->in->exclude, s->in->n_exclude);
}

/* A title of running text: markup out, white space single, within the bus's limit. */
static const char *plain_title(struct items *s, const struct item_draft *d)
{
	struct html *h = NULL;
	STRBUF_LOCAL(text);

	if (!d->title.len)
		return NULL;
	if (d->markup &&
		(memchr(d->title.data, '<', d->title.len) ||
			memchr(d->title.data, '&', d->title.len))) {
		h = html_parse(utf8_cut(d->title, PROTOCOL_TEXT_MAX));
		if (h->n_nodes)
			html_add_text(h, 0, &text);
		html_free(h);
	} else {
		const char *p = d->title.data, *end = p + d->title.len;
		bool gap = false;

		while (p < end && text.len < PROTOCOL_TEXT_MAX) {
			const char *start = p;
			uint32_t c = utf8_next(&p, end);

			if (utf8_is_space(c)) {
				gap = text.len > 0;
			} else if (!utf8_is_invisible(c)) {
				if (gap)
					strbuf_add_char(&text, ' ');
				gap = false;
				strbuf_add(&text, start, (size_t)(p - start));
			}
		}
	}
	return text.len ? arena_dup(s->arena, utf8_cut(strbuf_span(&text), PROTOCOL_TEXT_MAX - 1))
			: NULL;
}

static void improve(struct items *s, struct item *item, const struct item_draft *d)
{
	const char *title = plain_title(s, d);

	if (title && (!item->title || strlen(title) > strlen(item->title)))
		item->title = title;
	if (!item->published_ms)
		item->published_ms = d->published_ms;
}

/* Fragments name a place on a page, not another page. */
static void cut_fragment(struct strbuf *url)
{
	char *hash = memchr(url->data, '#', url->len);

	if (hash)
		strbuf_truncate(url, (size_t)(hash - url->data));
}

bool items_add(struct items *s, const struct item_draft *d)
{
	struct span href = span_trim(d->href);
	size_t slot;
	STRBUF_LOCAL(url);

	if (!href.len || href.data[0] == '#')
		return false;
	if (href.len > PROTOCOL_URL_MAX ||
		url_resolve_encoded(href, span_str(d->base), s->encoding, &url) < 0 ||
		url.len >= PROTOCOL_URL_MAX) {
		s->n_dropped++;
		return false;
	}
	cut_fragment(&url);
	if (!is_wanted(s, strbuf_span(&url), d->kind))
		return false;
	slot = slot_of(s, strbuf_span(&url));
	if (s->slots[slot]) {
		improve(s, &s->list[s->slots[slot] - 1], d);
		return true;
	}
	if (s->len >= PROTOCOL_ITEMS_MAX) {
		s->n_dropped++;
		return false;
	}
	s->list = alloc_grow(s->list, s->len, &s->cap, sizeof *s->list);
	s->list[s->len] = (struct item){.url = arena_dup(s->arena, strbuf_span(&url)),
		.title = plain_title(s, d),
		.published_ms = d->published_ms,
		.kind = d->kind};
	s->slots[slot] = (uint32_t)++s->len;
	if (s->len * 2 > s->mask)
		grow(s);
	return true;
}

/* Copying sites put readings into titles, too; all titles together tell whether this one does. */
static void clean_titles(struct items *s)
{
	struct pinyin_survey survey = {0};

	for (size_t i = 0; i < s->len; i++) {
		if (s->list[i].title)
			pinyin_survey_add(&survey, span_str(s->list[i].title));
	}
	if (!pinyin_is_present(&survey))
		return;
	for (size_t i = 0; i < s->len; i++) {
		struct span title = span_str(s->list[i].title);

		if (title.len)
			s->list[i].title = arena_dup(s->arena,
				utf8_cut(clean_phrase(title, &survey, s->arena),
					PROTOCOL_TEXT_MAX - 1));
	}
}

void items_finish(struct items *s, struct read_output *out)
{
	clean_titles(s);
	out->as = READ_ITEMS;
	out->n_items = s->len;
	out->n_items_dropped = s->n_dropped;
	out->items = arena_alloc(s->arena, (s->len + 1) * sizeof *out->items);
	if (s->len)
		memcpy(out->items, s->list, s->len * sizeof *out->items);
	items_release(s);
}
