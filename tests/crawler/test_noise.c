#include "crawler/read/html/noise.h"

#include "common/fold.h"
#include "tests/cmocka_all.h"

struct row {
	const char *line;
	bool expected;
};

typedef bool judge_fn(struct span folded);

static void check(judge_fn *judge, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		STRBUF_LOCAL(folded);

		fold_text(span_str(rows[i].line), &folded);
		if (judge(strbuf_span(&folded)) != rows[i].expected)
			fail_msg("%s", rows[i].line);
	}
}

#define CHECK(judge, rows) check(judge, rows, sizeof(rows) / sizeof *(rows))

/* From all over the tables, since the look-up trusts their order. */
static void test_noise__a_tail_begins_with_its_label(void **state)
{
	static const struct row rows[] = {{"相关阅读：江城新闻", true}, {"相關閱讀", true},
		{"【声明】本文", true}, {"[打印] [关闭]", true}, {"Copyright 2025", true},
		{"责编", false}, {"上一篇：江城", true}, {"关键词：算力", true}, {"阅读排行", true},
		{"举报/反馈", true}, {"跟贴 12", true}, {"", false}, {"江城相关阅读", false},
		{"相关", false}, {"zzz", false},
		/* Sentences that begin alike. */
		{"推荐阅读的理由", false}, {"相关阅读书目怎么选", false}, {"相关阅读推荐", true},
		{"关注我们身边的老人，是社区的职责。", false},
		{"图片新闻评选昨日揭晓，三十幅作品获奖。", false},
		{"免责声明写得再长，也不能免除责任。", false}, {"声明：本文不代表本站立场。", true},
		{"凡本网注明“来源：江城”的作品，转载请注明。", true}};

	(void)state;
	CHECK(noise_begins_tail, rows);
}

static void test_noise__lines_that_a_page_adds_are_furniture(void **state)
{
	static const struct row rows[] = {{"Read more: what the mayor said", true},
		{"ADVERTISEMENT", true}, {"Lesen Sie auch: Der Plan", true},
		{"À lire aussi : le plan", true}, {"Leggi anche: il piano", true},
		{"Te puede interesar: el plan", true}, {"Читайте также: план", true},
		{"【関連記事】計画", true}, {"관련기사 계획", true}, {"當前位置：首頁", true},
		{"分享到微信", true}, {"大 中 小", true}, {"更多>>", true}, {"赞", true},
		{"赞美江城", false}, {"+1", true}, {"Published: 28 May 2025 at 9:30", true},
		{"Updated guidance was given", false}, {"https://a.cn/news/1.html", true},
		{"https://a.cn is the address", false}, {"© Li Xiao", true}, {"", false},
		{"A reader's letter", false}, {"Anzeige wurde gestern erstattet.", false},
		{"Shares fell on Monday.", false}, {"江城市近日印发行动方案", false},
		{"La suite après la publicité", true}, {"收藏是一门学问，也是一种修养。", false},
		{"大中小企业融通发展，是今年的重点。", false}, {"打印机市场增长了一成。", false},
		{"扫一扫，分享到微信。", true}, {"点击蓝字 关注我们", true},
		{"打开APP阅读全文", true}, {"余下全文", true}, {"打开APP就能订菜", false},
		/* Headings that begin like buttons. */
		{"打印社的新生意", false}, {"打印本页", true}, {"打印", true},
		{"收藏夹里的老街", false}, {"收藏本站", true}, {"扫码之后", false},
		{"扫码关注", true}, {"更多新闻从业者返乡", false}, {"更多新闻请关注", true},
		{"分享到手的补贴", false}, {"分享到朋友圈", true}, {"浏览次数最多的摊位", false},
		{"浏览次数：12", true}, {"无障碍电梯进老楼", false}, {"无障碍浏览", true},
		/* The author's sentences that begin like calls. */
		{"Subscribe to the theory that markets make towns, the historian said, and "
		 "the rest of the story follows from it.",
			false},
		{"Sign up for a season ticket and you pay a third less than before, the "
		 "council said when it opened the hall.",
			false},
		{"Sign up for the Morning Basket, a weekly look at markets and the people "
		 "who work in them, by those who know.",
			true},
		{"Subscribe to The Market Times.", true}, {"Sign up for Basket", true}};

	(void)state;
	CHECK(noise_is_furniture, rows);
}

