#include "crawler/read/html/canonical_link.h"

#include "common/url.h"
#include "tests/cmocka_all.h"

static const char *find(struct arena *a, const char *own, const char *head)
{
	CLEANUP(html_freep) struct html *h = html_parse(span_str(head));

	return canonical_link_find(h, own, own, "UTF-8", &url_rules_default, a);
}

static void assert_found(const char *own, const char *head, const char *want)
{
	struct arena *a = arena_new();
	const char *found = find(a, own, head);

	if (!want && found)
		fail_msg("%s: %s", head, found);
	else if (want && !found)
		fail_msg("%s: nothing", head);
	else if (want)
		assert_string_equal(found, want);
	arena_free(a);
}

#define OWN "http://www.a.cn/yw/show.asp?id=7"

static void test_canonical_link__another_address_of_the_site_is_believed(void **state)
{
	(void)state;
	assert_found(OWN, "<link rel=canonical href=/yw/7.html?utm_source=x#y>",
		"http://www.a.cn/yw/7.html");
	assert_found(OWN, "<link rel='alternate CANONICAL' href=' https://a.cn/n/7.html '>",
		"https://a.cn/n/7.html");
	assert_found("http://m.a.cn/d/7", "<link rel=canonical href=http://www.a.cn/d_7>",
		"http://www.a.cn/d_7");
	assert_found("http://a.cn/?p=7", "<link rel=canonical href=/2025/05/slug/>",
		"http://a.cn/2025/05/slug/");
	assert_found(OWN, "<link rel=canonical href=7.html><link rel=canonical href=7.html?f=x>",
		"http://www.a.cn/yw/7.html");
}

static void test_canonical_link__nothing_and_itself_are_no_other_address(void **state)
{
	(void)state;
	assert_found(OWN, "<link rel=stylesheet href=/x.css><a rel=canonical href=/x>", NULL);
	assert_found(OWN, "<link rel=canonical href='?id=7&spm=1'>", NULL);
	assert_found(OWN, "<link rel=canonical href=''>", NULL);
	assert_found(OWN, "<link rel=canonical>", NULL);
}

static void test_canonical_link__what_cannot_be_true_is_not_believed(void **state)
{
	static const char *const heads[] = {
		"<link rel=canonical href=http://b.cn/7.html>",
		"<link rel=canonical href=javascript:x>",
		"<link rel=canonical href=/>",
		"<link rel=canonical href=http://a.cn/index.html>",
		"<link rel=canonical href=/yw/>",
		"<link rel=canonical href=/yw/index.html>",
		"<link rel=canonical href=/yw>",
		"<link rel=canonical href=/yw/show.asp>", /* which one? */
		"<link rel=canonical href=/yw/7.html><link rel=canonical href=/yw/8.html>",
		"<link rel=canonical href=/yw/7.html><link rel=canonical href=>",
	};

	(void)state;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++)
		assert_found(OWN, heads[i], NULL);
	assert_found("http://a.cn/yw/t20250528_7.html", "<link rel=canonical href=/x/list_2.html>",
		NULL);
	assert_found("http://a.cn/yw/t20250528_7.html", "<link rel=canonical href=/x/c_1234>",
		"http://a.cn/x/c_1234");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_canonical_link__another_address_of_the_site_is_believed),
		cmocka_unit_test(test_canonical_link__nothing_and_itself_are_no_other_address),
		cmocka_unit_test(test_canonical_link__what_cannot_be_true_is_not_believed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
