/*
 * A line is folded with a trace; labels are found in the folded text, and
 * values are cut from the original between one label and the next.
 */
#include "crawler/read/byline.h"

#include "common/fold.h"
#include "common/utf8.h"
#include "crawler/read/byline_label.h"
#include "crawler/read/credit.h"

#include <stdlib.h>

#define LINE_BYTES_MAX     600 /* a longer line is running text */
#define LABELS_MAX         40
#define PEOPLE_MAX         20
#define EMPLOYER_BYTES_MAX 24 /* of a medium's name before 记者 */
#define DATELINE_BYTES_MAX 60
#define MEDIUM_BYTES_MAX   30 /* of one that a dateline names */
#define NAME_BYTES_MAX     90
#define PUBLISHER_MAX      90 /* bytes */

/* What stands before 记者 and is no name of a medium. */
static const char *const reporter_roles[] = {"全媒体", "全媒", "融媒体", "融媒", "见习", "首席",
	"特约", "实习", "特派", "本报", "本网", "本台", "本社", "文字", "摄影", "驻", "高级",
	"资深", "客户端"};

/* In folded spelling. */
static const char *const no_names[] = {"无", "佚名", "未知", "管理员", "admin", "本网", "本站",
	"本报", "网络", "匿名", "系统", "编辑", "小编", "举报", "分享", "收藏", "打印", "综合",
	"null", "none", "undefined", "关闭", "字号", "评论", "转载", "整理", "报道", "专稿", "供稿",
	"其他", "暂无", "推荐", "记者", "通讯员", "摄影报道", "更多", "微信", "微博", "实习生",
	"采访报导", "采访报道", "报导", "编译", "编制", "综合报导", "综合报道", "特稿", "手机版",
	"部落", "频道精选", "newsroom", "原创", "本刊", "摄", "摄影", "图文", "文字", "网友",
	"专题", "首页", "订阅", "登录", "投稿", "系统管理员", "超级管理员", "办公室", "作者",
	"责编", "来源"};

/* What ends a word that is no name, in folded spelling. */
static const char *const no_name_ends[] = {"网", "报", "社", "台", "频道", "客户端", "公司", "中心",
	"记者", "部", "局", "厅", "委", "院", "会", "杂志", "日报", "新闻", "在线", "编辑部",
	"报导", "报道", "大学", "学院", "政府", "办公室", "晚报", "周刊", "集团"};

struct mark {
	enum byline_label_kind kind;
	bool reporter;
	size_t start, value; /* offsets in the folded line */
};

struct line {
	struct span text;
	struct strbuf folded;
	uint32_t *origin;
	struct mark marks[LABELS_MAX];
	size_t n_marks;
};

static bool is_separator_at(struct span folded, size_t at, size_t *ret_len)
{
	static const char *const separators[] = {":", "|", "丨", "/", "│", "︱", "】", "▏", "}",
		"]"};

	for (size_t i = 0; at < folded.len && i < sizeof separators / sizeof *separators; i++) {
		if (separators[i][0] == folded.data[at] &&
			span_starts_with(span_from_offset(folded, at), span_str(separators[i]))) {
			*ret_len = strlen(separators[i]);
			return true;
		}
	}
	return false;
}

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

static uint32_t char_at(struct span s, size_t at)
{
	const char *p = s.data + at;

	return at < s.len ? utf8_next(&p, s.data + s.len) : 0;
}

static size_t original(const struct line *l, size_t folded_offset)
{
	return l->origin[folded_offset];
}

/* Whether a word begins here in the original: a label inside of a word is none. */
static bool begins_word(const struct line *l, size_t folded_offset)
{
	uint32_t before = char_before(l->text, original(l, folded_offset));

	return !utf8_is_han(before);
}

/* Whether @label, which begins at @at, is one here: by what stands before and behind it. */
static bool is_label(const struct line *l, const struct byline_label *label, size_t at,
	size_t *ret_separator)
{
	struct span folded = strbuf_span(&l->folded);
	size_t end = at + strlen(label->text);

	*ret_separator = 0;
	if (at > 0 && !byline_label_is_reporter(label) && !begins_word(l, at) &&
		!(l->n_marks && strlen(label->text) > 6))
		return false;
	return label->text[strlen(label->text) - 1] == '/' ||
		is_separator_at(folded, end, ret_separator) ||
		(label->bare && utf8_is_han(char_at(folded, end))) ||
		(label->kind == BYLINE_LABEL_OTHER && char_at(folded, end) == '(');
}

