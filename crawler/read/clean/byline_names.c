#include "crawler/read/clean/byline_names.h"

#include "common/fold.h"
#include "common/utf8.h"

#define PEOPLE_MAX     20
#define NAME_BYTES_MAX 90

/* In folded spelling. */
static const char *const no_names[] = {"无", "佚名", "未知", "管理员", "admin", "本网", "本站",
	"本报", "网络", "匿名", "系统", "编辑", "小编", "举报", "分享", "收藏", "打印", "综合",
	"null", "none", "undefined", "关闭", "字号", "评论", "转载", "整理", "报道", "专稿", "供稿",
	"其他", "暂无", "推荐", "记者", "通讯员", "摄影报道", "更多", "微信", "微博", "实习生",
	"采访报导", "采访报道", "报导", "编译", "编制", "综合报导", "综合报道", "特稿", "手机版",
	"部落", "频道精选", "newsroom", "原创", "本刊", "摄", "摄影", "图文", "文字", "网友",
	"专题", "首页", "订阅", "登录", "投稿", "系统管理员", "超级管理员", "办公室", "作者",
	"责编", "来源", "关注", "粉丝", "回复", "楼主", "本站编辑", "本网编辑", "网站编辑", "小编",
	"编辑部",
	/* Behind 记者, before 报道. */
	"曾经", "此前", "从前", "今天", "今日", "昨天", "昨日", "日前", "近日", "连日", "多次",
	"连续", "持续", "再次", "首次", "率先", "独家", "联合", "跟踪", "追踪", "深入", "现场",
	"实地", "手记", "札记", "观察", "调查", "连线", "探访", "暗访", "走访", "专访", "快评",
	"述评", "获悉"};

/* What ends a word that is no name, in folded spelling. */
static const char *const no_name_ends[] = {"网", "报", "社", "台", "频道", "客户端", "公司", "中心",
	"记者", "部", "局", "厅", "委", "院", "会", "杂志", "日报", "新闻", "在线", "编辑部",
	"报导", "报道", "大学", "学院", "政府", "办公室", "晚报", "周刊", "集团"};

static uint32_t char_before(struct span s, size_t at)
{
	const char *p;

	if (at == 0)
		return 0;
	for (at--; at > 0 && (s.data[at] & 0xC0) == 0x80; at--)
		;
	p = s.data + at;
	return utf8_next(&p, s.data + s.len);
}

struct span byline_trim(struct span s)
{
	while (s.len) {
		const char *p = s.data;
		uint32_t c = utf8_next(&p, s.data + s.len);

		if (!utf8_is_space(c) && !strchr(":|/[]()<>,;-", c < 0x80 ? (int)c : 'x') &&
			c != U'：' && c != U'（' && c != U'）' && c != U'】' && c != U'【' &&
			c != U'丨' && c != U'｜' && c != U'，' && c != U'、' && c != U'；' &&
			c != U'│')
			break;
		s = span_from_offset(s, (size_t)(p - s.data));
	}
	while (s.len) {
		uint32_t c = char_before(s, s.len);
		char bytes[4];

		if (!utf8_is_space(c) && c != '|' && c != ')' && c != U'）' && c != U'】' &&
			c != ']' && c != ',' && c != U'，' && c != U'。' && c != U'；' &&
			c != ';' && c != U'丨' && c != U'、' && c != '?' && c != '(' &&
			c != U'（' && c != '[' && c != U'【')
			break;
		s.len -= utf8_encode(c, bytes);
	}
	return s;
}

static bool ends_like_no_name(struct span folded)
{
	for (size_t i = 0; i < sizeof no_name_ends / sizeof *no_name_ends; i++)
		if (folded.len > 9 && span_ends_with(folded, span_str(no_name_ends[i])))
			return true;
	return false;
}

static bool is_nobody(struct span folded)
{
	return SPAN_IS_ONE_OF(folded, no_names);
}

bool byline_is_nobody(struct span name)
{
	STRBUF_LOCAL(folded);

	fold_text(name, &folded);
	return is_nobody(strbuf_span(&folded));
}

struct letters {
	size_t han, digits, other;
	bool dotted;
};

static struct letters count_letters(struct span name)
{
	const char *p = name.data, *end = p + name.len;
	struct letters n = {0};

	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		if (utf8_is_han(c))
			n.han++;
		else if (c == U'·' || c == U'•' || c == U'．')
			n.dotted = true;
		else {
			n.other++;
			n.digits += c >= '0' && c <= '9';
		}
	}
	return n;
}

