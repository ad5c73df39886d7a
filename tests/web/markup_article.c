#include "tests/web/markup.h"

#include "tests/web/mix.h"

#include <string.h>

/* One article as it is shown, and its credits. */
struct sheet {
	const struct markup *m;
	const struct piece *p;
	struct china_time when;
	struct strbuf title; /* escaped */
	struct strbuf text;
	struct strbuf source; /* whom the page names as its source */
	struct strbuf editor;
};

static void add(const struct sheet *s, const char *html)
{
	strbuf_add_str(s->m->out, html);
}

static void add_paragraphs(const struct sheet *s, const char *open, const char *close)
{
	struct span rest = strbuf_span(&s->text);

	while (rest.len) {
		ptrdiff_t split = span_find(rest, SPAN_LITERAL("\n"));
		size_t len = split < 0 ? rest.len : (size_t)split;

		add(s, open);
		markup_escaped(span_from(rest.data, len), s->m->out);
		add(s, close);
		rest = span_from_offset(rest, split < 0 ? len : len + 1);
	}
}

static unsigned n_views(const struct sheet *s)
{
	return 100 + (unsigned)(mix(s->m->site->key, s->p->number) % 5000) +
		(unsigned)((s->m->now_ms - s->p->published_ms) / 1000 % 100000);
}

static void add_views(const struct sheet *s)
{
	if (site_has(s->m->site, SITE_COUNTER))
		strbuf_printf(s->m->out, "<span class=\"views\">浏览次数：%u</span>\n", n_views(s));
}

/* Headlines of the same site under the text. */
static void add_related(const struct sheet *s, const char *label)
{
	uint32_t n = rhythm_count(&s->m->site->rhythm, s->m->now_ms);

	strbuf_printf(s->m->out, "<div class=\"related\"><h4>%s</h4><ul>\n", label);
	for (uint32_t i = 1; i <= 3 && i < n; i++) {
		const struct piece p = piece_of(s->m->site, (s->p->number + i * 11) % n);

		if (p.number == s->p->number || p.access != PIECE_OPEN ||
			!piece_is_there(&p, s->m->now_ms))
			continue;
		add(s, "<li><a href=\"");
		piece_add_path(&p, s->m->out);
		add(s, "\">");
		piece_add_shown_title(&p, 0, s->m->out);
		add(s, "</a></li>\n");
	}
	add(s, "</ul></div>\n");
}

static void open_government(const struct sheet *s, struct strbuf *head)
{
	const struct china_time *t = &s->when;

	strbuf_printf(head,
		"<meta name=\"ArticleTitle\" content=\"%s\">\n"
		"<meta name=\"PubDate\" content=\"%d-%02d-%02d %02d:%02d\">\n"
		"<meta name=\"ContentSource\" content=\"%s\">\n<meta name=\"Author\" content=\"\">\n",
		s->title.data, t->year, t->month, t->day, t->hour, t->minute, s->source.data);
}

static void add_government(const struct sheet *s)
{
	const struct china_time *t = &s->when;

	strbuf_printf(s->m->out,
		"<div class=\"position\">当前位置：<a href=\"/\">首页</a> &gt; "
		"<a href=\"/channel/c/\">政务动态</a> &gt; 正文</div>\n"
		"<div class=\"main\"><h1 class=\"title\">%s</h1>\n"
		"<div class=\"info\"><span>发布日期：%d-%02d-%02d %02d:%02d</span>\n"
		"<span>信息来源：<!--<$[信息来源]>begin-->%s<!--<$[信息来源]>end--></span>\n"
		"<span>字体：[<a href=\"javascript:doZoom(18)\">大</a> "
		"<a href=\"javascript:doZoom(16)\">中</a> "
		"<a href=\"javascript:doZoom(14)\">小</a>]</span>\n",
		s->title.data, t->year, t->month, t->day, t->hour, t->minute, s->source.data);
	add_views(s);
	add(s, "</div>\n<div id=\"zoom\" class=\"TRS_Editor\">\n");
	if (s->p->number % 2)
		add_paragraphs(s, "<p style=\"text-indent: 2em;\">", "</p>\n");
	else /* old editors break lines */
		add_paragraphs(s, "　　", "<br>\n<br>\n");
	add(s,
		"</div>\n<div class=\"bdsharebuttonbox\">分享到：<a href=\"#\">微信</a> "
		"<a href=\"#\">微博</a></div>\n<div class=\"tools\"><a href=\"javascript:print()\">"
		"打印本页</a> <a href=\"javascript:close()\">关闭窗口</a></div></div>\n");
	markup_hot_list(s->m, s->p->number);
}

