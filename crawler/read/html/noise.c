/*
 * Lines by their phrases, in all languages that were met. A table of beginnings
 * is sorted by bytes, and none of its phrases begins another one: so the only
 * one that can begin a line is the last that is not behind it in order.
 */
#include "crawler/read/html/noise.h"

#define FURNITURE_BYTES_MAX 90
#define SUBSCRIBE_BYTES_MAX 300
#define CREDIT_BYTES_MAX    80
#define AUTHORS_BYTES_MIN   100
#define TAIL_WORD_BYTES     12
#define CONSENT_BYTES_MIN   60
#define CONSENT_BYTES_MAX   1000
#define DATELINE_BYTES_MAX  100
#define ELSEWHERE_BYTES_MAX 600

/* What stands behind an article. */
static const char *const tails[] = {"(声明)", "(打印)", "copyright", "上一篇", "下一篇", "为您推荐",
	"举报/反馈", "今日推荐", "体育要闻", "免责声明", "关注我们",
	"关键字:", "关键词:", "凡本网注明", "凡注明", "分享到", "分享至", "友情链接", "发表评论",
	"图片新闻", "声明:", "大家都在看", "头条要闻", "娱乐要闻", "延伸阅读", "往期回顾",
	"往期推荐", "态度原创", "我要评论", "打印|", "扫一扫", "推荐阅读", "新闻排行", "暂无评论",
	"更多新闻", "更多精彩", "最新文章", "最新评论", "本网声明", "本网站转载",
	"标签:", "欢迎关注", "汽车要闻", "点击排行", "热点推荐", "热点新闻", "热门推荐", "热门文章",
	"热门新闻", "版权声明", "版权所有", "特别声明", "猜你喜欢", "相关专题", "相关报道",
	"相关推荐", "相关文章", "相关新闻", "相关链接", "相关阅读", "看完这篇", "科技要闻",
	"精彩推荐", "编辑推荐", "网友评论", "网站地图", "评论列表", "财经要闻", "跟贴", "返回顶部",
	"返回首页", "郑重声明", "阅读排行"};

/* Buttons, counters, paths and labels of a page. */
static const char *const beginnings[] = {"!()()", "(关闭", "(字体", "(字号", "0条评论", "a+",
	"advertisement -", "ai生成图", "also read", "auch interessant", "comments (",
	"comments:", "continue reading", "dont miss", "email this", "follow us", "get our",
	"il vous reste", "jetzt lesen", "join our", "lesetipp", "loading ", "mehr dazu",
	"more from ", "más información", "play video", "print this", "read next",
	"recommended:", "related:", "saiba mais", "see also", "share on", "share this", "share via",
	"share:", "sign up", "story continues", "view gallery", "voir aussi", "watch now",
	"watch:", "weitere artikel", "©", "二维码", "你的位置", "关键字", "关闭窗口", "分享到",
	"分享至", "听新闻", "图源:", "图片由ai生成", "复制链接", "大中小", "字体:", "字体大小",
	"字号:", "当前位置", "微信扫", "您当前的位置", "您现在的位置", "您的位置", "我来说两句",
	"我要评论", "所在位置", "手机看新闻", "打印", "扫一扫", "扫码", "收藏", "新浪微博",
	"无障碍", "更多新闻", "浏览:", "浏览次数", "点亮在看", "点击:", "点击上方", "点击收听",
	"点击数", "点击查看", "点击次数", "点击蓝字", "点击进入", "用微信扫", "评论(", "评论0",
	"责编邮箱", "资料图", "进入关怀版", "阅读(", "阅读:", "阅读次数", "首页>"};
static const char *const words[] = {"+1", "-", "0", "1", ">", "ad", "advert", "advertisement",
	"advertisements", "anzeige", "article content", "back to top", "close", "comments",
	"copy link", "email", "follow", "loading", "loading...", "log in", "menu", "more",
	"most read", "newsletter", "print", "publicidad", "publicité", "qq空间", "read more",
	"related", "related content", "save", "search", "see more", "share", "show more", "sign up",
	"subscribe", "t", "top stories", "up next", "view comments", "weiterlesen", "werbung", "|",
	"上一页", "下一页", "下载app", "中", "举报", "余下全文", "保存", "关闭", "分享", "原标题",
	"图集", "大", "大字号", "字号", "导读", "小", "小字号", "展开全文", "展开剩余",
	"展开阅读全文", "广告", "微信", "微博", "打印", "打开app", "打开app查看全文",
	"打开app阅读全文", "搜索", "收藏", "收起", "更多", "更多>", "更多>>", "查看全文", "正文",
	"注册", "点击展开全文", "点击阅读全文", "点赞", "登录", "纠错", "腾讯微博", "评论", "赞",
	"转发", "返回", "阅读全文", "阅读更多", "顶部", "预览时标签不可点", "首页"};

