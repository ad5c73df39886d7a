/*
 * Lines by their phrases, in all languages that were met. A table of beginnings
 * is sorted by bytes, and none of its phrases begins another one: so the only
 * one that can begin a line is the last that is not behind it in order.
 */
#include "crawler/read/noise.h"

#define FURNITURE_BYTES_MAX 90
#define SUBSCRIBE_BYTES_MAX 300
#define ELSEWHERE_BYTES_MAX 300

/* What stands behind an article. */
static const char *const tails[] = {"[声明]", "[打印]", "copyright", "【声明】", "【打印】",
	"上一篇", "下一篇", "为您推荐", "举报/反馈", "今日推荐", "体育要闻", "免责声明", "关注我们",
	"关键字:", "关键词:", "凡本网注明", "凡注明", "分享到", "分享至", "友情链接", "发表评论",
	"图片新闻", "声明:", "大家都在看", "头条要闻", "娱乐要闻", "延伸阅读", "往期回顾",
	"态度原创", "我要评论", "打印|", "扫一扫", "推荐阅读", "新闻排行", "暂无评论", "更多新闻",
	"更多精彩", "最新文章", "最新评论", "本网声明", "本网站转载", "标签:", "欢迎关注",
	"汽车要闻", "点击排行", "热点推荐", "热点新闻", "热门推荐", "热门文章", "热门新闻",
	"版权声明", "版权所有", "特别声明", "猜你喜欢", "相关专题", "相关报道", "相关推荐",
	"相关文章", "相关新闻", "相关链接", "相关阅读", "看完这篇", "科技要闻", "精彩推荐",
	"编辑推荐", "网友评论", "网站地图", "评论列表", "财经要闻", "跟贴", "返回顶部", "返回首页",
	"郑重声明", "阅读排行"};

/* Buttons, counters, paths and labels of a page. */
static const char *const beginnings[] = {"![]()", "0条评论", "[关闭", "[字体", "[字号", "a+",
	"ai生成图", "comments", "email", "follow us", "loading", "print", "share", "sign up", "©",
	"【关闭", "【字体", "【字号", "二维码", "你的位置", "关闭窗口", "分享到", "分享至",
	"听新闻", "图源:", "图片由ai生成", "复制链接", "大中小", "字体:", "字体大小",
	"字号:", "当前位置", "微信扫", "您当前的位置", "您现在的位置", "您的位置", "我来说两句",
	"我要评论", "所在位置", "手机看新闻", "打印", "扫一扫", "扫码", "收藏", "新浪微博",
	"无障碍", "浏览:", "浏览次数", "点击:", "点击收听", "点击数", "点击查看", "点击次数",
	"点击进入", "用微信扫", "评论(", "评论0", "责编邮箱", "资料图", "进入关怀版", "阅读(",
	"阅读:", "阅读次数", "首页>"};
static const char *const words[] = {"+1", "-", "0", "1", ">", "qq空间", "t", "|", "上一页",
	"下一页", "中", "举报", "保存", "关闭", "分享", "原标题", "图集", "大", "字号", "导读",
	"小", "展开全文", "广告", "微信", "微博", "打印", "搜索", "收藏", "收起", "更多", "更多>",
	"更多>>", "正文", "注册", "点赞", "登录", "纠错", "腾讯微博", "评论", "赞", "转发", "返回",
	"阅读全文", "顶部", "首页"};

/* What leads on to other articles, to newsletters, to what is not shown without consent. */
static const char *const elsewhere[] = {"[関連記事]", "[관련기사]", "a lire aussi", "abonnez-vous",
	"advertisement", "also read", "an dieser stelle find", "anzeige", "article content",
	"article continues", "auch interessant", "ayrıca okuyun", "baca juga", "click here to",
	"czytaj także", "czytaj też", "do you have a news tip", "do you have a story", "dont miss",
	"download our", "externer inhalt", "follow me on", "follow us", "for more stories like",
	"get our", "got a story", "have a story", "help us improve", "ich bin damit einverstanden",
	"ilginizi çekebilir", "jetzt abonnieren", "join our", "lea tambien", "lea también",
	"leave a comment", "lee tambien", "lee también", "lees meer", "lees ook", "leggi anche",
	"leggi qui", "leia mais", "leia também", "les også", "lesen sie auch", "lesen sie hier",
	"lesen sie mehr", "lesetipp", "lihat juga", "like this story", "lire aussi",
	"lire la suite", "lue myös", "läs mer", "läs också", "läs även", "læs også",
	"media playback is unsupported", "mehr dazu", "mehr zum thema", "more from ",
	"more on this", "more on:", "most read", "más información", "newsletter", "read also",
	"read more", "read next", "recommended reading", "recommended:", "related articles",
	"related content", "related stories", "related:", "report a typo", "saiba mais",
	"scroll to continue", "see also", "send us your", "sharing is caring", "sign up for",
	"sign up here", "sign up to", "simak breaking news", "simak juga", "story continues",
	"subscribe now", "subscribe to", "sur le même sujet", "te puede interesar",
	"this article originally", "this article was originally", "this post originally",
	"this story originally", "this video cannot be played", "ti potrebbe interessare",
	"top stories", "um eingebettete inhalte", "up next", "veja também", "ver también",
	"view comments", "voir aussi", "watch:", "weitere artikel", "weiterlesen", "xem thêm",
	"zobacz także", "zobacz też", "zum newsletter", "à lire aussi", "à lire également",
	"đọc thêm", "подписывайтесь", "смотрите также", "читайте більше", "читайте ещё",
	"читайте нас", "читайте также", "читайте також", "читайте:", "اقرأ أيضا", "بیشتر بخوانید",
	"ⓒ", "▶ 관련", "【写真】", "【関連記事】", "あわせて読みたい", "合わせて読みたい",
	"関連リンク", "関連記事", "관련 기사", "관련기사", "무단전재", "저작권자"};

