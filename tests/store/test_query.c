#include "store/query.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/fold.h"
#include "store/region.h"

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct record sample(struct arena *a)
{
	struct record r = {
		.title = "湖北发布“人工智能+”行动方案",
		.source = "hubei-daily",
		.publisher = "湖北日报",
		.text = "武汉推动DeepSeek大模型与OpenAI的产品在政务领域落地，人形机器人亮相。\n"
			"依据《新一代人工智能发展规划》(国发〔2017〕35号)，建设算力中心。\n"
			"GPT-4 and the AI Act; 生成式服务须完成登记备案。",
		.published = {.zone_min = 480, .precision = PRECISION_MINUTE},
	};

	clock_parse(SPAN_LITERAL("2025-05-29T00:30:00+08:00"), &r.published.ms);
	record_list_add(a, &r.regions, "420100");
	record_list_add(a, &r.regions, "X-BDA");
	record_list_add(a, &r.industries, "政务");
	record_list_add(a, &r.industries, "制造业");
	record_list_add(a, &r.ai_technologies, "DeepSeek");
	record_list_add(a, &r.agencies, "国家互联网信息办公室");
	record_list_add(a, &r.document_numbers, "国发〔2017〕35号");
	return r;
}

/* 1, 0, or a negative code with the fault in *@fault. */
static int ask(const char *text, struct query_fault *fault)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(query_freep) struct query *q = NULL;
	CLEANUP(query_document_freep) struct query_document *d = NULL;
	struct record r = sample(a);
	int code = query_parse(span_str(text), &q, fault);

	if (code < 0)
		return code;
	d = query_document_new(&r);
	return query_match(q, d);
}

