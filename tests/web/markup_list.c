#include "tests/web/markup.h"

#include "common/utf8.h"

#include <string.h>

#define CUT_LEN 14 /* characters of a headline that a narrow list shows */

static const struct {
	const char *open, *close;
} frames[] = {[SITE_GOVERNMENT] = {"<div class=\"list_right\"><ul class=\"infolist\">\n",
		      "</ul></div>\n"},
	[SITE_DAILY] = {"<div class=\"p2j_list\"><ul class=\"list_16\">\n", "</ul></div>\n"},
	[SITE_PORTAL] = {"<div class=\"news_flow\">\n", "</div>\n"},
	[SITE_BLOG] = {"<div class=\"content-area\">\n", "</div>\n"},
	[SITE_MODERN] = {"<main class=\"stream\">\n", "</main>\n"}};

/* Lists cut long headlines and keep the whole one as an attribute. */
static void add_cut(struct span title, struct strbuf *out)
{
	const char *p = title.data, *end = p + title.len;

	for (int i = 0; i < CUT_LEN && p < end; i++)
		utf8_next(&p, end);
	markup_escaped(span_from(title.data, (size_t)(p - title.data)), out);
	strbuf_add_str(out, p < end ? "…" : "");
}

static void add_anchor(const struct markup *m, const struct piece *p, struct span title)
{
	strbuf_add_str(m->out, "<a href=\"");
	markup_link(m, p);
	if (m->design == SITE_GOVERNMENT) {
		strbuf_add_str(m->out, "\" title=\"");
		markup_escaped(title, m->out);
		strbuf_add_str(m->out, "\" target=\"_blank\">");
		add_cut(title, m->out);
	} else {
		strbuf_add_str(m->out, "\">");
		markup_escaped(title, m->out);
	}
	strbuf_add_str(m->out, "</a>");
}

/* The date as each design shows it. */
static void add_date(const struct markup *m, const struct piece *p)
{
	const struct china_time t = china_time_of(p->published_ms);

	switch (m->design) {
	case SITE_GOVERNMENT:
		strbuf_printf(m->out, "<span>[%d-%02d-%02d]</span>", t.year, t.month, t.day);
		break;
	case SITE_DAILY:
		strbuf_printf(m->out, "<em>%02d月%02d日 %02d:%02d</em>", t.month, t.day, t.hour,
			t.minute);
		break;
	case SITE_PORTAL:
		strbuf_printf(m->out, "<span class=\"time\">%d-%02d-%02d %02d:%02d:%02d</span>",
			t.year, t.month, t.day, t.hour, t.minute, t.second);
		break;
	case SITE_BLOG:
		strbuf_printf(m->out, "<p class=\"note\">admin 发布于 %d/%d/%d</p>", t.year,
			t.month, t.day);
		break;
	case SITE_MODERN:
		strbuf_printf(m->out, "<time>%d.%02d.%02d</time>", t.year, t.month, t.day);
		break;
	}
}

static void add_item(const struct markup *m, const struct piece *p)
{
	static const struct {
		const char *open, *middle, *close;
	} items[] = {[SITE_GOVERNMENT] = {"<li>", "", "</li>\n"},
		[SITE_DAILY] = {"<li>", " ", "</li>\n"},
		[SITE_PORTAL] = {"<div class=\"news_item\"><h3>", "</h3>", "</div>\n"},
		[SITE_BLOG] = {"<div class=\"excerpt\"><h2>", "</h2>", "</div>\n"},
		[SITE_MODERN] = {"<article class=\"card\">", "", "</article>\n"}};
	STRBUF_LOCAL(title);

	piece_add_shown_title(p, piece_version(p, m->now_ms), &title);
	strbuf_add_str(m->out, items[m->design].open);
	add_anchor(m, p, strbuf_span(&title));
	strbuf_add_str(m->out, items[m->design].middle);
	add_date(m, p);
	strbuf_add_str(m->out, items[m->design].close);
}

/* Government sites leave paging to a script of their system. */
static void add_paging(const struct markup *m, uint32_t page, uint32_t n_pages, const char *base)
{
	const char *first = strcmp(base, "index") == 0 ? "./" : "list.htm";

	if (m->design == SITE_GOVERNMENT) {
		strbuf_printf(m->out,
			"<div class=\"page\"><script>createPageHTML(%u, %u, \"%s\", \"htm\");"
			"</script></div>\n",
			n_pages, page, base);
		return;
	}
	strbuf_printf(m->out, "<div class=\"page\">共%u页 <a href=\"%s\">首页</a> ", n_pages,
		first);
	if (page == 1)
		strbuf_printf(m->out, "<a href=\"%s\">上一页</a> ", first);
	if (page > 1)
		strbuf_printf(m->out, "<a href=\"%s_%u.htm\">上一页</a> ", base, page - 1);
	if (page + 1 < n_pages)
		strbuf_printf(m->out, "<a href=\"%s_%u.htm\">下一页</a> ", base, page + 1);
	strbuf_printf(m->out, "<a href=\"%s_%u.htm\">尾页</a></div>\n", base, n_pages - 1);
}

uint32_t markup_list_pages(const struct site *s, int64_t now_ms)
{
	uint32_t n = rhythm_count(&s->rhythm, now_ms);

	return n ? (n + SITE_LIST_LEN - 1) / SITE_LIST_LEN : 1;
}

void markup_list(const struct markup *m, uint32_t page, const char *base)
{
	uint32_t n = rhythm_count(&m->site->rhythm, m->now_ms), from = page * SITE_LIST_LEN;

	markup_open(m, "要闻", NULL);
	strbuf_add_str(m->out,
		"<div class=\"crumb\">您的位置：<a href=\"/\">首页</a> &gt; 要闻</div>\n");
	strbuf_add_str(m->out, frames[m->design].open);
	for (uint32_t i = from; i < n && i < from + SITE_LIST_LEN; i++) {
		const struct piece p = piece_of(m->site, n - 1 - i);

		if (piece_is_there(&p, m->now_ms))
			add_item(m, &p);
	}
	strbuf_add_str(m->out, frames[m->design].close);
	add_paging(m, page, markup_list_pages(m->site, m->now_ms), base);
	if (m->design != SITE_GOVERNMENT)
		markup_hot_list(m, UINT32_MAX);
	markup_close(m);
}
