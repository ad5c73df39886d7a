/*
 * given words that stand in the article, then the best of what is found there
 */
#include "crawler/read/enrich/keywords_inside.h"

#include "common/alloc.h"
#include "common/hash.h"
#include "common/utf8.h"

#define CHECKS_MAX    12   /* runs whose breaks are looked up */
#define LOOK_BYTES    4000 /* of the text, for words that stand there as they are folded */
#define CONTEXT_CHARS 4    /* at either side, since a break depends on its neighbours */

bool keywords_is_chosen(const struct chooser *c, struct span folded)
{
	for (size_t i = 0; i < c->ret->len; i++)
		if (span_eq(c->chosen[i], folded))
			return true;
	return false;
}

void keywords_choose(struct chooser *c, struct span written, struct span folded, uint32_t entry)
{
	c->chosen[c->ret->len] = folded;
	c->entries[c->ret->len] = entry;
	record_list_add(c->arena, c->ret, arena_dup(c->arena, written));
}

uint32_t keywords_entry(const struct chooser *c, struct span folded)
{
	uint32_t name = c->g ? trie_find(c->g->trie, folded) : 0;

	return name ? c->g->names[name - 1].entry : NO_ENTRY;
}

/* Han characters are Chinese wherever they stand, and words beside them English. */
static uint32_t language_of_words(const char *lang)
{
	uint32_t language = background_language(lang);
	bool is_other = language == BACKGROUND_ANY || language == background_language("zh") ||
		language == background_language("ja");

	return is_other ? background_language("en") : language;
}

unsigned keywords_rarity(const struct chooser *c, struct span folded)
{
	const char *p = folded.data;
	bool is_han = folded.len && utf8_is_han(utf8_next(&p, p + folded.len));

	return background_rarity(c->g ? c->g->background : NULL,
		is_han ? background_language("zh") : c->language, hash64_of(folded));
}

static int by_score(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	if (x->start != y->start)
		return x->start < y->start ? -1 : 1;
	return (x->end < y->end) - (x->end > y->end);
}

/* Of two pairs of words the second tells less. */
static bool shares_word(struct span a, struct span b)
{
	while (a.len) {
		const char *space = memchr(a.data, ' ', a.len);
		size_t n = space ? (size_t)(space - a.data) : a.len;
		struct span word = span_from(a.data, n);

		if (b.len > n &&
			((span_starts_with(b, word) && b.data[n] == ' ') ||
				(span_ends_with(b, word) && b.data[b.len - n - 1] == ' ')))
			return true;
		a = span_from_offset(a, n + (space != NULL));
	}
	return false;
}

/* What is called by one of these and more is something else: 人工智能培训班, but not 深圳警方. */
static bool makes_compounds(const struct gazetteer_entry *e)
{
	return e->table == GAZETTEER_TECHNOLOGIES || e->table == GAZETTEER_POLICY_TERMS;
}

/* Names may hold one another, since each is one by itself: 人工智能 in 人工智能+. */
static bool touches_name(const struct chooser *c, const struct candidate *k, struct span word,
	size_t i)
{
	if (k->kind == CANDIDATE_NAME)
		return k->entry == c->entries[i] || span_eq(c->chosen[i], word);
	if (span_find(c->chosen[i], word) >= 0)
		return true;
	return span_find(word, c->chosen[i]) >= 0 &&
		(k->kind == CANDIDATE_WORD || !makes_compounds(&c->g->entries[c->entries[i]]));
}

static bool touches(const struct chooser *c, const struct candidate *k, struct span word)
{
	for (size_t i = 0; i < c->ret->len; i++) {
		if (c->entries[i] != NO_ENTRY) {
			if (touches_name(c, k, word, i))
				return true;
			continue;
		}
		if (span_find(c->chosen[i], word) >= 0 || span_find(word, c->chosen[i]) >= 0 ||
			(k->kind == CANDIDATE_WORD && shares_word(word, c->chosen[i])))
			return true;
	}
	return false;
}

static bool has_capital(struct span s)
{
	for (size_t i = 0; i < s.len; i++)
		if (s.data[i] >= 'A' && s.data[i] <= 'Z')
			return true;
	return false;
}

/* Where the entry's own name begins the name that stands there, that is enough. */
static void shorten(const struct chooser *c, struct candidate *k)
{
	struct span own = c->g->entries[k->entry].folded;

	if (own.len < k->end - k->start &&
		span_starts_with(span_from(c->text.data + k->start, k->end - k->start), own)) {
		k->end = k->start + (uint32_t)own.len;
		k->is_own = true;
	}
}

