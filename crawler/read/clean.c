/*
 * Passes over an array of lines; a line that goes gets an empty text.
 *
 *	mend -> split -> credits inside lines -> repetition -> tail -> credits and facts -> join
 */
#include "crawler/read/clean.h"

#include "common/alloc.h"
#include "common/fold.h"
#include "common/hash.h"
#include "common/utf8.h"
#include "crawler/read/block.h"
#include "crawler/read/credit.h"
#include "crawler/read/noise.h"

#define SPLIT_BYTES_MIN   600 /* a line so long with spaces behind sentences was paragraphs */
#define REPEAT_CHARS_MIN  8   /* of a string that stands twice in a row */
#define REPEAT_CHARS_MAX  60
#define BLOCK_LINES_MIN   3  /* lines in a row that stand twice */
#define EDGE_LINES        14 /* facts stand so near to the ends of a text */
#define TAIL_KEEP_PERCENT 25 /* a label in the first quarter begins no tail: too much would go */

struct text {
	struct clean_line *lines;
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

/* `。”</p>` read one byte off becomes `?!?/p>`; bare `/p>` is what is left of others. */
static struct span mend_tags(struct span text, struct arena *a)
{
	static const struct {
		const char *torn, *meant;
	} repairs[] = {{"?!?/p>", "。”"}, {"?/p>", "。"}, {"</p>", ""}, {"<br>", " "},
		{"<br/>", " "}};
	STRBUF_LOCAL(out);
	size_t at = 0;

	if (!memmem(text.data, text.len, "p>", 2) && !memmem(text.data, text.len, "<br", 3))
		return text;
	while (at < text.len) {
		struct span rest = span_from_offset(text, at);
		size_t i = 0, n = sizeof repairs / sizeof *repairs;

		while (i < n && !span_starts_with(rest, span_str(repairs[i].torn)))
			i++;
		if (i < n) {
			strbuf_add_str(&out, repairs[i].meant);
			at += strlen(repairs[i].torn);
		} else
			strbuf_add_char(&out, text.data[at++]);
	}
	return dup_buffer(a, &out);
}

static struct span mend(struct span text, struct span document, struct pinyin_survey *survey,
	struct arena *a)
{
	STRBUF_LOCAL(out);

