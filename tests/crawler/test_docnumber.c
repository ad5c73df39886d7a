#include "crawler/read/article/docnumber.h"

#include "tests/cmocka_all.h"

/* The numbers in a text, joined by commas. */
static void expect(const char *text, const char *numbers)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct str_list list = {0};
	STRBUF_LOCAL(out);

	docnumber_find(span_str(text), a, &list);
	for (size_t i = 0; i < list.len; i++)
		strbuf_printf(&out, "%s%s", i ? "," : "", list.items[i]);
	strbuf_add_char(&out, '\0');
	assert_string_equal(out.data, numbers);
}

static void test_docnumber__all_brackets_give_one_form(void **state)
{
	static const char *const rows[] = {"江政发〔2025〕7号", "江政发[2025]7号",
		"江政发［2025］7号", "江政发【2025】7号", "江政发(2025)7号", "江政发（2025）7号",
		"江政发〔2025]7号", "江政发〔 2025 〕 7 号", "江政发〔2025〕07号",
		"江政发〔2025〕第7号", "江政发﹝2025﹞7號", "江政发﹙2025﹚7号",
		"江政发〔２０２５〕７号", "江政发〔二〇二五〕七号"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(rows[i], "江政发〔2025〕7号");
}

static void test_docnumber__the_prefix_is_the_agencys_sign(void **state)
{
	(void)state;
	expect("根据江政发〔2025〕7号文件", "江政发〔2025〕7号");
	expect("贯彻落实江政办发〔2025〕7号精神", "江政办发〔2025〕7号");
	expect("《方案》（江政发〔2025〕7号）和江发改高技〔2024〕12号",
		"江政发〔2025〕7号,江发改高技〔2024〕12号");
	expect("江经贸发〔2025〕7号", "江经贸发〔2025〕7号");
	expect("这一句话前面没有任何标点也不会是机关代号〔2025〕7号", "");
}

static void test_docnumber__orders_and_announcements_have_numbers_too(void **state)
{
	(void)state;
	expect("江城市人民政府令第15号公布", "江城市人民政府令第15号");
	expect("2024年5月10日江城市人民政府令第15号公布", "江城市人民政府令第15号");
	expect("江城市人民政府令（第15号）", "江城市人民政府令第15号");
	expect("江城市人民政府第015号令", "江城市人民政府令第15号");
	expect("江城市药监局公告2024年第5号", "江城市药监局公告2024年第5号");
	expect("关于公布目录的公告（2024年第5号）", "公告2024年第5号");
	expect("2024年第5号通告", "通告2024年第5号");
	expect("江城共和国国务院令第799号", "江城共和国国务院令第799号");
	expect("江城市主席令（第一百二十三号）", "江城市主席令第123号");
	expect("江城市人民政府令第四十号", "江城市人民政府令第40号");
}

static void test_docnumber__standards_have_one_form(void **state)
{
	(void)state;
	expect("符合GB 45438-2025和GB/T45654—2025，参照TC260-003",
		"GB 45438-2025,GB/T 45654-2025,TC260-003");
}

static void test_docnumber__other_numbers_are_none(void **state)
{
	static const char *const rows[] = {"", "（2025）", "电话(0551)87095403",
		"江网文证0108263号", "第15号台风", "杂志2024年第5期", "江ICP备2024012345号",
		"江公网安备 11010102001号", "100GB 2025", "江城大道（2025）号", "〔2025", "令第",
		"命令第一连"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(rows[i], "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_docnumber__all_brackets_give_one_form),
		cmocka_unit_test(test_docnumber__the_prefix_is_the_agencys_sign),
		cmocka_unit_test(test_docnumber__orders_and_announcements_have_numbers_too),
		cmocka_unit_test(test_docnumber__standards_have_one_form),
		cmocka_unit_test(test_docnumber__other_numbers_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