/* Some articles begin with a picture, whose caption names who took it and nothing else. */
static void add_picture(const struct sheet *s)
{
	static const struct {
		const char *before, *after;
	} credits[] = {{"新华社记者 ", "摄"}, {"本报记者 ", " 摄"}};
	uint32_t form = s->p->number / 4 % 2;

	if (s->p->number % 4)
		return;
	strbuf_printf(s->m->out,
		"<div class=\"pic\"><img src=\"/img/%u.jpg\"><p class=\"pictext\">%s%s%s</p></div>\n",
		s->p->number, credits[form].before, s->editor.data, credits[form].after);
}

static void add_daily(const struct sheet *s)
{
	const struct china_time *t = &s->when;

	strbuf_printf(s->m->out,
		"<div class=\"path\"><a href=\"/\">首页</a>&gt;&gt;<a href=\"/channel/b/\">要闻</a>"
		"</div>\n<div class=\"text_con\"><h1>%s</h1>\n<div class=\"sou\">"
		"%d年%02d月%02d日%02d:%02d 来源：<a href=\"/\">%s</a></div>\n",
		s->title.data, t->year, t->month, t->day, t->hour, t->minute, s->source.data);
	add_views(s);
	add(s, "<div class=\"article-content\" id=\"ozoom\">\n");
	add_picture(s);
	add_paragraphs(s, "<p>　　", "</p>\n");
	strbuf_printf(s->m->out, "<p class=\"editor\">（责任编辑：%s）</p>\n</div>\n",
		s->editor.data);
	add_related(s, "相关阅读");
	add(s, "<div class=\"share\">分享让更多人看到</div></div>\n");
	markup_hot_list(s->m, s->p->number);
}

static void add_portal(const struct sheet *s)
{
	const struct china_time *t = &s->when;

	strbuf_printf(s->m->out,
		"<div class=\"post_crumb\"><a href=\"/\">首页</a> &gt; <a href=\"/channel/d/\">民生</a> "
		"&gt; 正文</div>\n<div class=\"post_main\"><h1 class=\"post_title\">%s</h1>\n"
		"<div class=\"post_info\">%d-%02d-%02d %02d:%02d:%02d　来源: <a href=\"/\">%s</a> "
		"<a class=\"post_jubao\" href=\"/report\">举报</a></div>\n"
		"<div class=\"post_top_share\">0 分享至</div>\n",
		s->title.data, t->year, t->month, t->day, t->hour, t->minute, t->second,
		s->source.data);
	strbuf_printf(s->m->out,
		"<div class=\"post_body\">\n<p class=\"f_center\"><img src=\"/img/%u.jpg\" "
		"alt=\"%s\"></p>\n",
		s->p->number, s->title.data);
	add_paragraphs(s, "<p id=\"para\">", "</p>\n");
	add(s, "<p>更多新闻资讯，请下载客户端，扫码关注我们。</p>\n</div>\n");
	add_views(s);
	strbuf_printf(s->m->out,
		"<div class=\"post_author\">本文来源：%s 责任编辑：%s</div></div>\n",
		s->source.data, s->editor.data);
	add(s, "<div class=\"post_recommend\"><h3>相关推荐</h3></div>\n");
	markup_hot_list(s->m, s->p->number);
}

