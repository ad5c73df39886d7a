/*
 * Such a page says little besides its links, and says it at once: its title is
 * hardly more than the words, or its text begins with them.
 */
#include "crawler/read/html/absence.h"

#include "common/fold.h"
#include "common/utf8.h"

#define GONE_WEIGHT_MAX (150 * BLOCK_HAN_WEIGHT) /* outside of links, footer included */
#define DOWN_WEIGHT_MAX (60 * BLOCK_HAN_WEIGHT)  /* notices of works to come are longer */
#define BEGIN_BYTES     150                      /* of the text: 50 Chinese characters */
#define HEADLINE_MIN    12                       /* bytes that tell a headline: four characters */
#define HEADLINE_MAX    30                       /* lists cut the rest, or change it */
#define TITLE_REST      9 /* bytes of a part of a title besides the words: three characters */

/* Words in folded form, and where they are believed. */
static const struct {
	const char *words;
	bool in_text; /* else in the title alone: articles say them, too */
	enum outcome outcome;
} signs[] = {
	{"页面不存在", true, OUTCOME_GONE},
	{"网页不存在", true, OUTCOME_GONE},
	{"信息不存在", true, OUTCOME_GONE},
	{"文章不存在", true, OUTCOME_GONE},
	{"内容不存在", true, OUTCOME_GONE},
	{"新闻不存在", true, OUTCOME_GONE},
	{"栏目不存在", true, OUTCOME_GONE},
	{"链接已失效", true, OUTCOME_GONE},
	{"您访问的页面", true, OUTCOME_GONE},
	{"您要访问的页面", true, OUTCOME_GONE},
	{"您所访问的页面", true, OUTCOME_GONE},
	{"您查看的页面", true, OUTCOME_GONE},
	{"你访问的页面", true, OUTCOME_GONE},
	{"您请求的页面", true, OUTCOME_GONE},
	{"页面已删除", true, OUTCOME_GONE},
	{"页面已被删除", true, OUTCOME_GONE},
	{"内容已删除", true, OUTCOME_GONE},
	{"内容已被删除", true, OUTCOME_GONE},
	{"文章已删除", true, OUTCOME_GONE},
	{"文章已被删除", true, OUTCOME_GONE},
	{"信息已删除", true, OUTCOME_GONE},
	{"信息已被删除", true, OUTCOME_GONE},
	{"文章已下线", true, OUTCOME_GONE},
	{"内容已下线", true, OUTCOME_GONE},
	{"页面已下线", true, OUTCOME_GONE},
	{"找不到该页", true, OUTCOME_GONE},
	{"找不到页面", true, OUTCOME_GONE},
	{"找不到您", true, OUTCOME_GONE},
	{"页面找不到", true, OUTCOME_GONE},
	{"页面没有找到", true, OUTCOME_GONE},
	{"没有找到该页", true, OUTCOME_GONE},
	{"页面未找到", true, OUTCOME_GONE},
	{"页面走丢了", true, OUTCOME_GONE},
	{"페이지를 찾을 수 없습니다", true, OUTCOME_GONE},
	{"page not found", true, OUTCOME_GONE},
	{"404 not found", true, OUTCOME_GONE},
	{"the page you requested", true, OUTCOME_GONE},
	{"the page you are looking for", true, OUTCOME_GONE},
	{"this page doesn't exist", true, OUTCOME_GONE},
	{"not found", false, OUTCOME_GONE},
	{"404", false, OUTCOME_GONE},
	{"已被删除", false, OUTCOME_GONE},
	{"网站维护中", true, OUTCOME_DOWN},
	{"系统维护中", true, OUTCOME_DOWN},
	{"网站正在维护", true, OUTCOME_DOWN},
	{"系统正在维护", true, OUTCOME_DOWN},
	{"网站升级中", true, OUTCOME_DOWN},
	{"系统升级中", true, OUTCOME_DOWN},
	{"系统繁忙", true, OUTCOME_DOWN},
	{"服务器繁忙", true, OUTCOME_DOWN},
	{"服务器错误", true, OUTCOME_DOWN},
	{"系统错误", true, OUTCOME_DOWN},
	{"数据库连接", true, OUTCOME_DOWN},
	{"error establishing a database connection", true, OUTCOME_DOWN},
	{"down for maintenance", true, OUTCOME_DOWN},
	{"temporarily unavailable", true, OUTCOME_DOWN},
	{"bad gateway", true, OUTCOME_DOWN},
	{"gateway time-out", true, OUTCOME_DOWN},
	{"internal server error", true, OUTCOME_DOWN},
	{"访问过于频繁", true, OUTCOME_THROTTLED},
	{"访问太频繁", true, OUTCOME_THROTTLED},
	{"请求过于频繁", true, OUTCOME_THROTTLED},
	{"too many requests", true, OUTCOME_THROTTLED},
};

