/*
 * given words that stand in the article, then the best of: names, runs of Han
 * characters, words
 */
#include "crawler/read/enrich/keywords.h"

#include "common/alloc.h"
#include "common/fold.h"
#include "common/utf8.h"
#include "crawler/read/enrich/runs.h"
#include "crawler/read/enrich/words.h"

#define GIVEN_MAX       12 /* looked for; lists that are longer are for search engines */
#define GIVEN_BYTES_MAX 60
#define HAN_MIN         50 /* so many Han characters make a Chinese text */
#define TIMES_MAX       10
#define TITLE_BONUS     6
#define CANDIDATES_MAX  1024
#define LATIN_MIN       3 /* bytes of a word that is no name, outside Chinese texts */

struct candidate {
	uint32_t start, end; /* in the folded text */
	uint32_t times;
	uint32_t score;
	bool is_name;
	bool is_canonical;
};

struct candidates {
	struct candidate *items;
	size_t len;
};

struct chooser {
	const struct gazetteers *g;
	struct folded *f;
	struct span text; /* folded */
	struct arena *arena;
	struct candidates candidates;
	struct str_list *ret;
	struct span chosen[KEYWORDS_MAX]; /* folded */
	bool chosen_is_name[KEYWORDS_MAX];
	bool is_chinese;
};

/* A word is the more telling the less it is one of any text: what an occurrence counts. */
static const uint32_t table_weights[GAZETTEER_TABLES] = {
	[GAZETTEER_TECHNOLOGIES] = 10,
	[GAZETTEER_INDUSTRIES] = 5,
	[GAZETTEER_REGIONS] = 7,
	[GAZETTEER_AGENCIES] = 6,
	[GAZETTEER_POLICY_TERMS] = 8,
};

#define WEIGHT_RUN   4 /* and one for each character */
#define WEIGHT_LATIN 8 /* in a Chinese text, where it is a name mostly */
#define WEIGHT_WORD  5
#define WEIGHT_PAIR  9
#define COMMON_PART  3 /* of words of any text, this part counts */

/* What the page gives */

static bool separates(uint32_t c, bool spaces)
{
	return c == ',' || c == U'，' || c == U'、' || c == ';' || c == U'；' || c == '|' ||
		c == U'｜' || c == '\n' || (spaces && utf8_is_space(c));
}

/* Spaces split only what nothing else splits. */
static bool is_split_by_spaces(struct span list)
{
	const char *p = list.data, *end = p + list.len;

	while (p < end)
		if (separates(utf8_next(&p, end), false))
			return false;
	return true;
}

static struct span next_given(struct span *list, bool spaces)
{
	const char *start = list->data, *p = start, *end = start + list->len, *stop = end;

	while (p < end) {
		const char *at = p;

		if (separates(utf8_next(&p, end), spaces)) {
			stop = at;
			break;
		}
	}
	*list = span_from(p, (size_t)(end - p));
	return span_trim(span_from(start, (size_t)(stop - start)));
}

static bool is_chosen(const struct chooser *c, struct span folded)
{
	for (size_t i = 0; i < c->ret->len; i++)
		if (span_eq(c->chosen[i], folded))
			return true;
	return false;
}

static void choose(struct chooser *c, struct span written, struct span folded, bool is_name)
{
	c->chosen[c->ret->len] = folded;
	c->chosen_is_name[c->ret->len] = is_name;
	record_list_add(c->arena, c->ret, arena_dup(c->arena, written));
}

static enum word_class class_of(const struct chooser *c, struct span folded)
{
	return c->g ? (enum word_class)trie_find(c->g->words, folded) : WORD_UNKNOWN;
}

static void look_at_given(struct chooser *c, struct span written)
{
	STRBUF_LOCAL(folded);
	struct span word;

	if (!written.len || written.len > GIVEN_BYTES_MAX)
		return;
	fold_text(written, &folded);
	word = strbuf_span(&folded);
	if (!word.len || class_of(c, word) != WORD_UNKNOWN || span_find(c->text, word) < 0 ||
		is_chosen(c, word))
		return;
	choose(c, written, span_from(arena_dup(c->arena, word), word.len), true);
}

static void choose_given(struct chooser *c, const char *given)
{
	struct span list = span_str(given);
	bool spaces = is_split_by_spaces(list);

	for (int i = 0; i < GIVEN_MAX && list.len && c->ret->len < KEYWORDS_MAX; i++)
		look_at_given(c, next_given(&list, spaces));
}

/* What is found */

static uint32_t rate(const struct chooser *c, uint32_t start, uint32_t times, uint32_t weight,
	enum word_class class)
{
	uint32_t score = times < TIMES_MAX ? times : TIMES_MAX;

	if (start < c->f->title_len)
		score += TITLE_BONUS;
	return class == WORD_FUNCTION      ? 0
		: class == WORD_COMMON ? score * weight / COMMON_PART
				       : score * weight;
}

static struct candidate *add_candidate(struct chooser *c, uint32_t start, uint32_t end)
{
	struct candidates *list = &c->candidates;

	if (list->len == CANDIDATES_MAX)
		return NULL;
	list->items[list->len] = (struct candidate){.start = start, .end = end};
	return &list->items[list->len++];
}

static bool is_keyword_entry(const struct chooser *c, const struct hit *h)
{
	const struct gazetteer_entry *e = &c->g->entries[h->entry];

	if (e->is_organ)
		return false;
	return !e->is_weak || e->table == GAZETTEER_TECHNOLOGIES;
}

