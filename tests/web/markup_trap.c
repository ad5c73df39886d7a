#include "tests/web/markup.h"

void markup_missing(const struct markup *m)
{
	markup_open(m, "页面不存在", NULL);
	strbuf_add_str(m->out,
		"<div class=\"error\"><h2>页面不存在</h2><p>您访问的页面已删除或更名。</p>"
		"<p><a href=\"/\">返回首页</a></p></div>\n");
	markup_close(m);
}

static void add_month_link(const struct markup *m, int year, int month, const char *label)
{
	strbuf_printf(m->out, "<a href=\"/calendar/%d/%02d/\">%s</a> ",
		month < 1            ? year - 1
			: month > 12 ? year + 1
				     : year,
		month < 1            ? 12
			: month > 12 ? 1
				     : month,
		label);
}

void markup_calendar(const struct markup *m, int year, int month, int day)
{
	markup_open(m, "日历", NULL);
	strbuf_printf(m->out, "<div class=\"calendar\"><h2>%d年%d月", year, month);
	if (day)
		strbuf_printf(m->out, "%d日", day);
	strbuf_add_str(m->out, "</h2>\n");
	add_month_link(m, year, month - 1, "上一月");
	add_month_link(m, year, month + 1, "下一页"); /* as badly labelled as some are */
	for (int d = 1; d <= 28; d++)
		strbuf_printf(m->out, "<a href=\"/calendar/%d/%02d/%02d/\">%d月%d日新闻汇总</a> ",
			year, month, d, month, d);
	strbuf_add_str(m->out, "</div>\n");
	markup_close(m);
}

void markup_echo(const struct markup *m)
{
	markup_open(m, "滚动新闻", NULL);
	strbuf_add_str(m->out,
		"<div class=\"list\"><a href=\"echo/\">滚动新闻</a> <a href=\"echo/echo/2025.html\">"
		"滚动新闻往期内容在这里查看</a></div>\n");
	markup_close(m);
}

void markup_about(const struct markup *m)
{
	markup_open(m, "栏目", NULL);
	strbuf_add_str(m->out, "<div class=\"column\"><p>栏目建设中。</p></div>\n");
	markup_close(m);
}
