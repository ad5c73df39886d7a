#include "crawler/read/noise.h"

#define FURNITURE_BYTES_MAX 90

static bool is_hidden(struct span style)
{
	ptrdiff_t at = span_find(style, SPAN_LITERAL("display"));

	if (at < 0)
		return false;
	style = span_trim(span_from_offset(style, (size_t)at + 7));
	if (!style.len || style.data[0] != ':')
		return false;
	return span_starts_with(span_trim(span_from_offset(style, 1)), SPAN_LITERAL("none"));
}

static enum noise_part part_of_tag(enum html_tag tag)
{
	switch (tag) {
	case HTML_NAV:
	case HTML_ASIDE:
	case HTML_FOOTER:
	case HTML_FORM:
		return NOISE_FURNITURE;
	case HTML_FIGCAPTION:
		return NOISE_CAPTION;
	default:
		return NOISE_NONE;
	}
}

enum noise_part noise_of_element(const struct html *h, uint32_t node)
{
	const struct html_node *n = &h->nodes[node];
	enum noise_part part = part_of_tag(n->tag), named;

	/* What is written as an article or as the page's main part is no furniture, whatever its
	 * name. */
	if (n->tag == HTML_TEXT || n->tag == HTML_BODY || n->tag == HTML_HTML || n->tag == HTML_A ||
		n->tag == HTML_ARTICLE || n->tag == HTML_MAIN)
		return NOISE_NONE;
	for (uint32_t i = 0; i < n->n_attrs; i++) {
		const struct html_attr *attr = &h->attrs[n->first_attr + i];

		if (span_is(attr->name, "itemprop") && span_is_nocase(attr->value, "articleBody"))
			return NOISE_ARTICLE;
		if (span_is(attr->name, "class") || span_is(attr->name, "id")) {
			named = noise_of_names(attr->value);
			part = named > part ? named : part;
		} else if ((span_is(attr->name, "role") &&
				   (span_is(attr->value, "navigation") ||
					   span_is(attr->value, "banner") ||
					   span_is(attr->value, "contentinfo") ||
					   span_is(attr->value, "complementary"))) ||
			(span_is(attr->name, "style") && is_hidden(attr->value)) ||
			span_is(attr->name, "hidden"))
			part = part > NOISE_FURNITURE ? part : NOISE_FURNITURE;
	}
	return part;
}

static bool starts_with_one_of(struct span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_starts_with(s, span_str(list[i])))
			return true;
	return false;
}

static bool contains_one_of(struct span s, const char *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (span_find(s, span_str(list[i])) >= 0)
			return true;
	return false;
}

#define STARTS_WITH_ONE_OF(s, list) starts_with_one_of(s, list, sizeof(list) / sizeof *(list))
#define CONTAINS_ONE_OF(s, list)    contains_one_of(s, list, sizeof(list) / sizeof *(list))

bool noise_begins_tail(struct span folded)
{
	static const char *const phrases[] = {"延伸阅读", "相关推荐", "热点推荐", "相关阅读",
		"相关新闻", "相关报道", "相关文章", "相关链接", "相关专题", "推荐阅读", "猜你喜欢",
		"大家都在看", "往期回顾", "头条要闻", "财经要闻", "体育要闻", "娱乐要闻",
		"科技要闻", "汽车要闻", "态度原创", "评论列表", "暂无评论", "发表评论", "网友评论",
		"最新评论", "我要评论", "跟贴", "举报/反馈", "免责声明", "版权声明", "特别声明",
		"郑重声明", "返回首页", "扫一扫", "关注我们", "友情链接", "网站地图", "返回顶部",
		"更多新闻", "热门推荐", "热门文章", "热门新闻", "最新文章", "精彩推荐", "为您推荐",
		"编辑推荐", "今日推荐", "上一篇:", "下一篇:", "上一篇", "下一篇", "版权所有",
		"copyright", "本网站转载", "凡本网注明", "凡注明", "声明:", "本网声明", "【声明】",
		"[声明]", "更多精彩", "分享到", "分享至", "标签:", "关键词:", "关键字:", "点击排行",
		"阅读排行", "新闻排行", "热点新闻", "图片新闻", "欢迎关注", "看完这篇", "打印|",
		"【打印】", "[打印]", "relatedarticles", "related:", "readmore:", "readmore",
		"readnext", "alsoread", "moreon"};

	return STARTS_WITH_ONE_OF(folded, phrases);
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
	static const char *const prefixes[] = {"首页>", "当前位置", "您的位置", "您现在的位置",
		"您当前的位置", "你的位置", "所在位置", "浏览次数", "阅读次数", "点击次数",
		"点击数", "阅读:", "阅读(", "浏览:", "点击:", "字号:", "字体:", "【字号", "【字体",
		"[字号", "[字体", "字体大小", "打印", "收藏", "分享到", "分享至", "我来说两句",
		"我要评论", "扫码", "扫一扫", "听新闻", "无障碍", "进入关怀版", "关闭窗口",
		"【关闭", "[关闭", "复制链接", "微信扫", "大中小", "图片由ai生成", "ai生成图",
		"资料图", "图源:", "点击查看", "点击进入", "点击收听", "责编邮箱", "![]()",
		"手机看新闻", "用微信扫", "二维码", "字体:大中小", "新浪微博", "0条评论", "评论0",
		"评论(", "a+", "share", "advertisement", "print", "email", "comments", "follow us",
		"sign up", "loading"};
	static const char *const words[] = {"0", "1", "|", ">", "更多", "更多>>", "更多>", "正文",
		"分享", "评论", "返回", "首页", "举报", "收藏", "打印", "转发", "点赞", "赞",
		"广告", "展开全文", "阅读全文", "收起", "导读", "大", "中", "小", "关闭", "微信",
		"微博", "qq空间", "腾讯微博", "登录", "注册", "搜索", "纠错", "上一页", "下一页",
		"+1", "-", "原标题", "t", "保存", "顶部", "字号", "图集"};

	if (folded.len > FURNITURE_BYTES_MAX)
		return false;
	for (size_t i = 0; i < sizeof words / sizeof *words; i++)
		if (span_is(folded, words[i]))
			return true;
	return STARTS_WITH_ONE_OF(folded, prefixes) ||
		span_find(folded, SPAN_LITERAL(">正文")) >= 0;
}

bool noise_is_promotion(struct span folded)
{
	static const char *const product[] = {"客户端", "app", "公众号", "微信号", "小程序",
		"微博"};
	static const char *const promise[] = {"掌上读报", "在线互动", "下载", "扫码", "扫描",
		"关注湖北", "报料", "特色功能", "欢迎关注", "点击关注", "长按", "订阅", "更多精彩",
		"更多资讯", "更多原创"};
	size_t n = 0;

	if (folded.len > 600 || !CONTAINS_ONE_OF(folded, product))
		return false;
	for (size_t i = 0; i < sizeof promise / sizeof *promise; i++)
		n += span_find(folded, span_str(promise[i])) >= 0;
	return n >= 2 || (n == 1 && folded.len < 150);
}
