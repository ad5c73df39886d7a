/*
 * scan -> hits, sure and doubtful -> the doubtful ones in company become good
 *      -> those of entries that are good elsewhere, too -> the others are dropped
 */
#include "crawler/read/enrich/hits.h"

#include "common/alloc.h"
#include "common/utf8.h"

#define WINDOW_BYTES 150   /* on both sides of a doubtful name, some fifty Han characters */
#define REACH_HITS   4     /* so many neighbours of a doubtful name are looked at */
#define REACH_BYTES  60    /* and they stand so near: names in a row */
#define TRIES_MAX    40    /* of an entry; a name that is doubtful so often stays so */
#define HITS_MAX     20000 /* an article has hundreds; what has so many is judged by its beginning */

/* The longest name of a table that begins at a place. */
struct find {
	uint32_t name; /* the first of those with this text, from 1; 0: none */
	uint32_t end;
};

struct scan {
	const struct gazetteers *g;
	struct folded *f;
	struct span text;
	struct hits *hits;
	uint32_t ends[GAZETTEER_TABLES]; /* of the last name of each */
	uint32_t agency_end;             /* of the last agency with a name of its own */
	uint32_t region, region_start, region_end;
	uint32_t before; /* the character before the place that is looked at */
};

/* Behind these, the character for a level is a part of another word: 社区, 特区, 城市. */
static const char *const no_level_behind = "社园特景厂校灾城都门地小战学山矿库牧片辖专商住";

const char *hit_reason_str(enum hit_reason reason)
{
	static const char *const texts[] = {
		[HIT_SURE] = "sure",
		[HIT_IN_COMPANY] = "in company",
		[HIT_KNOWN] = "known by another name",
		[HIT_ORGAN] = "of the region before it",
		[HIT_ORGAN_AT_HOME] = "of the article's region",
	};

	return texts[reason];
}

void hits_release(struct hits *h)
{
	free(h->items);
	*h = (struct hits){0};
}

static void add_hit(struct scan *s, const struct hit *hit)
{
	struct hits *h = s->hits;

	h->items = alloc_grow(h->items, h->len, &h->cap, sizeof *h->items);
	h->items[h->len++] = *hit;
}

static const struct gazetteer_name *name_at(const struct scan *s, uint32_t name)
{
	return &s->g->names[name - 1];
}

static uint32_t char_at(struct span text, size_t at)
{
	const char *p = text.data + at;

	return at < text.len ? utf8_next(&p, text.data + text.len) : 0;
}

static bool is_as_written(struct scan *s, const struct gazetteer_name *name, uint32_t start,
	uint32_t end)
{
	return !name->written || span_is(folded_written(s->f, start, end), name->written);
}

static bool is_level_of_other_word(const struct scan *s)
{
	char c[4];
	size_t n = utf8_encode(s->before, c);

	return s->before && memmem(no_level_behind, strlen(no_level_behind), c, n);
}

/* Whether an organ's name means one here; *@ret says of which region. */
static bool is_organ(const struct scan *s, const struct gazetteer_name *name, uint32_t start,
	uint32_t *ret)
{
	bool follows = s->region != NO_ENTRY && s->region_start < start &&
		(s->region_end == start ||
			(name->level_bytes && s->region_end == start + name->level_bytes));

	*ret = follows ? s->region : NO_ENTRY;
	return follows || (name->kind == NAME_ORGAN && !is_level_of_other_word(s));
}

static bool is_usable(struct scan *s, const struct gazetteer_name *name, uint32_t start,
	uint32_t end)
{
	uint32_t region;

	switch (name->kind) {
	case NAME_ORGAN:
	case NAME_ORGAN_REST:
		return is_organ(s, name, start, &region);
	case NAME_INSTITUTION:
		return false;
	default:
		return is_as_written(s, name, start, end);
	}
}

/* Takes the names that end here for the longest ones of their tables, as far as they may be. */
static void take_names(struct scan *s, uint32_t value, uint32_t start, uint32_t end,
	struct find *finds)
{
	for (uint32_t i = value; i; i = name_at(s, i)->is_last ? 0 : i + 1) {
		const struct gazetteer_name *name = name_at(s, i);
		enum gazetteer_table t;

		if (!is_usable(s, name, start, end))
			continue;
		t = s->g->entries[name->entry].table;
		if (finds[t].end != end)
			finds[t] = (struct find){i, end};
	}
}

/* Whether the text goes on so that a region before @at is a part of an organisation's name. */
static bool is_institution(const struct scan *s, size_t at)
{
	const char *p = s->text.data + at, *end = s->text.data + s->text.len;
	uint32_t node = TRIE_ROOT;

	while (p < end && (node = trie_step(s->g->trie, node, utf8_next(&p, end))) != TRIE_NONE) {
		uint32_t value = trie_value(s->g->trie, node);

		for (uint32_t i = value; i; i = name_at(s, i)->is_last ? 0 : i + 1)
			if (name_at(s, i)->kind == NAME_INSTITUTION)
				return true;
	}
	return false;
}

