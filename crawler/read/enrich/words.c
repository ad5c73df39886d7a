#include "crawler/read/enrich/words.h"

#include "common/hash.h"
#include "common/utf8.h"
#include "crawler/read/enrich/folded.h"

#define TEXT_BYTES_MAX 30000
#define WORD_BYTES_MIN 2
#define WORD_BYTES_MAX 60

struct finder {
	struct span text;
	const struct trie *classes;
	struct words *words;
	uint32_t *slots;
	size_t mask;
};

static bool may_be_letter(char c)
{
	return folded_is_word_char((unsigned char)c) && (unsigned char)c < 0xE3;
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
static void make_room(struct finder *f, struct arena *a)
{
	size_t n = count_starts(f->text) * 2, slots = 64;

	while (slots < n * 2)
		slots *= 2;
	f->mask = slots - 1;
	f->slots = arena_alloc(a, slots * sizeof *f->slots);
	f->words->items = arena_alloc(a, (n + 1) * sizeof *f->words->items);
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

static struct word *find(struct finder *f, struct span text)
{
	struct words *w = f->words;
	size_t i = (size_t)hash64_of(text) & f->mask;

	for (; f->slots[i]; i = (i + 1) & f->mask) {
		struct word *known = &w->items[f->slots[i] - 1];

		if (span_eq(span_from(f->text.data + known->start, known->end - known->start),
			    text))
			return known;
	}
	f->slots[i] = (uint32_t)++w->len;
	w->items[w->len - 1] = (struct word){.start = (uint32_t)(text.data - f->text.data),
		.end = (uint32_t)(text.data - f->text.data + text.len)};
	return &w->items[w->len - 1];
}

static struct word *count(struct finder *f, struct span text)
{
	struct word *w = find(f, text);

	if (!w->times++ && f->classes)
		w->class = (enum word_class)trie_find(f->classes, text);
	return w;
}

/* Two words with one space between them, neither of them a function word. */
static void count_pair(struct finder *f, const struct word *before, struct span first,
	const struct word *last, struct span second)
{
	enum word_class class = before->class > last->class ? before->class : last->class;
	struct word *pair;

	if (first.data + first.len + 1 != second.data || first.data[first.len] != ' ' ||
		class == WORD_FUNCTION)
		return;
	pair = find(f, span_from(first.data, first.len + 1 + second.len));
	pair->times++;
	pair->is_pair = true;
	pair->class = class;
}

static void drop_function_words(struct words *w)
{
	size_t kept = 0;

	for (size_t i = 0; i < w->len; i++)
		if (w->items[i].class != WORD_FUNCTION)
			w->items[kept++] = w->items[i];
	w->len = kept;
}

void words_find(struct span text, const struct trie *classes, struct arena *a, struct words *ret)
{
	struct finder f = {.text = utf8_cut(text, TEXT_BYTES_MAX),
		.classes = classes,
		.words = ret};
	struct span word, before = {0};
	const struct word *last = NULL;
	size_t at = 0;

	*ret = (struct words){0};
	make_room(&f, a);
	while (next_word(f.text, &at, &word)) {
		const struct word *w = count(&f, word);

		if (last)
			count_pair(&f, last, before, w, word);
		last = w;
		before = word;
	}
	drop_function_words(ret);
}