bool byline_is_person(struct span name)
{
	struct letters n;
	STRBUF_LOCAL(folded);

	if (!name.len || name.len > NAME_BYTES_MAX)
		return false;
	n = count_letters(name);
	if (n.han && (n.other || n.han < 2 || n.han > (n.dotted ? 12u : 4u)))
		return false;
	if (!n.han && (n.other < 4 || n.other > 60 || n.digits))
		return false;
	fold_text(name, &folded);
	return !is_nobody(strbuf_span(&folded)) && !ends_like_no_name(strbuf_span(&folded));
}

static void add_person(struct arena *a, struct str_list *list, struct span name)
{
	char *copy = arena_dup(a, name);

	if (list->len < PEOPLE_MAX && !record_list_has(list, copy))
		record_list_add(a, list, copy);
}

/* Bytes of the separator between two names at @at, 0 if none stands there. */
static size_t name_separator(struct span s, size_t at)
{
	const char *p = s.data + at;
	uint32_t c = utf8_next(&p, s.data + s.len);

	if (utf8_is_space(c) || c == U'、' || c == ',' || c == U'，' || c == '/' || c == '|' ||
		c == '_' || c == ';' || c == U'；' || c == U'丨' || c == '(' || c == U'（' ||
		c == ')' || c == U'）' || c == '[' || c == ']' || c == U'】' || c == U'。' ||
		c == U'｜' || c == U'／' || c == '>' || c == '&')
		return (size_t)(p - s.data) - at;
	return 0;
}

/* Where 记者 or a role of a reporter ends inside of a word: 南都记者 → behind it. */
static struct span without_role(struct span word, struct arena *a, struct byline *f)
{
	static const char *const roles[] = {"记者", "記者", "通讯员", "通訊員"};

	for (size_t i = 0; i < sizeof roles / sizeof *roles; i++) {
		ptrdiff_t at = span_find(word, span_str(roles[i]));

		if (at < 0)
			continue;
		if (at > 0 && !f->employer && i < 2)
			f->employer = arena_dup(a, span_from(word.data, (size_t)at));
		return span_from_offset(word, (size_t)at + strlen(roles[i]));
	}
	return word;
}

bool byline_has_han(struct span s)
{
	const char *p = s.data, *end = p + s.len;

	while (p < end)
		if (utf8_is_han(utf8_next(&p, end)))
			return true;
	return false;
}

/* The next word of @value from @at on; moves @at behind it and its separator. */
static struct span next_word(struct span value, size_t *at)
{
	size_t start = *at, skip = 0;
	struct span word;

	while (*at < value.len && !(skip = name_separator(value, *at)))
		for (++*at; *at < value.len && (value.data[*at] & 0xC0) == 0x80; ++*at)
			;
	word = span_from(value.data + start, *at - start);
	*at += skip;
	return word;
}

static bool is_one_han(struct span word)
{
	return word.len == 3 && byline_has_han(word);
}

/* A name of two characters is often set as wide as one of three: 张 三. */
static struct span join_spaced(struct span value, struct span word, size_t *at, struct arena *a)
{
	size_t behind = *at;
	struct span second;

	if (!is_one_han(word))
		return word;
	second = next_word(value, &behind);
	if (!is_one_han(second) ||
		span_trim(span_from(word.data + word.len,
				  (size_t)(second.data - word.data) - word.len))
				.len > 0)
		return word;
	*at = behind;
	return span_str(arena_printf(a, "%.3s%.3s", word.data, second.data));
}

/* Names one after another, until something is none. Returns whether all were. */
bool byline_read_names(struct span value, struct arena *a, struct str_list *list, struct byline *f)
{
	size_t at = 0;

	value = byline_trim(value);
	if (!byline_has_han(value)) {
		if (value.len && byline_is_person(value))
			add_person(a, list, value);
		return value.len <= 60;
	}
	while (at < value.len) {
		struct span word = without_role(next_word(value, &at), a, f);

		if (!word.len)
			continue;
		word = join_spaced(value, word, &at, a);
		if (!byline_is_person(word))
			return byline_is_nobody(word);
		add_person(a, list, word);
	}
	return true;
}
