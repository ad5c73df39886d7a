#include "store/site_lines.h"

#include "common/strbuf.h"
#include "tests/cmocka_all.h"

#define NOTICE "本网所载内容均由各单位提供，转载时请写明出处并与编辑部联系，违者自行承担责任。"

static struct hash page(int n)
{
	return hash_of(span_from(&n, sizeof n));
}

static void learn(struct site_lines *l, int n, const char *text)
{
	const struct hash id = page(n);

	site_lines_learn(l, &id, span_str(text));
}

static void assert_left(const struct site_lines *l, int n, const char *text, const char *left)
{
	const struct hash id = page(n);
	struct span s = site_lines_strip(l, &id, span_str(text));

	assert_true(span_is(s, left));
}

#define LONG                                                                                                                                                           \
	"今年以来，各地围绕新一轮规划安排了许多项目，其中不少已经完工，另一些还在论证之中，预计明年可以见到成效。" \
	"专家认为，项目的成败取决于人才和资金能否到位，也取决于当地居民是否愿意参与其中。"

static void test_site_lines__a_long_line_of_three_pages_is_the_sites(void **state)
{
	struct site_lines l = {.n = 0};

	(void)state;
	learn(&l, 1, LONG "一\n" NOTICE);
	assert_left(&l, 2, LONG "二\n" NOTICE, LONG "二\n" NOTICE);
	learn(&l, 2, LONG "二\n" NOTICE);
	assert_left(&l, 3, LONG "三\n" NOTICE, LONG "三");
	assert_left(&l, 3, LONG LONG LONG "三\n" NOTICE "\n" NOTICE, LONG LONG LONG "三");
}

static void test_site_lines__one_page_seen_often_is_one_page(void **state)
{
	struct site_lines l = {.n = 0};

	(void)state;
	for (int i = 0; i < 5; i++)
		learn(&l, 1 + i % 2, LONG "\n" NOTICE);
	assert_left(&l, 1, LONG "\n" NOTICE, LONG "\n" NOTICE);
	assert_left(&l, 2, LONG "\n" NOTICE, LONG "\n" NOTICE);
}

static void test_site_lines__signatures_and_what_stands_inside_stay(void **state)
{
	struct site_lines l = {.n = 0};

	(void)state;
	for (int i = 0; i < 4; i++)
		learn(&l, i, LONG "\n工业和信息化部办公厅");
	assert_left(&l, 9, LONG "乙\n工业和信息化部办公厅", LONG "乙\n工业和信息化部办公厅");
	for (int i = 0; i < 4; i++)
		learn(&l, i, LONG "\n" NOTICE);
	assert_left(&l, 9, LONG "甲\n" NOTICE "\n" LONG "乙", LONG "甲\n" NOTICE "\n" LONG "乙");
}

static void test_site_lines__what_authors_write_again_stays(void **state)
{
	static const char background[] =
		"这项工作由省里统一安排，去年春天开始试点，到现在已经有三十多个县参加，经费由省市县三级分担。";
	struct site_lines l = {.n = 0};
	STRBUF_LOCAL(text);

	(void)state;
	strbuf_printf(&text, "%s\n%s%s\n%s", background, LONG, LONG, background);
	for (int i = 0; i < 4; i++)
		learn(&l, i, text.data);
	assert_left(&l, 9, text.data, text.data);
}

static void test_site_lines__how_authorities_end_their_notices_stays(void **state)
{
	static const char *const ends[] = {
		"申报单位请登录省科技厅网站下载申报表，按要求填写之后一式三份报送，逾期不再受理。",
		"评审结果将在省政府门户网站公布，请各单位及时关注，有异议的在五日之内提出。",
		"The full report can be downloaded from the ministry, which answers questions by mail.",
	};

	(void)state;
	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
		struct site_lines l = {.n = 0};
		STRBUF_LOCAL(text);

		strbuf_printf(&text, "%s\n%s", LONG, ends[i]);
		for (int n = 0; n < 4; n++)
			learn(&l, n, text.data);
		assert_left(&l, 9, text.data, text.data);
	}
}

static void test_site_lines__copies_of_an_article_keep_their_text(void **state)
{
	struct site_lines l = {.n = 0};

	(void)state;
	for (int i = 0; i < 4; i++)
		learn(&l, i, LONG "\n" NOTICE);
	assert_left(&l, 9, LONG "\n" NOTICE, LONG);
	assert_left(&l, 9, NOTICE, NOTICE);
	assert_left(&l, 9, "", "");
}

static void test_site_lines__only_the_last_are_remembered_and_use_keeps_them(void **state)
{
	struct site_lines l = {.n = 0};
	STRBUF_LOCAL(value);

	(void)state;
	for (int i = 0; i < 1000; i++) {
		STRBUF_LOCAL(text);

		strbuf_printf(&text, "%s%d\n%s", LONG, i, NOTICE);
		learn(&l, i, text.data);
	}
	assert_int_equal(l.n, SITE_LINES_MAX);
	assert_left(&l, 1001, LONG "终\n" NOTICE, LONG "终");
	site_lines_write(&l, &value);
	memset(&l, 0, sizeof l);
	site_lines_parse(strbuf_span(&value), &l);
	assert_int_equal(l.n, SITE_LINES_MAX);
	assert_left(&l, 1001, LONG "终\n" NOTICE, LONG "终");
	site_lines_parse(span_from(value.data, value.len - 1), &l);
	assert_int_equal(l.n, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_site_lines__a_long_line_of_three_pages_is_the_sites),
		cmocka_unit_test(test_site_lines__one_page_seen_often_is_one_page),
		cmocka_unit_test(test_site_lines__signatures_and_what_stands_inside_stay),
		cmocka_unit_test(test_site_lines__what_authors_write_again_stays),
		cmocka_unit_test(test_site_lines__how_authorities_end_their_notices_stays),
		cmocka_unit_test(test_site_lines__copies_of_an_article_keep_their_text),
		cmocka_unit_test(test_site_lines__only_the_last_are_remembered_and_use_keeps_them),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