/* What leads on to other articles, to newsletters, to what is not shown without consent. */
static const char *const elsewhere[] = {"(写真)", "(関连记事)", "(관련기사)", "a lire aussi",
	"abonnez-vous", "already a subscriber", "an dieser stelle find", "article continues",
	"article réservé aux abonnés", "artículo exclusivo para suscriptores", "ayrıca okuyun",
	"baca juga", "bild: ", "cek berita", "cet article est réservé", "click here to",
	"contenuto riservato", "create an account", "czytaj także", "czytaj też",
	"das könnte dich auch", "das könnte sie auch", "do you have a news tip",
	"do you have a story", "download our", "ein klick für den datenschutz", "externer inhalt",
	"fehler gefunden", "folgst du schon", "follow me on", "for more stories like",
	"foto: ", "fotos: ", "got a story", "hat ihnen dieser artikel gefallen", "have a story",
	"help us improve", "hier geht es zu", "ich bin damit einverstanden",
	"ihre meinung ist uns wichtig", "ikuti berita", "ilginizi çekebilir",
	"image: ", "images: ", "jetzt abonnieren", "la suite après la pub", "la suite est réservée",
	"lea tambien", "lea también", "leave a comment", "lee tambien", "lee también", "lees meer",
	"lees ook", "leggi anche", "leggi qui", "leia mais", "leia também", "les også",
	"lesen sie auch", "lesen sie dazu", "lesen sie hier", "lesen sie jetzt", "lesen sie mehr",
	"lihat juga", "like this story", "lire aussi", "lire la suite", "listen to this article",
	"lue myös", "läs mer", "läs också", "läs även", "læs også", "media playback is unsupported",
	"mehr zum thema", "more on this", "more on:", "not a subscriber", "photo by ",
	"photo: ", "photos: ", "picture: ", "read also", "read more about", "read more from",
	"read more here", "read more on", "read more stories", "read more »",
	"read more:", "recommended reading", "related articles", "related stories", "report a typo",
	"scroll to continue", "send us your", "sharing is caring", "sign in or", "sign in to",
	"sign up for", "sign up here", "sign up to", "simak breaking news", "simak juga",
	"subscribe for", "subscribe now", "subscribe to", "sur le même sujet", "te puede interesar",
	"tell us what you think", "thank you for reading", "this article is free to read",
	"this article originally", "this article was originally", "this content is reserved for",
	"this post originally", "this slideshow requires", "this story originally",
	"this video cannot be played", "ti potrebbe interessare", "to view this video",
	"try unlimited access", "um eingebettete inhalte", "veja também", "ver también",
	"we apologize, but this video", "xem thêm", "you may also like", "you might also like",
	"zobacz także", "zobacz też", "zum newsletter", "à lire aussi", "à lire également",
	"đọc thêm", "подписывайтесь", "смотрите также", "читайте більше", "читайте ещё",
	"читайте нас", "читайте также", "читайте також", "читайте:", "اقرأ أيضا", "بیشتر بخوانید",
	"▶ 관련", "あわせて読みたい", "この続きは", "この记事は会员", "この记事は有料",
	"合わせて読みたい", "延伸阅读", "有料会员", "続きを読む", "関连リンク", "関连记事",
	"관련 기사", "관련기사", "무단전재", "저작권자"};

static const char *const datelines[] = {"actualizado", "aggiornato", "aktualisiert", "atualizado",
	"bijgewerkt", "created at", "created:", "diterbitkan", "first published", "gepubliceerd",
	"last updated", "mis à jour", "opdateret", "oppdatert", "posted ", "posted:", "pubblicato",
	"publicado", "publicerad ", "publisert", "published ", "published:", "publié ", "updated ",
	"updated:", "uppdaterad ", "veröffentlicht", "обновлено", "опубликовано", "入力", "公開",
	"更新", "수정", "입력"};

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

