#include "tests/web/page.h"

#include "common/clock.h"

#include <stdio.h>

#define DAY_MS     (24 * 3600 * (int64_t)1000)
#define CHINA_MIN  480
#define PARAGRAPHS 5

static const char *const regions[] = {"浙江", "广东", "四川", "湖北", "山东", "福建", "陕西",
	"辽宁", "贵州", "云南", "安徽", "江西", "湖南", "河南", "河北", "吉林", "甘肃"};
static const char *const topics[] = {"人工智能产业", "算力基础设施", "数据要素流通", "智能网联汽车",
	"大模型备案服务", "工业互联网平台", "低空智能装备", "具身智能机器人", "智慧医疗应用",
	"科学智能研究", "开源社区建设", "芯片适配验证", "语料资源供给"};
static const char *const acts[] = {"三年行动方案", "若干支持措施", "专项资金申报通知",
	"试点示范名单", "工作推进会", "实施细则", "管理办法征求意见稿"};
static const char *const openings[] =
	{"%s有关部门近日就%s作出部署，第%u批任务共列出%u项，责任落实到市县两级。",
		"记者从%s省政府新闻办获悉，围绕%s，第%u次专题会议审议通过了%u条意见。",
		"为加快%s的%s，当地安排第%u期引导资金，支持%u个重点项目开工建设。"};
static const char *const middles[] =
	{"文件提出，%s将把%s纳入年度考核，第%u季度前完成%u家企业的调研评估。",
		"据介绍，%s在%s方面已经形成第%u个产业集聚区，带动就业超过%u千人。",
		"专家认为，%s推进%s要防止重复建设，第%u类场景应先行先试，覆盖%u个县区。",
		"企业代表表示，%s的%s政策较为务实，第%u轮融资对接会签约%u项合作协议。",
		"下一步，%s还将完善%s标准体系，第%u版指南预计吸收%u条公众意见。",
		"在监管方面，%s对%s实行分级管理，第%u级以上系统须在%u日内完成备案。",
		"高校与科研院所参与度提升，%s聚焦%s设立第%u个联合实验室，引进%u名骨干人才。"};

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* A number that site, article and place decide, and nothing else. */
static uint32_t draw(uint32_t site, unsigned article, uint32_t place)
{
	uint32_t x = site * 2654435761U ^ article * 2246822519U ^ place * 3266489917U;

	x ^= x >> 15;
	x *= 2246822519U;
	x ^= x >> 13;
	x *= 3266489917U;
	return x ^ x >> 16;
}

static const char *region_of(uint32_t site)
{
	return regions[site % COUNT(regions)];
}

/* Neighbours differ, and so do the articles of one site. */
static const char *topic_of(uint32_t site, unsigned article)
{
	return topics[(site * PAGE_ARTICLES + article) % COUNT(topics)];
}

unsigned page_article_number(struct span path)
{
	unsigned number = 0;

	if (!span_starts_with(path, SPAN_LITERAL("/a/")))
		return 0;
	for (size_t i = 3; i < path.len && path.data[i] >= '0' && path.data[i] <= '9'; i++)
		number = number * 10 + (unsigned)(path.data[i] - '0');
	return number <= PAGE_ARTICLES ? number : 0;
}

void page_title(uint32_t site, unsigned article, struct strbuf *out)
{
	strbuf_printf(out, "%s发布%s第%u号%s", region_of(site), topic_of(site, article),
		100 + site * PAGE_ARTICLES + article, acts[(site + article) % COUNT(acts)]);
}

static int64_t date_of(unsigned article, int64_t published_ms)
{
	return published_ms - (article - 1) * DAY_MS;
}

static void add_head(const char *title, struct strbuf *out)
{
	strbuf_printf(out,
		"<!DOCTYPE html>\n<html lang=\"zh-CN\"><head><meta charset=\"utf-8\">"
		"<title>%s</title></head><body>\n<div class=\"nav\"><a href=\"/\">首页</a> "
		"<a href=\"/about.htm\">关于我们</a></div>\n",
		title);
}

void page_listing(uint32_t site, int64_t published_ms, struct strbuf *out)
{
	char when[CLOCK_TEXT_MAX];

	add_head("政策动态", out);
	strbuf_add_str(out, "<div class=\"list\"><ul>\n");
	for (unsigned i = 1; i <= PAGE_ARTICLES; i++) {
		strbuf_printf(out, "<li><a href=\"" PAGE_ARTICLE "\">", i);
		page_title(site, i, out);
		strbuf_printf(out, "</a><span>%.10s</span></li>\n",
			clock_format(date_of(i, published_ms), CHINA_MIN, when));
	}
	strbuf_add_str(out,
		"</ul></div>\n<div class=\"footer\">版权所有 某某新闻网</div></body></html>\n");
}

static void add_paragraph(uint32_t site, unsigned article, uint32_t place, struct strbuf *out)
{
	uint32_t number = draw(site, article, place);
	const char *format = place ? middles[(number + place) % COUNT(middles)]
				   : openings[number % COUNT(openings)];

	strbuf_add_str(out, "<p>");
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored                                                                     \
	"-Wformat-nonliteral" /* of the tables above, all with the same four */
	strbuf_printf(out, format, region_of(site), topic_of(site, article), 2 + number / 7 % 90,
		3 + number / 11 % 900);
#pragma GCC diagnostic pop
	strbuf_add_str(out, "</p>\n");
}

void page_article(uint32_t site, unsigned article, int64_t published_ms, struct strbuf *out)
{
	char when[CLOCK_TEXT_MAX];
	STRBUF_LOCAL(title);

	page_title(site, article, &title);
	add_head(title.data, out);
	clock_format(date_of(article, published_ms), CHINA_MIN, when);
	strbuf_printf(out,
		"<div class=\"main\"><h1>%s</h1>\n<div class=\"info\"><span>%.10s %.5s</span> "
		"<span>来源：某某新闻网</span></div>\n<div class=\"content\">\n",
		title.data, when, when + 11);
	for (uint32_t i = 0; i < PARAGRAPHS; i++)
		add_paragraph(site, article, i, out);
	strbuf_add_str(out,
		"</div></div>\n<div class=\"footer\">版权所有 某某新闻网</div></body></html>\n");
}
