#include "crawler/read/enrich/gazetteers.h"

#include "common/alloc.h"
#include "common/clock.h"
#include "crawler/read/enrich/enrich.h"
#include "tests/cmocka_all.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define FILES_MAX      3
#define HOSTILE_MS_MAX 20000 /* a quadratic search takes hours; sanitizers are slow */

/* Gazetteers out of files that live as long as the test. */
struct fixture {
	char dir[64];
	char *paths[FILES_MAX];
	size_t n;
	struct gazetteers *g;
	struct strbuf errors;
	struct arena *arena;
	struct record record;
};

static const char *const names =
	"ai_technologies:\n"
	"  - {name: 青鸟, also: [青鸟大模型, BlueBird], maybe: [小青], near: [大模型, 青鸟科技], not: [小青年]}\n"
	"  - {name: 大模型, also: [LLM, 大語言模型]}\n"
	"  - {name: 青鸟-2, implies: [青鸟]}\n"
	"  - {name: xQ, case: true}\n"
	"  - {name: 人工智能, also: [AI], weak: true}\n"
	"  - {name: 白鹿, maybe: [白鹿], near: [模型]}\n"
	"industries:\n"
	"  - {name: 教育, not: [教育部]}\n"
	"regions:\n"
	"  - {code: '110000', name: 甲省, also: [甲州]}\n"
	"  - {code: '110100', name: 乙市, also: [乙都]}\n"
	"  - {code: '110101', name: 丙丁区, maybe: [丙丁], near: [省会]}\n"
	"  - {code: X-ZONE, name: 星湾新区, implies: ['110101']}\n"
	"agencies:\n"
	"  - {name: 国家示例局, also: [示例局]}\n"
	"  - {name: 甲州智能实验室}\n"
	"organs:\n"
	"  - {name: 科学技术厅, also: [科技厅]}\n"
	"  - {name: 委组织部, party: true}\n"
	"  - {name: 委, party: true, not: [委员]}\n"
	"policy_terms:\n"
	"  - {name: 算力券}\n"
	"institutions: [大学]\n";

static void write_file(struct fixture *fx, const char *text)
{
	char *path = alloc_printf("%s/%zu.yaml", fx->dir, fx->n);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs(text, f) >= 0);
	assert_int_equal(fclose(f), 0);
	fx->paths[fx->n++] = path;
}

static int load(struct fixture *fx)
{
	gazetteers_unref(fx->g);
	fx->g = NULL;
	strbuf_clear(&fx->errors);
	return gazetteers_load_files(fx->paths, fx->n, &fx->g, &fx->errors);
}

static int setup(void **state)
{
	struct fixture *fx = test_calloc(1, sizeof *fx);

	strcpy(fx->dir, "/tmp/policywatch-gazetteers.XXXXXX");
	assert_non_null(mkdtemp(fx->dir));
	strbuf_init(&fx->errors, 0);
	fx->arena = arena_new();
	*state = fx;
	return 0;
}

static int setup_loaded(void **state)
{
	struct fixture *fx;

	setup(state);
	fx = *state;
	write_file(fx, names);
	assert_int_equal(load(fx), 0);
	assert_string_equal(fx->errors.data, "");
	return 0;
}

static int teardown(void **state)
{
	struct fixture *fx = *state;

	for (size_t i = 0; i < fx->n; i++) {
		unlink(fx->paths[i]);
		free(fx->paths[i]);
	}
	rmdir(fx->dir);
	gazetteers_unref(fx->g);
	strbuf_release(&fx->errors);
	arena_free(fx->arena);
	test_free(fx);
	return 0;
}

static const char *joined(struct fixture *fx, const struct str_list *list)
{
	STRBUF_LOCAL(out);

	for (size_t i = 0; i < list->len; i++)
		strbuf_printf(&out, "%s%s", i ? " " : "", list->items[i]);
	return arena_dup(fx->arena, strbuf_span(&out));
}

