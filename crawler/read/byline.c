/*
 * A line is folded with a trace; labels are found in the folded text, and
 * values are cut from the original between one label and the next.
 */
#include "crawler/read/byline.h"

#include "common/fold.h"
#include "common/utf8.h"
#include "crawler/read/credit.h"

#include <stdlib.h>

#define LINE_BYTES_MAX     600 /* a longer line is running text */
#define LABELS_MAX         40
#define PEOPLE_MAX         20
#define EMPLOYER_BYTES_MAX 24 /* of a medium's name before 记者 */
#define PUBLISHER_MAX      90 /* bytes */

enum label_kind {
	LABEL_PUBLISHER,
	LABEL_AUTHOR,
	LABEL_EDITOR,
	LABEL_OTHER, /* ends the value before it; says nothing to us */
};

/* In folded spelling; longer ones before those that begin or end like them. */
static const struct {
	const char *text;
	enum label_kind kind;
} labels[] = {{"文章来源", LABEL_PUBLISHER}, {"信息来源", LABEL_PUBLISHER},
	{"稿件来源", LABEL_PUBLISHER}, {"新闻来源", LABEL_PUBLISHER}, {"本文来源", LABEL_PUBLISHER},
	{"消息来源", LABEL_PUBLISHER}, {"内容来源", LABEL_PUBLISHER}, {"图文来源", LABEL_PUBLISHER},
	{"来源于", LABEL_PUBLISHER}, {"来源", LABEL_PUBLISHER}, {"稿源", LABEL_PUBLISHER},
	{"转载自", LABEL_PUBLISHER}, {"转自", LABEL_PUBLISHER}, {"出处", LABEL_PUBLISHER},
	{"本报记者", LABEL_AUTHOR}, {"本网记者", LABEL_AUTHOR}, {"全媒体记者", LABEL_AUTHOR},
	{"全媒记者", LABEL_AUTHOR}, {"见习记者", LABEL_AUTHOR}, {"文字记者", LABEL_AUTHOR},
	{"摄影记者", LABEL_OTHER}, {"通讯员", LABEL_OTHER}, {"记者", LABEL_AUTHOR},
	{"作者", LABEL_AUTHOR}, {"撰文", LABEL_AUTHOR}, {"撰稿", LABEL_AUTHOR},
	{"采写", LABEL_AUTHOR}, {"执笔", LABEL_AUTHOR}, {"文/图", LABEL_AUTHOR},
	{"图/文", LABEL_AUTHOR}, {"图文", LABEL_AUTHOR}, {"文/", LABEL_AUTHOR},
	{"文", LABEL_AUTHOR}, {"新媒体编辑", LABEL_EDITOR}, {"责任编辑", LABEL_EDITOR},
	{"值班编辑", LABEL_EDITOR}, {"值班责编", LABEL_EDITOR}, {"本文编辑", LABEL_EDITOR},
	{"本期编辑", LABEL_EDITOR}, {"网络编辑", LABEL_EDITOR}, {"文字编辑", LABEL_EDITOR},
	{"编辑", LABEL_EDITOR}, {"责编", LABEL_EDITOR}, {"统筹", LABEL_EDITOR},
	{"总编辑", LABEL_OTHER}, {"一审", LABEL_OTHER}, {"二审", LABEL_OTHER},
	{"三审", LABEL_OTHER}, {"初审", LABEL_OTHER}, {"复审", LABEL_OTHER}, {"终审", LABEL_OTHER},
	{"审核", LABEL_OTHER}, {"审签", LABEL_OTHER}, {"校对", LABEL_OTHER}, {"校审", LABEL_OTHER},
	{"总监制", LABEL_OTHER}, {"监制", LABEL_OTHER}, {"制片人", LABEL_OTHER},
	{"主编", LABEL_OTHER}, {"策划", LABEL_OTHER}, {"出品人", LABEL_OTHER},
	{"出品", LABEL_OTHER}, {"摄影", LABEL_OTHER}, {"摄像", LABEL_OTHER}, {"视频", LABEL_OTHER},
	{"图片", LABEL_OTHER}, {"图/", LABEL_OTHER}, {"制图", LABEL_OTHER}, {"设计", LABEL_OTHER},
	{"美编", LABEL_OTHER}, {"翻译", LABEL_OTHER}, {"剪辑", LABEL_OTHER}, {"供图", LABEL_OTHER},
	{"发布时间", LABEL_OTHER}, {"发布日期", LABEL_OTHER}, {"发表时间", LABEL_OTHER},
	{"更新时间", LABEL_OTHER}, {"发表于", LABEL_OTHER}, {"发布于", LABEL_OTHER},
	{"时间", LABEL_OTHER}, {"日期", LABEL_OTHER}, {"发布机构", LABEL_PUBLISHER},
	{"发布单位", LABEL_PUBLISHER}, {"浏览次数", LABEL_OTHER}, {"浏览量", LABEL_OTHER},
	{"浏览", LABEL_OTHER}, {"阅读量", LABEL_OTHER}, {"阅读次数", LABEL_OTHER},
	{"阅读", LABEL_OTHER}, {"点击数", LABEL_OTHER}, {"点击", LABEL_OTHER},
	{"访问量", LABEL_OTHER}, {"字体", LABEL_OTHER}, {"字号", LABEL_OTHER},
	{"评论", LABEL_OTHER}, {"分享", LABEL_OTHER}, {"原标题", LABEL_OTHER},
	{"打印", LABEL_OTHER}, {"栏目", LABEL_OTHER}};

