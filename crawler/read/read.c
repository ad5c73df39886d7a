/*
 * What a document is, is decided by its bytes: the name of a root element, or
 * the want of one. What it was expected to be decides between article and list.
 */
#include "crawler/read/read.h"

#include "crawler/read/article/article.h"
#include "crawler/read/charset/charset.h"
#include "crawler/read/feed.h"
#include "crawler/read/html/directives.h"
#include "crawler/read/html/html.h"
#include "crawler/read/html/refresh.h"
#include "crawler/read/items.h"
#include "crawler/read/listing.h"
#include "crawler/read/sitemap.h"

#define ROOT_BYTES_MAX 4096 /* comments and processing instructions stand before a root */

static bool is_upper_half_text(struct span s)
{
	return s.len > 1 &&
		((unsigned char)s.data[0] >= 0xFE || s.data[0] == '\0' || s.data[1] == '\0');
}

static bool begins_with_root(struct span s)
{
	static const char *const roots[] = {"<rss", "<feed", "<rdf:RDF", "<RDF", "<urlset",
		"<sitemapindex", "<atom:feed", "<channel", "<CHANNEL"};

	for (size_t i = 0; i < sizeof roots / sizeof *roots; i++)
		if (s.data[1] == roots[i][1] && span_starts_with(s, span_str(roots[i])))
			return true;
	return false;
}

/* The root element, as far as it can be seen in any encoding that has ASCII. */
static bool has_xml_root(struct span bytes)
{
	struct span head =
		span_from(bytes.data, bytes.len < ROOT_BYTES_MAX ? bytes.len : ROOT_BYTES_MAX);
	const char *end = head.data + head.len;

	if (is_upper_half_text(head))
		return true; /* UTF-16: let the XML reader see */
	for (const char *p = head.data; (p = memchr(p, '<', (size_t)(end - p))) && end - p > 1; p++)
		if (begins_with_root(span_from(p, (size_t)(end - p))))
			return span_find(head, SPAN_LITERAL("<html")) < 0;
	return false;
}

static bool is_plain_text(struct span bytes)
{
	struct span head = span_from(bytes.data, bytes.len < 64 ? bytes.len : 64);

	if (span_starts_with(head, SPAN_LITERAL("\xEF\xBB\xBF")))
		head = span_from_offset(head, 3);
	head = span_trim(head);
	return head.len && head.data[0] != '<';
}

static void answer_nothing(struct read_output *out, const char *why)
{
	out->as = READ_NOTHING;
	out->why_nothing = why;
}

static bool read_feed(const struct read_input *in, const struct charset_text *text, struct arena *a,
	struct read_output *out)
{
	const struct date_context ctx = {.now_ms = in->fetched_at_ms, .zone_min = DATE_ZONE_CHINA};
	struct feed feed;
	struct items items;

	if (!feed_parse(text->text, in->url, &ctx, a, &feed))
		return false;
	items_init(&items, in, text->encoding, a);
	for (size_t i = 0; i < feed.n_entries; i++) {
		const struct feed_entry *e = &feed.entries[i];

		items_add(&items,
			&(struct item_draft){.href = span_str(e->link),
				.base = in->url,
				.title = span_str(e->title),
				.markup = true,
				.published_ms =
					e->published.precision ? e->published.ms : e->updated.ms,
				.kind = WORK_PAGE});
	}
	items_finish(&items, out);
	return true;
}

static bool read_sitemap(const struct read_input *in, const struct charset_text *text,
	struct arena *a, struct read_output *out)
{
	const struct date_context ctx = {.now_ms = in->fetched_at_ms, .zone_min = 0};
	struct sitemap map;
	struct items items;

	if (!sitemap_parse(text->text, in->url, &ctx, a, &map))
		return false;
	items_init(&items, in, text->encoding, a);
	for (size_t i = 0; i < map.n_urls; i++) {
		const struct sitemap_url *u = &map.urls[i];
		bool index = map.type == SITEMAP_INDEX || map.type == SITEMAP_ROBOTS;

		items_add(&items,
			&(struct item_draft){.href = span_str(u->loc),
				.base = in->url,
				.title = span_str(u->news.title),
				.published_ms = u->news.published.ms, /* lastmod tells of changes,
									 not of news */
				.kind = index ? WORK_SITEMAP : WORK_PAGE});
	}
	items.n_dropped += map.n_dropped;
	items_finish(&items, out);
	return true;
}

/* Of a list that does not want its links to be followed nothing is left. @h: NULL for XML. */
static void obey_directives(const struct read_input *in, const struct html *h,
	struct read_output *out)
{
	struct directives d = {0};

	directives_add_header(&d, in->x_robots_tag, in->user_agent);
	if (h)
		directives_add_meta(&d, h, in->user_agent);
	if (!d.nofollow)
		return;
	out->n_items = 0;
	out->next_page = NULL;
	out->note = "the list asks not to follow its links (nofollow)";
}

/* A feed or sitemap, whatever was expected. */
static bool read_as_xml(const struct read_input *in, struct arena *a, struct read_output *out)
{
	struct charset_text text;

	charset_decode(in->bytes, in->content_type, CHARSET_XML, a, &text);
	if (!read_feed(in, &text, a, out) && !read_sitemap(in, &text, a, out))
		return false;
	obey_directives(in, NULL, out);
	return true;
}

static void decode_html(const struct read_input *in, struct arena *a, struct read_output *out,
	struct charset_text *text)
{
	charset_decode(in->bytes, in->content_type, CHARSET_HTML, a, text);
	out->n_faults = text->faults;
	out->is_cut = text->is_cut;
}

static void read_page(const struct read_input *in, struct arena *a, struct read_output *out)
{
	CLEANUP(html_freep) struct html *h = NULL;
	struct charset_text text;

	decode_html(in, a, out, &text);
	h = html_parse(text.text);
	article_read(in, text.encoding, h, a, out);
}

static void read_listing(const struct read_input *in, struct arena *a, struct read_output *out)
{
	CLEANUP(html_freep) struct html *h = NULL;
	struct charset_text text;
	struct items items;

	decode_html(in, a, out, &text);
	h = html_parse(text.text);
	items_init(&items, in, text.encoding, a);
	out->next_page = listing_read(h, in, a, &items);
	items_finish(&items, out);
	if (out->n_items) {
		obey_directives(in, h, out);
		return;
	}
	answer_nothing(out, "no links that look like articles");
	out->refresh_to = refresh_find(h, refresh_base(h, in->url, a), in->url, a);
}

void read_document(enum work_kind kind, const struct read_input *in, struct arena *a,
	struct read_output *out)
{
	*out = (struct read_output){.as = READ_NOTHING, .outcome = OUTCOME_EMPTY};
	if (!in->bytes.len) {
		answer_nothing(out, "an empty document");
		return;
	}
	if (has_xml_root(in->bytes) || kind == WORK_FEED || kind == WORK_SITEMAP ||
		(kind == WORK_AUTO && is_plain_text(in->bytes))) {
		if (read_as_xml(in, a, out))
			return;
	}
	switch (kind) {
	case WORK_PAGE:
		read_page(in, a, out);
		break;
	case WORK_AUTO:
	case WORK_LISTING:
		read_listing(in, a, out);
		break;
	case WORK_FEED:
		answer_nothing(out, "no feed");
		break;
	case WORK_SITEMAP:
		answer_nothing(out, "no sitemap");
		break;
	case WORK_ROBOTS: /* the crawler's own reading */
		answer_nothing(out, "no document");
		break;
	}
}
