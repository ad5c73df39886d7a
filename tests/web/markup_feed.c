#include "tests/web/markup.h"

#include "common/utf8.h"
#include "tests/web/inside.h"

#define SUMMARY_BYTES 240

static const char *encoding_name(const struct markup *m)
{
	const char *encoding = site_encoding(m->site);

	if (!encoding)
		return "utf-8";
	return m->site->charset == SITE_BIG5 ? "big5" : "gb2312";
}

static void add_declaration(const struct markup *m)
{
	strbuf_printf(m->out, "<?xml version=\"1.0\" encoding=\"%s\"?>\n", encoding_name(m));
}

static void add_url(const struct markup *m, const struct piece *p)
{
	site_add_origin(m->site, m->out);
	markup_link(m, p);
}

static void add_title(const struct markup *m, const struct piece *p)
{
	STRBUF_LOCAL(title);

	piece_add_shown_title(p, piece_version(p, m->now_ms), &title);
	markup_escaped(strbuf_span(&title), m->out);
}

static void add_summary(const struct markup *m, const struct piece *p)
{
	STRBUF_LOCAL(text);

	piece_add_shown_text(p, piece_version(p, m->now_ms), &text);
	markup_escaped(utf8_cut(strbuf_span(&text), SUMMARY_BYTES), m->out);
	strbuf_add_str(m->out, "……");
}

static void add_rfc822(int64_t ms, struct strbuf *out)
{
	static const char days[] = "ThuFriSatSunMonTueWed";
	static const char months[] = "JanFebMarAprMayJunJulAugSepOctNovDec";
	const struct china_time t = china_time_of(ms);
	int64_t day = (ms + (int64_t)8 * 3600 * 1000) / 86400000;

	strbuf_printf(out, "%.3s, %02d %.3s %d %02d:%02d:%02d +0800", days + day % 7 * 3, t.day,
		months + (t.month - 1) * 3, t.year, t.hour, t.minute, t.second);
}

static void add_rfc3339(int64_t ms, struct strbuf *out)
{
	const struct china_time t = china_time_of(ms);

	strbuf_printf(out, "%d-%02d-%02dT%02d:%02d:%02d+08:00", t.year, t.month, t.day, t.hour,
		t.minute, t.second);
}

static void add_rss_item(const struct markup *m, const struct piece *p)
{
	strbuf_add_str(m->out, "<item><title>");
	add_title(m, p);
	strbuf_add_str(m->out, "</title><link>");
	add_url(m, p);
	strbuf_add_str(m->out, "</link><description>");
	add_summary(m, p);
	strbuf_printf(m->out, "</description><guid isPermaLink=\"false\">%u-%u</guid><pubDate>",
		m->site->number, p->number);
	add_rfc822(p->published_ms, m->out);
	strbuf_add_str(m->out, "</pubDate></item>\n");
}

static void add_atom_entry(const struct markup *m, const struct piece *p)
{
	strbuf_add_str(m->out, "<entry><title>");
	add_title(m, p);
	strbuf_add_str(m->out, "</title><link rel=\"alternate\" href=\"");
	add_url(m, p);
	strbuf_printf(m->out, "\"/><id>tag:%s,2025:%u</id><published>", m->site->address,
		p->number);
	add_rfc3339(p->published_ms, m->out);
	strbuf_add_str(m->out, "</published><updated>");
	add_rfc3339(piece_version_ms(p, piece_version(p, m->now_ms)), m->out);
	strbuf_add_str(m->out, "</updated><summary>");
	add_summary(m, p);
	strbuf_add_str(m->out, "</summary></entry>\n");
}

static void add_newest(const struct markup *m,
	void (*add)(const struct markup *m, const struct piece *p))
{
	uint32_t n = rhythm_count(&m->site->rhythm, m->now_ms);

	for (uint32_t i = 0; i < n && i < SITE_FEED_LEN; i++) {
		const struct piece p = piece_of(m->site, n - 1 - i);

		if (piece_is_there(&p, m->now_ms))
			add(m, &p);
	}
}

void markup_rss(const struct markup *m)
{
	add_declaration(m);
	strbuf_add_str(m->out, "<rss version=\"2.0\"><channel><title>");
	markup_site_name(m);
	strbuf_add_str(m->out, "</title><link>");
	site_add_origin(m->site, m->out);
	strbuf_add_str(m->out,
		"/</link><description>要闻</description><language>zh-cn</language>\n");
	add_newest(m, add_rss_item);
	strbuf_add_str(m->out, "</channel></rss>\n");
}

void markup_atom(const struct markup *m)
{
	add_declaration(m);
	strbuf_add_str(m->out, "<feed xmlns=\"http://www.w3.org/2005/Atom\"><title>");
	markup_site_name(m);
	strbuf_printf(m->out, "</title><id>tag:%s,2025:feed</id><updated>", m->site->address);
	add_rfc3339(m->now_ms / 60000 * 60000, m->out);
	strbuf_add_str(m->out, "</updated>\n");
	add_newest(m, add_atom_entry);
	strbuf_add_str(m->out, "</feed>\n");
}