static struct record *read_text(struct fixture *fx, const char *title, const char *text)
{
	fx->record = (struct record){.title = title, .text = text};
	enrich_record(fx->g, NULL, fx->arena, &fx->record);
	return &fx->record;
}

static const char *technologies(struct fixture *fx, const char *text)
{
	return joined(fx, &read_text(fx, NULL, text)->ai_technologies);
}

static const char *regions(struct fixture *fx, const char *text)
{
	return joined(fx, &read_text(fx, NULL, text)->regions);
}

static const char *agencies(struct fixture *fx, const char *text)
{
	return joined(fx, &read_text(fx, NULL, text)->agencies);
}

/* Loading */

static void test_gazetteers__a_later_file_replaces_entries_and_takes_them_out(void **state)
{
	struct fixture *fx = *state;

	write_file(fx,
		"ai_technologies:\n"
		"  - {name: 大模型, also: [巨模型]}\n  - {name: 青鸟-2, off: true}\n");
	assert_int_equal(load(fx), 0);
	assert_string_equal(technologies(fx, "巨模型。"), "大模型");
	assert_string_equal(technologies(fx, "LLM。"), "");
	assert_string_equal(technologies(fx, "青鸟-2。"), "青鸟");
	free(fx->paths[--fx->n]);
	write_file(fx, "ai_technologies:\n  - {name: 青鸟, off: true}\n");
	assert_int_equal(load(fx), 0); /* though another entry implies it */
	assert_string_equal(technologies(fx, "青鸟-2和青鸟。"), "青鸟-2");
}

static void test_gazetteers__faults_have_file_and_line(void **state)
{
	static const struct {
		const char *text, *fault;
	} rows[] = {
		{"ai_technologies:\n  - {also: [a1]}\n", ":2: name is missing"},
		{"ai_technologies:\n  - {name: ab, colour: red}\n", ":2: colour: no such setting"},
		{"ai_technologies:\n  - {name: ab}\n  - {name: ab}\n", ":3: ab stands twice"},
		{"ai_technologies:\n  - {name: 甲}\n", ":2: 甲 is too short"},
		{"ai_technologies:\n  - {name: ab, implies: [cd]}\n", ":2: cd is implied"},
		{"ai_technologies: ab\n", ":1: ai_technologies must be a list"},
		{"ai_technologies:\n  - ab\n", ":2: ai_technologies: an entry is a map"},
		{"regions:\n  - {name: 甲省}\n", ":2: code is missing"},
		{"industries:\n  - {name: ab, code: '1'}\n", ":2: only regions have a code"},
		{"colours: []\n", ":1: unknown key 'colours'"},
		{"institutions: 大学\n", ":1: must be a list of words"},
		{"- ab\n", ":1: must be a map of tables"},
		{"ai_technologies:\n  - {name: \"\"}\n", ":2: name"},
		{"ai_technologies: [\n", ""},
	};
	struct fixture *fx = *state;

	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		write_file(fx, rows[i].text);
		assert_true(load(fx) < 0);
		assert_null(fx->g);
		if (!strstr(fx->errors.data, rows[i].fault) ||
			!strstr(fx->errors.data, fx->paths[0]))
			fail_msg("row %zu: %s", i, fx->errors.data);
		free(fx->paths[--fx->n]);
	}
	write_file(fx, "");
	assert_int_equal(load(fx), 0); /* an empty file is no fault */
	assert_string_equal(fx->errors.data, "");
}

static void test_gazetteers__absent_folders_are_empty(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(gazetteers_load("/nonexistent/a", "/nonexistent/b", &fx->g, &fx->errors),
		0);
	assert_int_equal(gazetteers_count_names(fx->g), 0);
	assert_string_equal(technologies(fx, "大模型。"), "");
}

