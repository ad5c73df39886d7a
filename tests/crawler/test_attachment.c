#include "crawler/read/article/attachment.h"

#include "tests/cmocka_all.h"

static bool is_link_to_file(const char *markup)
{
	CLEANUP(html_freep) struct html *h = html_parse(span_str(markup));
	uint32_t node = html_find(h, 0, h->n_nodes, HTML_A);

	assert_int_not_equal(node, HTML_NONE);
	return attachment_is_link(h, node);
}

static void test_attachment__links_to_files(void **state)
{
	static const char *const rows[] = {"<a href=/a/plan.pdf>附件</a>",
		"<a href=plan.DOCX?v=2>x</a>", "<a href='/down?name=plan.xls&id=3'>x</a>",
		"<a href=/file/7 download>x</a>", "<a href=/download?id=7>附件1：行动方案</a>",
		"<a href=/attach/7>行动方案.wps</a>", "<a href=/x/7 title='行动方案.ofd'>x</a>",
		"<a href=plan.zip#a>x</a>"};

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
		"<a href=.pdf>x</a>"};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (is_link_to_file(rows[i]))
			fail_msg("%s", rows[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_attachment__links_to_files),
		cmocka_unit_test(test_attachment__other_links_are_none),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
