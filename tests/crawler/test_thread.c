#include "crawler/read/article/thread.h"

#include "tests/cmocka_all.h"

static bool is_thread(const char *url, const char *html)
{
	CLEANUP(html_freep) struct html *h = html_parse(span_str(html));

	return thread_is(h, url);
}

static void test_thread__addresses_of_forums_say_so(void **state)
{
	static const char *const forums[] = {"https://forums.a.org/x/1",
		"https://www.forum.a.org/1", "http://bbs.a.cn/read/1",
		"https://a.org/forum/topic-7", "https://a.org/t/how-to/42",
		"https://a.org/questions/7/how", "http://a.cn/thread-17-1-1.html",
		"http://a.cn/viewtopic.php?t=3", "https://www.a.org/thread/7"};
	static const char *const others[] = {"https://a.org/news/forum-ends-in-a-row.html",
		"https://a.org/2025/05/the-thread.html", "https://a.org/?from=forum",
		"https://a.org/news#comments", "https://a.org/", "https://www.forumnews.org/1",
		"no address", ""};

	(void)state;
	for (size_t i = 0; i < sizeof forums / sizeof *forums; i++)
		if (!is_thread(forums[i], ""))
			fail_msg("%s", forums[i]);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (is_thread(others[i], ""))
			fail_msg("%s", others[i]);
}

static void test_thread__programs_and_metadata_of_forums_say_so(void **state)
{
	static const char url[] = "http://a.cn/1";

	(void)state;
	assert_true(is_thread(url, "<meta name=generator content='Discuz! X3.4'>"));
	assert_true(
		is_thread(url, "<script type=application/ld+json>{\"@type\":\"QAPage\"}</script>"));
	assert_true(is_thread(url,
		"<body><div itemscope itemtype='https://schema.org/DiscussionForumPosting'>x"));
	assert_true(is_thread(url, "<body class='single bbpress'>"));
	assert_false(is_thread(url, "<meta name=generator content='WordPress 6'>"));
	assert_false(is_thread(url, "<script>var x = '\"QAPage\"';</script>"));
	assert_false(is_thread(url, "<body><div class=comments><div class=reply>x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thread__addresses_of_forums_say_so),
		cmocka_unit_test(test_thread__programs_and_metadata_of_forums_say_so),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
