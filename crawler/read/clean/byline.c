/*
 * A line is folded with a trace; labels are found in the folded text, and
 * values are cut from the original between one label and the next.
 */
#include "crawler/read/clean/byline.h"

#include "common/fold.h"
#include "common/utf8.h"
#include "crawler/read/clean/byline_label.h"
#include "crawler/read/clean/byline_names.h"
#include "crawler/read/clean/credit.h"

#include <stdlib.h>

#define LINE_BYTES_MAX     600 /* a longer line is running text */
#define LABELS_MAX         40
#define EMPLOYER_BYTES_MAX 24 /* of a medium's name before 记者 */
#define PUBLISHER_MAX      90 /* bytes */

/* What stands before 记者 and is no name of a medium. */
static const char *const reporter_roles[] = {"全媒体", "全媒", "融媒体", "融媒", "见习", "首席",
	"特约", "实习", "特派", "本报", "本网", "本台", "本社", "文字", "摄影", "驻", "高级",
	"资深", "客户端"};

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

/* Folding leaves out spaces between Chinese characters. */
static bool is_behind_space(const struct line *l, size_t folded_offset)
{
	return folded_offset < l->folded.len &&
		utf8_is_space(char_before(l->text, original(l, folded_offset)));
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
		(strchr(label->text, '/') && is_behind_space(l, end)) ||
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

/* The first word of a source line; Latin names may have several. */
static void read_publisher(struct span value, struct arena *a, struct byline *f)
{
	size_t at = 0;
	bool han;

	value = byline_trim(value);
	han = byline_has_han(value);
	while (at < value.len) {
		const char *p = value.data + at;
		uint32_t c = utf8_next(&p, value.data + value.len);

		if ((han && utf8_is_space(c)) || c == '|' || c == '[' || c == '(' || c == U'（' ||
			(han && c == '_') || c == U'】' || c == '>' || c == ';' || c == U'；' ||
			c == U'。' || c == U'，' || c == U'丨' || c == U'、' || (c == ',' && han) ||
			c == ')' || c == U'）' || c == '?' || c == U'【' || c == U'”')
			break;
		at = (size_t)(p - value.data);
	}
	value = byline_trim(span_from(value.data, at));
	if (!f->publisher && value.len && value.len <= PUBLISHER_MAX && !byline_is_nobody(value))
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
		return byline_read_names(value, a, &f->authors, f);
	case BYLINE_LABEL_EDITOR:
		return byline_read_names(value, a, &f->editors, f);
	case BYLINE_LABEL_OTHER:
		return value.len <= PUBLISHER_MAX;
	}
	return false;
}

static struct span next_word(struct span *rest)
{
	const char *p = rest->data, *end = p + rest->len, *stop = end;
	struct span word;

	while (p < end && stop == end) {
		const char *at = p;
		uint32_t c = utf8_next(&p, end);

		if (utf8_is_space(c) || c == '|' || c == U'丨' || c == U'｜')
			stop = at;
	}
	word = span_from(rest->data, (size_t)(stop - rest->data));
	*rest = span_from(p, (size_t)(end - p));
	return word;
}

/* The last word that may name a medium: 2025-05-28 | 湖北日报 | */
static struct span last_medium(struct span s)
{
	struct span medium = {0};

	while (s.len) {
		struct span word = next_word(&s);

		if (byline_has_han(word) && !span_has_digit(word))
			medium = word;
	}
	return medium;
}

/* What stands before the first label: a medium (湖北日报全媒), a date, a bracket, or text. */
static bool read_before(const struct line *l, struct arena *a, struct byline *f)
{
	size_t end = l->n_marks ? original(l, l->marks[0].start) : l->text.len;
	struct span before = byline_trim(span_from(l->text.data, end));
	bool again = true;

	if (!before.len)
		return true;
	if (l->marks[0].kind != BYLINE_LABEL_AUTHOR || before.len > 45 || !byline_has_han(before))
		return before.len <= 30 && !byline_has_han(before);
	while (again) {
		again = false;
		for (size_t i = 0; i < sizeof reporter_roles / sizeof *reporter_roles; i++) {
			if (span_ends_with(before, span_str(reporter_roles[i]))) {
				before.len -= strlen(reporter_roles[i]);
				again = true;
			}
		}
	}
	before = last_medium(before);
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
