/*
 *	letters   the text's Han characters and Latin words; a break where something else stands
 *	level n   for each letter at which a repeating run of n begins: which one
 *	gram      one such run: how often it stands, and where
 *
 * Levels are made one from another; the words of a level are found as soon as
 * it is there, and those of longer levels claim their parts.
 */
#include "crawler/read/enrich/runs.h"

#include "common/alloc.h"
#include "common/utf8.h"

#define TEXT_BYTES_MAX 24000 /* news say early what they are about */
#define CHARS_MIN      2
#define RUNS_MAX       300 /* kept of one text */
#define COHESION_MIN   8   /* so many times more often together than by chance */
#define SIGNS          1024
#define LATIN          0x80000000u /* the letter is a word */

struct letter {
	uint32_t c;    /* a Han character, LATIN and a hash, or 0: something else */
	uint32_t at;   /* in the text */
	uint32_t name; /* the name that it is a part of, from 1 */
};

struct gram {
	uint64_t key;
	uint32_t times;
	uint32_t first, last; /* letters where it begins; the others are linked by next */
	uint32_t claimed;     /* how often it stands within one longer word */
};

struct level {
	uint32_t *gram; /* by letter, from 1; 0: none that repeats */
	struct gram *grams;
	size_t n_grams;
	uint32_t *places; /* letters with a gram, ascending */
	size_t n_places;
};

struct finder {
	struct span text;
	struct arena *arena;
	struct letter *letters; /* a break at both ends */
	size_t n_letters, n_han;
	struct level levels[RUN_CHARS_MAX + 1];
	uint32_t *next; /* by letter: the next place of the same gram of the present level */
	uint32_t *slots;
	uint32_t signs[SIGNS];
	uint32_t sign;
	struct runs *runs;
	struct gram *of_run[RUNS_MAX];
};

/* What a word neither begins nor ends with, in simplified characters; each list sorted. */
static const char no_edge[] =
	"一七万三不与两个为之九也了二于五从他以们会但位你使做八六其再到十千去又及可各向和"
	"四因在她如它对将就年并很我或把日时是更最月有条来某次此每由百的看着种等给者而至若"
	"被要让该说过还这那项";
static const char no_start[] = "内前化后外得性能起里间";
static const char no_end[] = "上下全内前后外多大小性新本用第里间";
static const char no_part[] = "与了和在是的这";

/* By halves; all of them have three bytes. */
static bool has(const char *list, size_t len, uint32_t c)
{
	char bytes[4];
	size_t low = 0, high = len / 3;

	if (utf8_encode(c, bytes) != 3)
		return false;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		int order = memcmp(list + middle * 3, bytes, 3);

		if (order == 0)
			return true;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return false;
}

#define HAS(list, c) has(list, sizeof(list) - 1, c)

static bool may_start(uint32_t c)
{
	return !HAS(no_edge, c) && !HAS(no_start, c);
}

static bool may_end(uint32_t c)
{
	return !HAS(no_edge, c) && !HAS(no_end, c);
}

static void add_letter(struct finder *f, uint32_t c, size_t at)
{
	if (!c && f->letters[f->n_letters - 1].c == 0)
		return;
	f->letters[f->n_letters++] = (struct letter){.c = c, .at = (uint32_t)at};
	f->n_han += c && !(c & LATIN);
}

static bool is_latin(char c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z');
}

/* At least as many as there are Han characters: bytes that one may begin with. */
static size_t count_leads(struct span text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += (unsigned char)text.data[i] >= 0xE3;
	return n;
}

static size_t count_words(struct span text)
{
	size_t n = 0;

	for (size_t i = 0; i < text.len; i++)
		n += is_latin(text.data[i]) && !(i && is_latin(text.data[i - 1]));
	return n;
}

/* A word as one letter; a number is none. */
static uint32_t read_word(const char **p, const char *end)
{
	uint32_t hash = 0;
	bool is_number = true;

	for (; *p < end && is_latin(**p); ++*p) {
		hash = (hash ^ (unsigned char)**p) * 0x01000193u;
		is_number &= **p <= '9';
	}
	return is_number ? 0 : hash | LATIN;
}

static void read_letters(struct finder *f)
{
	const char *start = f->text.data, *p = start, *end = start + f->text.len;
	size_t most = 2 * (count_leads(f->text) + count_words(f->text)) + 3; /* breaks */

	f->letters = alloc_bytes(most * sizeof *f->letters);
	f->letters[f->n_letters++] = (struct letter){0};
	while (p < end) {
		size_t at = (size_t)(p - start);
		uint32_t c = is_latin(*p) ? read_word(&p, end) : utf8_next(&p, end);

		add_letter(f, c & LATIN || utf8_is_han(c) ? c : 0, at);
	}
	f->letters[f->n_letters++] = (struct letter){.at = (uint32_t)f->text.len};
}

