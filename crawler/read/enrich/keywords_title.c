/*
 * Words of the title of a text without spaces, between the breaks of a
 * dictionary. Only stretches without a name or run are looked at: those are
 * known, and what is known needs no dictionary.
 */
#include "crawler/read/enrich/keywords_inside.h"

#include "common/utf8.h"

#define TITLE_BYTES_MAX  400
#define LOOK_BYTES       1500 /* of the text; news take their title up at once */
#define TOGETHER_MIN     2
#define RARITY_TOLD_ONCE 7

static uint32_t count_in(struct span text, struct span word)
{
	uint32_t n = 0;

	for (ptrdiff_t at; (at = span_find(text, word)) >= 0; n++)
		text = span_from_offset(text, (size_t)at + word.len);
	return n;
}

static bool is_hiragana(uint32_t c)
{
	return c >= 0x3040 && c < 0x30A0;
}

static bool is_unspaced(uint32_t c)
{
	return utf8_is_han(c) || (c >= 0x3040 && c < 0x3100) /* kana */ ||
		(c >= 0xE00 && c < 0xF00) /* Thai, Lao */ ||
		(c >= 0x1000 && c < 0x10A0) /* Myanmar */ ||
		(c >= 0x1780 && c < 0x1800); /* Khmer */
}

/* Characters of a word that may be told, 0: of others. What ends in hiragana is inflected, or a particle. */
static uint32_t count_unspaced(struct span word)
{
	const char *p = word.data, *end = p + word.len;
	uint32_t n = 0, c = 0;
	bool has_letter = false;

	for (; p < end; n++) {
		c = utf8_next(&p, end);
		if (!is_unspaced(c))
			return 0;
		has_letter |= c != U'・' && c != U'ー';
	}
	return has_letter && !is_hiragana(c) ? n : 0;
}

/* Two characters in a row tell. */
static bool is_unspaced_text(struct span text)
{
	const char *p = text.data, *end = p + text.len;
	bool before = false;

	while (p < end) {
		bool now = is_unspaced(utf8_next(&p, end));

		if (before && now)
			return true;
		before = now;
	}
	return false;
}

/* A stretch of the title in which nothing is known yet, in pieces between breaks. */
struct gap {
	size_t start;
	struct breaks breaks;
	struct span lead;
};

/* A word of the title, and how often the lead has it. */
struct titled {
	size_t first, last; /* its pieces */
	uint32_t times;
};

static struct span piece_of(const struct chooser *c, const struct gap *g, size_t first, size_t last)
{
	return keywords_text(c, g->start + g->breaks.at[first], g->start + g->breaks.at[last + 1]);
}

/*
 * Dictionaries have not every word: what always stands behind this one belongs
 * to it, if it is a syllable alone (富人|区), or if they do so again and again.
 */
static bool goes_on(const struct chooser *c, const struct gap *g, const struct titled *t)
{
	size_t next = t->last + 1;
	bool is_alone = next + 2 >= g->breaks.len ||
		count_unspaced(piece_of(c, g, next + 1, next + 1)) != 1;
	uint32_t added = count_unspaced(piece_of(c, g, next, next));
	struct span whole = piece_of(c, g, t->first, next);

	if (!added || (t->times < TOGETHER_MIN && !(added == 1 && is_alone)) ||
		count_unspaced(whole) > RUN_CHARS_MAX)
		return false;
	return runs_may_be_word(whole) && count_in(g->lead, whole) == t->times;
}

/* What many texts have must stand more often than once to be a subject of this one. */
static bool is_subject(uint32_t times, unsigned rarity)
{
	return times && (rarity >= RARITY_TOLD_ONCE || (times > 1 && rarity > RARITY_COMMON));
}

static void add_titled(struct chooser *c, const struct gap *g, size_t piece)
{
	struct titled t = {.first = piece, .last = piece};
	struct span word = piece_of(c, g, piece, piece);
	unsigned rarity = count_unspaced(word) < 2 ? 0 : keywords_rarity(c, word);
	struct candidate *k;

	if (rarity <= RARITY_COMMON)
		return;
	t.times = count_in(g->lead, word);
	if (!is_subject(t.times, rarity))
		return;
	while (t.last + 2 < g->breaks.len && goes_on(c, g, &t))
		t.last++;
	word = piece_of(c, g, t.first, t.last);
	k = keywords_add(c, CANDIDATE_WORD, (size_t)(word.data - c->text.data),
		(size_t)(word.data - c->text.data) + word.len);
	if (k)
		k->score = keywords_rate(c, k->start, t.times + 1,
			WEIGHT_RUN + count_unspaced(word), rarity);
}

static void add_words_of_gap(struct chooser *c, struct gap *g, size_t end)
{
	struct span text = keywords_text(c, g->start, end);

	if (!is_unspaced_text(text))
		return;
	breaks_find(text, &g->breaks);
	for (size_t i = 0; i + 1 < g->breaks.len; i++)
		add_titled(c, g, i);
}

static void mark(bool known[TITLE_BYTES_MAX], size_t start, size_t end)
{
	for (size_t i = start; i < end && i < TITLE_BYTES_MAX; i++)
		known[i] = true;
}

/* Names and runs, which are candidates by now. */
static void mark_known(const struct chooser *c, bool known[TITLE_BYTES_MAX])
{
	for (size_t i = 0;
		c->hits && i < c->hits->len && keywords_in_title(c, c->hits->items[i].start); i++)
		mark(known, c->hits->items[i].start, c->hits->items[i].end);
	for (size_t i = 0; i < c->candidates.len; i++)
		mark(known, c->candidates.items[i].start, c->candidates.items[i].end);
}

/* Words of the title that the text takes up, seldom as it may be: short news repeat nothing. */
void keywords_add_titled(struct chooser *c)
{
	struct span title = utf8_cut(keywords_text(c, 0, c->f->title_len), TITLE_BYTES_MAX);
	struct gap gap = {.lead = utf8_cut(folded_body(c->f), LOOK_BYTES)};
	bool known[TITLE_BYTES_MAX] = {false};

	if (!is_unspaced_text(title))
		return;
	mark_known(c, known);
	for (size_t end; gap.start < title.len; gap.start = end) {
		end = gap.start;
		while (end < title.len && known[end] == known[gap.start])
			end++;
		if (!known[gap.start])
			add_words_of_gap(c, &gap, end);
	}
}