static void test_gazetteers__a_folder_may_have_a_background(void **state)
{
	struct fixture *fx = *state;
	char *path = alloc_printf("%s/background.words", fx->dir);
	FILE *f = fopen(path, "w");

	assert_non_null(f);
	assert_true(fputs("en 0 the\nen 7 harbour\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	gazetteers_unref(fx->g);
	assert_int_equal(gazetteers_load(fx->dir, NULL, &fx->g, &fx->errors), 0);
	assert_int_equal(gazetteers_count_words(fx->g), 2);
	assert_string_equal(technologies(fx, "青鸟。"), "青鸟"); /* beside the tables */
	fx->paths[fx->n++] = path;
}

static void test_gazetteers__faults_of_a_background_have_file_and_line(void **state)
{
	struct fixture *fx = *state;
	char *path = alloc_printf("%s/background.words", fx->dir);
	FILE *f = fopen(path, "w");

	fx->paths[fx->n++] = path;
	assert_non_null(f);
	assert_true(fputs("en 0 the\nen harbour\n", f) >= 0);
	assert_int_equal(fclose(f), 0);
	assert_true(load(fx) < 0);
	assert_null(fx->g);
	assert_non_null(strstr(fx->errors.data, "background.words:2: "));
}

static void test_gazetteers__who_reads_keeps_them_over_a_reload(void **state)
{
	struct fixture *fx = *state;
	struct gazetteers *kept = gazetteers_ref(fx->g);

	assert_int_equal(load(fx), 0);
	assert_ptr_not_equal(kept, fx->g);
	assert_int_equal(gazetteers_count(kept, GAZETTEER_REGIONS), 4);
	gazetteers_unref(kept);
}

/* Names */

static void test_gazetteers__names_are_found_folded(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(technologies(fx, "用ＢｌｕｅＢｉｒｄ和大語言模型"), "青鸟 大模型");
	assert_string_equal(technologies(fx, "青鳥發布"), "青鸟");
}

static void test_gazetteers__latin_names_are_whole_words(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(technologies(fx, "BlueBirds, myLLM, LLMs, éLLM"), "");
	assert_string_equal(technologies(fx, "用LLM写"), "大模型");
	assert_string_equal(technologies(fx, "(LLM)"), "大模型");
}

static void test_gazetteers__case_counts_where_the_entry_says_so(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(technologies(fx, "XQ and xq"), "");
	assert_string_equal(technologies(fx, "the xQ"), "xQ");
}

static void test_gazetteers__the_longest_name_counts(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(technologies(fx, "青鸟大模型"), "青鸟"); /* no 大模型 beside it */
	assert_string_equal(technologies(fx, "青鸟-2来了"), "青鸟-2 青鸟");
}

static void test_gazetteers__doubtful_names_need_company(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(far);

	assert_string_equal(technologies(fx, "小青来了。"), "");
	assert_string_equal(technologies(fx, "青鸟科技的小青来了。"), "青鸟");
	assert_string_equal(technologies(fx, "小青年说大模型。"), "大模型");
	assert_string_equal(technologies(fx, "白鹿、LLM都来了"), "白鹿 大模型"); /* in a row */
	strbuf_add_str(&far, "青鸟来了。");
	for (int i = 0; i < 100; i++)
		strbuf_add_str(&far, "此处无话。");
	strbuf_add_str(&far, "小青来了。");
	assert_string_equal(technologies(fx, far.data), "青鸟"); /* known by its own name */
	strbuf_add_str(&far, "白鹿来了。");
	assert_string_equal(technologies(fx, far.data), "青鸟");
}

static void test_gazetteers__weak_entries_count_in_a_title(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(technologies(fx, "AI改变一切，人工智能也是。"), "");
	read_text(fx, "说说AI", "没有别的。");
	assert_string_equal(joined(fx, &fx->record.ai_technologies), "人工智能");
}

static void test_gazetteers__phrases_cover_names_of_their_own_entry(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(joined(fx, &read_text(fx, NULL, "教育部说")->industries), "");
	assert_string_equal(joined(fx, &read_text(fx, NULL, "教育不同")->industries), "教育");
}

/* Regions and agencies */

static void test_gazetteers__regions_are_codes(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(regions(fx, "甲州与乙市。"), "110000 110100");
	assert_string_equal(regions(fx, "在星湾新区。"), "X-ZONE 110101");
}

static void test_gazetteers__a_region_in_an_organisations_name_is_none(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(regions(fx, "甲州智能实验室与乙都大学的人"), "");
	assert_string_equal(agencies(fx, "甲州智能实验室"), "甲州智能实验室");
}

static void test_gazetteers__a_district_is_meant_where_its_city_is_spoken_of(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(regions(fx, "丙丁来了"), "");
	assert_string_equal(regions(fx, "乙市。丙丁来了"), "110100 110101");
	assert_string_equal(regions(fx, "甲省。丙丁来了"), "110000 110101");
}

static void test_gazetteers__organs_are_of_the_region_before_them(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(agencies(fx, "甲州科技厅说"), "甲省科学技术厅");
	assert_string_equal(agencies(fx, "甲省科技厅说"), "甲省科学技术厅");
	assert_string_equal(agencies(fx, "乙都市委组织部"), "中共乙市委组织部");
	assert_string_equal(agencies(fx, "乙市丙丁区委说"), "中共乙市丙丁区委");
	assert_string_equal(agencies(fx, "科技厅说"), "");
}

static void test_gazetteers__an_organ_is_of_the_region_that_is_meant(void **state)
{
	struct fixture *fx = *state;

	write_file(fx,
		"regions:\n"
		"  - {code: '120100', name: 东山市, maybe: [东山], near: [东省]}\n"
		"  - {code: '130100', name: 西山市, maybe: [东山], near: [西省]}\n");
	assert_int_equal(load(fx), 0);
	assert_string_equal(agencies(fx, "西省。东山科技厅说"), "西山市科学技术厅");
	assert_string_equal(agencies(fx, "东省。东山科技厅说"), "东山市科学技术厅");
	assert_string_equal(agencies(fx, "东山科技厅说"), "");
}

static void test_gazetteers__organs_without_a_region_are_of_the_articles(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(agencies(fx, "省委说"), "");
	assert_string_equal(agencies(fx, "乙市开会。省委说，市委也说。"), "中共甲省委 中共乙市委");
	assert_string_equal(agencies(fx, "乙市丙丁区开会。区委说"), "中共乙市丙丁区委");
	assert_string_equal(agencies(fx, "乙市丙丁区开会。社区委托，市委员"), "");
	fx->record = (struct record){.text = "省科技厅说"};
	record_list_add(fx->arena, &fx->record.regions, "110000");
	enrich_record(fx->g, NULL, fx->arena, &fx->record);
	assert_string_equal(joined(fx, &fx->record.agencies), "甲省科学技术厅");
}

/* Lists */

static void test_gazetteers__what_is_said_most_stands_first(void **state)
{
	struct fixture *fx = *state;

	assert_string_equal(technologies(fx, "青鸟。大模型，大模型。"), "大模型 青鸟");
	read_text(fx, "青鸟", "大模型，大模型。");
	assert_string_equal(joined(fx, &fx->record.ai_technologies), "青鸟 大模型");
}

static void test_gazetteers__the_given_region_stays_first(void **state)
{
	struct fixture *fx = *state;

	fx->record = (struct record){.text = "甲州、甲州与乙市。"};
	record_list_add(fx->arena, &fx->record.regions, "110100");
	enrich_record(fx->g, NULL, fx->arena, &fx->record);
	assert_string_equal(joined(fx, &fx->record.regions), "110100 110000");
}

/* A million doubtful names are a matter of milliseconds, and of what the lists may hold. */
static void test_gazetteers__repetition_costs_no_more_than_its_length(void **state)
{
	struct fixture *fx = *state;
	STRBUF_LOCAL(text);

	for (int i = 0; i < 300000; i++)
		strbuf_add_str(&text, "小青省委");
	read_text(fx, NULL, text.data);
	assert_int_equal(fx->record.ai_technologies.len, 0);
	assert_int_equal(fx->record.agencies.len, 0);
}

/* They are compared with what was written, in a line that nothing divides. */
static void test_gazetteers__cased_names_cost_no_more_than_their_length(void **state)
{
	struct fixture *fx = *state;
	int64_t start = clock_mono_ms();
	STRBUF_LOCAL(text);

	for (int i = 0; i < 1000000; i++)
		strbuf_add_str(&text, "xq,");
	strbuf_add_str(&text, "xQ");
	assert_string_equal(technologies(fx, text.data), "xQ");
	assert_true(clock_mono_ms() - start < HOSTILE_MS_MAX);
}

/* The project's own. */
static void test_gazetteers__those_that_come_with_the_program_are_good(void **state)
{
	struct fixture *fx = *state;

	assert_int_equal(gazetteers_load(SOURCE_DIR "/deploy/gazetteers", NULL, &fx->g,
				 &fx->errors),
		0);
	assert_string_equal(fx->errors.data, "");
	for (int t = 0; t < GAZETTEER_TABLES; t++)
		assert_true(gazetteers_count(fx->g, (enum gazetteer_table)t) > 100);
	assert_string_equal(agencies(fx, "苏州市工信局与江苏省委网信办"),
		"苏州市工业和信息化局 中共江苏省委网络安全和信息化委员会办公室");
	assert_string_equal(regions(fx, "上海人工智能实验室、浙江大学和宁德时代"), "");
	assert_string_equal(technologies(fx, "蒸笼里的豆包，桌上的元宝"), "");
	assert_string_equal(technologies(fx, "DeepSeek、豆包和Kimi"), "DeepSeek 豆包 Kimi");
}

int main(void)
{
#define LOADED(name) cmocka_unit_test_setup_teardown(name, setup_loaded, teardown)
#define EMPTY(name)  cmocka_unit_test_setup_teardown(name, setup, teardown)
	const struct CMUnitTest tests[] = {
		LOADED(test_gazetteers__a_later_file_replaces_entries_and_takes_them_out),
		EMPTY(test_gazetteers__faults_have_file_and_line),
		EMPTY(test_gazetteers__absent_folders_are_empty),
		LOADED(test_gazetteers__a_folder_may_have_a_background),
		LOADED(test_gazetteers__faults_of_a_background_have_file_and_line),
		LOADED(test_gazetteers__who_reads_keeps_them_over_a_reload),
		LOADED(test_gazetteers__names_are_found_folded),
		LOADED(test_gazetteers__latin_names_are_whole_words),
		LOADED(test_gazetteers__case_counts_where_the_entry_says_so),
		LOADED(test_gazetteers__the_longest_name_counts),
		LOADED(test_gazetteers__doubtful_names_need_company),
		LOADED(test_gazetteers__weak_entries_count_in_a_title),
		LOADED(test_gazetteers__phrases_cover_names_of_their_own_entry),
		LOADED(test_gazetteers__regions_are_codes),
		LOADED(test_gazetteers__a_region_in_an_organisations_name_is_none),
		LOADED(test_gazetteers__a_district_is_meant_where_its_city_is_spoken_of),
		LOADED(test_gazetteers__organs_are_of_the_region_before_them),
		LOADED(test_gazetteers__an_organ_is_of_the_region_that_is_meant),
		LOADED(test_gazetteers__organs_without_a_region_are_of_the_articles),
		LOADED(test_gazetteers__what_is_said_most_stands_first),
		LOADED(test_gazetteers__the_given_region_stays_first),
		LOADED(test_gazetteers__repetition_costs_no_more_than_its_length),
		LOADED(test_gazetteers__cased_names_cost_no_more_than_their_length),
		EMPTY(test_gazetteers__those_that_come_with_the_program_are_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