/* The entry's own name stands for it where the article has it, else the first that it has. */
static void count_hit(struct chooser *c, const struct hit *h, uint32_t *places)
{
	const struct gazetteer_entry *e = &c->g->entries[h->entry];
	struct candidate *k;
	bool is_canonical =
		span_is(span_from(c->text.data + h->start, h->end - h->start), e->name);

	if (!places[h->entry]) {
		if (!add_candidate(c, h->start, h->end))
			return;
		places[h->entry] = (uint32_t)c->candidates.len;
	}
	k = &c->candidates.items[places[h->entry] - 1];
	k->is_name = true;
	k->times++;
	if (is_canonical && !k->is_canonical) {
		k->is_canonical = true;
		/* A place in the title stays, since it counts more. */
		if (k->start >= c->f->title_len || h->start < c->f->title_len) {
			k->start = h->start;
			k->end = h->end;
		}
	}
}

static void add_names(struct chooser *c, const struct hits *hits)
{
	uint32_t *places = alloc_zeroed(c->g->n_entries + 1, sizeof *places);

	for (size_t i = 0; i < hits->len; i++)
		if (is_keyword_entry(c, &hits->items[i]))
			count_hit(c, &hits->items[i], places);
	for (uint32_t i = 0; i < c->g->n_entries; i++) {
		struct candidate *k = places[i] ? &c->candidates.items[places[i] - 1] : NULL;

		if (k)
			k->score = rate(c, k->start, k->times, table_weights[c->g->entries[i].table],
				class_of(c, span_from(c->text.data + k->start, k->end - k->start)));
	}
	free(places);
}

static void add_runs(struct chooser *c, const struct runs *runs)
{
	for (size_t i = 0; i < runs->len; i++) {
		const struct run *r = &runs->items[i];
		bool is_titled = r->start < c->f->title_len;
		struct candidate *k;

		if (r->times + is_titled <= RUN_TIMES_MIN)
			continue;
		k = add_candidate(c, r->start, r->end);
		if (k)
			k->score = rate(c, r->start, r->times, WEIGHT_RUN + r->chars,
				class_of(c, span_from(c->text.data + r->start, r->end - r->start)));
	}
}

static bool is_within_name(const struct hits *hits, const struct word *w, size_t *from)
{
	while (*from < hits->len && hits->items[*from].end <= w->start)
		++*from;
	return *from < hits->len && hits->items[*from].start <= w->start &&
		hits->items[*from].end >= w->end;
}

static void add_words(struct chooser *c, const struct words *words, const struct hits *hits)
{
	size_t from = 0;

	for (size_t i = 0; i < words->len; i++) {
		const struct word *w = &words->items[i];
		bool is_titled = w->start < c->f->title_len;
		uint32_t weight = w->is_pair ? WEIGHT_PAIR
			: c->is_chinese      ? WEIGHT_LATIN
					     : WEIGHT_WORD;
		struct candidate *k;

		if (w->times + is_titled < 3 || (c->is_chinese && w->is_pair) ||
			(!c->is_chinese && w->end - w->start < LATIN_MIN) ||
			(hits && is_within_name(hits, w, &from)))
			continue;
		k = add_candidate(c, w->start, w->end);
		if (k)
			k->score = rate(c, w->start, w->times, weight, w->class);
	}
}

static int by_score(const void *a, const void *b)
{
	const struct candidate *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return (x->start > y->start) - (x->start < y->start);
}

/* Names may hold one another, since each is one by itself: 人工智能 in 人工智能+. */
static bool touches(const struct chooser *c, struct span word, bool is_name)
{
	for (size_t i = 0; i < c->ret->len; i++) {
		if (is_name && c->chosen_is_name[i] ? span_eq(c->chosen[i], word)
						    : span_find(c->chosen[i], word) >= 0 ||
					    span_find(word, c->chosen[i]) >= 0)
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

static void choose_best(struct chooser *c)
{
	struct candidates *list = &c->candidates;

	qsort(list->items, list->len, sizeof *list->items, by_score);
	for (size_t i = 0; i < list->len && c->ret->len < KEYWORDS_MAX; i++) {
		const struct candidate *k = &list->items[i];
		struct span folded = span_from(c->text.data + k->start, k->end - k->start);
		struct span written;

		if (!k->score)
			break;
		if (touches(c, folded, k->is_name))
			continue;
		written = folded_written(c->f, k->start, k->end);
		/* Small letters in a Chinese text are remains of an address or of pinyin. */
		if (c->is_chinese && !k->is_name && hits_is_word_char((unsigned char)*folded.data) &&
			!has_capital(written))
			continue;
		choose(c, written, folded, k->is_name);
	}
}

void keywords_set(const struct gazetteers *g, struct folded *f, const struct hits *hits,
	const char *given, struct arena *a, struct str_list *ret)
{
	struct chooser c = {.g = g, .f = f, .text = strbuf_span(&f->text), .arena = a, .ret = ret};
	struct runs runs;
	struct words words;

	if (given)
		choose_given(&c, given);
	if (ret->len == KEYWORDS_MAX)
		return;
	c.candidates.items = arena_alloc(a, CANDIDATES_MAX * sizeof *c.candidates.items);
	runs_find(c.text, hits, a, &runs);
	c.is_chinese = runs.n_han >= HAN_MIN;
	words_find(c.text, g ? g->words : NULL, a, &words);
	if (g)
		add_names(&c, hits);
	if (c.is_chinese)
		add_runs(&c, &runs);
	add_words(&c, &words, hits);
	choose_best(&c);
}