static bool match_label(const struct line *l, size_t at, struct mark *m, size_t *ret_next)
{
	struct span rest = span_from_offset(strbuf_span(&l->folded), at);
	const struct byline_label *label = byline_label_find(rest);
	size_t separator;

	for (; label && label->text && memcmp(label->text, rest.data, 3) == 0; label++) {
		if (!byline_label_is_at(label, rest) || !is_label(l, label, at, &separator))
			continue;
		*m = (struct mark){.kind = label->kind,
			.reporter = byline_label_is_reporter(label),
			.start = at,
			.value = at + strlen(label->text) + separator};
		*ret_next = m->value;
		return true;
	}
	return false;
}

/* 采写:南都记者 张三: the reporter's role is part of the value before it. */
static bool is_within_value(const struct line *l, const struct mark *m)
{
	const struct mark *before = l->n_marks ? &l->marks[l->n_marks - 1] : NULL;

	return before && m->reporter && m->kind == BYLINE_LABEL_AUTHOR &&
		(before->kind == BYLINE_LABEL_AUTHOR || before->kind == BYLINE_LABEL_EDITOR) &&
		m->start - before->value <= EMPLOYER_BYTES_MAX;
}

static void find_labels(struct line *l)
{
	size_t at = 0;

	while (at < l->folded.len && l->n_marks < LABELS_MAX) {
		if (match_label(l, at, &l->marks[l->n_marks], &at))
			l->n_marks += !is_within_value(l, &l->marks[l->n_marks]);
		else
			for (at++; at < l->folded.len && (l->folded.data[at] & 0xC0) == 0x80; at++)
				;
	}
}

static struct span trim(struct span s)
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
	for (size_t i = 0; i < sizeof no_names / sizeof *no_names; i++)
		if (span_is(folded, no_names[i]))
			return true;
	return false;
}

static bool is_listed_as_nobody(struct span name)
{
	STRBUF_LOCAL(folded);

	fold_text(name, &folded);
	return is_nobody(strbuf_span(&folded));
}

struct letters {
	size_t han, other;
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
		else
			n.other++;
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
	if (!n.han && (n.other < 4 || n.other > 60))
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
		c == ';' || c == U'；' || c == U'丨' || c == '(' || c == U'（' || c == ')' ||
		c == U'）' || c == '[' || c == ']' || c == U'】' || c == U'。' || c == U'｜' ||
		c == U'／' || c == '>' || c == '&')
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

static bool has_han(struct span s)
{
	const char *p = s.data, *end = p + s.len;

	while (p < end)
		if (utf8_is_han(utf8_next(&p, end)))
			return true;
	return false;
}

/* Names one after another, until something is none. Returns whether all were. */
static bool read_people(struct span value, struct arena *a, struct str_list *list, struct byline *f)
{
	size_t at = 0;

	value = trim(value);
	if (!has_han(value)) {
		if (value.len && byline_is_person(value))
			add_person(a, list, value);
		return value.len <= 60;
	}
	while (at < value.len) {
		size_t start = at, skip = 0;
		struct span word;

		while (at < value.len && !(skip = name_separator(value, at)))
			for (at++; at < value.len && (value.data[at] & 0xC0) == 0x80; at++)
				;
		word = span_from(value.data + start, at - start);
		at += skip;
		word = without_role(word, a, f);
		if (!word.len)
			continue;
		if (!byline_is_person(word))
			return is_listed_as_nobody(word);
		add_person(a, list, word);
	}
	return true;
}