	text = mend_tags(text, a);
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

static void mend_all(struct text *t, struct pinyin_survey *survey)
{
	STRBUF_LOCAL(document);

	if (pinyin_is_present(survey))
		for (size_t i = 0; i < t->n; i++)
			strbuf_add_span(&document, t->lines[i].text);
	for (size_t i = 0; i < t->n; i++)
		t->lines[i].text = mend(t->lines[i].text, strbuf_span(&document), survey, t->arena);
}

static bool ends_sentence(uint32_t c)
{
	return c == U'。' || c == U'！' || c == U'？' || c == '!' || c == '?' || c == U'”' ||
		c == U'…' || c == U'）' || c == ')' || c == U'；' || c == U'」';
}

static void add_line(struct text *t, struct span text, bool heading)
{
	t->lines = alloc_grow(t->lines, t->n, &t->cap, sizeof *t->lines);
	t->lines[t->n++] = (struct clean_line){.text = span_trim(text), .heading = heading};
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

static void split_line(struct text *t, struct clean_line line)
{
	size_t start = 0;

	for (size_t at = 0; line.text.len >= SPLIT_BYTES_MIN && at < line.text.len; at++) {
		if (is_break(line.text, at)) {
			add_line(t, span_from(line.text.data + start, at - start), false);
			start = at + 1;
		}
	}
	add_line(t, span_from_offset(line.text, start), line.heading && start == 0);
}

static size_t skip_char(struct span s, size_t at)
{
	const char *p = s.data + at;

	utf8_next(&p, s.data + s.len);
	return (size_t)(p - s.data);
}

/* 白浪 设计, 视觉中国 资料图 between two sentences. Bytes of the credit, 0 if there is none. */
static size_t match_credit(struct span s, size_t at)
{
	static const char *const jobs[] = {"设计", "摄", "制图", "绘", "供图", "图", "資料圖",
		"资料图", "攝", "設計", "供圖", "製圖"};
	static const char *const agencies[] = {"视觉中国", "視覺中國", "东方IC", "图虫创意"};
	struct span rest = span_from_offset(s, at);
	size_t n = 0, n_han = 0;
	bool agency = false;

	for (size_t i = 0; i < sizeof agencies / sizeof *agencies; i++) {
		if (span_starts_with(rest, span_str(agencies[i]))) {
			n = strlen(agencies[i]);
			agency = true;
		}
	}
	while (!agency && n < rest.len && n_han < 4 && utf8_is_han(next_char(rest, n))) {
		n = skip_char(rest, n);
		n_han++;
	}
	if (n >= rest.len || rest.data[n] != ' ' || (!agency && n_han < 2))
		return 0;
	rest = span_from_offset(rest, n + 1);
	if (span_starts_with(rest, SPAN_LITERAL("摄氏")) ||
		span_starts_with(rest, SPAN_LITERAL("攝氏")))
		return 0;
	for (size_t i = 0; i < sizeof jobs / sizeof *jobs; i++)
		if (span_starts_with(rest, span_str(jobs[i])) && (agency || i != 5))
			return n + 1 + strlen(jobs[i]);
	return 0;
}

/* (本文来自…) with its brackets. Bytes, 0 if none stands here. */
static size_t match_promotion(struct span s, size_t at)
{
	struct span rest = span_from_offset(s, at), inner;
	uint32_t c = next_char(s, at);
	size_t close;
	ptrdiff_t half, full;

	if (c != '(' && c != U'（')
		return 0;
	inner = utf8_cut(rest, 400);
	half = span_find(inner, SPAN_LITERAL(")"));
	full = span_find(inner, SPAN_LITERAL("）"));
	if (half < 0 && full < 0)
		return 0;
	close = half >= 0 && (full < 0 || half < full) ? (size_t)half + 1 : (size_t)full + 3;
	inner = span_from(rest.data, close);
	if ((span_find(inner, SPAN_LITERAL("下载")) >= 0 ||
		    span_find(inner, SPAN_LITERAL("下載")) >= 0 ||
		    span_find(inner, SPAN_LITERAL("扫码")) >= 0) &&
		(span_find(inner, SPAN_LITERAL("APP")) >= 0 ||
			span_find(inner, SPAN_LITERAL("客户端")) >= 0 ||
			span_find(inner, SPAN_LITERAL("本文来自")) >= 0))
		return close;
	return 0;
}

/*
 * Length of a string at @at that stands twice in a row, 0 for none: a caption
 * or an anchor repeats a subheading.
 */
static size_t match_repeat(struct span s, size_t at)
{
	size_t len = at, chars = 0;

	while (len < s.len && chars < REPEAT_CHARS_MAX) {
		len = skip_char(s, len);
		chars++;
		if (chars < REPEAT_CHARS_MIN || len + (len - at) > s.len ||
			s.data[len] != s.data[at])
			continue;
		if (memcmp(s.data + at, s.data + len, len - at) == 0)
			return len - at;
	}
	return 0;
}

/* Facts of (本文来自澎湃新闻，…) before it goes. */
static void read_promotion(struct text *t, struct span s)
{
	static const char *const leads[] = {"本文来自", "本文來自", "文章来自"};

	for (size_t i = 0; i < sizeof leads / sizeof *leads; i++) {
		ptrdiff_t at = span_find(s, span_str(leads[i]));
		ptrdiff_t comma;

		if (at < 0 || t->byline->publisher)
			continue;
		s = span_from_offset(s, (size_t)at + strlen(leads[i]));
		comma = span_find(s, SPAN_LITERAL("，"));
		if (comma > 0 && comma < 60)
			t->byline->publisher =
				arena_dup(t->arena, span_from(s.data, (size_t)comma));
	}
}

static void clean_inside(struct text *t, struct clean_line *line)
{
	struct span s = line->text;
	size_t at = 0, n;
	bool fresh = true; /* a sentence may begin here */
	STRBUF_LOCAL(out);

	while (at < s.len) {
		n = fresh ? match_credit(s, at) : 0;
		if (n && n < s.len - at) {
			at += n;
			continue;
		}
		n = match_promotion(s, at);
		if (n) {
			read_promotion(t, span_from(s.data + at, n));
			at += n;
			continue;
		}
		at += fresh ? match_repeat(s, at) : 0;
		n = skip_char(s, at) - at;
		fresh = ends_sentence(next_char(s, at));
		strbuf_add(&out, s.data + at, n);
		at += n;
	}
	if (out.len != s.len)
		line->text = span_trim(dup_buffer(t->arena, &out));
}

static void drop(struct clean_line *line)
{
	line->text = span_from(NULL, 0);
}

static uint64_t total_weight(const struct text *t)
{
	uint64_t sum = 0;

	for (size_t i = 0; i < t->n; i++)
		sum += block_weigh(t->lines[i].text);
	return sum;
}

/* A label that stands alone, or that the rest of its short line explains. */
static bool begins_tail(struct span text)
{
	STRBUF_LOCAL(folded);

	if (text.len > 360)
		return false;
	fold_text(text, &folded);
	if (!noise_begins_tail(strbuf_span(&folded)))
		return false;
	return text.len < 120 || span_find(text, SPAN_LITERAL("。")) < 0 ||
		span_find(strbuf_span(&folded), SPAN_LITERAL("声明")) >= 0 ||
		span_find(strbuf_span(&folded), SPAN_LITERAL("本网")) >= 0;
}

/* Cuts a line at a tail that begins inside of it. What goes is still read for facts. */
static bool cut_inside(struct text *t, struct clean_line *line, bool early)
{
	uint32_t *origin;
	ptrdiff_t at;
	size_t cut;
	STRBUF_LOCAL(folded);

	fold_text_traced(line->text, &folded, &origin);
	at = noise_find_tail(strbuf_span(&folded));
	cut = at >= 0 ? origin[at] : line->text.len;
	free(origin);
	if (at < 0 || (early && cut * 2 < line->text.len))
		return false;
	/* The title of a column before its list belongs to the list: 《…》近期内容>> */
	if (cut > 0 && char_before(line->text, cut) == U'》') {
		while (cut > 0 && next_char(line->text, cut) != U'《')
			cut--;
	}
	byline_read(utf8_cut(span_from_offset(line->text, cut), 600), t->arena, t->byline);
	line->text = span_trim(span_from(line->text.data, cut));
	return true;
}

static void drop_tail(struct text *t)
{
	uint64_t total = total_weight(t), seen = 0;

	for (size_t i = 0; i < t->n; i++) {
		struct clean_line *line = &t->lines[i];
		bool whole = begins_tail(line->text);
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
		seen += block_weigh(line->text);
	}
}

static bool is_furniture(struct span text)
{
	STRBUF_LOCAL(folded);

	fold_text(utf8_cut(text, 900), &folded);
	return noise_is_furniture(strbuf_span(&folded)) || noise_is_promotion(strbuf_span(&folded));
}

/* Copies of a text have other pictures. What a caption says stays. */
static void drop_credit(struct clean_line *line)
{
	size_t at = credit_find(line->text);

	if (at == 0 || (at < line->text.len && credit_is_caption(line->text)))
		line->text = span_trim(span_from(line->text.data, at));
}

static void drop_facts(struct text *t)
{
	size_t first = 0;

	while (first < t->n && !t->lines[first].text.len)
		first++;
	for (size_t i = first; i < t->n; i++) {
		struct clean_line *line = &t->lines[i];
		bool edge = i < first + EDGE_LINES || i + EDGE_LINES >= t->n;

		drop_credit(line);
		if (!line->text.len)
			continue;
		if (is_furniture(line->text) ||
			(edge && byline_read(line->text, t->arena, t->byline)))
			drop(line);
		else if (i < first + 3)
			byline_read_dateline(line->text, t->arena, t->byline);
	}
}

/* Hashes of what lines say, so that one set finds every repetition. */
struct seen {
	uint64_t *hashes;
	uint32_t *at; /* line + 1 */
	size_t mask;
};

static uint64_t hash_line(struct span text)
{
	struct hash h = fold_hash(text);
	uint64_t value;

	memcpy(&value, h.bytes, sizeof value);
	return value;
}

static size_t seen_slot(const struct seen *s, uint64_t hash)
{
	size_t slot = hash & s->mask;

	while (s->at[slot] && s->hashes[slot] != hash)
		slot = (slot + 1) & s->mask;
	return slot;
}

static void seen_init(struct seen *s, size_t n, struct arena *a)
{
	for (s->mask = 15; s->mask < n * 2; s->mask = s->mask * 2 + 1)
		;
	s->hashes = arena_alloc(a, (s->mask + 1) * sizeof *s->hashes);
	s->at = arena_alloc(a, (s->mask + 1) * sizeof *s->at);
}

static size_t count_run(const uint64_t *hashes, size_t n, size_t earlier, size_t i)
{
	size_t run = 0;

	while (i + run < n && earlier + run < i && hashes[earlier + run] == hashes[i + run])
		run++;
	return run;
}

static void compact(struct text *t)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n; i++)
		if (t->lines[i].text.len)
			t->lines[n++] = t->lines[i];
	t->n = n;
}

/* Lines equal to the one before, and blocks that stood before. */
static void drop_repetition(struct text *t)
{
	uint64_t *hashes = arena_alloc(t->arena, (t->n + 1) * sizeof *hashes);
	struct seen seen;

	compact(t);
	for (size_t i = 0; i < t->n; i++)
		hashes[i] = hash_line(t->lines[i].text);
	seen_init(&seen, t->n, t->arena);
	for (size_t i = 0; i < t->n;) {
		size_t slot = seen_slot(&seen, hashes[i]), run;

		if (i > 0 && hashes[i] == hashes[i - 1]) {
			drop(&t->lines[i++]);
			continue;
		}
		run = seen.at[slot] ? count_run(hashes, t->n, seen.at[slot] - 1, i) : 0;
		if (run >= BLOCK_LINES_MIN) {
			for (size_t end = i + run; i < end; i++)
				drop(&t->lines[i]);
			continue;
		}
		if (!seen.at[slot]) {
			seen.hashes[slot] = hashes[i];
			seen.at[slot] = (uint32_t)i + 1;
		}
		i++;
	}
}

/* The headline as a line, or glued before a byline. */
static void drop_title(struct text *t, const char *title)
{
	struct span name = span_str(title);
	uint64_t hash;

	if (name.len < 12)
		return;
	hash = hash_line(name);
	for (size_t i = 0; i < t->n; i++) {
		struct clean_line *line = &t->lines[i];

		if (!line->text.len)
			continue;
		if (hash_line(line->text) == hash)
			drop(line);
		else if (i < 3 && span_starts_with(line->text, name)) {
			struct span rest = span_trim(span_from_offset(line->text, name.len));

			if (byline_read(rest, t->arena, t->byline))
				drop(line);
		}
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
		strbuf_add_span(&out, t->lines[i].text);
	}
	return arena_dup(t->arena, strbuf_span(&out));
}

const char *clean_lines(struct clean_line *lines, size_t n, const char *title,
	struct pinyin_survey *survey, struct arena *a, struct byline *f)
{
	struct text all = {.lines = lines, .n = n, .arena = a, .byline = f};
	struct text t = {.arena = a, .byline = f};
	const char *text;

	mend_all(&all, survey);
	for (size_t i = 0; i < n; i++)
		split_line(&t, lines[i]);
	for (size_t i = 0; i < t.n; i++)
		clean_inside(&t, &t.lines[i]);
	drop_title(&t, title);
	drop_repetition(&t);
	drop_tail(&t);
	compact(&t);
	drop_facts(&t);
	text = join(&t);
	free(t.lines);
	return text;
}