static void add_blog(const struct sheet *s)
{
	const struct china_time *t = &s->when;

	strbuf_printf(s->m->out,
		"<div class=\"container\"><article class=\"post\"><header class=\"entry-header\">"
		"<h1 class=\"entry-title\">%s</h1>\n<div class=\"entry-meta\">"
		"<span class=\"author\">admin</span> <span class=\"date\">%d-%02d-%02d</span> "
		"<span class=\"comments\">评论(0)</span></div></header>\n",
		s->title.data, t->year, t->month, t->day);
	strbuf_printf(s->m->out, "<div class=\"entry-content\">\n<p><strong>%s</strong></p>\n",
		s->title.data);
	add_paragraphs(s, "<p>", "</p>\n");
	strbuf_printf(s->m->out,
		"<p>来源：%s</p>\n<p>声明：本文转载自网络，版权归原作者所有，如有侵权请联系删除。</p>\n</div>\n",
		s->source.data);
	add_views(s);
	add_related(s, "相关推荐");
	add(s,
		"<div class=\"comment-list\"><h3>评论列表</h3><p>暂无评论,快抢沙发吧~</p>"
		"<form action=\"/comment\"><p>发表评论:</p><textarea></textarea></form></div>"
		"</article>\n");
	markup_hot_list(s->m, s->p->number);
	add(s, "</div>\n");
}

static void open_modern(const struct sheet *s, struct strbuf *head)
{
	const struct china_time *t = &s->when;

	strbuf_printf(head,
		"<meta property=\"og:type\" content=\"article\">\n"
		"<meta property=\"og:title\" content=\"%s\">\n"
		"<meta property=\"article:published_time\" "
		"content=\"%d-%02d-%02dT%02d:%02d:%02d+08:00\">\n",
		s->title.data, t->year, t->month, t->day, t->hour, t->minute, t->second);
}

static void add_modern(const struct sheet *s)
{
	const struct china_time *t = &s->when;

	add(s, "<main><section class=\"reading\">\n<div class=\"lede-body detail-text\">\n");
	add_paragraphs(s, "<p class=\"para\"><span>", "</span></p>\n");
	strbuf_printf(s->m->out,
		"<figure><img src=\"/img/%u.webp\" alt=\"%s\"><figcaption>资料图片 视觉中国 供图"
		"</figcaption></figure>\n</div></section>\n",
		s->p->number, s->title.data);
	markup_hot_list(s->m, s->p->number);
	strbuf_printf(s->m->out,
		"<section class=\"headline\"><h1 itemprop=\"headline\">%s</h1><div class=\"byline\">"
		"<time datetime=\"%d-%02d-%02dT%02d:%02d:%02d+08:00\">%d/%02d/%02d %02d:%02d</time>"
		" <span>来源 | %s</span> <span>编辑 | %s</span></div></section>\n",
		s->title.data, t->year, t->month, t->day, t->hour, t->minute, t->second, t->year,
		t->month, t->day, t->hour, t->minute, s->source.data, s->editor.data);
	add_views(s);
	add(s, "</main>\n");
}

static const struct {
	void (*open)(const struct sheet *s, struct strbuf *head);
	void (*add)(const struct sheet *s);
} designs[] = {[SITE_GOVERNMENT] = {open_government, add_government},
	[SITE_DAILY] = {NULL, add_daily},
	[SITE_PORTAL] = {NULL, add_portal},
	[SITE_BLOG] = {NULL, add_blog},
	[SITE_MODERN] = {open_modern, add_modern}};

static void sheet_release(struct sheet *s)
{
	strbuf_release(&s->title);
	strbuf_release(&s->text);
	strbuf_release(&s->source);
	strbuf_release(&s->editor);
}

static void sheet_init(struct sheet *s, const struct markup *m, const struct piece *p,
	const char *title)
{
	const struct site of = site_of(m->site->world, p->of_site);

	*s = (struct sheet){.m = m,
		.p = p,
		.when = china_time_of(p->published_ms),
		.title = STRBUF_INIT,
		.text = STRBUF_INIT,
		.source = STRBUF_INIT,
		.editor = STRBUF_INIT};
	markup_escaped(span_str(title), &s->title);
	piece_add_shown_text(p, piece_version(p, m->now_ms), &s->text);
	site_add_name(&of, &s->source);
	prose_add_person(mix(m->site->key, p->number), &s->editor);
}

void markup_article(const struct markup *m, const struct piece *p)
{
	CLEANUP(sheet_release) struct sheet s;
	STRBUF_LOCAL(title);
	STRBUF_LOCAL(head);

	piece_add_shown_title(p, piece_version(p, m->now_ms), &title);
	sheet_init(&s, m, p, title.data);
	if (designs[m->design].open)
		designs[m->design].open(&s, &head);
	markup_open(m, title.data, head.data);
	designs[m->design].add(&s);
	markup_close(m);
}
