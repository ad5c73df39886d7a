#include "crawler/read/article/explain.h"

#include "common/json.h"
#include "crawler/read/read.h"
#include "tests/cmocka_all.h"

#define A "江城市近日印发行动方案，提出到明年年底建成三个智能算力中心，支持企业开放应用场景。"
#define B "方案提出，市级财政每年安排专项资金，对首次上云的中小企业给予补贴，最高一百万元。"

static const char page[] =
	"<title>江城印发算力行动方案_江城新闻网</title><body>"
	"<div class='nav top'><a href=/>首页</a></div><div id=main class='text x'>"
	"<h1>江城印发算力行动方案</h1><p>" A "</p><p>" B
	"</p><figure><figcaption>江城一景</figcaption></figure></div>"
	"<div class=share>分享到微信</div>";

static const struct explain *explain(struct arena *a, bool asked)
{
	const struct read_input in = {.bytes = span_str(page),
		.url = "http://a.cn/1.html",
		.fetched_at_ms = INT64_C(1748522400000),
		.http_status = 200,
		.explain = asked};
	struct read_output out;

	read_document(WORK_PAGE, &in, a, &out);
	return out.explain;
}

static void test_explain__nobody_pays_who_does_not_ask(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	assert_null(explain(a, false));
	explain_node(NULL, NULL, 0, 0, NULL);
	explain_fact(NULL, "title", "x", "y");
}

static void test_explain__names_the_winner_and_each_fate(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	const struct explain *e = explain(a, true);
	STRBUF_LOCAL(out);

	(void)state;
	assert_non_null(e);
	assert_string_equal(e->nodes[0].path, "html > body > div#main.text");
	explain_write(e, &out);
	assert_non_null(strstr(out.data, "title        江城印发算力行动方案  (from "));
	assert_non_null(strstr(out.data, "\nBODY  "));
	assert_non_null(strstr(out.data, "\nKEPT           江城市近日印发行动方案"));
	assert_non_null(strstr(out.data, "\nheadline       江城印发算力行动方案\n"));
	assert_non_null(strstr(out.data, "\ncaption: figcaption 江城一景\n"));
	assert_non_null(strstr(out.data, "\noutside: div.share 分享到微信\n"));
}

static void test_explain__programs_read_it_as_json(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(json_freep) struct json *root = NULL;
	const struct json *block;
	STRBUF_LOCAL(out);
	int kept = 0;

	(void)state;
	explain_write_json(explain(a, true), &out);
	assert_int_equal(json_parse(strbuf_span(&out), &root, NULL), 0);
	assert_string_equal(json_get_str(json_first(json_get(root, "facts")), "name"), "title");
	assert_true(json_is_true(json_get(json_first(json_get(root, "nodes")), "won")));
	for (block = json_first(json_get(root, "blocks")); block; block = json_next(block))
		kept += json_is_true(json_get(block, "kept"));
	assert_int_equal(kept, 2);
}

static void test_explain__leaves_out_what_is_too_much(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct explain *e = explain_new(a);

	(void)state;
	for (int i = 0; i < EXPLAIN_FACTS_MAX + 5; i++)
		explain_fact(e, "date", "2025", "META");
	explain_fact(e, "author", NULL, "nowhere");
	assert_int_equal(e->n_facts, EXPLAIN_FACTS_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_explain__nobody_pays_who_does_not_ask),
		cmocka_unit_test(test_explain__names_the_winner_and_each_fate),
		cmocka_unit_test(test_explain__programs_read_it_as_json),
		cmocka_unit_test(test_explain__leaves_out_what_is_too_much),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