static void test_query__matches_what_the_language_says(void **state)
{
	static const struct {
		const char *query;
		bool match;
	} rows[] = {
		/* terms */
		{"人工智能", true},
		{"人工智慧", false},
		{"人工智能+", true},
		{"“人工智能+”行动", true},
		{"人工智能+行动", true},
		{"《新一代人工智能发展规划》", true},
		{"新一代 人工智能", true},
		{"人形機器人", true},
		{"ＤｅｅｐＳｅｅｋ", true},
		{"deepseek", true},
		{"Deep", false},
		{"seek", false},
		{"deep*", true},
		{"*seek", true},
		{"AI", true},
		{"AC", false},
		{"OpenAI", true},
		{"Open AI", true},
		{"open AND AI", false},
		{"AI Act", true},
		{"\"AI Act\"", true},
		{"\"Act AI\"", false},
		{"国发〔2017〕35号", true},
		{"国发(2017)35号", true},
		{"国发（2017）35号", true},
		{"国发[2017]35号", true},
		{"GPT-4", true},
		{"GPT-", true},
		{"GPT-5", false},
		{"DeepSeek大模型", true},
		/* operators */
		{"人工智能 算力", true},
		{"人工智能 芯片", false},
		{"芯片 OR 算力", true},
		{"芯片 or 算力", true},
		{"芯片 ＯＲ 算力", true},
		{"芯片 或 算力", true},
		{"算力 与 武汉", true},
		{"算力 且 芯片", false},
		{"算力 非 武汉", false},
		{"算力 -武汉", false},
		{"算力 -芯片", true},
		{"算力 NOT 芯片", true},
		{"-芯片 算力", true},
		{"-(芯片 OR 汽车) 算力", true},
		{"NOT NOT 算力", true},
		{"芯片 汽车 OR 算力", true},
		{"芯片 (汽车 OR 算力)", false},
		{"芯片 （汽车 OR 算力）", false},
		{"算力 OR NOT 武汉", true},
		{"“芯片”或“算力”", true},
		{"“芯片”与“算力”", false},
		{"(芯片)或(算力)", true},
		{"\"芯片 OR 算力\"", false},
		{"算力与芯片", false},
		/* distance */
		{"武汉 NEAR/2 DeepSeek", true},
		{"武汉 NEAR/1 DeepSeek", false},
		{"DeepSeek NEAR/2 武汉", true},
		{"(芯片 OR 武汉) NEAR/2 (DeepSeek OR 豆包)", true},
		{"武汉 NEAR/2 DeepSeek NEAR/0 大模型", true},
		{"武汉 ＮＥＡＲ／２ DeepSeek", true},
		{"生成式*备案", true},
		{"生成式＊备案", true},
		{"武汉*亮相", false},
		{"算力*", true},
		{"生成*登记*案", true},
		/* fields */
		{"title:人工智能", true},
		{"标题：人工智能", true},
		{"标题:算力", false},
		{"text:算力", true},
		{"title:(算力 OR 湖北)", true},
		{"title:(算力 湖北)", false},
		{"source:湖北日报", true},
		{"来源:hubei-daily", true},
		{"publisher:hubei-daily", false},
		{"publisher:湖北", true},
		{"region:420000", true},
		{"region:420100", true},
		{"region:420106", false},
		{"region:武汉", true},
		{"地区:武汉市", true},
		{"地区:深圳", false},
		{"region:X-BDA", true},
		{"region:x-zgc", false},
		{"region:430000", false},
		{"地区:湖北", true},
		{"地区:湖北省", true},
		{"地区:广东", false},
		{"行业:制造业", true},
		{"industry:农业", false},
		{"tech:deepseek", true},
		{"AI技术:DeepSeek", true},
		{"ＡＩ技术：DeepSeek", true},
		{"agency:互联网信息办公室", true},
		{"number:国发〔2017〕35号", true},
		{"number:国发[2018]35号", false},
		{"after:2025-05-29", true},
		{"after:2025-05-30", false},
		{"before:2025-05-30", true},
		{"before:2025-05-29", false},
		{"after:2025", true},
		{"before:2025-06", true},
		{"2025-05..2025-06", true},
		{"算力 2024..2025-04", false},
		{"2025..2025", true},
		{"-title:算力 湖北", true},
		{"title: 湖北", true},
		/* regular expressions */
		{"/人.智能/", true},
		{"/国发.{0,6}3[0-9]号/", true},
		{"/deepsee[KQ]/", true},
		{"/^武汉/", true},
		{"/芯片|汽车/", false},
		{"title:/行动方案$/", true},
		{"/a\\/b/", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct query_fault fault = {0};
		int answer = ask(rows[i].query, &fault);

		if (answer != rows[i].match)
			fail_msg("row %zu: %s: %d, column %zu %s", i, rows[i].query, answer,
				fault.column, fault.text);
	}
}

static void test_query__a_fault_is_refused_with_its_column(void **state)
{
	static const struct {
		const char *query;
		size_t column;
	} rows[] = {
		{"", 1},
		{"   ", 1},
		{"-人工智能", 1},
		{"NOT 人工智能", 1},
		{"-算力 -芯片", 1},
		{"非 算力", 1},
		{"人工智能 AND", 9},
		{"AND 人工智能", 1},
		{"人工智能 OR OR 算力", 9},
		{"(人工智能", 1},
		{"人工智能)", 5},
		{"人工智能 （算力", 6},
		{"()", 2},
		{"\"人工智能", 1},
		{"算力 “人工智能", 4},
		{"titel:算力", 1},
		{"算力 栏目:要闻", 4},
		{"title:", 1},
		{"算力 after:昨天", 10},
		{"after:2025-13", 7},
		{"region:火星", 8},
		{"region:123", 8},
		{"算力 NEAR 芯片", 4},
		{"算力 NEAR/x 芯片", 4},
		{"算力 NEAR/5", 10},
		{"算力 NEAR/99999 芯片", 4},
		{"(算力 芯片) NEAR/5 湖北", 9},
		{"算力 *", 4},
		{"算力 /a", 4},
		{"算力 /(/", 6},
		{"算力 - 芯片", 4},
		{"a*a*a*a*a*a*a*a*a*a*a", 1},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct query_fault fault = {0};
		int answer = ask(rows[i].query, &fault);

		if (answer != -ERR_PARSE || fault.column != rows[i].column || !*fault.text)
			fail_msg("row %zu: %s: %d, column %zu %s", i, rows[i].query, answer,
				fault.column, fault.text);
	}
}

static void test_query__date_terms_match_dated_records_only(void **state)
{
	CLEANUP(query_freep) struct query *q = NULL;
	struct record r = {.title = "算力"};
	CLEANUP(query_document_freep) struct query_document *d = query_document_new(&r);
	struct query_fault fault;

	(void)state;
	assert_int_equal(query_parse(SPAN_LITERAL("算力 before:2030"), &q, &fault), 0);
	assert_false(query_match(q, d));
}

static void test_query__terms_are_those_found_as_written(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	CLEANUP(query_freep) struct query *q = NULL;
	CLEANUP(query_document_freep) struct query_document *d = NULL;
	struct record r = sample(a);
	struct str_list terms = {0};
	struct query_fault fault;
	size_t offset;

	(void)state;
	d = query_document_new(&r);
	assert_int_equal(query_parse(SPAN_LITERAL("(人形機器人 OR 芯片) “算力” 算力 -汽车"), &q,
				 &fault),
		0);
	assert_true(query_match(q, d));
	query_terms(q, d, a, &terms);
	assert_int_equal(terms.len, 2);
	assert_string_equal(terms.items[0], "人形機器人");
	assert_string_equal(terms.items[1], "算力");
	assert_true(query_locate(q, d, &offset));
	assert_memory_equal(query_document_text(d).data + offset, "人形机器人",
		strlen("人形机器人"));
}

static void test_query__anchors_are_in_every_match(void **state)
{
	static const struct {
		const char *query;
		const char *anchors; /* NULL: none */
	} rows[] = {
		{"算力", "算力 "},
		{"AI 人工智能", "人工智能 "},
		{"算力 OR 芯片", "算力 芯片 "},
		{"(算力 OR 芯片) 人形机器人", "人形机器人 "},
		{"算力 OR 地区:湖北", NULL},
		{"地区:湖北 算力", "算力 "},
		{"来源:湖北日报", NULL},
		{"生成式*备案", "生成式 "},
		{"/a/", NULL},
		{"title:算力 -芯片", "算力 "},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		CLEANUP(query_freep) struct query *q = NULL;
		STRBUF_LOCAL(text);
		struct query_fault fault;
		struct span *anchors;
		size_t n;

		assert_int_equal(query_parse(span_str(rows[i].query), &q, &fault), 0);
		if (!query_anchors(q, a, &anchors, &n)) {
			assert_null(rows[i].anchors);
			continue;
		}
		for (size_t k = 0; k < n; k++)
			strbuf_printf(&text, "%.*s ", (int)anchors[k].len, anchors[k].data);
		assert_string_equal(text.data, rows[i].anchors ? rows[i].anchors : "(none)");
	}
}

/* Adversarial terms cost no more than a walk over the text. */
static void test_query__repeated_stars_stay_cheap(void **state)
{
	CLEANUP(query_freep) struct query *q = NULL;
	STRBUF_LOCAL(text);
	struct query_fault fault;

	(void)state;
	for (int i = 0; i < 20000; i++)
		strbuf_add_char(&text, '-');
	{
		struct record r = {.text = text.data};
		CLEANUP(query_document_freep) struct query_document *d = query_document_new(&r);

		assert_int_equal(
			query_parse(SPAN_LITERAL(
					    "\"-\"*\"-\"*\"-\"*\"-\"*\"-\"*\"-\"*x NEAR/1000 y"),
				&q, &fault),
			0);
		assert_false(query_match(q, d));
	}
}

/* The rows of keyword_subscriptions.tsv that need no enriched record, on the seeds' plain text. */
struct seed_row {
	char *id, *query, *style, *hits, *wrong_hits, *misses;
};

static bool split_row(char *line, struct seed_row *ret)
{
	char *columns[8] = {0};

	line[strcspn(line, "\n")] = '\0';
	for (int i = 0; i < 8; i++)
		columns[i] = strsep(&line, "\t");
	*ret = (struct seed_row){columns[0], columns[1], columns[2], columns[3], columns[5],
		columns[6]};
	return ret->misses && ret->id[0] == 'q' && strcmp(ret->style, "field") != 0 &&
		strcmp(ret->style, "region") != 0 && strcmp(ret->style, "date") != 0;
}

static struct query_document *seed_document(const char *name)
{
	CLEANUP(freep) char *path = alloc_printf("%s/seed-site/text/%s", SHARED_DIR, name);
	CLEANUP(fclosep) FILE *f = fopen(path, "r");
	CLEANUP(freep) char *text = alloc_zeroed(1 << 20, 1);
	struct record r = {.text = text};

	assert_non_null(f);
	assert_true(fread(text, 1, (1 << 20) - 1, f) > 0);
	return query_document_new(&r);
}

static void check_row(const struct seed_row *row, const struct query_document *const seeds[5])
{
	CLEANUP(query_freep) struct query *q = NULL;
	struct query_fault fault;

	if (query_parse(span_str(row->query), &q, &fault) < 0)
		fail_msg("%s %s: column %zu %s", row->id, row->query, fault.column, fault.text);
	for (int i = 0; i < 5; i++) {
		CLEANUP(freep) char *seed = alloc_printf("%03d", i);
		bool must = strstr(row->hits, seed) && !strstr(row->misses, seed);
		/* A row without hits is about noise, which plain text has. */
		bool may = strstr(row->hits, seed) || strstr(row->wrong_hits, seed) || !*row->hits;
		bool found = query_match(q, seeds[i]);

		if ((must && !found) || (found && !may))
			fail_msg("%s %s: seed %s, found %d", row->id, row->query, seed, found);
	}
}

static void test_query__agrees_with_the_seeds(void **state)
{
	static const char *const names[5] = {"000_f594ec89f4f92c26.txt", "001_75ab88ce9bd2d2eb.txt",
		"002_30c2aa23e8162a50.txt", "003_593e9b3dadb7e903.txt", "004_7e28fbc09382ac23.txt"};
	CLEANUP(fclosep)
	FILE *f = fopen(SHARED_DIR "/facts/gazetteers/keyword_subscriptions.tsv", "r");
	struct query_document *seeds[5];
	struct seed_row row;
	char line[4096];

	(void)state;
	if (!f)
		skip();
	for (int i = 0; i < 5; i++)
		seeds[i] = seed_document(names[i]);
	while (fgets(line, sizeof line, f)) {
		if (split_row(line, &row))
			check_row(&row, (const struct query_document *const *)seeds);
	}
	for (int i = 0; i < 5; i++)
		query_document_free(seeds[i]);
}

static void test_query__cities_and_provinces_of_one_name_are_told_apart(void **state)
{
	static const struct {
		const char *name, *code;
	} rows[] = {{"吉林", "220000"}, {"吉林省", "220000"}, {"吉林市", "220200"},
		{"海南", "460000"}, {"海南州", "632500"}, {"海南藏族自治州", "632500"},
		{"深圳", "440300"}, {"深圳市", "440300"}, {"重庆市", "500000"},
		{"锡林郭勒盟", "152500"}, {"大兴安岭地区", "232700"}, {"深圳省", NULL}, {"", NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		const char *code = region_code(span_str(rows[i].name));

		if (code != rows[i].code && (!code || !rows[i].code || strcmp(code, rows[i].code)))
			fail_msg("%s: %s", rows[i].name, code ? code : "none");
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_query__cities_and_provinces_of_one_name_are_told_apart),
		cmocka_unit_test(test_query__matches_what_the_language_says),
		cmocka_unit_test(test_query__a_fault_is_refused_with_its_column),
		cmocka_unit_test(test_query__date_terms_match_dated_records_only),
		cmocka_unit_test(test_query__terms_are_those_found_as_written),
		cmocka_unit_test(test_query__anchors_are_in_every_match),
		cmocka_unit_test(test_query__repeated_stars_stay_cheap),
		cmocka_unit_test(test_query__agrees_with_the_seeds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
