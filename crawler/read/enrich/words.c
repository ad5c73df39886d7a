#include "crawler/read/enrich/words.h"

#include "common/alloc.h"
#include "common/hash.h"
#include "common/utf8.h"
#include "crawler/read/enrich/folded.h"

#define TEXT_BYTES_MAX 30000
#define WORD_BYTES_MIN 2
#define WORD_BYTES_MAX 60

/* A word where it stands. */
struct token {
	uint32_t word;
	uint32_t start; /* in the text */
	bool is_beside; /* one space behind the one before */
};

struct finder {
	struct span text;
	const struct background *background;
	uint32_t language;
	struct words *words;
	struct token *tokens;
	size_t n_tokens;
	uint32_t *slots; /* by hash: a word, from 1 */
	size_t mask;
};

/* A letter or digit, or the first byte of one. */
static bool may_be_letter(char byte)
{
	unsigned char c = (unsigned char)byte;

	return c < 0x80 ? folded_is_word_char(c) : c >= 0xC0 && c < 0xE3;
}

/* At least as many as there are words: places where a letter follows something else. */
static size_t count_starts(struct span text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += may_be_letter(text.data[i]) && !(i && may_be_letter(text.data[i - 1]));
	return n;
}

/* Room for as many pairs as words. */
static void make_room(struct finder *f)
{
	size_t n = count_starts(f->text), slots = 64;

	while (slots < n * 4)
		slots *= 2;
	f->mask = slots - 1;
	f->slots = alloc_zeroed(slots, sizeof *f->slots);
	f->tokens = alloc_bytes((n + 1) * sizeof *f->tokens);
	f->words->items = alloc_bytes((n * 2 + 1) * sizeof *f->words->items);
}

static size_t word_end(struct span text, size_t at)
{
	const char *p = text.data + at, *end = text.data + text.len;
	size_t stop = at;

	while (p < end) {
		uint32_t c;

		while (p < end && (unsigned char)*p < 0x80 &&
			folded_is_word_char((unsigned char)*p))
			stop = (size_t)(++p - text.data);
		if (p == end)
			break;
		c = utf8_next(&p, end);
		if (folded_is_word_char(c))
			stop = (size_t)(p - text.data);
		else if (c != '-' || stop + 1 != (size_t)(p - text.data))
			break;
	}
	return stop;
}

/* The next word from *@at on, which moves behind it. */
static bool next_word(struct span text, size_t *at, struct span *ret)
{
	while (*at < text.len) {
		const char *p = text.data + *at;
		uint32_t c = utf8_next(&p, text.data + text.len);
		size_t end;

		if (!folded_is_word_char(c)) {
			*at = (size_t)(p - text.data);
			continue;
		}
		end = word_end(text, *at);
		*ret = span_from(text.data + *at, end - *at);
		*at = end;
		if (c > '9' && ret->len >= WORD_BYTES_MIN && ret->len <= WORD_BYTES_MAX)
			return true;
	}
	return false;
}

static struct span text_of(const struct finder *f, const struct word *w)
{
	return span_from(f->text.data + w->start, w->end - w->start);
}

static struct word *find(struct finder *f, struct span text)
{
	struct words *w = f->words;
	size_t i = (size_t)hash64_of(text) & f->mask;

	for (; f->slots[i]; i = (i + 1) & f->mask) {
		struct word *known = &w->items[f->slots[i] - 1];

		if (span_eq(text_of(f, known), text))
			return known;
	}
	f->slots[i] = (uint32_t)++w->len;
	w->items[w->len - 1] = (struct word){.start = (uint32_t)(text.data - f->text.data),
		.end = (uint32_t)(text.data - f->text.data + text.len)};
	return &w->items[w->len - 1];
}

static void count_words(struct finder *f)
{
	struct span word, before = {0};
	size_t at = 0;

	while (next_word(f->text, &at, &word)) {
		struct word *w = find(f, word);

		w->times++;
		f->tokens[f->n_tokens++] = (struct token){(uint32_t)(w - f->words->items),
			(uint32_t)(word.data - f->text.data),
			before.data && before.data + before.len + 1 == word.data &&
				word.data[-1] == ' '};
		before = word;
	}
}

/* Most words stand once, and need not be looked up. */
static void rate_words(struct finder *f)
{
	for (size_t i = 0; i < f->words->len; i++) {
		struct word *w = &f->words->items[i];

		if (w->times >= WORDS_TIMES_MIN)
			w->rarity = background_rarity(f->background, f->language,
				hash64_of(text_of(f, w)));
	}
}

static bool is_telling(const struct word *w)
{
	return w->times >= WORDS_TIMES_MIN && w->rarity > RARITY_FUNCTION;
}

/* Rarer than either word, and less so than if they had nothing to do with each other. */
static unsigned rarity_of_pair(unsigned a, unsigned b)
{
	unsigned rarity = a > b ? a + b / 2 : b + a / 2;

	return rarity < RARITY_UNKNOWN ? rarity : RARITY_UNKNOWN;
}

/* A pair stands no more often than either of its words. */
static void count_pairs(struct finder *f)
{
	const struct token *t = f->tokens;

	for (size_t i = 1; i < f->n_tokens; i++) {
		const struct word *first = &f->words->items[t[i - 1].word];
		const struct word *second = &f->words->items[t[i].word];
		struct word *pair;

		if (!t[i].is_beside || !is_telling(first) || !is_telling(second))
			continue;
		pair = find(f,
			span_from(f->text.data + t[i - 1].start,
				t[i].start + (second->end - second->start) - t[i - 1].start));
		pair->times++;
		pair->is_pair = true;
		pair->rarity = rarity_of_pair(first->rarity, second->rarity);
	}
}

static void keep_telling(struct words *w, struct arena *a)
{
	struct word *all = w->items;
	size_t n = 0;

	for (size_t i = 0; i < w->len; i++)
		n += is_telling(&all[i]);
	w->items = arena_alloc(a, (n + 1) * sizeof *w->items);
	n = 0;
	for (size_t i = 0; i < w->len; i++)
		if (is_telling(&all[i]))
			w->items[n++] = all[i];
	w->len = n;
	free(all);
}

void words_find(struct span text, const struct background *b, uint32_t language, struct arena *a,
	struct words *ret)
{
	struct finder f = {.text = utf8_cut(text, TEXT_BYTES_MAX),
		.background = b,
		.language = language,
		.words = ret};

	*ret = (struct words){0};
	make_room(&f);
	count_words(&f);
	rate_words(&f);
	count_pairs(&f);
	keep_telling(ret, a);
	free(f.tokens);
	free(f.slots);
}
