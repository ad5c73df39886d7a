/*
 * given words that stand in the article, then the best of: names, what is put
 * in quotes, runs of Han characters, words
 */
#include "crawler/read/enrich/keywords.h"

#include "common/alloc.h"
#include "common/fold.h"
#include "common/utf8.h"
#include "crawler/read/enrich/quotes.h"
#include "crawler/read/enrich/runs.h"
#include "crawler/read/enrich/words.h"

#define GIVEN_MAX         12 /* looked for; lists that are longer are for search engines */
#define GIVEN_BYTES_MAX   60
#define GIVEN_PIECE_BYTES 27
#define TIMES_MAX         10
#define TITLE_BONUS       6
#define LEAD_BYTES        600 /* behind the title */
#define LEAD_BONUS        1
#define CANDIDATES_MAX    1024
#define LATIN_MIN         3 /* bytes of a word that is no name, outside Chinese texts */

struct candidate {
	uint32_t start, end; /* in the folded text */
	uint32_t times;
	uint32_t score;
	uint32_t entry; /* of a name, else NO_ENTRY */
	bool is_own;    /* the entry's own name */
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
	uint32_t entries[KEYWORDS_MAX];   /* of those that are names, else NO_ENTRY */
	bool is_chinese;
};

/* A word is the more telling the less it is one of any text: what an occurrence counts. */
static const uint32_t table_weights[GAZETTEER_TABLES] = {
	[GAZETTEER_TECHNOLOGIES] = 12,
	[GAZETTEER_INDUSTRIES] = 5,
	[GAZETTEER_REGIONS] = 6,
	[GAZETTEER_AGENCIES] = 6,
	[GAZETTEER_POLICY_TERMS] = 10,
};

#define WEIGHT_RUN      4 /* and one for each character */
#define WEIGHT_QUOTE    12
#define QUOTE_TIMES_MIN 2
#define WEIGHT_LATIN    8 /* in a Chinese text, where it is a name mostly */
#define WEIGHT_WORD     5
#define WEIGHT_PAIR     9
#define COMMON_PART     3 /* of words of any text, this part counts */

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

static void choose(struct chooser *c, struct span written, struct span folded, uint32_t entry)
{
	c->chosen[c->ret->len] = folded;
	c->entries[c->ret->len] = entry;
	record_list_add(c->arena, c->ret, arena_dup(c->arena, written));
}

/* The first entry that has this name. */
static uint32_t entry_of(const struct chooser *c, struct span folded)
{
	uint32_t name = c->g ? trie_find(c->g->trie, folded) : 0;

	return name ? c->g->names[name - 1].entry : NO_ENTRY;
}

static enum word_class class_of(const struct chooser *c, struct span folded)
{
	return c->g ? (enum word_class)trie_find(c->g->words, folded) : WORD_UNKNOWN;
}

static bool has_letter(struct span folded)
{
	for (size_t i = 0; i < folded.len; i++)
		if ((unsigned char)folded.data[i] >= 'a')
			return true;
	return false;
}

/* Some list the title, or what stands between its commas. */
static bool is_piece_of_title(const struct chooser *c, struct span word)
{
	return word.len >= GIVEN_PIECE_BYTES &&
		span_find(span_from(c->text.data, c->f->title_len), word) >= 0;
}

struct given {
	struct span written, folded;
	bool stands; /* in the article */
};

static bool look_at_given(struct chooser *c, struct span written, struct given *ret)
{
	STRBUF_LOCAL(folded);
	struct span word;

	if (!written.len || written.len > GIVEN_BYTES_MAX)
		return false;
	fold_text(written, &folded);
	word = strbuf_span(&folded);
	if (!has_letter(word) || is_piece_of_title(c, word) || class_of(c, word) == WORD_FUNCTION)
		return false;
	*ret = (struct given){.written = written, .stands = span_find(c->text, word) >= 0};
	ret->folded = span_from(arena_dup(c->arena, word), word.len);
	return true;
}

/*
 * Whoever wrote the article may call it by a word that does not stand there;
 * where half do not, they are the site's and not the article's, unless one is half.
 */
static void choose_given(struct chooser *c, const char *list)
{
	struct span left = span_str(list);
	bool spaces = is_split_by_spaces(left);
	struct given given[GIVEN_MAX];
	size_t n = 0, standing = 0;

	while (n < GIVEN_MAX && left.len)
		n += look_at_given(c, next_given(&left, spaces), &given[n]);
	for (size_t i = 0; i < n; i++)
		standing += given[i].stands;
	for (size_t i = 0; i < n && c->ret->len < KEYWORDS_MAX; i++)
		if ((given[i].stands || standing * 2 + (n == 2) > n) &&
			!is_chosen(c, given[i].folded))
			choose(c, given[i].written, given[i].folded, entry_of(c, given[i].folded));
}

/* What is found */

static uint32_t rate(const struct chooser *c, uint32_t start, uint32_t times, uint32_t weight,
	enum word_class class)
{
	uint32_t score = times < TIMES_MAX ? times : TIMES_MAX;

	if (start < c->f->title_len)
		score += TITLE_BONUS;
	else if (start < c->f->title_len + LEAD_BYTES)
		score += LEAD_BONUS;
	return class == WORD_FUNCTION  ? 0
		: class == WORD_COMMON ? score * weight / COMMON_PART
				       : score * weight;
}

static struct candidate *add_candidate(struct chooser *c, uint32_t start, uint32_t end)
{
	struct candidates *list = &c->candidates;

