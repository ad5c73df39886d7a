#include "crawler/read/html/likeness.h"

#include "common/alloc.h"
#include "tests/cmocka_all.h"

#include <stdio.h>

#define HEAD "<title>江城网</title><div class=nav><a href=/>首页</a><a href=/yw/>要闻</a></div>"
#define FOOT                                                                                       \
	"<div class=foot>版权所有 江城市人民政府办公室 京ICP证000000号 联系电话 违法和不良信息举报</div>"
#define TEXT "江城市近日印发行动方案，提出到明年年底建成三个智能算力中心，支持企业开放应用场景。"
#define LOST "<p>很遗憾，这里什么也没有，请检查地址是否正确，或者从首页重新开始。</p>"

static struct likeness of(const char *page, const char *url)
{
	CLEANUP(html_freep) struct html *h = html_parse(span_str(page));
	CLEANUP(arena_freep) struct arena *a = arena_new();
	struct block_list blocks;
	struct likeness l;

	block_list_make(h, a, &blocks);
	likeness_make(h, &blocks, url, &l);
	return l;
}

static bool is_same(const char *a, const char *b)
{
	struct likeness x = of(a, "http://a.cn/zw/t20250528_77.html");
	struct likeness y = of(b, "http://a.cn/zw/qpwoeiruty.html");

	assert_int_equal(likeness_is_same(&x, &y), likeness_is_same(&y, &x));
	return likeness_is_same(&x, &y);
}

static void test_likeness__what_differs_from_answer_to_answer_does_not_count(void **state)
{
	(void)state;
	assert_true(is_same(HEAD LOST FOOT, HEAD LOST FOOT));
	/* the address, the time, what else there is to read */
	assert_true(
		is_same(HEAD "<h1>/zw/t20250528_77.html</h1>" LOST "<i>2025-05-29 20:40</i>" FOOT,
			HEAD "<h1>/zw/qpwoeiruty.html</h1>" LOST "<i>2025-06-01 08:15</i>" FOOT));
	assert_true(is_same(HEAD LOST "<ul><li><a href=/1>人工智能三年行动方案印发</a></ul>" FOOT,
		HEAD LOST "<ul><li><a href=/2>数据要素流通工作推进会召开</a></ul>" FOOT));
	/* white space, script, full-width forms */
	assert_true(is_same(HEAD LOST "<p>ＡＢＣ  網站" FOOT, HEAD LOST "\n<p>abc 网站" FOOT));
}

static void test_likeness__an_article_is_another_page(void **state)
{
	(void)state;
	assert_false(is_same(HEAD "<h1>江城印发方案</h1><p>" TEXT "</p>" FOOT, HEAD LOST FOOT));
	assert_false(is_same(HEAD "<p>" TEXT "</p>" FOOT, HEAD LOST "<p>" TEXT "</p>" FOOT));
	/* only pictures: it lacks what the other one says */
	assert_false(is_same(HEAD "<img src=1.png>" FOOT, HEAD LOST FOOT));
}

static void test_likeness__titles_must_agree(void **state)
{
	(void)state;
	assert_false(is_same("<title>机器人走进社区_江城网</title>" LOST FOOT,
		"<title>出错了_江城网</title>" LOST FOOT));
	assert_false(is_same("<title>江城网</title>" LOST FOOT, LOST FOOT));
	assert_true(is_same("<title>404 t20250528_77</title>" LOST FOOT,
		"<title>404 qpwoeiruty</title>" LOST FOOT));
}

/* A home page has the frame of the others, and much more in links. */
static void test_likeness__sizes_must_agree(void **state)
{
	STRBUF_LOCAL(home);

	(void)state;
	strbuf_add_str(&home, HEAD LOST);
	for (int i = 0; i < 40; i++)
		strbuf_add_str(&home, "<li><a href=/1>人工智能三年行动方案印发</a>");
	strbuf_add_str(&home, FOOT);
	assert_false(is_same(home.data, HEAD LOST FOOT));
}

static void add_sentences(struct strbuf *out, unsigned from, unsigned to)
{
	for (unsigned i = from; i < to; i++)
		for (unsigned c = 0; c < 10; c++)
			strbuf_add_utf8(out, 0x4E00 + (i * 7919 + c * 104729) % 20000);
}

/*
 * Symptom: with one title for all pages and much around them, a notice of a line was said
 * to be gone.
 */
static void test_likeness__a_notice_of_a_line_is_another_page_than_an_empty_frame(void **state)
{
	STRBUF_LOCAL(notice);
	STRBUF_LOCAL(frame);

	(void)state;
	add_sentences(&frame, 0, 25);
	strbuf_add_str(&notice, "<p>关于停水的通知：明日八时至十八时因管道检修停水。</p>");
	add_sentences(&notice, 0, 25);
	assert_false(is_same(notice.data, frame.data));
}

/* Long pages are compared by a part of their pieces, which is the same part. */
static void test_likeness__long_pages_are_compared_by_samples(void **state)
{
	STRBUF_LOCAL(a);
	STRBUF_LOCAL(b);
	STRBUF_LOCAL(c);

	(void)state;
	add_sentences(&a, 0, 400);
	add_sentences(&b, 0, 390);
	add_sentences(&c, 300, 700);
	assert_true(is_same(a.data, a.data));
	assert_true(is_same(a.data, b.data));
	assert_false(is_same(a.data, c.data));
}

static void test_likeness__it_is_packed_and_back(void **state)
{
	struct likeness l = of(HEAD LOST FOOT, "http://a.cn/1"), back;
	STRBUF_LOCAL(packed);

	(void)state;
	likeness_pack(&l, &packed);
	assert_true(likeness_unpack(strbuf_span(&packed), &back));
	assert_true(l.title == back.title && l.shown == back.shown && l.n == back.n);
	assert_memory_equal(l.pieces, back.pieces, l.n * sizeof *l.pieces);
	assert_false(likeness_unpack(span_from(packed.data, packed.len - 1), &back));
	assert_false(likeness_unpack(span_from(packed.data, 8), &back));
	packed.data[12] = (char)0xFF; /* no longer in order */
	assert_false(likeness_unpack(strbuf_span(&packed), &back));
}

static void test_likeness__nothing_is_like_nothing(void **state)
{
	struct likeness l = of("", "http://a.cn");

	(void)state;
	assert_int_equal(l.n, 0);
	assert_true(likeness_is_same(&l, &l));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_likeness__what_differs_from_answer_to_answer_does_not_count),
		cmocka_unit_test(test_likeness__an_article_is_another_page),
		cmocka_unit_test(test_likeness__titles_must_agree),
		cmocka_unit_test(test_likeness__sizes_must_agree),
		cmocka_unit_test(
			test_likeness__a_notice_of_a_line_is_another_page_than_an_empty_frame),
		cmocka_unit_test(test_likeness__long_pages_are_compared_by_samples),
		cmocka_unit_test(test_likeness__it_is_packed_and_back),
		cmocka_unit_test(test_likeness__nothing_is_like_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