#define IS_ONE_OF(s, table)         is_one_of(s, table, sizeof(table) / sizeof *(table))
#define STARTS_WITH_ONE_OF(s, list) starts_with_one_of(s, list, sizeof(list) / sizeof *(list))

static bool is_one_of(struct span s, const char *const *table, size_t n)
{
	const char *word = last_not_behind(s, table, n);

	return word && span_is(s, word);
}

static bool is_sentence(struct span folded)
{
	static const char *const ends[] = {"。", ".", "!", "?"};

	for (size_t i = 0; i < sizeof ends / sizeof *ends; i++)
		if (span_ends_with(folded, span_str(ends[i])))
			return true;
	return false;
}

/* Marks that set a label apart from what it is about. */
static bool is_set_apart(struct span rest)
{
	static const char marks[] = " :|()<>[]\"/,0123456789";
	static const char *const wide[] = {"《", "【", "「", "来源"};

	if (!rest.len || memchr(marks, rest.data[0], sizeof marks - 1))
		return true;
	for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
		if (span_starts_with(rest, span_str(wide[i])))
			return true;
	return false;
}

static bool is_plain_han(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (!(s.data[i] & 0x80))
			return false;
	return true;
}

/* 打印本页 is a button, 打印社的新生意 a headline: these words begin both. */
static bool may_be_words(const char *phrase, struct span rest)
{
	static const char *const both[] = {"二维码", "分享到", "分享至", "打印", "扫一扫", "扫码",
		"收藏", "新浪微博", "无障碍", "更多新闻", "浏览次数", "点击数", "点击次数",
		"阅读次数"};
	static const char *const buttons[] = {"facebook", "qq", "twitter", "下载", "人人", "关注",
		"关闭", "分享", "到", "加入", "好友", "字号", "工具", "微信", "微博", "手机",
		"打印", "收听", "收藏", "文章", "新浪", "朋友圈", "服务", "本", "查看", "模式",
		"此", "浏览", "添加", "版", "看", "移动", "空间", "窗口", "网页", "腾讯", "至",
		"观看", "订阅", "请", "豆瓣", "进入", "通道", "阅读", "页面", "预览"};

	return IS_ONE_OF(span_str(phrase), both) && !STARTS_WITH_ONE_OF(rest, buttons);
}

/*
 * Begins with a phrase of Chinese pages. A label has no full stop, or a mark behind it: 收藏 is a
 * button, but 收藏是一门学问。 is a sentence.
 */
static bool is_labelled_with(struct span folded, const char *const *table, size_t n)
{
	const char *phrase = last_not_behind(folded, table, n);
	struct span rest;

	if (!phrase || !span_starts_with(folded, span_str(phrase)))
		return false;
	rest = span_from_offset(folded, strlen(phrase));
	return !(phrase[0] & 0x80) || (unsigned char)phrase[strlen(phrase) - 1] == ':' ||
		is_set_apart(rest) || (!is_sentence(folded) && !may_be_words(phrase, rest));
}

#define IS_LABELLED_WITH(s, list) is_labelled_with(s, list, sizeof(list) / sizeof *(list))

/* What a tail is called may go on for a word: 相关阅读推荐, but not 推荐阅读的理由. */
bool noise_begins_tail(struct span folded)
{
	const char *phrase = last_not_behind(folded, tails, sizeof tails / sizeof *tails);
	struct span rest;

	if (!IS_LABELLED_WITH(folded, tails))
		return false;
	rest = span_from_offset(folded, strlen(phrase));
	return !span_starts_with(rest, SPAN_LITERAL("的")) &&
		(rest.len <= TAIL_WORD_BYTES || is_set_apart(rest) ||
			phrase[strlen(phrase) - 1] == ':' || !is_plain_han(rest));
}

ptrdiff_t noise_find_tail(struct span folded)
{
	/* Each with a mark in it that few lines have. */
	static const struct {
		char mark;
		const char *text;
	} phrases[] = {{'>', "近期内容>>"}, {'(', "(责任编辑:"}, {'(', "(本文来自澎湃新闻"},
		{'/', "举报/反馈"}, {':', "相关阅读:"}, {0, "【返回首页】"},
		{0, "更多原创资讯请下载"}};
	ptrdiff_t first = -1;

	for (size_t i = 0; folded.len && i < sizeof phrases / sizeof *phrases; i++) {
		ptrdiff_t at = phrases[i].mark && !memchr(folded.data, phrases[i].mark, folded.len)
			? -1
			: span_find(folded, span_str(phrases[i].text));

		if (at >= 0 && (first < 0 || at < first))
			first = at;
	}
	return first;
}

