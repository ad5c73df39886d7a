#include "crawler/read/clean/clean_inside.h"

#include "common/strbuf.h"
#include "common/utf8.h"

#include <stdint.h>

#define REPEAT_CHARS_MIN   8 /* of a string that stands twice in a row */
#define REPEAT_CHARS_MAX   60
#define REPEAT_TRIES_MAX   4
#define REPEATS_SOUGHT_MAX 4000 /* in one line */
#define DOUBLED_BYTES_MIN  120  /* of a line that is one text twice */
#define CREDIT_HAN_MAX     4
#define PROMOTION_MIN      24 /* bytes with their brackets */
#define PROMOTION_MAX      400
#define SOURCE_BYTES_MAX   60

/* A line and what is taken over of it. Nothing is copied before the first cut. */
struct editor {
	struct span text;
	size_t copied; /* up to here it is in @out, or was cut */
	size_t n_repeats_sought;
	bool has_cut;
	struct strbuf out;
};

static uint32_t char_at(struct span s, size_t at)
{
	const char *p = s.data + at;

	return at < s.len ? utf8_next(&p, s.data + s.len) : 0;
}

static size_t skip_char(struct span s, size_t at)
{
	const char *p = s.data + at;

	if (at < s.len)
		utf8_next(&p, s.data + s.len);
	return (size_t)(p - s.data);
}

static void cut(struct editor *e, size_t at, size_t n)
{
	strbuf_add(&e->out, e->text.data + e->copied, at - e->copied);
	e->copied = at + n;
	e->has_cut = true;
}

static bool ends_sentence(uint32_t c)
{
	return c == U'。' || c == U'！' || c == U'？' || c == '!' || c == '?' || c == U'”' ||
		c == U'…' || c == U'）' || c == ')' || c == U'；' || c == U'」';
}

static bool starts_with_one_of(struct span s, const char *const *list, size_t n, size_t *ret_i)
{
	for (size_t i = 0; i < n; i++) {
		if (span_starts_with(s, span_str(list[i]))) {
			*ret_i = i;
			return true;
		}
	}
	return false;
}

/* 白浪 设计, 视觉中国 资料图 between two sentences. Bytes of the credit, 0 if there is none. */
static size_t match_credit(struct span s, size_t at)
{
	static const char *const jobs[] = {"图", "设计", "摄", "制图", "绘", "供图", "資料圖",
		"资料图", "攝", "設計", "供圖", "製圖"};
	static const char *const agencies[] = {"视觉中国", "視覺中國", "东方IC", "图虫创意"};
	struct span rest = span_from_offset(s, at);
	size_t n = 0, n_han = 0, i;
	bool agency;

	if (rest.len < 10 || (unsigned char)rest.data[0] < 0xE4)
		return 0;
	agency = starts_with_one_of(rest, agencies, sizeof agencies / sizeof *agencies, &i);
	if (agency)
		n = strlen(agencies[i]);
	while (!agency && n < rest.len && n_han < CREDIT_HAN_MAX && utf8_is_han(char_at(rest, n))) {
		n = skip_char(rest, n);
		n_han++;
	}
	if (n >= rest.len || rest.data[n] != ' ' || (!agency && n_han < 2))
		return 0;
	rest = span_from_offset(rest, n + 1);
	if (span_starts_with(rest, SPAN_LITERAL("摄氏")) ||
		span_starts_with(rest, SPAN_LITERAL("攝氏")))
		return 0;
	if (!starts_with_one_of(rest, jobs, sizeof jobs / sizeof *jobs, &i) || (i == 0 && !agency))
		return 0;
	return n + 1 + strlen(jobs[i]);
}

static size_t bracket_bytes(struct span s, size_t at, char half, const char *full)
{
	if (s.data[at] == half)
		return 1;
	return (unsigned char)s.data[at] == 0xEF &&
			span_starts_with(span_from_offset(s, at), span_str(full))
		? 3
		: 0;
}

/*
 * The bracket text at @at with both brackets, empty if it is none, a long one or holds another
 * one: so no byte is looked at for two brackets.
 */
static struct span bracket_at(struct span s, size_t at)
{
	struct span rest = utf8_cut(span_from_offset(s, at), PROMOTION_MAX);
	size_t i = bracket_bytes(rest, 0, '(', "（"), n;

	for (; i > 0 && i < rest.len && !bracket_bytes(rest, i, '(', "（"); i++) {
		n = bracket_bytes(rest, i, ')', "）");
		if (n)
			return span_from(rest.data, i + n);
	}
	return span_from(NULL, 0);
}

/* (本文来自…) with its brackets. Bytes, 0 if none stands here. */
static size_t match_promotion(struct span s, size_t at)
{
	static const char *const asks[] = {"下载", "下載", "扫码", "掃碼"};
	static const char *const things[] = {"APP", "App", "客户端", "客戶端", "本文来自",
		"本文來自"};
	struct span inner = bracket_at(s, at);

	return inner.len >= PROMOTION_MIN && SPAN_HOLDS_ONE_OF(inner, asks) &&
			SPAN_HOLDS_ONE_OF(inner, things)
		? inner.len
		: 0;
}