/* Where names overlap, the longest one counts. */
static void mark_names(struct finder *f, const struct hits *hits)
{
	size_t letter = 0;

	for (size_t i = 0; hits && i < hits->len; i++) {
		const struct hit *h = &hits->items[i];

		while (letter < f->n_letters && f->letters[letter].at < h->start)
			letter++;
		for (size_t k = letter; k < f->n_letters && f->letters[k].at < h->end; k++) {
			uint32_t before = f->letters[k].name;

			if (before &&
				hits->items[before - 1].end - hits->items[before - 1].start >=
					h->end - h->start)
				continue;
			f->letters[k].name = (uint32_t)i + 1;
		}
	}
}

/* Levels */

static size_t slots_for(size_t n)
{
	size_t slots = 64;

	while (slots < n * 2)
		slots *= 2;
	return slots;
}

static uint32_t gram_of(struct finder *f, struct level *l, uint64_t key, size_t mask)
{
	size_t i = (size_t)((key * 0x9E3779B97F4A7C15u) >> 32) & mask;

	while (f->slots[i] && l->grams[f->slots[i] - 1].key != key)
		i = (i + 1) & mask;
	if (!f->slots[i]) {
		l->grams[l->n_grams++] = (struct gram){.key = key};
		f->slots[i] = (uint32_t)l->n_grams;
	}
	return f->slots[i];
}

static void add_place(struct finder *f, struct level *l, uint32_t gram, uint32_t letter)
{
	struct gram *g = &l->grams[gram - 1];

	l->gram[letter] = gram;
	l->places[l->n_places++] = letter;
	if (g->times++)
		f->next[g->last] = letter;
	else
		g->first = letter;
	g->last = letter;
}

/* What stands too seldom is forgotten, so that longer runs need not look at it. */
static void drop_rare(struct level *l)
{
	size_t kept = 0;

	for (size_t i = 0; i < l->n_places; i++) {
		uint32_t letter = l->places[i];

		if (l->grams[l->gram[letter] - 1].times < RUN_TIMES_MIN)
			l->gram[letter] = 0;
		else
			l->places[kept++] = letter;
	}
	l->n_places = kept;
}

static void open_level(struct finder *f, struct level *l, size_t n)
{
	l->gram = arena_alloc(f->arena, (f->n_letters + 1) * sizeof *l->gram);
	l->grams = alloc_bytes((n + 1) * sizeof *l->grams);
	l->places = alloc_bytes((n + 1) * sizeof *l->places);
	memset(f->slots, 0, slots_for(n) * sizeof *f->slots);
}

static void make_first_level(struct finder *f)
{
	struct level *l = &f->levels[1];
	size_t mask = slots_for(f->n_letters) - 1;

	open_level(f, l, f->n_letters);
	for (uint32_t i = 0; i < f->n_letters; i++)
		if (f->letters[i].c)
			add_place(f, l, gram_of(f, l, f->letters[i].c, mask), i);
	drop_rare(l);
}

static void make_level(struct finder *f, size_t n)
{
	const struct level *shorter = &f->levels[n - 1];
	struct level *l = &f->levels[n];
	size_t mask = slots_for(shorter->n_places) - 1;

	open_level(f, l, shorter->n_places);
	for (size_t i = 0; i < shorter->n_places; i++) {
		uint32_t letter = shorter->places[i];
		uint32_t left = shorter->gram[letter], right = shorter->gram[letter + 1];

		if (right)
			add_place(f, l, gram_of(f, l, (uint64_t)left << 32 | right, mask), letter);
	}
	drop_rare(l);
}

/* Words */

static uint64_t times(const struct finder *f, size_t n, uint32_t letter)
{
	const struct level *l = &f->levels[n];

	return l->grams[l->gram[letter] - 1].times;
}

static bool is_cohesive(const struct finder *f, const struct gram *g, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (g->times * (uint64_t)f->n_han < COHESION_MIN * times(f, i, g->first) *
				times(f, n - i, g->first + (uint32_t)i))
			return false;
	return true;
}

/* Whether what stands @step letters from its places varies; at a break it stands free. */
static bool varies(struct finder *f, const struct gram *g, ptrdiff_t step)
{
	uint32_t different = 0, letter = g->first;

	f->sign++;
	for (uint32_t i = 0; i < g->times; i++, letter = f->next[letter]) {
		uint32_t c = f->letters[(ptrdiff_t)letter + step].c;
		uint32_t *sign = &f->signs[(c ^ c >> 10) % SIGNS];

		different += !c || *sign != f->sign;
		*sign = f->sign;
	}
	return different >= 2 && different * 10 >= g->times * 3;
}