static void add_name(struct scan *s, const struct gazetteer_name *name, uint32_t start,
	uint32_t end)
{
	struct hit hit = {.start = start,
		.end = end,
		.entry = name->entry,
		.region = NO_ENTRY,
		.level = name->level,
		.is_doubtful = name->kind == NAME_MAYBE};

	if (!is_usable(s, name, start, end) || name->kind == NAME_VOID)
		return;
	if (name->kind == NAME_ORGAN || name->kind == NAME_ORGAN_REST) {
		is_organ(s, name, start, &hit.region);
		hit.reason = hit.region == NO_ENTRY ? HIT_ORGAN_AT_HOME : HIT_ORGAN;
	}
	add_hit(s, &hit);
	switch (s->g->entries[name->entry].table) {
	case GAZETTEER_REGIONS:
		s->region = name->entry;
		s->region_start = start;
		s->region_end = end;
		break;
	case GAZETTEER_AGENCIES:
		if (name->kind == NAME_SURE)
			s->agency_end = end;
		break;
	default:
		break;
	}
}

static void settle(struct scan *s, enum gazetteer_table t, uint32_t start, const struct find *find)
{
	if (!find->name || start < s->ends[t])
		return;
	s->ends[t] = find->end;
	if (t == GAZETTEER_REGIONS && (start < s->agency_end || is_institution(s, find->end)))
		return;
	for (uint32_t i = find->name; i; i = name_at(s, i)->is_last ? 0 : i + 1)
		if (name_at(s, i)->entry != NO_ENTRY &&
			s->g->entries[name_at(s, i)->entry].table == t)
			add_name(s, name_at(s, i), start, find->end);
}

/* All names that begin at @p, whose first character led to @node. */
static void look_at(struct scan *s, const char *p, const char *next, uint32_t c, uint32_t node)
{
	/* Agencies before regions: an organ belongs to a region that has ended here. */
	static const enum gazetteer_table order[] = {GAZETTEER_AGENCIES, GAZETTEER_REGIONS,
		GAZETTEER_TECHNOLOGIES, GAZETTEER_INDUSTRIES, GAZETTEER_POLICY_TERMS};
	const char *end = s->text.data + s->text.len;
	struct find finds[GAZETTEER_TABLES] = {0};
	uint32_t start = (uint32_t)(p - s->text.data);
	bool found = false;

	for (;;) {
		uint32_t value = trie_value(s->g->trie, node);
		uint32_t at = (uint32_t)(next - s->text.data);
		bool is_cut = folded_is_word_char(c) && folded_is_word_char(char_at(s->text, at));

		if (value && !is_cut) {
			take_names(s, value, start, at, finds);
			found = true;
		}
		if (next == end)
			break;
		c = utf8_next(&next, end);
		node = trie_step(s->g->trie, node, c);
		if (node == TRIE_NONE)
			break;
	}
	for (size_t i = 0; found && i < GAZETTEER_TABLES; i++)
		settle(s, order[i], start, &finds[order[i]]);
}

static bool is_ascii_word(char c)
{
	return (unsigned char)c < 0x80 && folded_is_word_char((unsigned char)c);
}

/* Behind the rest of a Latin word, in which no name begins; its last character is kept. */
static const char *skip_word(struct scan *s, const char *p, const char *end)
{
	const char *start = p;

	while (p < end && is_ascii_word(*p))
		p++;
	if (p > start)
		s->before = (unsigned char)p[-1];
	return p;
}

static void scan(struct scan *s)
{
	const char *p = s->text.data, *end = p + s->text.len;

	while (p < end && s->hits->len < HITS_MAX) {
		const char *start = p;
		uint32_t c = utf8_next(&p, end), node;
		bool is_word_char = folded_is_word_char(c);

		if (!(is_word_char && folded_is_word_char(s->before))) {
			node = trie_step(s->g->trie, TRIE_ROOT, c);
			if (node != TRIE_NONE)
				look_at(s, start, p, c, node);
		}
		s->before = c;
		if (is_word_char)
			p = skip_word(s, p, end);
	}
}

/* Doubtful names */

/* Latin words are whole ones here, too: no "ai" in "said". */
static bool has_word(struct span text, struct span word)
{
	size_t from = 0;
	ptrdiff_t at;

	while ((at = span_find(span_from_offset(text, from), word)) >= 0) {
		size_t start = from + (size_t)at, end = start + word.len;
		bool is_cut = (start && is_ascii_word(text.data[start - 1]) &&
				      is_ascii_word(word.data[0])) ||
			(end < text.len && is_ascii_word(text.data[end]) &&
				is_ascii_word(word.data[word.len - 1]));

		if (!is_cut)
			return true;
		from = start + 1;
	}
	return false;
}