bool noise_is_colophon(struct span line)
{
	static const char *const phrases[] = {"ICP备", "ICP證", "ICP证", "公网安备", "网站标识码",
		"版权所有", "版權所有", "主办：", "主办单位：", "书面授权", "未经授权", "Copyright",
		"copyright", "COPYRIGHT", "All rights reserved", "All Rights Reserved"};

	return SPAN_HOLDS_ONE_OF(line, phrases);
}

bool noise_asks_consent(struct span line)
{
	static const char *const phrases[] = {"We use cookies", "we use cookies", "our partners",
		"You can ", "you can ", "you agree", "Wir ", "wir ", "Nous ", "nous ", "Utilizamos",
		"utilizamos", "Usiamo", "Wij ", "Vi bruger"};

	return line.len > CONSENT_BYTES_MIN && line.len < CONSENT_BYTES_MAX &&
		!(line.data[0] & 0x80) &&
		(span_find(line, SPAN_LITERAL("ookies")) >= 0 ||
			span_find(line, SPAN_LITERAL("your consent")) >= 0) &&
		SPAN_HOLDS_ONE_OF(line, phrases);
}

/* Published 28 May, 9:30: a line of the page's head. */
static bool is_dateline(struct span folded)
{
	if (folded.len > DATELINE_BYTES_MAX || !STARTS_WITH_ONE_OF(folded, datelines))
		return false;
	for (size_t i = 0; i < folded.len; i++)
		if (folded.data[i] >= '0' && folded.data[i] <= '9')
			return true;
	return false;
}

static bool is_bare_address(struct span folded)
{
	return span_starts_with(folded, SPAN_LITERAL("http")) &&
		span_find(folded, SPAN_LITERAL("://")) > 0 && !memchr(folded.data, ' ', folded.len);
}

/*
 * Sign up for a pass and you pay less, the council said: what begins like a call may be a sentence
 * of the author, which is long and asks nothing of the reader.
 */
static bool is_authors(struct span folded)
{
	static const char *const begins[] = {"sign in to", "sign up for", "sign up to",
		"subscribe for", "subscribe to", "thank you for reading"};
	static const char *const calls[] = {"newsletter", "inbox", "our ", "your", " us ", " us.",
		" here", " now", "whatsapp", "telegram", "email", "e-mail", "alert", "podcast",
		"daily", "weekly", "update", "channel", "account", "free", "click", "http"};

	return folded.len >= AUTHORS_BYTES_MIN && is_sentence(folded) &&
		STARTS_WITH_ONE_OF(folded, begins) && !SPAN_HOLDS_ONE_OF(folded, calls);
}

static struct span without_parentheses(struct span s)
{
	if (s.len > 2 && s.data[0] == '(' && s.data[s.len - 1] == ')')
		return span_trim(span_from(s.data + 1, s.len - 2));
	return s;
}

/* What stands behind the last slash or "via"; all of it without one. */
static struct span last_maker(struct span s)
{
	ptrdiff_t via = span_find(s, SPAN_LITERAL(" via "));
	size_t at = s.len;

	while (at > 0 && s.data[at - 1] != '/')
		at--;
	if (via > 0 && (size_t)via + strlen(" via ") > at)
		at = (size_t)via + strlen(" via ");
	return span_trim(span_from_offset(s, at));
}

