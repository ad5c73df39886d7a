#include "tests/web/markup.h"

#include "tests/web/mix.h"

#define HOT_LEN       8
#define HOT_PERIOD_MS 1000 /* other headlines every second */

static const struct {
	const char *nav, *hot, *hot_title, *foot;
} names[] = {[SITE_GOVERNMENT] = {"nav", "right_list", "热门信息", "footer"},
	[SITE_DAILY] = {"topnav", "hot", "新闻排行", "copyright"},
	[SITE_PORTAL] = {"ntes_nav", "mod_hot_rank", "热点推荐", "foot"},
	[SITE_BLOG] = {"navbar", "widget widget_recent_entries", "最新文章", "site-footer"},
	[SITE_MODERN] = {"site-header", "aside-rank", "大家都在看", "site-footer"}};

static const char *const channels[] = {"首页", "要闻", "政务", "民生", "教育", "文化", "专题",
	"图片", "视频", "关于我们"};

void markup_escaped(struct span text, struct strbuf *out)
{
	for (size_t i = 0; i < text.len; i++) {
		switch (text.data[i]) {
		case '&':
			strbuf_add_str(out, "&amp;");
			break;
		case '<':
			strbuf_add_str(out, "&lt;");
			break;
		case '>':
			strbuf_add_str(out, "&gt;");
			break;
		case '"':
			strbuf_add_str(out, "&quot;");
			break;
		default:
			strbuf_add_char(out, text.data[i]);
		}
	}
}

void markup_site_name(const struct markup *m)
{
	site_add_name(m->site, m->out);
}

static void add_meta_label(const struct markup *m)
{
	const char *label = site_meta_label(m->site);

	if (label && m->site->charset == SITE_UTF8)
		strbuf_printf(m->out, "<meta charset=\"%s\">\n", label);
	else if (label)
		strbuf_printf(m->out,
			"<meta http-equiv=\"Content-Type\" content=\"text/html; charset=%s\">\n",
			label);
}

static void add_navigation(const struct markup *m)
{
	strbuf_printf(m->out, "<div class=\"%s\"><ul>\n", names[m->design].nav);
	for (size_t i = 0; i < sizeof channels / sizeof *channels; i++)
		strbuf_printf(m->out, "<li><a href=\"%s%s\">%s</a></li>\n", i ? "/channel/" : "/",
			i ? (char[]){(char)('a' + i), '/', '\0'} : "", channels[i]);
	strbuf_add_str(m->out, "</ul></div>\n");
}

void markup_open(const struct markup *m, const char *title, const char *head)
{
	strbuf_add_str(m->out, "<!DOCTYPE html>\n<html lang=\"zh-CN\">\n<head>\n");
	add_meta_label(m);
	strbuf_add_str(m->out, "<title>");
	markup_escaped(span_str(title), m->out);
	strbuf_add_str(m->out, m->design == SITE_BLOG ? " - " : "_");
	markup_site_name(m);
	strbuf_add_str(m->out,
		"</title>\n"
		"<meta name=\"viewport\" content=\"width=device-width\">\n"
		"<link rel=\"stylesheet\" href=\"/css/style.css\">\n");
	strbuf_add_str(m->out, head ? head : "");
	strbuf_add_str(m->out,
		"<script>var _hmt=_hmt||[];(function(){var s=document."
		"createElement('script');s.src='/js/hm.js';})();</script>\n"
		"</head>\n<body>\n");
	add_navigation(m);
}

static void add_hot(const struct markup *m, const struct piece *p, bool dated)
{
	const struct china_time t = china_time_of(p->published_ms);
	STRBUF_LOCAL(title);

	strbuf_add_str(m->out, "<li><a href=\"");
	piece_add_path(p, m->out);
	strbuf_add_str(m->out, "\">");
	piece_add_shown_title(p, piece_version(p, m->now_ms), &title);
	markup_escaped(strbuf_span(&title), m->out);
	strbuf_add_str(m->out, "</a>");
	if (dated)
		strbuf_printf(m->out, "<span>%d-%02d-%02d %02d:%02d:%02d</span>", t.year, t.month,
			t.day, t.hour, t.minute, t.second);
	strbuf_add_str(m->out, "</li>\n");
}