/* The medium that a promotion names, before it goes. */
static void read_source(struct span s, struct arena *a, const char **ret_source)
{
	static const char *const leads[] = {"本文来自", "本文來自", "文章来自"};

	for (size_t i = 0; i < sizeof leads / sizeof *leads && !*ret_source; i++) {
		ptrdiff_t at = span_find(s, span_str(leads[i])), comma;
		struct span rest;

		if (at < 0)
			continue;
		rest = span_from_offset(s, (size_t)at + strlen(leads[i]));
		comma = span_find(rest, SPAN_LITERAL("，"));
		if (comma > 0 && comma < SOURCE_BYTES_MAX)
			*ret_source = arena_dup(a, span_from(rest.data, (size_t)comma));
	}
}

/* The offset behind @n characters, or s.len. */
static size_t skip_chars(struct span s, size_t at, size_t n)
{
	while (n-- > 0 && at < s.len)
		at = skip_char(s, at);
	return at;
}

/* 同志们，我们要走下去，我们要走下去: said twice, and not copied. */
static bool is_clause(struct span s)
{
	return span_ends_with(s, SPAN_LITERAL("，")) || span_ends_with(s, SPAN_LITERAL("、")) ||
		span_ends_with(s, SPAN_LITERAL(","));
}

/*
 * Length of a string at @at that stands twice in a row, 0 for none: a caption
 * or an anchor repeats a subheading.
 */
static size_t match_repeat(struct span s, size_t at)
{
	size_t first = skip_chars(s, at, REPEAT_CHARS_MIN), from = first;
	struct span begin = span_from(s.data + at, first - at), window;

	if (from + begin.len > s.len)
		return 0;
	for (int tries = 0; tries < REPEAT_TRIES_MAX; tries++) {
		ptrdiff_t found;
		size_t n;

		window = utf8_cut(span_from_offset(s, from), REPEAT_CHARS_MAX * 3 + begin.len);
		found = span_find(window, begin);
		if (found < 0)
			return 0;
		from += (size_t)found;
		n = from - at;
		if (n > REPEAT_CHARS_MAX * 3)
			return 0;
		if (n <= s.len - from && memcmp(s.data + at, s.data + from, n) == 0)
			return is_clause(span_from(s.data + at, n)) ? 0 : n;
		from = skip_char(s, from);
	}
	return 0;
}

/* A whole body on one line may stand there twice. */
static struct span once(struct span s)
{
	size_t half = s.len / 2;
	bool spaced = s.len % 2 == 1 && s.data[half] == ' ';

	if (s.len < DOUBLED_BYTES_MIN || (s.len % 2 == 1 && !spaced))
		return s;
	return memcmp(s.data, s.data + half + spaced, half) == 0 ? span_from(s.data, half) : s;
}

/* Bytes with which something that matters may begin. */
static bool matters(unsigned char c)
{
	static const uint8_t table[256] = {['!'] = 1,
		['('] = 1,
		[')'] = 1,
		['?'] = 1,
		[0xE2] = 1,
		[0xE3] = 1,
		[0xEE] = 1,
		[0xEF] = 1};

	return table[c];
}

static bool is_private(uint32_t c)
{
	return c >= 0xE000 && c <= 0xF8FF;
}

/* What may begin a sentence is looked at before the sentence. */
static size_t edit_begin(struct editor *e, size_t at)
{
	size_t n = match_credit(e->text, at);

	while (n && n < e->text.len - at) {
		cut(e, at, n);
		at += n;
		n = match_credit(e->text, at);
	}
	n = e->n_repeats_sought++ < REPEATS_SOUGHT_MAX ? match_repeat(e->text, at) : 0;
	if (n)
		cut(e, at, n);
	return at + n;
}

static void edit(struct editor *e, struct arena *a, const char **ret_source)
{
	bool fresh = true; /* a sentence may begin here */
	size_t at = 0, n;
	uint32_t c;

	while (at < e->text.len) {
		if (fresh)
			at = edit_begin(e, at);
		while (at < e->text.len && !matters((unsigned char)e->text.data[at]))
			at++;
		if (at >= e->text.len)
			return;
		n = match_promotion(e->text, at);
		if (n)
			read_source(span_from(e->text.data + at, n), a, ret_source);
		c = char_at(e->text, at);
		if (!n && is_private(c))
			n = 3;
		if (n)
			cut(e, at, n);
		fresh = !n && ends_sentence(c);
		at = n ? at + n : skip_char(e->text, at);
	}
}

struct span clean_inside(struct span text, struct arena *a, const char **ret_source)
{
	struct editor e = {.text = once(text), .out = STRBUF_INIT};

	edit(&e, a, ret_source);
	if (e.has_cut) {
		cut(&e, e.text.len, 0);
		e.text = span_trim(span_from(arena_dup(a, strbuf_span(&e.out)), e.out.len));
	}
	strbuf_release(&e.out);
	return e.text;
}
