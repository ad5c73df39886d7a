/*
 * Hostility in pages: answers that look like articles and are none, and one
 * that looks like a wall and is an article.
 */
#include "tests/web/hostile.h"

#include "tests/web/answer.h"
#include "tests/web/page.h"

#define HTML "text/html; charset=utf-8"

static void add_frame(struct strbuf *out)
{
	strbuf_add_str(out,
		"<!DOCTYPE html><html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
		"<title>某某新闻网</title></head><body><div class=\"nav\"><a href=\"/\">首页</a> "
		"<a href=\"/about.htm\">关于我们</a></div>\n");
}

static void send_page(const struct ask *a, const struct strbuf *page, struct evbuffer *out)
{
	answer_ask(a, (struct answer){200, .content_type = HTML, .body = strbuf_span(page)}, out);
}

/*
 * No word of it says so: only that it is the same for each address, but for what is
 * echoed and advertised.
 */
static void soft_404(const struct ask *a, struct evbuffer *out)
{
	STRBUF_LOCAL(page);
	STRBUF_LOCAL(title);

	add_frame(&page);
	strbuf_printf(&page, "<div class=\"main\"><p>%.*s：%u</p>", (int)a->path.len, a->path.data,
		a->nth + 1);
	strbuf_add_str(&page,
		"<p>很遗憾，没有读者想看的内容。它可能从来没有发表过，也可能已经搬到别处。"
		"请从首页重新开始浏览，或者在工作日与编辑部的值班人员联系。</p></div>\n<ul>");
	for (unsigned i = 1; i <= PAGE_ARTICLES; i++) {
		strbuf_clear(&title);
		page_title(a->site, 1 + (a->nth + i) % PAGE_ARTICLES, &title);
		strbuf_printf(&page, "<li><a href=\"/a/%u.htm\">%s</a></li>", i, title.data);
	}
	strbuf_add_str(&page, "</ul></body></html>\n");
	send_page(a, &page, out);
}

static void same_page(const struct ask *a, struct evbuffer *out)
{
	STRBUF_LOCAL(page);

	add_frame(&page);
	strbuf_add_str(&page,
		"<div class=\"main\"><p>各位读者，本站今晚更换设备，预计明天早上八点恢复。</p>"
		"<p>给大家带来不便，我们深表歉意，感谢一直以来的理解与支持。</p></div></body></html>\n");
	send_page(a, &page, out);
}

static void say(const struct ask *a, const char *title, const char *text, struct evbuffer *out)
{
	STRBUF_LOCAL(page);

	strbuf_printf(&page,
		"<!DOCTYPE html><html><head><meta charset=\"utf-8\"><title>%s</title></head><body>"
		"<div class=\"nav\"><a href=\"/\">首页</a></div><p>%s</p></body></html>\n",
		title, text);
	send_page(a, &page, out);
}

static void said_gone(const struct ask *a, struct evbuffer *out)
{
	say(a, "某某新闻网", "抱歉，您访问的页面已删除或更名，五秒后返回首页。", out);
}

static void said_down(const struct ask *a, struct evbuffer *out)
{
	say(a, "网站维护中", "网站维护中，请稍后访问。", out);
}

static void said_often(const struct ask *a, struct evbuffer *out)
{
	say(a, "提示", "您的访问过于频繁，请稍后再试。", out);
}

/* The wall that its site stands behind has left cookies and scripts in it. */
static void walled_article(const struct ask *a, struct evbuffer *out)
{
	STRBUF_LOCAL(page);

	strbuf_add_str(&page,
		"<script>var arg1='7F2A';if(0){document.cookie='acw_sc__v2=1';location.reload()}</script>"
		"<script src=\"/wzws-waf-cgi/probe.js\"></script>\n");
	a->add_page(a, &page);
	answer_ask(a,
		(struct answer){200, .content_type = HTML,
			.extra_headers = "Set-Cookie: acw_tc=76b20f6d; path=/; HttpOnly\r\n"
					 "Set-Cookie: wzws_cid=90ab; path=/\r\n"
					 "Set-Cookie: Xq7PlmVb2S=60ab; path=/\r\n",
			.body = strbuf_span(&page)},
		out);
}

static void challenge_202(const struct ask *a, struct evbuffer *out)
{
	answer_ask(a,
		(struct answer){202, .content_type = HTML,
			.extra_headers = "Set-Cookie: Xq7PlmVb2S=60ab; path=/; HttpOnly\r\n"},
		out);
}

static void challenge_403(const struct ask *a, struct evbuffer *out)
{
	answer_ask(a,
		(struct answer){403, .content_type = HTML,
			.extra_headers = "Server: cloudflare\r\ncf-mitigated: challenge\r\n",
			.body = SPAN_LITERAL("<html><head><title>Just a moment...</title></head>"
					     "<body><script>window._x={}</script></body></html>")},
		out);
}

static void captcha_405(const struct ask *a, struct evbuffer *out)
{
	answer_ask(a,
		(struct answer){405, .content_type = HTML,
			.extra_headers = "x-amzn-waf-action: captcha\r\n",
			.body = SPAN_LITERAL("<html><head><title>Human Verification</title></head>"
					     "<body></body></html>")},
		out);
}

static void blank(const struct ask *a, struct evbuffer *out)
{
	answer_ask(a,
		(struct answer){200, .content_type = HTML,
			.body = SPAN_LITERAL("\xEF\xBB\xBF \r\n\r\n\t\r\n")},
		out);
}

static void part(const struct ask *a, struct evbuffer *out)
{
	STRBUF_LOCAL(page);

	a->add_page(a, &page);
	answer_ask(a,
		(struct answer){206, .content_type = HTML,
			.extra_headers = "Content-Range: bytes 0-399/90000\r\n",
			.body = span_from(page.data, page.len < 400 ? page.len : 400)},
		out);
}

static void noise(const struct ask *a, struct evbuffer *out)
{
	char bytes[3000];
	uint32_t x = a->site * 2654435761U + a->article + 1;

	for (size_t i = 0; i < sizeof bytes; i++) {
		x = x * 1664525U + 1013904223U;
		bytes[i] = (char)(x >> 24);
	}
	bytes[0] = 'N'; /* the beginning of no format */
	answer_ask(a,
		(struct answer){200, .content_type = HTML, .body = span_from(bytes, sizeof bytes)},
		out);
}

#define ANSWER(fn)                                                                                 \
	{                                                                                          \
		{.act = STEP_SEND, .make = fn}, {.act = STEP_END},                                 \
	}

const struct hostile_kind hostile_pages[] = {
	{"soft-404", "lost:gone", .steps = ANSWER(soft_404), .also = "/a/"},
	{"same-page", "lost:down", .steps = ANSWER(same_page), .also = "/"},
	{"said-gone", "lost:gone", .steps = ANSWER(said_gone)},
	{"said-down", "lost:down", .steps = ANSWER(said_down)},
	{"said-often", "lost:throttled", .steps = ANSWER(said_often)},
	{"walled-article", "stored", .steps = ANSWER(walled_article)},
	{"challenge-202", "lost:challenge", .steps = ANSWER(challenge_202)},
	{"challenge-403", "lost:challenge", .steps = ANSWER(challenge_403)},
	{"captcha-405", "lost:challenge", .steps = ANSWER(captcha_405)},
	{"blank-200", "lost:empty", .steps = ANSWER(blank)},
	{"part-206", "lost:down", .steps = ANSWER(part)},
	{"noise", "lost:not-text", .steps = ANSWER(noise)},
	{0},
};
