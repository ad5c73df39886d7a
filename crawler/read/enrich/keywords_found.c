/*
 * A candidate's score is TF-IDF with weights: how often it stands (in the title
 * counts most), times what its kind is worth, times how rare it is in any text.
 */
#include "crawler/read/enrich/keywords_inside.h"

#include "common/alloc.h"
#include "common/hash.h"
#include "common/utf8.h"
#include "crawler/read/enrich/quotes.h"
#include "crawler/read/enrich/words.h"

#define TIMES_MAX       10
#define TITLE_BONUS     6
#define LEAD_BYTES      600 /* behind the title */
#define LEAD_BONUS      1
#define CANDIDATES_MAX  1024
#define LATIN_MIN       3 /* bytes of a word that is no name, outside Chinese texts */
#define QUOTE_TIMES_MIN 2
#define WORD_TIMES_MIN  3

/* What an occurrence is worth. Names are boosted: somebody has listed them. */
static const uint32_t table_weights[GAZETTEER_TABLES] = {
	[GAZETTEER_TECHNOLOGIES] = 12,
	[GAZETTEER_INDUSTRIES] = 5,
	[GAZETTEER_REGIONS] = 6,
	[GAZETTEER_AGENCIES] = 6,
	[GAZETTEER_POLICY_TERMS] = 10,
};

#define WEIGHT_QUOTE 12
#define WEIGHT_LATIN 8 /* in a Chinese text, where it is a name mostly */
#define WEIGHT_WORD  5
#define WEIGHT_PAIR  9

bool keywords_in_title(const struct chooser *c, size_t start)
{
	return start < c->f->title_len;
}

uint32_t keywords_rate(const struct chooser *c, uint32_t start, uint32_t times, uint32_t weight,
	unsigned rarity)
{
	uint32_t score = times < TIMES_MAX ? times : TIMES_MAX;

	if (keywords_in_title(c, start))
		score += TITLE_BONUS;
	else if (start < c->f->title_len + LEAD_BYTES)
		score += LEAD_BONUS;
	return rarity <= RARITY_FUNCTION ? 0 : score * weight * (rarity - RARITY_FUNCTION);
}

struct candidate *keywords_add(struct chooser *c, enum candidate_kind kind, size_t start,
	size_t end)
{
	struct candidates *list = &c->candidates;

	if (list->len == CANDIDATES_MAX)
		return NULL;
	list->items = alloc_grow(list->items, list->len, &list->cap, sizeof *list->items);
	list->items[list->len] = (struct candidate){.start = (uint32_t)start,
		.end = (uint32_t)end,
		.kind = kind,
		.entry = NO_ENTRY};
	return &list->items[list->len++];
}

struct span keywords_text(const struct chooser *c, size_t start, size_t end)
{
	return span_from(c->text.data + start, end - start);
}

/* Asked of places in ascending order, with *@from 0 at first. */
static bool is_within_name(const struct hits *hits, size_t start, size_t end, size_t *from)
{
	if (!hits)
		return false;
	while (*from < hits->len && hits->items[*from].end <= start)
		++*from;
	return *from < hits->len && hits->items[*from].start <= start &&
		hits->items[*from].end >= end;
}

/* Names */

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
	if (keywords_in_title(c, k->start) && !keywords_in_title(c, h->start))
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
		k = keywords_add(c, CANDIDATE_NAME, h->start, h->end);
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

/* That somebody has listed a name tells more than how often it is said. */
static unsigned rarity_of_name(const struct chooser *c, const struct candidate *k)
{
	return background_rarity(c->g->background, BACKGROUND_ANY,
		hash64_of(keywords_text(c, k->start, k->end)));
}

/* Once, and late: of industries, places and agencies that is no subject. */
static bool is_mention(const struct chooser *c, const struct candidate *k)
{
	enum gazetteer_table table = c->g->entries[k->entry].table;

	return k->times == 1 && k->start >= c->f->title_len + LEAD_BYTES &&
		table != GAZETTEER_TECHNOLOGIES && table != GAZETTEER_POLICY_TERMS;
}

static void add_names(struct chooser *c)
{
	uint32_t *places = alloc_zeroed(c->g->n_entries + 1, sizeof *places);

	for (size_t i = 0; i < c->hits->len; i++)
		if (is_keyword_entry(c, &c->hits->items[i]))
			count_hit(c, &c->hits->items[i], places);
	for (size_t i = 0; i < c->candidates.len; i++) {
		struct candidate *k = &c->candidates.items[i];

		if (!is_mention(c, k))
			k->score = keywords_rate(c, k->start, k->times,
				table_weights[c->g->entries[k->entry].table], rarity_of_name(c, k));
	}
	free(places);
}

/* Texts without spaces */

static void add_runs(struct chooser *c, const struct runs *runs)
{
	for (size_t i = 0; i < runs->len; i++) {
		const struct run *r = &runs->items[i];
		struct candidate *k;

		if (r->times + keywords_in_title(c, r->start) <= RUN_TIMES_MIN)
			continue;
		k = keywords_add(c, CANDIDATE_RUN, r->start, r->end);
		if (k)
			k->score = keywords_rate(c, r->start, r->times, WEIGHT_RUN + r->chars,
				keywords_rarity(c, keywords_text(c, r->start, r->end)));
	}
}

/* Quotes that are names are there as names. */
static void add_quotes(struct chooser *c)
{
	struct quotes quotes = {0};

	quotes_add(c->f->lines[0].written, c->arena, &quotes);
	quotes_add(c->f->body, c->arena, &quotes);
	for (size_t i = 0; i < quotes.len; i++) {
		const struct quote *q = &quotes.items[i];
		struct candidate *k;
		ptrdiff_t at;

		if (q->times < QUOTE_TIMES_MIN || keywords_entry(c, q->folded) != NO_ENTRY)
			continue;
		at = span_find(c->text, q->folded);
		k = at < 0
			? NULL
			: keywords_add(c, CANDIDATE_QUOTE, (size_t)at, (size_t)at + q->folded.len);
		if (k)
			k->score = keywords_rate(c, k->start, q->times, WEIGHT_QUOTE,
				keywords_rarity(c, q->folded));
	}
}

/* Texts with spaces */

static bool is_telling(const struct chooser *c, const struct word *w)
{
	if (w->times + keywords_in_title(c, w->start) < WORD_TIMES_MIN)
		return false;
	return c->is_chinese ? !w->is_pair : w->end - w->start >= LATIN_MIN;
}

static void add_words(struct chooser *c)
{
	struct words words;
	size_t from = 0;

	words_find(c->text, c->g ? c->g->background : NULL, c->language, c->arena, &words);
	for (size_t i = 0; i < words.len; i++) {
		const struct word *w = &words.items[i];
		uint32_t weight = w->is_pair ? WEIGHT_PAIR
			: c->is_chinese      ? WEIGHT_LATIN
					     : WEIGHT_WORD;
		struct candidate *k;

		if (!is_telling(c, w) || is_within_name(c->hits, w->start, w->end, &from))
			continue;
		k = keywords_add(c, CANDIDATE_WORD, w->start, w->end);
		if (k)
			k->score = keywords_rate(c, w->start, w->times, weight, w->rarity);
	}
}

void keywords_find(struct chooser *c)
{
	struct runs runs;

	runs_find(c->text, c->hits, c->arena, &runs);
	c->is_chinese = runs.n_han >= RUN_HAN_MIN;
	if (c->g)
		add_names(c);
	if (c->is_chinese)
		add_quotes(c);
	add_runs(c, &runs);
	keywords_add_titled(c);
	add_words(c);
}