static void test_noise__credits_of_pictures_are_furniture(void **state)
{
	static const struct row rows[] = {{"Photograph: Joan Arc/The Tide", true},
		{"Courtesy of Joan Arc", true}, {"Crédit photo : Joan Arc", true},
		{"Illustration by Joan Arc", true}, {"Image source, Agency", true},
		{"Reuters/Joan Arc", true}, {"(AP Photo/Joan Arc)", true},
		{"Joan Arc / Getty Images", true}, {"Joan Arc via Getty Images", true},
		{"Getty Images", true}, {"EPA", true}, {"Joan Arc/Xinhua", true},
		{"Joan Arc/Alamy Stock Photo", true},
		/* What is said of pictures and agencies. */
		{"Courtesy of the new roof, nobody gets wet.", false},
		{"The town's own Getty", false}, {"A quarrel with Reuters", false},
		{"He went home via Reuters Square", false}, {"and/or", false},
		{"Photographs of the harbour", false}};

	(void)state;
	CHECK(noise_is_furniture, rows);
}

static void test_noise__calls_to_subscribe_are_promotion(void **state)
{
	static const struct row rows[] = {{"Sign up for our daily newsletter", true},
		{"Get more local news delivered straight to your inbox.", true},
		{"Jetzt zum Newsletter anmelden", true}, {"下载客户端，获取更多资讯", true},
		{"The newsletter of 1834 was printed by hand", false},
		{"She found nothing in the inbox", false}, {"江城市近日印发行动方案", false},
		/* What news tell of such media. */
		{"Staff who click on a link in their inbox are asked for a password.", false},
		{"The suspects used WhatsApp to receive their orders.", false},
		{"参保人员可以下载“江城办”App，登录后办理。", false},
		{"老人可以由家人代为扫码，登录小程序办理。", false},
		{"欢迎关注江城发布公众号。", true}};

	(void)state;
	CHECK(noise_is_promotion, rows);
}

static void test_noise__who_owns_a_site_and_its_licence_are_a_colophon(void **state)
{
	(void)state;
	assert_true(noise_is_colophon(span_str("主办：江城市人民政府办公室")));
	assert_true(noise_is_colophon(span_str("江ICP备05000000号")));
	assert_true(noise_is_colophon(span_str("Copyright © 2025 Daily News")));
	assert_false(noise_is_colophon(span_str("江城市人民政府主办的运动会开幕。")));
}

static void test_noise__names_tell_what_an_element_is(void **state)
{
	static const struct {
		const char *names;
		enum noise_part part;
	} rows[] = {{"ad", NOISE_FURNITURE}, {"xgyd", NOISE_FURNITURE},
		{"mainNav", NOISE_NONE /* short words stand by themselves */},
		{"main-nav", NOISE_FURNITURE}, {"newsRecommendList", NOISE_FURNITURE},
		{"left sidebar2", NOISE_FURNITURE}, {"TRS_Editor", NOISE_ARTICLE},
		{"share articleBody", NOISE_ARTICLE}, {"vsb_content_2", NOISE_ARTICLE},
		{"arcontent", NOISE_ARTICLE}, {"zw-content", NOISE_ARTICLE},
		{"comment-list", NOISE_COMMENT}, {"wp-caption-text", NOISE_CAPTION},
		{"news-image", NOISE_IMAGE}, {"post-date", NOISE_META}, {"page-footer", NOISE_WEAK},
		{"onetrust-pc-sdk", NOISE_HIDDEN}, {"cookieBar", NOISE_HIDDEN},
		{"visually-hidden", NOISE_HIDDEN}, {"__Ee5Ad", NOISE_NONE}, {"shadow", NOISE_NONE},
		{"header", NOISE_FURNITURE}, {"article-header", NOISE_NONE}, {"", NOISE_NONE},
		{"   ", NOISE_NONE}, {"content", NOISE_NONE}};

	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
		if (noise_of_names(span_str(rows[i].names)) != rows[i].part)
			fail_msg("%s: %d", rows[i].names, noise_of_names(span_str(rows[i].names)));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_noise__a_tail_begins_with_its_label),
		cmocka_unit_test(test_noise__lines_that_a_page_adds_are_furniture),
		cmocka_unit_test(test_noise__credits_of_pictures_are_furniture),
		cmocka_unit_test(test_noise__calls_to_subscribe_are_promotion),
		cmocka_unit_test(test_noise__who_owns_a_site_and_its_licence_are_a_colophon),
		cmocka_unit_test(test_noise__names_tell_what_an_element_is),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