/* What stands before 记者 and is no name of a medium. */
static const char *const reporter_roles[] = {"全媒体", "全媒", "融媒体", "融媒", "见习", "首席",
	"特约", "实习", "特派", "本报", "本网", "本台", "本社", "文字", "摄影", "驻", "高级",
	"资深", "客户端"};

static const char *const no_names[] = {"无", "佚名", "未知", "管理员", "admin", "本网", "本站",
	"本报", "网络", "匿名", "系统", "编辑", "小编", "举报", "分享", "收藏", "打印", "综合",
	"null", "none", "undefined", "关闭", "字号", "评论", "转载", "整理", "报道", "专稿", "供稿",
	"其他", "暂无", "推荐", "记者", "通讯员", "摄影报道", "更多", "微信", "微博"};

/* How the papers call themselves in short. */
static const struct {
	const char *nick, *name;
} employers[] = {{"南都", "南方都市报"}, {"新华社", "新华社"}, {"人民网", "人民网"},
	{"中新网", "中国新闻网"}, {"中新社", "中国新闻社"}, {"央视网", "央视网"}};

struct mark {
	enum label_kind kind;
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
		if (span_starts_with(span_from_offset(folded, at), span_str(separators[i]))) {
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

/* 记者 and the like also stand without a separator: 全媒记者肖丽琼, 记者 张三. */
static bool needs_no_separator(const char *label)
{
	return strstr(label, "记者") != NULL || strcmp(label, "通讯员") == 0 ||
		strcmp(label, "采写") == 0 || strcmp(label, "责任编辑") == 0 ||
		strcmp(label, "撰文") == 0 || strcmp(label, "发布于") == 0 ||
		strcmp(label, "执笔") == 0 || strcmp(label, "发表于") == 0 ||
		strcmp(label, "来源于") == 0;
}

static bool match_label(const struct line *l, size_t at, struct mark *m, size_t *ret_next)
{
	struct span folded = strbuf_span(&l->folded), rest = span_from_offset(folded, at);

	if (rest.len < 3 || (signed char)rest.data[0] >= 0)
		return false; /* every label begins with a Han character */
	for (size_t i = 0; i < sizeof labels / sizeof *labels; i++) {
		size_t len, separator = 0;
		bool reporter;

		if (labels[i].text[2] != rest.data[2] || labels[i].text[1] != rest.data[1] ||
			!span_starts_with(rest, span_str(labels[i].text)))
			continue;
		len = strlen(labels[i].text);
		reporter = strstr(labels[i].text, "记者") != NULL;
		if (!reporter && !begins_word(l, at) && at > 0 &&
			!(l->n_marks && strlen(labels[i].text) > 6))
			continue;
		if (labels[i].text[len - 1] != '/' &&
			!is_separator_at(folded, at + len, &separator) &&
			!(needs_no_separator(labels[i].text) &&
				utf8_is_han(char_at(folded, at + len))) &&
			!(labels[i].kind == LABEL_OTHER && char_at(folded, at + len) == '('))
			continue;
		*m = (struct mark){.kind = labels[i].kind,
			.start = at,
			.value = at + len + separator};
		*ret_next = m->value;
		return true;
	}
	return false;
}

/* 采写:南都记者 张三: the reporter's role is part of the value before it. */
static bool is_within_value(const struct line *l, const struct mark *m)
{
	const struct mark *before = l->n_marks ? &l->marks[l->n_marks - 1] : NULL;
	struct span role;

	if (!before || (before->kind != LABEL_AUTHOR && before->kind != LABEL_EDITOR) ||
		m->kind != LABEL_AUTHOR)
		return false;
	role = span_from(l->folded.data + m->start, m->value - m->start);
	return span_find(role, SPAN_LITERAL("记者")) >= 0 &&
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

static bool is_no_name(struct span name)
{
	for (size_t i = 0; i < sizeof no_names / sizeof *no_names; i++)
		if (span_is_nocase(name, no_names[i]))
			return true;
	return false;
}

bool byline_is_person(struct span name)
{
	static const char *const endings[] = {"网", "报", "社", "台", "频道", "客户端", "公司",
		"中心", "记者", "部", "局", "厅", "委", "院", "会", "杂志", "日报", "新闻", "在线",
		"编辑部"};
	const char *p = name.data, *end = p + name.len;
	size_t n_han = 0, n_other = 0;
	bool dotted = false;

	for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
		if (name.len > 9 && span_ends_with(name, span_str(endings[i])))
			return false;
	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		if (utf8_is_han(c))
			n_han++;
		else if (c == U'·' || c == U'•' || c == U'．')
			dotted = true;
		else
			n_other++;
	}
	if (n_han)
		return n_other == 0 && n_han >= 2 && n_han <= (dotted ? 12u : 4u) &&
			!is_no_name(name);
	return n_other >= 4 && n_other <= 60 && !is_no_name(name);
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
		c == '>' || c == '&')
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
			return is_no_name(word);
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
	if (!f->publisher && value.len && value.len <= PUBLISHER_MAX && !is_no_name(value))
		f->publisher = arena_dup(a, value);
}

static bool read_mark(const struct line *l, size_t i, struct arena *a, struct byline *f)
{
	const struct mark *m = &l->marks[i];
	size_t end = i + 1 < l->n_marks ? l->marks[i + 1].start : l->folded.len;
	size_t from = original(l, m->value);
	struct span value = span_from(l->text.data + from, original(l, end) - from);

	switch (m->kind) {
	case LABEL_PUBLISHER:
		read_publisher(value, a, f);
		return value.len <= PUBLISHER_MAX;
	case LABEL_AUTHOR:
		return read_people(value, a, &f->authors, f);
	case LABEL_EDITOR:
		return read_people(value, a, &f->editors, f);
	case LABEL_OTHER:
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
	if (l->marks[0].kind != LABEL_AUTHOR || before.len > 45 || !has_han(before))
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

static void set_employer(struct span before, struct arena *a, struct byline *f)
{
	for (size_t i = 0; i < sizeof employers / sizeof *employers && !f->publisher; i++)
		if (span_starts_with(before, span_str(employers[i].nick)))
			f->publisher = arena_strdup(a, employers[i].name);
}

/* 南都讯, 新华社北京5月1日电, and （记者 张三、李四）behind it. */
void byline_read_dateline(struct span line, struct arena *a, struct byline *f)
{
	struct span head = utf8_cut(line, 180);
	ptrdiff_t dispatch = span_find(head, SPAN_LITERAL("讯")),
		  wire = span_find(head, SPAN_LITERAL("电"));
	ptrdiff_t open = span_find(head, SPAN_LITERAL("（")), reporter, close;

	if ((dispatch > 0 && dispatch < 30) || (wire > 0 && wire < 60))
		set_employer(head, a, f);
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
