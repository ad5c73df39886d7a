/*
 * Passes over an array of lines; a line that goes gets an empty text.
 *
 *	mend -> split -> insides -> title -> repetition -> quotes -> tail -> credits and facts -> join
 *
 * The phrases of noise.h and repetition are looked for in the folded line, which
 * is made once.
 */
#include "crawler/read/clean/clean.h"

#include "common/alloc.h"
#include "common/fold.h"
#include "common/hash.h"
#include "common/utf8.h"
#include "crawler/read/clean/clean_inside.h"
#include "crawler/read/clean/clean_repeat.h"
#include "crawler/read/clean/credit.h"
#include "crawler/read/html/block.h"
#include "crawler/read/html/noise.h"

#define SPLIT_BYTES_MIN   600 /* a line so long with spaces behind sentences was paragraphs */
#define VERSE_BYTES_MAX   60  /* folded */
#define QUOTES_MAX        20  /* looked for in the text: each is a walk through it */
#define QUOTE_BYTES_MIN   24
#define DATELINES         3  /* the first lines of a text may begin with one */
#define EDGE_LINES        14 /* facts stand so near to the ends of a text */
#define TAIL_KEEP_PERCENT 25 /* a label in the first quarter begins no tail: too much would go */

struct line {
	struct span text;
	struct span folded; /* of this text; in the arena */
	uint8_t indent;
	bool is_folded, quote;
	uint32_t weight; /* when tails are looked for */
};

struct text {
	struct line *lines;
	size_t n, cap;
	struct arena *arena;
	struct byline *byline;
};

static uint32_t next_char(struct span s, size_t at)
{
	const char *p = s.data + at;

	return at < s.len ? utf8_next(&p, s.data + s.len) : 0;
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

static struct span dup_buffer(struct arena *a, const struct strbuf *b)
{
	return span_from(arena_dup(a, strbuf_span(b)), b->len);
}

static struct span mend(struct span text, struct span document, struct pinyin_survey *survey,
	struct arena *a)
{
	STRBUF_LOCAL(out);

	text = clean_damage(text, a);
	if (!pinyin_is_present(survey) ||
		(!memchr(text.data, '(', text.len) && !memchr(text.data, '?', text.len) &&
			span_find(text, SPAN_LITERAL("（")) < 0))
		return text;
	pinyin_strip(text, document, survey, &out);
	return dup_buffer(a, &out);
}

struct span clean_phrase(struct span text, struct pinyin_survey *survey, struct arena *a)
{
	return text.len ? mend(text, text, survey, a) : text;
}

static void mend_all(struct clean_line *lines, size_t n, struct pinyin_survey *survey,
	struct arena *a)
{
	STRBUF_LOCAL(document);

	if (pinyin_is_present(survey))
		for (size_t i = 0; i < n; i++)
			strbuf_add_span(&document, lines[i].text);
	for (size_t i = 0; i < n; i++)
		lines[i].text = mend(lines[i].text, strbuf_span(&document), survey, a);
}

static bool ends_sentence(uint32_t c)
{
	return c == U'。' || c == U'！' || c == U'？' || c == '!' || c == '?' || c == U'”' ||
		c == U'…' || c == U'）' || c == ')' || c == U'；' || c == U'」';
}

static void add_line(struct text *t, struct span text, const struct clean_line *of)
{
	t->lines = alloc_grow(t->lines, t->n, &t->cap, sizeof *t->lines);
	t->lines[t->n++] =
		(struct line){.text = span_trim(text), .indent = of->indent, .quote = of->quote};
}

static void set_text(struct line *line, struct span text)
{
	line->is_folded = line->is_folded && span_eq(line->text, text);
	line->text = text;
}

static void drop(struct line *line)
{
	set_text(line, span_from(NULL, 0));
}

/* The folded line, made once for all who ask. */
static struct span folded_of(struct text *t, struct line *line)
{
	if (!line->is_folded) {
		STRBUF_LOCAL(folded);

		fold_text(line->text, &folded);
		line->folded = span_from(arena_dup(t->arena, strbuf_span(&folded)), folded.len);
		line->is_folded = true;
	}
	return line->folded;
}

/* Where a space behind a sentence stood for a line break. */
static bool is_break(struct span s, size_t at)
{
	uint32_t before, behind;

	if (s.data[at] != ' ')
		return false;
	before = char_before(s, at);
	behind = next_char(s, at + 1);
	return ends_sentence(before) &&
		(utf8_is_han(behind) || behind == U'△' || behind == U'“' || behind == U'《' ||
			behind == U'▲' || behind == U'「' || behind == U'（');
}

static void split_line(struct text *t, const struct clean_line *line)
{
	struct span text = line->text;
	size_t start = 0, at = 0;

	while (text.len >= SPLIT_BYTES_MIN && at < text.len) {
		const char *space = memchr(text.data + at, ' ', text.len - at);

		if (!space)
			break;
		at = (size_t)(space - text.data);
		if (is_break(text, at)) {
			add_line(t, span_from(text.data + start, at - start), line);
			start = at + 1;
		}
		at++;
	}
	add_line(t, span_from_offset(text, start), line);
}

static void clean_insides(struct text *t)
{
	for (size_t i = 0; i < t->n; i++)
		set_text(&t->lines[i],
			clean_inside(t->lines[i].text, t->arena, &t->byline->publisher));
}

static uint64_t weigh_lines(struct text *t)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < t->n; i++) {
		t->lines[i].weight = block_weigh(t->lines[i].text);
		sum += t->lines[i].weight;
	}
	return sum;
}

