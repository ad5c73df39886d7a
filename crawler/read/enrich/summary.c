/*
 * text -> sentences -> each rated: units that it shares with the title (pairs
 * of Han characters, words), its place, its shape -> the best three
 */
#include "crawler/read/enrich/summary.h"

#include "common/strbuf.h"
#include "common/utf8.h"
#include "crawler/read/enrich/dateline.h"
#include "crawler/read/enrich/folded.h"

#include <stdint.h>

#define SENTENCES_MAX      3
#define LOOK_MAX           40 /* sentences rated: news say it early */
#define SENTENCE_BYTES_MIN 24 /* shorter ones are exclamations */
#define SENTENCE_BYTES_MAX 600
#define SUMMARY_BYTES_MAX  1000
#define TITLE_BYTES_MAX    300
#define UNITS              512 /* a power of two, over twice those of a title */
#define RATE_NEVER         (-100)

struct sentence {
	struct span text;
	bool is_whole; /* ends as sentences do; headings do not */
	bool is_chosen;
	int rate;
};

/* The title's units: seen[i] is the last sentence that has unit i, from 1. */
struct units {
	uint32_t key[UNITS];
	uint16_t seen[UNITS];
};

static bool ends(uint32_t c)
{
	return c == U'。' || c == U'！' || c == U'？' || c == '!' || c == '?' || c == '\n';
}

static bool closes(uint32_t c)
{
	return c == U'”' || c == U'’' || c == U'」' || c == U'』' || c == U'）' || c == ')' ||
		c == '"';
}

/* "3.5", "U.S.", "Mr. A": a dot ends a sentence before a space and a capital or other letter. */
static bool is_full_stop(const char *p, const char *end, size_t word_len)
{
	if (p == end || *p == '\n')
		return true;
	return *p == ' ' && p + 1 < end && !(p[1] >= 'a' && p[1] <= 'z') && word_len > 3;
}

/* The next sentence of @rest, closing marks with it; *@rest moves behind. */
static struct sentence next_sentence(struct span *rest)
{
	const char *start = rest->data, *p = start, *end = start + rest->len, *stop = end;
	struct sentence s = {0};
	size_t word_len = 0;

	while (p < end) {
		uint32_t c = utf8_next(&p, end);

		if (c >= 0x3400 && c < 0xFF00) { /* most of a Chinese text */
			word_len++;
			continue;
		}
		if (!ends(c) && !(c == '.' && is_full_stop(p, end, word_len))) {
			word_len = c == ' ' || c == '.' ? 0 : word_len + 1;
			continue;
		}
		s.is_whole = c != '\n';
		stop = c == '\n' ? p - 1 : p;
		while (s.is_whole && p < end) {
			const char *next = p;
			uint32_t behind = utf8_next(&next, end);

			if (!closes(behind) && (!ends(behind) || behind == '\n'))
				break;
			stop = p = next;
		}
		break;
	}
	*rest = span_from(p, (size_t)(end - p));
	s.text = span_trim(span_from(start, (size_t)(stop - start)));
	return s;
}

/* Units */

struct unit_reader {
	const char *p, *end;
	uint32_t before; /* a Han character, or 0 */
};

static uint32_t lower(uint32_t c)
{
	return c >= 'A' && c <= 'Z' ? c | 0x20 : c;
}

/* The next pair of Han characters, or word of three letters or more, as a number; 0 at the end. */
static uint32_t next_unit(struct unit_reader *r)
{
	uint32_t word = 0, len = 0;

	while (r->p < r->end) {
		const char *start = r->p;
		uint32_t c = utf8_next(&r->p, r->end), before = r->before;

		if (len && !folded_is_word_char(c)) {
			r->p = start;
			if (len >= 3)
				return word | 1;
			word = len = 0;
			continue;
		}
		r->before = utf8_is_han(c) ? c : 0;
		if (before && r->before)
			return (before * 0x9E3779B1u ^ c) | 1;
		if (folded_is_word_char(c)) {
			word = (word ^ lower(c)) * 0x01000193u;
			len++;
		}
	}
	return len >= 3 ? word | 1 : 0;
}

static size_t slot_of(const struct units *u, uint32_t key)
{
	size_t i = (key ^ key >> 15) & (UNITS - 1);

	while (u->key[i] && u->key[i] != key)
		i = (i + 1) & (UNITS - 1);
	return i;
}

