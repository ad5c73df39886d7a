#include "crawler/read/article/person.h"

#include "crawler/read/article/publisher.h"
#include "tests/cmocka_all.h"

static void expect(enum person_form form, const char *text, const char *names)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct str_list list = {0};
	STRBUF_LOCAL(out);

	person_add(span_str(text), form, a, &list);
	for (size_t i = 0; i < list.len; i++)
		strbuf_printf(&out, "%s%s", i ? "|" : "", list.items[i]);
	strbuf_add_char(&out, '\0');
	assert_string_equal(out.data, names);
}

static void test_person__one_string_may_name_several(void **state)
{
	(void)state;
	expect(PERSON_LIST, "Anna Weber", "Anna Weber");
	expect(PERSON_LIST, "By Anna Weber and Ben Hill", "Anna Weber|Ben Hill");
	expect(PERSON_LIST, "Anna Weber, Ben Hill & Carl Lund", "Anna Weber|Ben Hill|Carl Lund");
	expect(PERSON_LIST, "Von: Anna Weber und Ben Hill, dpa", "Anna Weber|Ben Hill|dpa");
	expect(PERSON_LIST, "Ana Gil y Juan Pérez", "Ana Gil|Juan Pérez");
	expect(PERSON_LIST, "José Ortega y Gasset", "José Ortega y Gasset");
	expect(PERSON_BYLINE, "Von Anna Weber, Hamburg", "Anna Weber");
	expect(PERSON_BYLINE, "Von Anna Weber, Ben Hill, AFP, dpa", "Anna Weber|Ben Hill|AFP|dpa");
	expect(PERSON_BYLINE, "By Anna and Ben", "Anna|Ben");
	expect(PERSON_LIST, "Anna Weber, Reuters", "Anna Weber|Reuters");
}

static void test_person__what_they_do_is_no_name(void **state)
{
	(void)state;
	expect(PERSON_LIST, "Anna Weber / Journalist", "Anna Weber");
	expect(PERSON_LIST, "Anna Weber, professor of law at the university", "Anna Weber");
	expect(PERSON_LIST, "Anna Weber (aw)", "Anna Weber");
	expect(PERSON_LIST, "Anna Weber @annaweber", "Anna Weber");
	expect(PERSON_LIST, "김하늘 기자", "김하늘");
	expect(PERSON_LIST, "Anna Weber, anna-weber", "Anna Weber");
}

static void test_person__addresses_and_accounts_are_none(void **state)
{
	static const char *const rows[] = {"", "https://news.example/anna", "@anna", "admin",
		"(Image: Photo House)", "anna@news.example"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		expect(PERSON_LIST, rows[i], "");
}

static void test_person__catalogues_put_the_family_first(void **state)
{
	(void)state;
	expect(PERSON_FAMILY_FIRST, "Weber, Anna Maria", "Anna Maria Weber");
	expect(PERSON_FAMILY_FIRST, "Anna Weber", "Anna Weber");
	expect(PERSON_GROUP, "news.example, Berlin, Germany", "news.example, Berlin, Germany");
}

static void test_person__a_line_that_begins_with_by_names_somebody(void **state)
{
	struct span names;

	(void)state;
	assert_true(person_line(span_str("By Anna Weber and Ben Hill"), &names));
	assert_true(span_is(names, "Anna Weber and Ben Hill"));
	assert_true(person_line(span_str("By Anna Weber on May 28, 2025"), &names));
	assert_true(span_is(names, "Anna Weber"));
	assert_false(person_line(span_str("By 28 May 2025"), &names));
	assert_true(person_line(span_str("Von Anna Weber"), &names));
	assert_true(person_line(span_str("김민수 기자"), &names));
	assert_true(span_is(names, "김민수"));
	assert_false(person_line(span_str("그는 오랫동안 일한 기자"), &names));
	assert_false(person_line(span_str("By the time it was over, all had gone home"), &names));
	assert_false(person_line(span_str("Bylaws of the town"), &names));
	assert_false(person_line(span_str("By"), &names));
}

static void test_person__a_site_is_known_by_its_name_or_its_host(void **state)
{
	(void)state;
	assert_true(
		person_is_site("Town News", "Town News Online", SPAN_LITERAL("www.tn.example")));
	assert_true(person_is_site("TNO", NULL, SPAN_LITERAL("www.tno.example")));
	assert_false(person_is_site("Anna Weber", "Town News", SPAN_LITERAL("www.tn.example")));
}

static void test_publisher__decoration_is_no_part_of_the_name(void **state)
{
	static const struct {
		const char *name, *normal;
	} rows[] = {{"江城日报", "江城日报"}, {"江城日报全媒体", "江城日报"},
		{"江城日報╱", "江城日報"}, {"《江城日报》", "江城日报"},
		{"江城日报微信公众号", "江城日报"}, {"江城新闻客户端", "江城新闻客户端"},
		{"江城日报2025-05-01", "江城日报"}, {"江城日报见习", "江城日报"},
		{"综合江城日报", "江城日报"}, {"江南网-《江城日报》", "江南网-《江城日报》"},
		{"南都", "南方都市报"}};
	CLEANUP(arena_freep) struct arena *a = arena_new();

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		assert_string_equal(publisher_normal(rows[i].name, a), rows[i].normal);
	assert_null(publisher_normal("本网", a));
	assert_null(publisher_normal(NULL, a));
	assert_null(publisher_normal("：", a));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_person__one_string_may_name_several),
		cmocka_unit_test(test_person__what_they_do_is_no_name),
		cmocka_unit_test(test_person__addresses_and_accounts_are_none),
		cmocka_unit_test(test_person__catalogues_put_the_family_first),
		cmocka_unit_test(test_person__a_line_that_begins_with_by_names_somebody),
		cmocka_unit_test(test_person__a_site_is_known_by_its_name_or_its_host),
		cmocka_unit_test(test_publisher__decoration_is_no_part_of_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