/* The first word of a source line; Latin names may have several. */
static void read_publisher(struct span value, struct arena *a, struct byline *f)
{
	size_t at = 0;
	bool han;

	value = trim(value);
	han = has_han(value);
	while (at < value.len) {
		const char *p = value.data + at;
		uint32_t c = utf8_next(&p, value.data + value.len);

		if ((han && utf8_is_space(c)) || c == '|' || c == '[' || c == '(' || c == U'（' ||
			c == U'】' || c == '>' || c == ';' || c == U'；' || c == U'。' ||
			c == U'，' || c == U'丨' || (c == ',' && han) || c == ')' || c == U'）' ||
			c == '?' || c == U'【' || c == U'”')
			break;
		at = (size_t)(p - value.data);
	}
	value = trim(span_from(value.data, at));
	if (!f->publisher && value.len && value.len <= PUBLISHER_MAX && !is_listed_as_nobody(value))
		f->publisher = arena_dup(a, value);
}

static bool read_mark(const struct line *l, size_t i, struct arena *a, struct byline *f)
{
	const struct mark *m = &l->marks[i];
	size_t end = i + 1 < l->n_marks ? l->marks[i + 1].start : l->folded.len;
	size_t from = original(l, m->value);
	struct span value = span_from(l->text.data + from, original(l, end) - from);

	switch (m->kind) {
	case BYLINE_LABEL_PUBLISHER:
		read_publisher(value, a, f);
		return value.len <= PUBLISHER_MAX;
	case BYLINE_LABEL_AUTHOR:
		return read_people(value, a, &f->authors, f);
	case BYLINE_LABEL_EDITOR:
		return read_people(value, a, &f->editors, f);
	case BYLINE_LABEL_OTHER:
		return value.len <= PUBLISHER_MAX;
	}
	return false;
}

/* What stands before the first label: a medium (湖北日报全媒), a date, a bracket, or text. */
static bool read_before(const struct line *l, struct arena *a, struct byline *f)
{
	size_t end = l->n_marks ? original(l, l->marks[0].start) : l->text.len;
	struct span before = trim(span_from(l->text.data, end));
	bool again = true;

	if (!before.len)
		return true;
	if (l->marks[0].kind != BYLINE_LABEL_AUTHOR || before.len > 45 || !has_han(before))
		return before.len <= 30 && !has_han(before);
	while (again) {
		again = false;
		for (size_t i = 0; i < sizeof reporter_roles / sizeof *reporter_roles; i++) {
			if (span_ends_with(before, span_str(reporter_roles[i]))) {
				before.len -= strlen(reporter_roles[i]);
				again = true;
			}
		}
	}
	if (before.len && !f->employer)
		f->employer = arena_dup(a, before);
	return true;
}

/* A full stop before the end: nothing that is read here, and most lines of a text. */
static bool is_running_text(struct span line)
{
	ptrdiff_t at = span_find(line, SPAN_LITERAL("。"));

	return at >= 0 && (size_t)at + strlen("。") < line.len;
}

/* Whether the three bytes at @p end a label that needs no separator, in either script. */
static bool ends_bare_label(const char *p)
{
	static const char ends[] = "者员員写寫辑輯撰笔筆于於讯訊";

	for (const char *e = ends; *e; e += 3)
		if (memcmp(p, e, 3) == 0)
			return true;
	return false;
}

/* Whether the line has Chinese characters and something that parts a label from its value. */
static bool may_hold_label(struct span line)
{
	static const char separators[] = "：｜／（】］丨│︱▏";
	bool has_han = false, has_mark = false;

	for (size_t i = 0; i < line.len && !(has_han && has_mark); i++) {
		unsigned char c = (unsigned char)line.data[i];

		if (c < 0x80)
			has_mark = has_mark || c == ':' || c == '|' || c == '/' || c == '(' ||
				c == ']' || c == '}';
		else if (c >= 0xE2 && c <= 0xEF && i + 3 <= line.len) {
			has_han = has_han || (c >= 0xE4 && c <= 0xE9);
			has_mark = has_mark ||
				(c >= 0xE4 && c <= 0xE9 && ends_bare_label(line.data + i));
			for (const char *s = separators; !has_mark && *s; s += 3)
				has_mark = memcmp(line.data + i, s, 3) == 0;
			i += 2;
		}
	}
	return has_han && has_mark;
}

static bool ends_sentence(struct span line)
{
	return span_find(line, SPAN_LITERAL("。")) >= 0;
}