/* A label that stands alone, or that the rest of its short line explains. */
static bool begins_tail(struct text *t, struct line *line)
{
	struct span folded;

	if (line->text.len > 360)
		return false;
	folded = folded_of(t, line);
	if (!noise_begins_tail(folded))
		return false;
	return line->text.len < 120 || span_find(line->text, SPAN_LITERAL("。")) < 0 ||
		span_find(folded, SPAN_LITERAL("声明")) >= 0 ||
		span_find(folded, SPAN_LITERAL("本网")) >= 0;
}

/* Where the folded offset @at stands in the line. */
static size_t unfold(const struct line *line, size_t at)
{
	uint32_t *origin;
	size_t original;
	STRBUF_LOCAL(folded);

	fold_text_traced(line->text, &folded, &origin);
	original = origin[at];
	free(origin);
	return original;
}

/* Cuts a line at a tail that begins inside of it. What goes is still read for facts. */
static bool cut_inside(struct text *t, struct line *line, bool early)
{
	ptrdiff_t at = noise_find_tail(folded_of(t, line));
	size_t cut;

	if (at < 0)
		return false;
	cut = unfold(line, (size_t)at);
	if (early && cut * 2 < line->text.len)
		return false;
	/* The title of a column before its list belongs to the list: 《…》近期内容>> */
	if (cut > 0 && char_before(line->text, cut) == U'》') {
		while (cut > 0 && next_char(line->text, cut) != U'《')
			cut--;
	}
	byline_read(utf8_cut(span_from_offset(line->text, cut), 600), t->arena, t->byline);
	set_text(line, span_trim(span_from(line->text.data, cut)));
	return true;
}

static void drop_tail(struct text *t)
{
	uint64_t total = weigh_lines(t), seen = 0;

	for (size_t i = 0; i < t->n; i++) {
		struct line *line = &t->lines[i];
		bool whole = begins_tail(t, line);
		bool early = seen * 100 <= total * TAIL_KEEP_PERCENT;

		if ((whole && !early) || (!whole && cut_inside(t, line, early))) {
			for (size_t j = whole ? i : i + 1; j < t->n; j++) {
				if (j < i + EDGE_LINES)
					byline_read(t->lines[j].text, t->arena, t->byline);
				drop(&t->lines[j]);
			}
			return;
		}
		if (whole && line->text.len < 60)
			drop(line);
		seen += line->weight;
	}
}

static bool is_furniture(struct text *t, struct line *line)
{
	struct span folded = folded_of(t, line);

	return noise_is_furniture(folded) || noise_is_promotion(folded);
}

/* Copies of a text have other pictures. What a caption says stays. */
static void drop_credit(struct line *line)
{
	size_t at = credit_find(line->text);

	if (at == 0 || (at < line->text.len && credit_is_caption(line->text)))
		set_text(line, span_trim(span_from(line->text.data, at)));
}

static void drop_facts(struct text *t)
{
	size_t first = 0;

	while (first < t->n && !t->lines[first].text.len)
		first++;
	for (size_t i = first; i < t->n; i++) {
		struct line *line = &t->lines[i];
		bool edge = i < first + EDGE_LINES || i + EDGE_LINES >= t->n;

		drop_credit(line);
		if (!line->text.len)
			continue;
		if (is_furniture(t, line) || (edge && byline_read(line->text, t->arena, t->byline)))
			drop(line);
		else if (i < first + DATELINES)
			byline_read_dateline(line->text, t->arena, t->byline);
		if (edge)
			byline_read_ending(line->text, t->arena, t->byline);
	}
}