/* Texts for people, by outcome. */
static const char *const whys[] = {
	[OUTCOME_GONE] = "the page says that what was here is gone",
	[OUTCOME_DOWN] = "the page says that the site is out of order",
	[OUTCOME_THROTTLED] = "the page says that it is asked for too often",
};

static bool is_link(const struct block *b)
{
	return b->link_weight * 2 >= b->weight;
}

/* What the page says outside of its links: how much, and how it begins. */
static uint64_t weigh_own(const struct block_list *blocks, struct strbuf *begin)
{
	uint64_t weight = 0;

	for (size_t i = 0; i < blocks->len; i++) {
		const struct block *b = &blocks->items[i];

		if (is_link(b))
			continue;
		weight += b->weight;
		if (begin->len < BEGIN_BYTES)
			fold_text(utf8_cut(b->text, BEGIN_BYTES - begin->len), begin);
	}
	return weight;
}

/* One part of a title without what separates it from the next, taken off its front. */
static struct span next_part(struct span *title)
{
	size_t n = 0;
	struct span part;

	while (n < title->len && !strchr("-_|", title->data[n]))
		n++;
	part = span_trim(span_from(title->data, n));
	*title = span_from_offset(*title, n < title->len ? n + 1 : n);
	return part;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* "第404期", "300404": a number of something else, from @at to @end of @part. */
static bool is_counting(struct span part, size_t at, size_t end)
{
	static const char *const units[] = {"期", "号", "次", "条", "届", "路", "章", "集", "例",
		"人", "名", "个", "元", "万", "亿"};
	struct span rest = span_from_offset(part, end);

	if (span_ends_with(span_from(part.data, at), SPAN_LITERAL("第")) ||
		(at && is_digit(part.data[at - 1])) || (rest.len && is_digit(*rest.data)))
		return true;
	for (size_t i = 0; i < sizeof units / sizeof *units; i++)
		if (span_starts_with(rest, span_str(units[i])))
			return true;
	return false;
}

/* Whether a part of the title is the words and hardly more. */
static bool is_title(struct span title, struct span words)
{
	while (title.len) {
		struct span part = next_part(&title);
		ptrdiff_t at = span_find(part, words);

		if (at >= 0 && part.len <= words.len + TITLE_REST &&
			!is_counting(part, (size_t)at, (size_t)at + words.len))
			return true;
	}
	return false;
}

static bool says(struct span text, struct span headline)
{
	STRBUF_LOCAL(folded);

	fold_text(text, &folded);
	return span_find(strbuf_span(&folded), headline) >= 0;
}

bool absence_is_refuted(const struct block_list *blocks, const char *page_title,
	const char *headline)
{
	STRBUF_LOCAL(folded);
	struct span begin;

	fold_text(span_str(headline), &folded);
	begin = span_trim(utf8_cut(strbuf_span(&folded), HEADLINE_MAX));
	while (begin.len && begin.data[begin.len - 1] == '.')
		begin.len--;
	if (begin.len < HEADLINE_MIN)
		return false;
	if (says(span_str(page_title), begin))
		return true;
	for (size_t i = 0; i < blocks->len; i++)
		if (!is_link(&blocks->items[i]) && says(blocks->items[i].text, begin))
			return true;
	return false;
}

/* How much a page may say for its words to be believed. */
static uint64_t weight_max(enum outcome outcome, bool is_listed)
{
	if (outcome == OUTCOME_GONE)
		return is_listed ? DOWN_WEIGHT_MAX : GONE_WEIGHT_MAX;
	return is_listed ? 0 : DOWN_WEIGHT_MAX;
}

struct absence absence_of(const struct block_list *blocks, const char *page_title,
	const char *headline)
{
	STRBUF_LOCAL(title);
	STRBUF_LOCAL(begin);
	STRBUF_LOCAL(promise);
	uint64_t weight = weigh_own(blocks, &begin);
	bool is_listed = absence_is_refuted(blocks, page_title, headline);

	fold_text(span_str(page_title), &title);
	if (is_listed)
		fold_text(span_str(headline), &promise);
	for (size_t i = 0; i < sizeof signs / sizeof *signs; i++) {
		struct span words = span_str(signs[i].words);

		if (weight <= weight_max(signs[i].outcome, is_listed) &&
			span_find(strbuf_span(&promise), words) < 0 &&
			(is_title(strbuf_span(&title), words) ||
				(signs[i].in_text && span_find(strbuf_span(&begin), words) >= 0)))
			return (struct absence){signs[i].outcome, whys[signs[i].outcome]};
	}
	return (struct absence){OUTCOME_OK, NULL};
}
