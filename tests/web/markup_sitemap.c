#include "tests/web/markup.h"

#define CRAWL_DELAY "0.3"

void markup_robots(const struct markup *m)
{
	strbuf_add_str(m->out, "User-agent: *\n");
	if (site_has(m->site, SITE_PRIVATE))
		strbuf_add_str(m->out, "Disallow: /private/\n");
	else
		strbuf_add_str(m->out, "Disallow: /admin/\n");
	if (site_has(m->site, SITE_CRAWL_DELAY))
		strbuf_add_str(m->out, "Crawl-delay: " CRAWL_DELAY "\n");
	if (m->site->kind != SITE_SITEMAP)
		return;
	strbuf_add_str(m->out, "\nSitemap: ");
	site_add_origin(m->site, m->out);
	strbuf_add_str(m->out, "/sitemap.xml\n");
}

static void add_lastmod(int64_t ms, struct strbuf *out)
{
	const struct china_time t = china_time_of(ms);

	strbuf_printf(out, "<lastmod>%d-%02d-%02dT%02d:%02d:%02d+08:00</lastmod>", t.year, t.month,
		t.day, t.hour, t.minute, t.second);
}

static void add_news(const struct markup *m, const struct piece *p)
{
	const struct china_time t = china_time_of(p->published_ms);

	strbuf_add_str(m->out, "<news:news><news:publication><news:name>");
	markup_site_name(m);
	strbuf_printf(m->out,
		"</news:name><news:language>zh-cn</news:language></news:publication>"
		"<news:publication_date>%d-%02d-%02dT%02d:%02d:%02d+08:00</news:publication_date>"
		"<news:title>",
		t.year, t.month, t.day, t.hour, t.minute, t.second);
	piece_add_shown_title(p, piece_version(p, m->now_ms), m->out);
	strbuf_add_str(m->out, "</news:title></news:news>");
}

static void add_urls(const struct markup *m, uint32_t from, uint32_t end)
{
	strbuf_add_str(m->out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
		"<urlset xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\" "
		"xmlns:news=\"http://www.google.com/schemas/sitemap-news/0.9\">\n");
	for (uint32_t i = from; i < end; i++) {
		const struct piece p = piece_of(m->site, i);

		if (!piece_is_there(&p, m->now_ms))
			continue;
		strbuf_add_str(m->out, "<url><loc>");
		site_add_origin(m->site, m->out);
		markup_link(m, &p);
		strbuf_add_str(m->out, "</loc>");
		add_lastmod(piece_version_ms(&p, piece_version(&p, m->now_ms)), m->out);
		if (m->site->design == SITE_PORTAL)
			add_news(m, &p);
		strbuf_add_str(m->out, "</url>\n");
	}
	strbuf_add_str(m->out, "</urlset>\n");
}

uint32_t markup_sitemap_parts(const struct site *s, int64_t now_ms)
{
	/* By all items that will ever be: a sitemap does not turn into an index on its way. */
	if (s->rhythm.n <= SITE_SITEMAP_LEN)
		return 0;
	return (rhythm_count(&s->rhythm, now_ms) + SITE_SITEMAP_LEN - 1) / SITE_SITEMAP_LEN;
}

static void add_index(const struct markup *m)
{
	strbuf_add_str(m->out,
		"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<sitemapindex "
		"xmlns=\"http://www.sitemaps.org/schemas/sitemap/0.9\">\n");
	for (uint32_t i = 0; i < markup_sitemap_parts(m->site, m->now_ms); i++) {
		strbuf_add_str(m->out, "<sitemap><loc>");
		site_add_origin(m->site, m->out);
		strbuf_printf(m->out, "/sitemap_%u.xml</loc></sitemap>\n", i);
	}
	strbuf_add_str(m->out, "</sitemapindex>\n");
}

void markup_sitemap(const struct markup *m)
{
	if (m->site->rhythm.n > SITE_SITEMAP_LEN)
		add_index(m);
	else
		add_urls(m, 0, rhythm_count(&m->site->rhythm, m->now_ms));
}

void markup_sitemap_part(const struct markup *m, uint32_t part)
{
	uint32_t n = rhythm_count(&m->site->rhythm, m->now_ms), from = part * SITE_SITEMAP_LEN;

	add_urls(m, from, from + SITE_SITEMAP_LEN < n ? from + SITE_SITEMAP_LEN : n);
}