static void read_title(struct units *u, struct span title)
{
	struct unit_reader r = {title.data, title.len ? title.data + title.len : title.data, 0};

	for (uint32_t key; (key = next_unit(&r));)
		u->key[slot_of(u, key)] = key;
}

/* How many of the title's units a sentence has, each once. */
static int overlap(struct units *u, struct span text, size_t number)
{
	struct unit_reader r = {text.data, text.data + text.len, 0};
	int n = 0;

	for (uint32_t key; (key = next_unit(&r));) {
		size_t i = slot_of(u, key);

		n += u->key[i] && u->seen[i] != number + 1;
		u->seen[i] = (uint16_t)(number + 1);
	}
	return n;
}

/* Shape */

static bool begins_with_one_of(struct span s, const char *const *list)
{
	for (; *list; list++)
		if (**list == *s.data && span_starts_with(s, span_str(*list)))
			return true;
	return false;
}

static bool is_caption(struct span s)
{
	static const char *const starts[] = {"图为", "图片", "圖為", "圖片", "资料图", "資料圖",
		"▲", "△", "图：", "图源", "配图", "视频：", "Photo", "Image", "Picture", "Caption",
		NULL};
	static const char *const stops[] = {"摄", "摄）", "摄)", "攝", "攝）", "供图", "供图）",
		"供圖", "图/文", "制图", "资料图", NULL};

	if (begins_with_one_of(s, starts))
		return true;
	for (const char *const *stop = stops; *stop; stop++)
		if (span_ends_with(s, span_str(*stop)))
			return true;
	return false;
}

/* Says little without the sentence before it. */
static bool leans(struct span s)
{
	static const char *const starts[] = {"他", "她", "它", "这", "這", "那", "其中", "此外",
		"同时", "同時", "但", "不过", "不過", "因此", "而", "另外", "于是", "对此", "對此",
		"例如", "比如", "“", "「", "\"", "He ", "She ", "It ", "They ", "But ", "And ",
		"However", "This ", "These ", "That ", "Those ", "So ", "Yet ", "“", NULL};

	return begins_with_one_of(s, starts);
}

static bool asks(struct span s)
{
	return span_ends_with(s, SPAN_LITERAL("？")) || span_ends_with(s, SPAN_LITERAL("?"));
}

static int rate(struct units *u, const struct sentence *s, size_t number)
{
	int rate;

	if (s->text.len < SENTENCE_BYTES_MIN || s->text.len > SENTENCE_BYTES_MAX ||
		is_caption(s->text) || !s->is_whole)
		return RATE_NEVER;
	rate = 2 * overlap(u, s->text, number);
	rate += number < 3 ? 8 - 2 * (int)number : 0;
	rate += s->text.len > 90 ? 2 : 0;
	rate -= leans(s->text) ? 8 : 0;
	rate -= asks(s->text) ? 3 : 0;
	return rate;
}

static size_t read_sentences(struct span text, struct units *u, struct sentence *ret)
{
	size_t n = 0;

	while (text.len && n < LOOK_MAX) {
		struct sentence s = next_sentence(&text);

		if (n < 2)
			s.text = dateline_skip(s.text);
		if (!s.text.len)
			continue;
		s.rate = rate(u, &s, n);
		ret[n++] = s;
	}
	return n;
}

static void choose(struct sentence *all, size_t n)
{
	size_t bytes = 0;

	for (int pick = 0; pick < SENTENCES_MAX; pick++) {
		struct sentence *best = NULL;

		for (size_t i = 0; i < n; i++)
			if (!all[i].is_chosen && all[i].rate > RATE_NEVER &&
				(!best || all[i].rate > best->rate))
				best = &all[i];
		if (!best || (pick && bytes + best->text.len > SUMMARY_BYTES_MAX))
			return;
		best->is_chosen = true;
		bytes += best->text.len;
	}
}

const char *summary_make(struct span text, const char *title, struct arena *a)
{
	struct units *u = arena_alloc(a, sizeof *u);
	struct sentence all[LOOK_MAX];
	size_t n;
	STRBUF_LOCAL(out);

	read_title(u, utf8_cut(span_str(title), TITLE_BYTES_MAX));
	n = read_sentences(text, u, all);
	choose(all, n);
	for (size_t i = 0; i < n; i++) {
		if (!all[i].is_chosen)
			continue;
		if (out.len && (unsigned char)out.data[out.len - 1] < 0x80)
			strbuf_add_char(&out, ' ');
		strbuf_add_span(&out, all[i].text);
	}
	return out.len ? arena_dup(a, strbuf_span(&out)) : NULL;
}