/* Mostly within a name, or over the edge of one: names are found by themselves. */
static bool is_of_name(const struct finder *f, const struct gram *g, size_t n)
{
	uint32_t within = 0, letter = g->first;

	for (uint32_t i = 0; i < g->times; i++, letter = f->next[letter]) {
		const struct letter *first = &f->letters[letter], *last = first + n - 1;

		within += (first->name && first->name == last->name) ||
			(first->name && first->name == first[-1].name) ||
			(last->name && last->name == last[1].name);
	}
	return within * 2 >= g->times;
}

static bool has_good_edges(const struct finder *f, const struct gram *g, size_t n)
{
	const struct letter *first = &f->letters[g->first], *last = first + n - 1;

	bool has_han = false;

	for (const struct letter *l = first; l <= last; l++) {
		if (HAS(no_part, l->c))
			return false;
		has_han |= !(l->c & LATIN);
	}
	return has_han && may_start(first->c) && may_end(last->c);
}

static void claim_parts(struct finder *f, const struct gram *g, size_t n)
{
	for (size_t len = CHARS_MIN; len < n; len++)
		for (size_t i = 0; i + len <= n; i++) {
			struct level *l = &f->levels[len];
			struct gram *part = &l->grams[l->gram[g->first + i] - 1];

			if (part->claimed < g->times)
				part->claimed = g->times;
		}
}

static void add_run(struct finder *f, struct gram *g, size_t n)
{
	struct runs *r = f->runs;

	if (r->len == RUNS_MAX)
		return;
	f->of_run[r->len] = g;
	r->items[r->len++] = (struct run){.start = f->letters[g->first].at,
		.end = f->letters[g->first + n].at,
		.times = g->times,
		.chars = (uint32_t)n};
	claim_parts(f, g, n);
}

static void find_words(struct finder *f, size_t n)
{
	struct level *l = &f->levels[n];

	for (size_t i = 0; i < l->n_grams; i++) {
		struct gram *g = &l->grams[i];

		if (g->times >= RUN_TIMES_MIN && varies(f, g, -1) && varies(f, g, (ptrdiff_t)n) &&
			is_cohesive(f, g, n) && !is_of_name(f, g, n) && has_good_edges(f, g, n))
			add_run(f, g, n);
	}
}

/* A word that stands mostly within a longer one is a part of it: 模型 in 大模型. */
static void drop_parts(struct finder *f)
{
	size_t kept = 0;

	for (size_t i = 0; i < f->runs->len; i++)
		if (f->of_run[i]->claimed * 10 < f->of_run[i]->times * 6)
			f->runs->items[kept++] = f->runs->items[i];
	f->runs->len = kept;
}

static void finder_release(struct finder *f)
{
	for (size_t n = 0; n <= RUN_CHARS_MAX; n++) {
		free(f->levels[n].grams);
		free(f->levels[n].places);
	}
	free(f->letters);
	free(f->next);
	free(f->slots);
}

static void find(struct finder *f, const struct hits *hits)
{
	mark_names(f, hits);
	f->next = alloc_bytes(f->n_letters * sizeof *f->next);
	f->slots = alloc_bytes(slots_for(f->n_letters) * sizeof *f->slots);
	make_first_level(f);
	for (size_t n = CHARS_MIN; n <= RUN_CHARS_MAX && f->levels[n - 1].n_places; n++) {
		make_level(f, n);
		find_words(f, n);
	}
	drop_parts(f);
}

void runs_find(struct span text, const struct hits *hits, struct arena *a, struct runs *ret)
{
	struct finder *f;

	*ret = (struct runs){0};
	text = utf8_cut(text, TEXT_BYTES_MAX);
	if (count_leads(text) < RUN_HAN_MIN)
		return;
	f = arena_alloc(a, sizeof *f);
	f->text = text;
	f->arena = a;
	f->runs = ret;
	ret->items = arena_alloc(a, RUNS_MAX * sizeof *ret->items);
	read_letters(f);
	ret->n_han = f->n_han;
	if (f->n_han >= RUN_HAN_MIN)
		find(f, hits);
	finder_release(f);
}

bool runs_may_be_word(struct span text)
{
	const char *p = text.data, *end = p + text.len;
	uint32_t first = 0, last = 0;

	while (p < end) {
		last = utf8_next(&p, end);
		first = first ? first : last;
	}
	return first && may_start(first) && may_end(last);
}
