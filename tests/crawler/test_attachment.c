#include "crawler/read/article/attachment.h"

#include "tests/cmocka_all.h"

static bool is_link_to_file(const char *markup)
{
	CLEANUP(html_freep) struct html *h = html_parse(span_str(markup));
	uint32_t node = html_find(h, 0, h->n_nodes, HTML_A);

	assert_int_not_equal(node, HTML_NONE);
	return attachment_target(h, node).len > 0;
}

static void test_attachment__links_to_files(void **state)
{
	static const char *const rows[] = {"<a href=/a/plan.pdf>附件</a>",
		"<a href=plan.DOCX?v=2>x</a>", "<a href='/down?name=plan.xls&id=3'>x</a>",
		"<a href=/file/7 download>x</a>", "<a href=/download?id=7>附件1：行动方案</a>",
		"<a href=/attach/7>行动方案.wps</a>", "<a href=/x/7 title='行动方案.ofd'>x</a>",
		"<a href=plan.zip#a>x</a>", "<a href='#' oldsrc=P0202505.pdf>x</a>",
		"<a href='javascript:;' onclick=\"window.open('/f/7.docx?v=1')\">x</a>",
		"<a href=\"javascript:show('7', '/f/7.pdf')\">x</a>",
		"<a href='' data-url=/f/7.xlsx>x</a>"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (!is_link_to_file(rows[i]))
			fail_msg("%s", rows[i]);
}

static void test_attachment__other_links_are_none(void **state)
{
	static const char *const rows[] = {"<a href=/a/plan.html>行动方案</a>", "<a>plan</a>",
		"<a href=/download>客户端下载</a>", "<a href='/s?q=pdf'>x</a>",
		"<a href=''>附件</a>", "<a href='#'>附件</a>", "<a download>附件</a>",
		"<a href=.pdf>x</a>", "<a href='javascript:print()'>x</a>",
		"<a href='#' onclick=\"go('/a/1.html\">x</a>", "<a href=1.html data-id=7>x</a>"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (is_link_to_file(rows[i]))
			fail_msg("%s", rows[i]);
}

static struct span target_of(struct html *h, enum html_tag tag)
{
	return attachment_target(h, html_find(h, 0, h->n_nodes, tag));
}

static void expect_frame(const char *markup, enum html_tag tag, const char *wanted)
{
	CLEANUP(html_freep) struct html *h = html_parse(span_str(markup));
	struct span target = target_of(h, tag);

	if (!span_is(target, wanted))
		fail_msg("%s gave %.*s", markup, (int)target.len, target.data ? target.data : "");
}

static void test_attachment__frames_that_show_files(void **state)
{
	(void)state;
	expect_frame("<iframe src=/f/7.pdf></iframe>", HTML_IFRAME, "/f/7.pdf");
	expect_frame("<iframe src='/view/web.html?file=/f/7.pdf&p=1'></iframe>", HTML_IFRAME,
		"/f/7.pdf");
	expect_frame("<iframe src=/ad.html></iframe>", HTML_IFRAME, "");
	expect_frame("<embed src=7.pdf>", HTML_EMBED, "7.pdf");
	expect_frame("<object data=7.ofd></object>", HTML_OBJECT, "7.ofd");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attachment__links_to_files),
		cmocka_unit_test(test_attachment__other_links_are_none),
		cmocka_unit_test(test_attachment__frames_that_show_files),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