static bool has_near(const struct gazetteer_entry *e, struct span text, const struct hit *hit)
{
	size_t from = hit->start > WINDOW_BYTES ? hit->start - WINDOW_BYTES : 0;
	size_t end = hit->end + WINDOW_BYTES < text.len ? hit->end + WINDOW_BYTES : text.len;
	struct span left = span_from(text.data + from, hit->start - from);
	struct span right = span_from(text.data + hit->end, end - hit->end);

	for (size_t i = 0; i < e->n_near; i++)
		if (has_word(left, e->near[i]) || has_word(right, e->near[i]))
			return true;
	return false;
}

static size_t distance(const struct hit *a, const struct hit *b)
{
	return a->end <= b->start ? b->start - a->end : a->start >= b->end ? a->start - b->end : 0;
}

/* Names of products stand in rows: beside a sure one, a doubtful one is one, too. */
static bool has_neighbour(const struct gazetteers *g, const struct hits *h, size_t i)
{
	size_t from = i > REACH_HITS ? i - REACH_HITS : 0;

	if (g->entries[h->items[i].entry].table != GAZETTEER_TECHNOLOGIES)
		return false;
	for (size_t k = from; k <= i + REACH_HITS && k < h->len; k++) {
		const struct hit *other = &h->items[k];

		if (other->entry != h->items[i].entry && !other->is_doubtful &&
			g->entries[other->entry].table == GAZETTEER_TECHNOLOGIES &&
			!g->entries[other->entry].is_weak && distance(other, &h->items[i]) &&
			distance(other, &h->items[i]) <= REACH_BYTES)
			return true;
	}
	return false;
}

/* A district's short name is meant where its city is spoken of. */
static bool has_region_above(const struct gazetteers *g, const bool *known, uint32_t entry)
{
	uint32_t above = g->entries[entry].above;

	while (above != NO_ENTRY && !known[above])
		above = g->entries[above].above;
	return above != NO_ENTRY;
}

static bool is_just_before(const struct hit *region, const struct hit *organ)
{
	return region->start < organ->start && region->end >= organ->start &&
		region->end < organ->end;
}

/*
 * An organ belongs to the region before it that is one: of two of the same
 * name, that of which the article speaks.
 */
static void settle_organ(const struct gazetteers *g, const struct hits *h, size_t i,
	const bool *known)
{
	struct hit *organ = &h->items[i];

	if (organ->region == NO_ENTRY || known[organ->region])
		return;
	organ->region = NO_ENTRY;
	for (size_t k = i; k > 0 && i - k < REACH_HITS; k--) {
		const struct hit *before = &h->items[k - 1];

		if (g->entries[before->entry].table == GAZETTEER_REGIONS && known[before->entry] &&
			is_just_before(before, organ))
			organ->region = before->entry;
	}
	if (organ->region == NO_ENTRY)
		organ->reason = HIT_ORGAN_AT_HOME;
}

static void confirm(const struct gazetteers *g, struct span text, struct hits *h)
{
	uint8_t *tries = alloc_zeroed(g->n_entries + 1, sizeof *tries);
	bool *known = alloc_zeroed(g->n_entries + 1, sizeof *known);
	size_t kept = 0;

	for (size_t i = 0; i < h->len; i++)
		known[h->items[i].entry] |= !h->items[i].is_doubtful;
	for (size_t i = 0; i < h->len; i++) {
		struct hit *hit = &h->items[i];

		if (!hit->is_doubtful || known[hit->entry] || tries[hit->entry]++ >= TRIES_MAX)
			continue;
		if (has_near(&g->entries[hit->entry], text, hit) || has_neighbour(g, h, i) ||
			has_region_above(g, known, hit->entry)) {
			hit->is_doubtful = false;
			hit->reason = HIT_IN_COMPANY;
			known[hit->entry] = true;
		}
	}
	for (size_t i = 0; i < h->len; i++)
		settle_organ(g, h, i, known);
	for (size_t i = 0; i < h->len; i++) {
		struct hit hit = h->items[i];

		if (!known[hit.entry])
			continue;
		if (hit.is_doubtful)
			hit.reason = HIT_KNOWN;
		hit.is_doubtful = false;
		h->items[kept++] = hit;
	}
	h->len = kept;
	free(tries);
	free(known);
}

void hits_find(const struct gazetteers *g, struct folded *f, struct hits *ret)
{
	struct scan s = {.g = g,
		.f = f,
		.text = strbuf_span(&f->text),
		.hits = ret,
		.region = NO_ENTRY};

	*ret = (struct hits){0};
	scan(&s);
	confirm(g, s.text, ret);
}
