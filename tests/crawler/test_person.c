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

static void test_person__nothing_names_nobody(void **state)
{
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct str_list list = {0};

	(void)state;
	for (int form = PERSON_LIST; form <= PERSON_GROUP; form++)
		person_add((struct span){0}, (enum person_form)form, a, &list);
	assert_int_equal(list.len, 0);
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

/* NULL: the line names nobody. */
static void expect_line(const char *line, const char *names)
{
	const struct date_context dates = {.now_ms = INT64_C(1748522400000)};
	struct span found;
	bool is_one = person_line(span_str(line), &dates, &found);

	if (is_one != (names != NULL) || (names && !span_is(found, names)))
		fail_msg("'%s' names '%.*s'", line, is_one ? (int)found.len : 0,
			is_one ? found.data : "");
}

static void test_person__a_line_that_begins_with_by_names_somebody(void **state)
{
	(void)state;
	expect_line("By Anna Weber and Ben Hill", "Anna Weber and Ben Hill");
	expect_line("Von Anna Weber", "Anna Weber");
	expect_line("김민수 기자", "김민수");
	expect_line("그는 오랫동안 일한 기자", NULL);
	expect_line("By the time it was over, all had gone home", NULL);
	expect_line("Bylaws of the town", NULL);
	expect_line("By", NULL);
}

static void test_person__a_date_behind_the_names_is_none(void **state)
{
	(void)state;
	expect_line("By Anna Weber on May 28, 2025", "Anna Weber");
	expect_line("By Anna Weber, May 28, 2025", "Anna Weber");
	expect_line("By Anna Weber - 28 May 2025 10:20", "Anna Weber");
	expect_line("By ANNA WEBER May 28, 2025 at 10:20 a.m.", "ANNA WEBER");
	expect_line("By Anna Weber and Ben Hill, Updated May 28, 2025", "Anna Weber and Ben Hill");
	expect_line("By Anna Le on May 28, 2025", "Anna Le");
	expect_line("Par Anna Weber, le 28 mai 2025", "Anna Weber");
	expect_line("By 28 May 2025", NULL);
	expect_line("By May 2025", NULL);
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
		cmocka_unit_test(test_person__nothing_names_nobody),
		cmocka_unit_test(test_person__one_string_may_name_several),
		cmocka_unit_test(test_person__what_they_do_is_no_name),
		cmocka_unit_test(test_person__addresses_and_accounts_are_none),
		cmocka_unit_test(test_person__catalogues_put_the_family_first),
		cmocka_unit_test(test_person__a_line_that_begins_with_by_names_somebody),
		cmocka_unit_test(test_person__a_date_behind_the_names_is_none),
		cmocka_unit_test(test_person__a_site_is_known_by_its_name_or_its_host),
		cmocka_unit_test(test_publisher__decoration_is_no_part_of_the_name),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