void markup_hot_list(const struct markup *m, uint32_t self)
{
	uint32_t n = rhythm_count(&m->site->rhythm, m->now_ms);
	uint64_t turn = site_has(m->site, SITE_COUNTER) ? (uint64_t)(m->now_ms / HOT_PERIOD_MS) : 0;

	if (n == 0)
		return;
	strbuf_printf(m->out, "<div class=\"%s\"><h3>%s</h3><ul>\n", names[m->design].hot,
		names[m->design].hot_title);
	for (uint32_t i = 0; i < HOT_LEN && i < n; i++) {
		uint32_t number = (uint32_t)((mix(m->site->key, turn) + i * 7) % n);
		const struct piece p = piece_of(m->site, number);

		if (number != self && p.access == PIECE_OPEN && piece_is_there(&p, m->now_ms))
			add_hot(m, &p, m->design == SITE_PORTAL);
	}
	strbuf_add_str(m->out, "</ul></div>\n");
}

static void add_calendar_widget(const struct markup *m)
{
	const struct china_time t = china_time_of(m->now_ms);

	strbuf_printf(m->out,
		"<div class=\"calendar\"><a href=\"/calendar/%d/%02d/\">%d年%d月</a><ul>\n", t.year,
		t.month, t.year, t.month);
	for (int day = 1; day <= 28; day++)
		strbuf_printf(m->out, "<li><a href=\"/calendar/%d/%02d/%02d/\">%d</a></li>", t.year,
			t.month, day, day);
	strbuf_add_str(m->out, "</ul></div>\n");
}

static void add_friends(const struct markup *m)
{
	const struct world_options *o = world_options(m->site->world);
	char foreign[WORLD_ADDRESS_MAX];

	world_address(m->site->world, o->n_hosts, foreign);
	strbuf_printf(m->out,
		"<div class=\"friendlink\">友情链接：<a href=\"http://%s:%u/\">远方在线</a> "
		"<a href=\"http://%s:%u/news/\">全国县市新闻网站联盟</a> "
		"<a href=\"http://%s:%u/art/2025/art_100001.html\">"
		"关于公布全国先进集体和先进个人名单的通知</a></div>\n",
		foreign, o->port, foreign, o->port, foreign, o->port);
}

void markup_close(const struct markup *m)
{
	if (site_has(m->site, SITE_CALENDAR))
		add_calendar_widget(m);
	if (site_has(m->site, SITE_ECHO))
		strbuf_add_str(m->out,
			"<div class=\"more\"><a href=\"echo/\">滚动新闻</a></div>\n");
	if (site_has(m->site, SITE_FRIENDS))
		add_friends(m);
	strbuf_printf(m->out, "<div class=\"%s\"><p>版权所有：", names[m->design].foot);
	markup_site_name(m);
	strbuf_printf(m->out,
		" 未经授权不得转载</p>\n<p>主办单位：%s 联系电话：0%u-%07u</p>\n"
		"<p>京ICP证%06u号 违法和不良信息举报电话：12377</p></div>\n</body>\n</html>\n",
		m->design == SITE_GOVERNMENT ? "市人民政府办公室" : "融媒体中心",
		510 + (unsigned)(m->site->key % 400), (unsigned)(m->site->key % 9000000 + 1000000),
		(unsigned)(m->site->key % 900000));
}

static void add_session(const struct markup *m, struct strbuf *path)
{
	STRBUF_LOCAL(with);
	ptrdiff_t query = span_find(strbuf_span(path), SPAN_LITERAL("?"));
	size_t end = query < 0 ? path->len : (size_t)query;

	strbuf_add(&with, path->data, end);
	strbuf_printf(&with, ";jsessionid=%016llX%s", (unsigned long long)mix(m->nonce, 8),
		path->data + end);
	strbuf_clear(path);
	strbuf_add_span(path, strbuf_span(&with));
}

static const char *joint(const struct strbuf *path)
{
	return span_find(strbuf_span(path), SPAN_LITERAL("?")) < 0 ? "?" : "&";
}

void markup_link(const struct markup *m, const struct piece *p)
{
	bool is_page = m->site->kind == SITE_LISTING || m->site->kind == SITE_HOME;
	STRBUF_LOCAL(path);

	piece_add_listed_path(p, &path);
	if (is_page && site_has(m->site, SITE_JSESSION))
		add_session(m, &path);
	if (is_page && site_has(m->site, SITE_SESSION))
		strbuf_printf(&path, "%sPHPSESSID=%016llx", joint(&path),
			(unsigned long long)mix(m->nonce, 9));
	if (site_has(m->site, SITE_TRACKING))
		strbuf_printf(&path, "%sutm_source=%s&utm_medium=web&spm=5176.%x.%u", joint(&path),
			is_page ? "list" : "rss", (unsigned)(mix(m->nonce, 10) & 0xFFFFFF),
			p->number);
	markup_escaped(strbuf_span(&path), m->out);
}