static void compact(struct text *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->lines[i].text.len)
			t->lines[n++] = t->lines[i];
	t->n = n;
}

static void drop_repetition(struct text *t)
{
	struct clean_sum *sums = arena_alloc(t->arena, (t->n + 1) * sizeof *sums);
	bool *repeats = arena_alloc(t->arena, t->n + 1);

	compact(t);
	for (size_t i = 0; i < t->n; i++) {
		struct span folded = folded_of(t, &t->lines[i]);

		sums[i] = (struct clean_sum){.hash = hash64_of(folded),
			.is_long = folded.len >= CLEAN_LONG_BYTES_MIN,
			.is_short = folded.len <= VERSE_BYTES_MAX,
			.is_row = span_find(t->lines[i].text, SPAN_LITERAL(" | ")) >= 0};
	}
	clean_find_repeats(sums, t->n, t->arena, repeats);
	for (size_t i = 0; i < t->n; i++)
		if (repeats[i])
			drop(&t->lines[i]);
}

/* Without the quotation marks and the full stop around it. */
static struct span bare_quote(struct span folded)
{
	static const char *const marks[] = {"\"", "'", "“", "”", "‘", "’", "「", "」", "«", "»",
		"„", ".", "。", " "};
	size_t before;

	do {
		before = folded.len;
		for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
			struct span mark = span_str(marks[i]);

			if (span_starts_with(folded, mark))
				folded = span_from_offset(folded, mark.len);
			if (span_ends_with(folded, mark))
				folded.len -= mark.len;
		}
	} while (folded.len < before);
	return folded;
}

static bool is_said_elsewhere(struct text *t, size_t quote)
{
	struct span words = bare_quote(folded_of(t, &t->lines[quote]));

	for (size_t i = 0; words.len >= QUOTE_BYTES_MIN && i < t->n; i++)
		if (!t->lines[i].quote && span_find(folded_of(t, &t->lines[i]), words) >= 0)
			return true;
	return false;
}

/* A sentence of the text that is shown once more, in large letters. */
static void drop_pull_quotes(struct text *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n && n < QUOTES_MAX; i++) {
		if (!t->lines[i].quote || !t->lines[i].text.len)
			continue;
		n++;
		if (is_said_elsewhere(t, i))
			drop(&t->lines[i]);
	}
}

/* The headline as a line, or glued before a byline. */
static void drop_title(struct text *t, const char *title)
{
	struct span name = span_str(title);
	STRBUF_LOCAL(folded);

	if (name.len < 12)
		return;
	fold_text(name, &folded);
	for (size_t i = 0; i < t->n; i++) {
		struct line *line = &t->lines[i];
		struct span rest;

		if (!line->text.len)
			continue;
		if (span_eq(folded_of(t, line), strbuf_span(&folded))) {
			drop(line);
			continue;
		}
		if (i >= 3 || !span_starts_with(line->text, name))
			continue;
		rest = span_trim(span_from_offset(line->text, name.len));
		if (byline_read(rest, t->arena, t->byline))
			drop(line);
	}
}

static const char *join(const struct text *t)
{
	STRBUF_LOCAL(out);

	for (size_t i = 0; i < t->n; i++) {
		if (!t->lines[i].text.len)
			continue;
		if (out.len)
			strbuf_add_char(&out, '\n');
		for (unsigned n = 0; n < t->lines[i].indent; n++)
			strbuf_add_char(&out, ' ');
		strbuf_add_span(&out, t->lines[i].text);
	}
	return arena_dup(t->arena, strbuf_span(&out));
}

const char *clean_lines(struct clean_line *lines, size_t n, const char *title,
	struct pinyin_survey *survey, struct arena *a, struct byline *f)
{
	struct text t = {.arena = a, .byline = f};
	const char *text;

	mend_all(lines, n, survey, a);
	for (size_t i = 0; i < n; i++)
		split_line(&t, &lines[i]);
	clean_insides(&t);
	drop_title(&t, title);
	drop_repetition(&t);
	drop_pull_quotes(&t);
	drop_tail(&t);
	compact(&t);
	drop_facts(&t);
	text = join(&t);
	free(t.lines);
	return text;
}
