#include "crawler/read/article/title.h"

#include "tests/cmocka_all.h"

struct row {
	const char *want;
	struct metadata m;
	const char *body; /* markup */
	const char *listed;
};

#define P "<p>The council approved the plan on Monday, after a debate that took all night.</p>"

static const struct row rows[] = {
	/* Names of column and site go. */
	{"江城印发算力行动方案", {.page_title = "江城印发算力行动方案_要闻_江城新闻网"}, P, NULL},
	{"Council approves the plan", {.page_title = "Council approves the plan - Daily News"}, P,
		NULL},
	{"江城印发算力行动方案", {.page_title = "江城印发算力行动方案｜江城日报"},
		"<h1>江城印发算力行动方案</h1>" P, NULL},
	/* The headline stands first; the site's motto may be the longer line. */
	{"雄江新区", {.page_title = "雄江新区 - 江城百科，自由的百科全书"},
		"<div>江城百科，自由的百科全书</div><h1>雄江新区</h1>" P, NULL},
	/* The government's tag is it. */
	{"江城印发方案", {.page_title = "江城新闻", .article_title = "江城印发方案"}, P, NULL},
	/* A kicker in a line of its own belongs to the headline when the page's names agree. */
	{"After the vote: Council approves the plan",
		{.page_title = "After the vote: Council approves the plan - Daily News",
			.social_title = "After the vote: Council approves the plan"},
		"<div>After the vote</div><h1>Council approves the plan</h1>" P, NULL},
	{"Council approves: how it came",
		{.page_title = "Council approves the budget, how it came about",
			.social_title = "Council approves: how it came",
			.headline = "Council approves: how it came"},
		"<h1>Council approves the budget, how it came about</h1>" P, NULL},
	/* A <title> without the site is written for search engines, and JSON-LD with it. */
	{"Council defiant over the plan",
		{.page_title = "Council suggests that it will keep to the plan",
			.social_title = "Council defiant over the plan",
			.headline = "Council suggests that it will keep to the plan"},
		"<h1>Council defiant over the plan</h1>" P, NULL},
	{"Council braces for a sprint to the vote",
		{.page_title = "Council braces for a sprint to the vote | Daily News",
			.social_title = "Council braces for an intense sprint to the vote",
			.headline = "Council braces for a sprint to the vote"},
		"<h1>Council braces for an intense sprint to the vote</h1>" P, NULL},
	/* The line on the page, where JSON-LD has the same. */
	{"Council approves the plan",
		{.page_title = "Budget news: Council approves the plan | Daily News",
			.social_title = "Budget news: Council approves the plan",
			.headline = "Council approves the plan"},
		"<h1>Council approves the plan</h1>" P, NULL},
	/* The site's name behind the headline stays away, agree who may. */
	{"Council approves the plan",
		{.page_title = "Council approves the plan - Current affairs of today",
			.social_title = "Council approves the plan - Current affairs of today",
			.headline = "Council approves the plan - Current affairs of today"},
		"<h1>Council approves the plan</h1>" P, NULL},
	/* So it does where it stands behind a colon. */
	{"江城の新計画",
		{.page_title = "江城の新計画：例新聞",
			.social_title = "江城の新計画：例新聞",
			.site_name = "例新聞"},
		"<h1>江城の新計画</h1>" P, NULL},
	{"江城の新計画：市長の賭け",
		{.page_title = "江城の新計画：市長の賭け",
			.social_title = "江城の新計画：市長の賭け",
			.site_name = "例新聞"},
		"<h1>江城の新計画</h1>" P, NULL},
	/* What a template calls all of its pages is no headline. */
	{"关于公布历史建筑名单的公告", {.page_title = "详情页"},
		"<h2>关于公布历史建筑名单的公告</h2>" P, NULL},
	{"关于公布历史建筑名单的公告", {.page_title = "江城市资源局 通知公告"},
		"<h1>江城市资源局</h1><a href=1>通知公告</a><h2>关于公布历史建筑名单的公告</h2>" P,
		NULL},
	{"关于公布历史建筑名单的公告", {.page_title = "江城市资源局-通知公告"},
		"<div>关于公布历史建筑名单的公告</div><p>发布时间：2025-05-28</p>" P, NULL},
	{"关于公布历史建筑名单的公告", {.page_title = "通知公告"}, P, "关于公布历史建筑名单的公告"},
	{"体育中心开放", {.page_title = "体育中心开放"}, "<h1>体育中心开放</h1>" P, NULL},
	/* A site's name may hold a mark. */
	{"江城启动供水管网改造", {.page_title = "江城启动供水管网改造_江城新闻-The Town"}, P, NULL},
	/* It may stand first. */
	{"小区加装电梯提速", {.page_title = "江城晨报数字报-小区加装电梯提速"},
		"<div>小区加装电梯提速</div>" P, NULL},
	/* A headline may be short. */
	{"Bean soup", {.page_title = "Bean soup - The Kitchen"}, "<h1>Bean soup</h1>" P, NULL},
	/* A side box has headings, too. */
	{"Council approves the plan", {.page_title = "Council approves the plan"},
		"<div class=sidebar><h3>Most people like the weather here</h3></div>" P, NULL},
	/* Nothing but the list knows; no sentence of the text is a headline. */
	{"Council approves the plan", {0}, P, "Council approves the plan"},
	{NULL, {0}, P, NULL},
	{"Council approves the great plan", {0}, "<h2>Council approves the great plan</h2>" P,
		NULL},
};

static void test_title__is_what_the_names_of_a_page_agree_on(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		CLEANUP(html_freep) struct html *h = html_parse(span_str(rows[i].body));
		struct block_list blocks;
		struct body body;
		struct title title;

		block_list_make(h, a, &blocks);
		body_find(h, &blocks, false, a, &body);
		title_find(&blocks, &body, &rows[i].m, rows[i].listed, a, &title);
		if (!rows[i].want != !title.text ||
			(title.text && strcmp(title.text, rows[i].want) != 0))
			fail_msg("row %zu: %s", i, title.text ? title.text : "none");
		assert_true(!title.text == !title.source);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_title__is_what_the_names_of_a_page_agree_on),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