/* Joan Arc/Reuters, Photograph: Joan Arc: a line that says who made a picture, in Latin letters. */
static bool is_credit(struct span folded)
{
	static const char *const labels[] = {"afp/", "ap photo/", "copyright ", "courtesy of",
		"courtesy:", "credit photo", "credit:", "credits:", "crédit :", "crédit photo",
		"crédit:", "crédits photo", "foto de", "foto di", "fotografía:", "getty images/",
		"illustration by", "illustration:", "illustrations by", "image caption",
		"image credit", "image source", "image via", "photo by", "photo courtesy",
		"photo credit", "photo via", "photograph by", "photograph:", "photographs by",
		"photography by", "photography:", "photos by", "picture credit", "pictures by",
		"reuters/", "source: getty"};
	static const char *const agencies[] = {"afp", "alamy", "alamy stock photo", "ap",
		"ap photo", "bloomberg", "dpa", "epa", "epa-efe", "getty", "getty images", "imago",
		"istock", "pa", "pa images", "pa wire", "pexels", "reuters", "shutterstock",
		"unsplash", "xinhua", "zuma"};
	struct span s = without_parentheses(folded);

	if (s.len > CREDIT_BYTES_MAX || is_sentence(s))
		return false;
	return STARTS_WITH_ONE_OF(s, labels) || IS_ONE_OF(last_maker(s), agencies);
}

bool noise_is_furniture(struct span folded)
{
	if (folded.len > ELSEWHERE_BYTES_MAX)
		return false;
	if ((STARTS_WITH_ONE_OF(folded, elsewhere) && !is_authors(folded)) || is_dateline(folded) ||
		is_bare_address(folded))
		return true;
	return folded.len <= FURNITURE_BYTES_MAX &&
		(is_credit(folded) || IS_ONE_OF(folded, words) ||
			IS_LABELLED_WITH(folded, beginnings) ||
			span_find(folded, SPAN_LITERAL(">正文")) >= 0);
}

/* One look at each byte: where a phrase may begin, its first letter stands. */
static bool contains_word_of(struct span s, const char *const *phrases, const char *first_letters)
{
	uint32_t firsts = 0;

	for (const char *c = first_letters; *c; c++)
		firsts |= 1u << (*c - 'a');
	for (size_t i = 0; i < s.len; i++) {
		unsigned letter = (unsigned char)s.data[i] - 'a';

		if (letter >= 26 || !(firsts >> letter & 1))
			continue;
		for (const char *const *w = phrases; *w; w++)
			if (**w == s.data[i] &&
				span_starts_with(span_from_offset(s, i), span_str(*w)))
				return true;
	}
	return false;
}

/* Sign up for our newsletter; get the news delivered to your inbox; join us on WhatsApp. */
static bool asks_to_subscribe(struct span folded)
{
	static const char *const media[] = {"newsletter", "inbox", "whatsapp", "telegram channel",
		"push notification", NULL};
	static const char *const calls[] = {"sign up", "signing up", "subscri", "get our",
		"get more", "abonn", "anmeld", "inscri", "suscr", "iscriv", "daftar", "bestellen",
		"stay up", NULL};
	static const char *const doings[] = {"delivered", "join ", "follow", "get the", "click",
		"receive", NULL};
	static const char *const readers[] = {"our ", "your", "you ", "us on", NULL};

	if (folded.len >= SUBSCRIBE_BYTES_MAX || !contains_word_of(folded, media, "niwtp"))
		return false;
	return contains_word_of(folded, calls, "sgaidb") ||
		(contains_word_of(folded, doings, "djfgcr") &&
			contains_word_of(folded, readers, "oyu"));
}

static size_t count_of(struct span s, const char *const *list, size_t n)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += span_find(s, span_str(list[i])) >= 0;
	return found;
}

#define COUNT_OF(s, list) count_of(s, list, sizeof(list) / sizeof *(list))

/* News tell of downloads and of accounts, too, and in sentences; only advertising begs. */
bool noise_is_promotion(struct span folded)
{
	static const char *const product[] = {"客户端", "app", "公众号", "微信号", "小程序",
		"微博"};
	static const char *const pleas[] = {"掌上读报", "在线互动", "关注湖北", "报料", "特色功能",
		"欢迎关注", "点击关注", "关注我们", "长按", "更多精彩", "更多原创", "更多新闻"};
	static const char *const acts[] = {"下载", "扫码", "扫描", "订阅", "更多资讯"};
	size_t n_pleas, n;

	if (asks_to_subscribe(folded))
		return true;
	if (folded.len > 600 || !SPAN_HOLDS_ONE_OF(folded, product))
		return false;
	n_pleas = COUNT_OF(folded, pleas);
	if (!n_pleas && is_sentence(folded))
		return false;
	n = n_pleas + COUNT_OF(folded, acts);
	return n >= 2 || (n == 1 && folded.len < 150);
}