	if (list->len == CANDIDATES_MAX)
		return NULL;
	list->items[list->len] = (struct candidate){.start = start, .end = end, .entry = NO_ENTRY};
	return &list->items[list->len++];
}

static bool is_keyword_entry(const struct chooser *c, const struct hit *h)
{
	const struct gazetteer_entry *e = &c->g->entries[h->entry];

	if (e->is_organ)
		return false;
	return !e->is_weak || e->table == GAZETTEER_TECHNOLOGIES;
}

/*
 * The entry's own name stands for it where the article has it, of a region the
 * shorter one, else the first.
 */
static bool is_better(const struct chooser *c, const struct candidate *k, const struct hit *h,
	bool is_own)
{
	if (k->start < c->f->title_len && h->start >= c->f->title_len)
		return false; /* a place in the title counts more */
	if (c->g->entries[h->entry].table == GAZETTEER_REGIONS)
		return h->end - h->start < k->end - k->start;
	return is_own && !k->is_own;
}

static void count_hit(struct chooser *c, const struct hit *h, uint32_t *places)
{
	struct candidate *k;
	bool is_own = span_eq(span_from(c->text.data + h->start, h->end - h->start),
		c->g->entries[h->entry].folded);

	if (!places[h->entry]) {
		k = add_candidate(c, h->start, h->end);
		if (!k)
			return;
		k->entry = h->entry;
		k->is_own = is_own;
		places[h->entry] = (uint32_t)c->candidates.len;
	}
	k = &c->candidates.items[places[h->entry] - 1];
	k->times++;
	if (is_better(c, k, h, is_own)) {
		k->start = h->start;
		k->end = h->end;
		k->is_own = is_own;
	}
}

static void add_names(struct chooser *c, const struct hits *hits)
{
	uint32_t *places = alloc_zeroed(c->g->n_entries + 1, sizeof *places);

	for (size_t i = 0; i < hits->len; i++)
		if (is_keyword_entry(c, &hits->items[i]))
			count_hit(c, &hits->items[i], places);
	for (size_t i = 0; i < c->candidates.len; i++) {
		struct candidate *k = &c->candidates.items[i];

		k->score = rate(c, k->start, k->times, table_weights[c->g->entries[k->entry].table],
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

/* Quotes that are names are there as names. */
static void add_quotes(struct chooser *c, const struct quotes *quotes)
{
	for (size_t i = 0; i < quotes->len; i++) {
		const struct quote *q = &quotes->items[i];
		struct candidate *k;
		ptrdiff_t at;

		if (q->times < QUOTE_TIMES_MIN || entry_of(c, q->folded) != NO_ENTRY)
			continue;
		at = span_find(c->text, q->folded);
		k = at < 0 ? NULL
			   : add_candidate(c, (uint32_t)at, (uint32_t)((size_t)at + q->folded.len));
		if (k)
			k->score =
				rate(c, k->start, q->times, WEIGHT_QUOTE, class_of(c, q->folded));
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
static bool touches(const struct chooser *c, const struct candidate *k, struct span word)
{
	for (size_t i = 0; i < c->ret->len; i++) {
		bool both_names = k->entry != NO_ENTRY && c->entries[i] != NO_ENTRY;
		bool same = both_names
			? k->entry == c->entries[i] || span_eq(c->chosen[i], word)
			: span_find(c->chosen[i], word) >= 0 || span_find(word, c->chosen[i]) >= 0;

		if (same)
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

static void choose_best(struct chooser *c)
{
	struct candidates *list = &c->candidates;

	qsort(list->items, list->len, sizeof *list->items, by_score);
	for (size_t i = 0; i < list->len && c->ret->len < KEYWORDS_MAX; i++) {
		struct candidate *k = &list->items[i];
		struct span folded, written;

		if (!k->score)
			break;
		if (k->entry != NO_ENTRY)
			shorten(c, k);
		folded = span_from(c->text.data + k->start, k->end - k->start);
		if (touches(c, k, folded))
			continue;
		written = folded_written(c->f, k->start, k->end);
		/* Small letters in a Chinese text are remains of an address or of pinyin. */
		if (c->is_chinese && k->entry == NO_ENTRY && (unsigned char)*folded.data < 0x80 &&
			!has_capital(written))
			continue;
		choose(c, as_named(c, k, written), folded, k->entry);
	}
}

void keywords_set(const struct gazetteers *g, struct folded *f, const struct hits *hits,
	const char *given, struct arena *a, struct str_list *ret)
{
	struct chooser c = {.g = g, .f = f, .text = strbuf_span(&f->text), .arena = a, .ret = ret};
	struct quotes quotes = {0};
	struct runs runs;
	struct words words;

	if (given)
		choose_given(&c, given);
	if (ret->len == KEYWORDS_MAX)
		return;
	c.candidates.items = arena_alloc(a, CANDIDATES_MAX * sizeof *c.candidates.items);
	runs_find(c.text, hits, a, &runs);
	c.is_chinese = runs.n_han >= RUN_HAN_MIN;
	words_find(c.text, g ? g->words : NULL, a, &words);
	if (g)
		add_names(&c, hits);
	if (c.is_chinese) {
		quotes_add(f->lines[0].written, a, &quotes);
		quotes_add(f->body, a, &quotes);
		add_quotes(&c, &quotes);
		add_runs(&c, &runs);
	}
	add_words(&c, &words, hits);
	choose_best(&c);
}