bool byline_read(struct span text, struct arena *a, struct byline *f)
{
	struct line l = {.folded = STRBUF_INIT};
	bool pure = true;

	if (!text.len || text.len > LINE_BYTES_MAX || is_running_text(text))
		return false;
	text.len = credit_find(text); /* who took the picture did not write the text */
	if (!text.len)
		return true;
	if (!may_hold_label(text))
		return false;
	l.text = text;
	fold_text_traced(text, &l.folded, &l.origin);
	find_labels(&l);
	if (l.n_marks && !ends_sentence(text)) {
		pure = read_before(&l, a, f);
		for (size_t i = 0; i < l.n_marks; i++)
			pure = read_mark(&l, i, a, f) && pure;
	}
	pure = pure && l.n_marks && !ends_sentence(text);
	free(l.origin);
	strbuf_release(&l.folded);
	return pure;
}

/* Where the first of several words ends in @s, 0 if none stands there. */
static size_t end_of_first(struct span s, const char *const *words, size_t n)
{
	size_t first = 0;

	for (size_t i = 0; i < n; i++) {
		ptrdiff_t at = span_find(s, span_str(words[i]));

		if (at > 0 && (!first || (size_t)at + strlen(words[i]) < first))
			first = (size_t)at + strlen(words[i]);
	}
	return first;
}

#define END_OF_FIRST(s, words) end_of_first(s, words, sizeof(words) / sizeof *(words))

/* A dateline ends in 日电, 讯 or 消息 and a gap; 用电 and 资讯 stand in sentences. */
static size_t end_of_dateline(struct span head)
{
	static const char *const marks[] = {"日电", "日電", "讯", "訊", "消息"};
	static const char gaps[] = "　（—：";
	size_t end = END_OF_FIRST(utf8_cut(head, DATELINE_BYTES_MAX), marks);
	struct span rest = span_from_offset(head, end);

	if (!end || !rest.len)
		return 0;
	if (rest.data[0] == ' ' || rest.data[0] == '(')
		return end;
	for (const char *g = gaps; *g; g += 3)
		if (span_starts_with(rest, span_from(g, 3)))
			return end;
	return 0;
}

/* 江城日报讯, 新华社北京5月1日电, 央视网消息: the medium that a text begins with. */
static void read_agency(struct span head, struct arena *a, struct byline *f)
{
	static const char *const media[] = {"社", "网", "網", "日报", "日報", "晚报", "晚報",
		"早报", "早報", "商报", "商報", "都市报", "都市報", "晨报", "晨報", "新闻", "新聞",
		"南都"};
	static const char *const others[] = {"，", "。", "：", "“", "、", ",", "本报", "本網",
		"本网", "本報", "本台", "本社", "据"};
	struct span before, name;
	size_t end = f->publisher ? 0 : end_of_dateline(head);

	if (!end)
		return;
	before = span_from(head.data, end);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		if (span_find(before, span_str(others[i])) >= 0)
			return;
	end = span_starts_with(before, SPAN_LITERAL("南都")) ? strlen("南都")
							     : END_OF_FIRST(before, media);
	name = span_from(before.data, end);
	if (end && end <= MEDIUM_BYTES_MAX && has_han(name))
		f->publisher = arena_dup(a, name);
}

/* 江城日报讯（记者 张三、李四）: the medium, and the reporters behind it. */
void byline_read_dateline(struct span line, struct arena *a, struct byline *f)
{
	struct span head = utf8_cut(line, 180);
	ptrdiff_t open = span_find(head, SPAN_LITERAL("（")), reporter, close;

	read_agency(head, a, f);
	if (open < 0)
		open = span_find(head, SPAN_LITERAL("("));
	if (open < 0 || open > 90)
		return;
	head = span_from_offset(head, (size_t)open);
	close = span_find(head, SPAN_LITERAL("）"));
	if (close < 0)
		close = span_find(head, SPAN_LITERAL(")"));
	reporter = span_find(head, SPAN_LITERAL("记者"));
	if (reporter < 0)
		reporter = span_find(head, SPAN_LITERAL("記者"));
	if (close < 0 || reporter < 0 || reporter > close)
		return;
	head = span_from(head.data + reporter + 6, (size_t)(close - reporter - 6));
	if (span_find(head, SPAN_LITERAL("摄")) < 0 && span_find(head, SPAN_LITERAL("攝")) < 0)
		read_people(head, a, &f->authors, f);
}