static const char *last_not_behind(struct span s, const char *const *table, size_t n)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2, len = strlen(table[mid]);
		int r = memcmp(table[mid], s.data, len < s.len ? len : s.len);

		if (r < 0 || (r == 0 && len <= s.len))
			low = mid + 1;
		else
			high = mid;
	}
	return low ? table[low - 1] : NULL;
}

static bool starts_with_one_of(struct span s, const char *const *table, size_t n)
{
	const char *phrase = last_not_behind(s, table, n);

	return phrase && span_starts_with(s, span_str(phrase));
}

static bool contains_one_of(struct span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_find(s, span_str(list[i])) >= 0)
			return true;
	return false;
}

#define IS_ONE_OF(s, table)         is_one_of(s, table, sizeof(table) / sizeof *(table))
#define STARTS_WITH_ONE_OF(s, list) starts_with_one_of(s, list, sizeof(list) / sizeof *(list))
#define CONTAINS_ONE_OF(s, list)    contains_one_of(s, list, sizeof(list) / sizeof *(list))

static bool is_one_of(struct span s, const char *const *table, size_t n)
{
	const char *word = last_not_behind(s, table, n);

	return word && span_is(s, word);
}

bool noise_begins_tail(struct span folded)
{
	return STARTS_WITH_ONE_OF(folded, tails);
}

ptrdiff_t noise_find_tail(struct span folded)
{
	static const char *const phrases[] = {"近期内容>>", "(责任编辑:", "举报/反馈",
		"(本文来自澎湃新闻", "【返回首页】", "相关阅读:", "更多原创资讯请下载"};
	ptrdiff_t first = -1;

	for (size_t i = 0; i < sizeof phrases / sizeof *phrases; i++) {
		ptrdiff_t at = span_find(folded, span_str(phrases[i]));

		if (at >= 0 && (first < 0 || at < first))
			first = at;
	}
	return first;
}

bool noise_is_furniture(struct span folded)
{
	if (folded.len > ELSEWHERE_BYTES_MAX)
		return false;
	if (STARTS_WITH_ONE_OF(folded, elsewhere))
		return true;
	return folded.len <= FURNITURE_BYTES_MAX &&
		(IS_ONE_OF(folded, words) || STARTS_WITH_ONE_OF(folded, beginnings) ||
			span_find(folded, SPAN_LITERAL(">正文")) >= 0);
}

/* One look at each byte: where a phrase may begin, its first letter stands. */
static bool contains_word_of(struct span s, const char *const *phrases, const char *first_letters)
{
	for (size_t i = 0; i < s.len; i++) {
		struct span rest = span_from_offset(s, i);

		if (!strchr(first_letters, s.data[i]) || !s.data[i])
			continue;
		for (const char *const *w = phrases; *w; w++)
			if (span_starts_with(rest, span_str(*w)))
				return true;
	}
	return false;
}

/* Sign up for our newsletter; get the news delivered to your inbox; join us on WhatsApp. */
static bool asks_to_subscribe(struct span folded)
{
	static const char *const media[] = {"newsletter", "inbox", "whatsapp", "telegram channel",
		"push notification", NULL};
	static const char *const calls[] = {"sign up", "signing up", "subscri", "delivered",
		"join ", "follow", "get the", "get our", "get more", "abonn", "anmeld", "inscri",
		"suscr", "iscriv", "daftar", "bestellen", "click", "receive", "stay up", NULL};

	return folded.len < SUBSCRIBE_BYTES_MAX && contains_word_of(folded, media, "niwtp") &&
		contains_word_of(folded, calls, "sdjfgaibcr");
}

bool noise_is_promotion(struct span folded)
{
	static const char *const product[] = {"客户端", "app", "公众号", "微信号", "小程序",
		"微博"};
	static const char *const promise[] = {"掌上读报", "在线互动", "下载", "扫码", "扫描",
		"关注湖北", "报料", "特色功能", "欢迎关注", "点击关注", "长按", "订阅", "更多精彩",
		"更多资讯", "更多原创"};
	size_t n = 0;

	if (asks_to_subscribe(folded))
		return true;
	if (folded.len > 600 || !CONTAINS_ONE_OF(folded, product))
		return false;
	for (size_t i = 0; i < sizeof promise / sizeof *promise; i++)
		n += span_find(folded, span_str(promise[i])) >= 0;
	return n >= 2 || (n == 1 && folded.len < 150);
}