/* An entry's own name as it should be written, where the article does so once at least. */
static struct span as_named(const struct chooser *c, const struct candidate *k, struct span written)
{
	struct span own = k->is_own ? span_str(c->g->entries[k->entry].name) : written;

	return span_find(c->f->body, own) >= 0 ? own : written;
}

/* So many characters before @at, no further than the line. */
static size_t back(struct span text, size_t at, int chars)
{
	while (chars && at && text.data[at - 1] != '\n') {
		at--;
		chars -= ((unsigned char)text.data[at] & 0xC0) != 0x80;
	}
	return at;
}

static size_t forth(struct span text, size_t at, int chars)
{
	const char *p = text.data + at, *end = text.data + text.len;

	while (chars-- > 0 && p < end && *p != '\n')
		utf8_next(&p, end);
	return (size_t)(p - text.data);
}

static bool is_digit_before(struct span text, size_t at)
{
	return at && text.data[at - 1] >= '0' && text.data[at - 1] <= '9';
}

/* Whether a place in the text cuts no word at either end. */
static bool is_between_breaks(struct span text, size_t start, size_t end)
{
	size_t from = back(text, start, CONTEXT_CHARS), to = forth(text, end, CONTEXT_CHARS);
	struct breaks breaks;

	breaks_find(span_from(text.data + from, to - from), &breaks);
	if (is_digit_before(text, start) && breaks_has(&breaks, forth(text, start, 1) - from))
		return false; /* 4|家|救援: what is counted begins behind it */
	return breaks_has(&breaks, start - from) && breaks_has(&breaks, end - from);
}

/* What repeats may still be half a word and the half of another; dictionaries tell. */
static bool is_whole(const struct chooser *c, const struct candidate *k, struct span folded,
	int *checks)
{
	if (k->kind != CANDIDATE_RUN || keywords_rarity(c, folded) < RARITY_UNKNOWN)
		return true;
	return ++*checks <= CHECKS_MAX && is_between_breaks(c->text, k->start, k->end);
}

/* Small letters in a Chinese text are remains of an address or of pinyin. */
static bool is_remains(const struct chooser *c, const struct candidate *k, struct span written)
{
	return c->is_chinese && k->entry == NO_ENTRY &&
		(unsigned char)c->text.data[k->start] < 0x80 && !has_capital(written);
}

/* Han characters that stand there as they are folded need no way back. */
static struct span written_of(const struct chooser *c, const struct candidate *k,
	struct span folded)
{
	struct span body = utf8_cut(c->f->body, LOOK_BYTES);
	ptrdiff_t at = (unsigned char)*folded.data < 0xE4 ? -1 : span_find(body, folded);

	return at >= 0 ? span_from(body.data + at, folded.len)
		       : folded_written(c->f, k->start, k->end);
}

static void consider(struct chooser *c, struct candidate *k, int *checks)
{
	struct span folded, written;

	if (k->entry != NO_ENTRY)
		shorten(c, k);
	folded = span_from(c->text.data + k->start, k->end - k->start);
	if (touches(c, k, folded) || !is_whole(c, k, folded, checks))
		return;
	written = written_of(c, k, folded);
	if (!is_remains(c, k, written))
		keywords_choose(c, as_named(c, k, written), folded, k->entry);
}

static void choose_best(struct chooser *c)
{
	struct candidates *list = &c->candidates;
	int checks = 0;

	if (list->len)
		qsort(list->items, list->len, sizeof *list->items, by_score);
	for (size_t i = 0; i < list->len && c->ret->len < KEYWORDS_MAX && list->items[i].score; i++)
		consider(c, &list->items[i], &checks);
}

void keywords_set(const struct gazetteers *g, struct folded *f, const struct hits *hits,
	const char *lang, const char *given, struct arena *a, struct str_list *ret)
{
	struct chooser c = {.g = g,
		.f = f,
		.hits = hits,
		.text = strbuf_span(&f->text),
		.language = language_of_words(lang),
		.arena = a,
		.ret = ret};

	if (given)
		keywords_choose_given(&c, given);
	if (ret->len == KEYWORDS_MAX)
		return;
	keywords_find(&c);
	choose_best(&c);
	free(c.candidates.items);
}
