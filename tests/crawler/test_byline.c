#include "crawler/read/clean/byline.h"

#include "tests/cmocka_all.h"

/* Lists joined by commas, for comparison. */
static const char *joined(struct arena *a, const struct str_list *list)
{
	STRBUF_LOCAL(out);

	for (size_t i = 0; i < list->len; i++)
		strbuf_printf(&out, "%s%s", i ? "," : "", list->items[i]);
	return arena_dup(a, strbuf_span(&out));
}

struct row {
	const char *line, *publisher, *authors, *editors;
	bool pure;
};

static void check(const struct row *row)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct byline f = {0};
	bool pure = byline_read(span_str(row->line), a, &f);
	const char *publisher = f.publisher ? f.publisher : "";

	if (strcmp(publisher, row->publisher) != 0 ||
		strcmp(joined(a, &f.authors), row->authors) != 0 ||
		strcmp(joined(a, &f.editors), row->editors) != 0 || pure != row->pure)
		fail_msg("'%s' gave publisher %s, authors %s, editors %s, pure %d", row->line,
			publisher, joined(a, &f.authors), joined(a, &f.editors), pure);
}

static void test_byline__labels_in_any_order_and_script(void **state)
{
	static const struct row rows[] = {
		{"来源：江城晚报", "江城晚报", "", "", true},
		{"2025-03-02 10:20　来源: 江城晚报　举报", "江城晚报", "", "", true},
		{"來源:江城新聞客戶端 責任編輯:陳默 我來說兩句 |", "江城新聞客戶端", "", "陳默",
			false},
		{"来源：江城晚报、江城日报", "江城晚报", "", "", true},
		{"来源 | 江城晚报", "江城晚报", "", "", true},
		{"来源：江城晚报_头条", "江城晚报", "", "", true},
		{"来自：江城晚报", "江城晚报", "", "", true},
		{"作者：本站编辑 来源：江城晚报", "江城晚报", "", "", true},
		{"新媒体编辑 | 李小梅", "", "", "李小梅", true},
		{"一审 | 赵云 二审 | 钱进", "", "", "", true},
		{"作者：王一、李二　编辑：张三", "", "王一,李二", "张三", true},
		{"采写:江报记者 张小丽 覃大林", "", "张小丽,覃大林", "", true},
		{"统筹:江报记者 张小丽", "", "", "张小丽", true},
		{"总监制丨高山 监制丨流水 执笔丨张亚 编辑丨江雨 程明", "", "张亚", "江雨,程明",
			true},
		{"江城日报全媒记者李想", "", "李想", "", true},
		{"本报记者 李想 通讯员 周到", "", "李想", "", true},
		{"责任编辑：无", "", "", "", true},
		{"文/李想 图/周到", "", "李想", "", true},
		{"文/图 李想", "", "李想", "", true},
		{"作者：李 想　张小丽　周 到", "", "李想,张小丽,周到", "", true},
		{"江城日报记者 李想 摄", "", "", "", true},
		{"大桥夜景 本报记者 李想 摄", "", "", "", false},
		{"江報記者 李想 通訊員 周到 文/攝", "", "李想", "", true},
		{"信息来源：<省发改委>", "省发改委", "", "", true},
		{"（健康網記者林小想／採訪報導）", "", "林小想", "", true},
		{"作者：江城日报 记者：实习生 编辑：频道精选", "", "", "", false},
		{"记者在现场看到，水位已经下降。", "", "", "", false},
		{"编辑部设在江城，来源广泛。", "", "", "", false},
		{"这是一个普通的小标题", "", "", "", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		check(&rows[i]);
}

static void test_byline__what_stands_before_a_reporter_is_his_paper(void **state)
{
	static const struct {
		const char *line, *employer;
	} rows[] = {
		{"江城日报全媒体记者 李想", "江城日报"},
		{"江城日报 | 2025-05-28 10:20 | 记者 李想", "江城日报"},
		{"2025-05-28 10:20 江城日报记者 李想", "江城日报"},
		{"2025年5月28日 记者 李想", ""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		struct byline f = {0};

		byline_read(span_str(rows[i].line), a, &f);
		assert_string_equal(f.employer ? f.employer : "", rows[i].employer);
	}
}

static void test_byline__datelines_name_reporters(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct byline f = {0};

	(void)state;
	byline_read_dateline(span_str("新华社江城5月1日电（记者李想、周到）今天上午，大桥通车。"),
		a, &f);
	assert_string_equal(f.publisher, "新华社");
	assert_string_equal(joined(a, &f.authors), "李想,周到");
}

static void test_byline__reporters_stand_at_either_end_of_a_text(void **state)
{
	static const struct {
		const char *line, *authors;
	} rows[] = {{"本报讯（记者 李想 通讯员 周到）昨天，大桥通车。", "李想"},
		{"本报讯 记者李想、周到报道：昨天，大桥通车。", "李想,周到"},
		{"江城网訊 記者李想報導：昨天，大橋通車。", "李想"},
		{"本报讯 记者昨天从市政府获悉，据报道：大桥通车。", ""},
		{"江城电视台记者日前报道，大桥通车。", ""}, {"经记者多次报道，大桥通车。", ""},
		{"大桥通车。（记者手记）", ""},
		{"大桥通车，过江只要五分钟。（记者 李想 周到）", "李想,周到"},
		{"大桥通车，过江只要五分钟。(本報記者 李想)", "李想"},
		{"大桥通车。（见习记者李想 通讯员周到）", "李想"},
		{"大桥通车。（记者 李想 摄）", ""}, {"“几点通车？”（记者：很快。）", ""},
		{"大桥通车。（通讯员 周到）", ""}, {"（记者）", ""}, {")", ""}, {"", ""}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		struct byline f = {0};

		byline_read_dateline(span_str(rows[i].line), a, &f);
		byline_read_ending(span_str(rows[i].line), a, &f);
		if (strcmp(joined(a, &f.authors), rows[i].authors) != 0)
			fail_msg("%s gave %s", rows[i].line, joined(a, &f.authors));
	}
}

static void test_byline__datelines_name_the_medium(void **state)
{
	static const struct {
		const char *line, *publisher;
	} rows[] = {{"江城日报讯（记者 李想）昨天，大桥通车。", "江城日报"},
		{"江城网江南5月1日讯 昨天，大桥通车。", "江城网"},
		{"江視網消息：昨天，大橋通車。", "江視網"}, {"南都讯 昨天，大桥通车。", "南都"},
		{"本报讯（记者 李想）昨天，大桥通车。", NULL},
		{"互联网企业用电 量增长，大桥通车。", NULL}, {"据江城社5月1日电 大桥通车。", NULL},
		{"江城日报的资讯很多。", NULL}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		CLEANUP(arena_freep) struct arena *a = arena_new();
		struct byline f = {0};

		byline_read_dateline(span_str(rows[i].line), a, &f);
		if (!f.publisher != !rows[i].publisher ||
			(f.publisher && strcmp(f.publisher, rows[i].publisher) != 0))
			fail_msg("%s gave %s", rows[i].line, f.publisher ? f.publisher : "none");
	}
}

static void test_byline__photographers_are_no_authors(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct byline f = {0};

	(void)state;
	byline_read_dateline(span_str("大桥通车。（江城日报记者 李想 摄）"), a, &f);
	assert_int_equal(f.authors.len, 0);
}

static void test_byline__media_are_no_persons(void **state)
{
	(void)state;
	assert_true(byline_is_person(span_str("李想")));
	assert_true(byline_is_person(span_str("阿卜杜拉·买买提")));
	assert_true(byline_is_person(span_str("Mary Smith")));
	assert_false(byline_is_person(span_str("江城日报")));
	assert_false(byline_is_person(span_str("无")));
	assert_false(byline_is_person(span_str("我来说两句")));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_byline__labels_in_any_order_and_script),
		cmocka_unit_test(test_byline__what_stands_before_a_reporter_is_his_paper),
		cmocka_unit_test(test_byline__datelines_name_reporters),
		cmocka_unit_test(test_byline__reporters_stand_at_either_end_of_a_text),
		cmocka_unit_test(test_byline__datelines_name_the_medium),
		cmocka_unit_test(test_byline__photographers_are_no_authors),
		cmocka_unit_test(test_byline__media_are_no_persons),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
