#include "crawler/read/enrich/subjects.h"

#include "common/alloc.h"

#define LEAD_BYTES   600 /* behind the title: some two hundred Han characters */
#define WEIGHT_TITLE 6
#define WEIGHT_LEAD  2
#define SCORE_MAX    60 /* what is said still more often is no more of a subject */
#define ORGANS_MAX   64

struct subject {
	const char *name;
	uint32_t score;
	uint32_t first; /* place */
	bool is_in_title;
	bool is_weak;
};

struct organ {
	uint32_t entry, region;
	struct subject subject;
};

struct tally {
	const struct gazetteers *g;
	const struct folded *f;
	struct arena *arena;
	uint32_t *places;        /* by entry: its subject, from 1; 0: not found */
	struct subject *entries; /* in the order in which they are found */
	uint32_t *found;         /* which entries these are */
	size_t n_found;
	struct organ organs[ORGANS_MAX];
	size_t n_organs;
};

static const size_t most[GAZETTEER_TABLES] = {
	[GAZETTEER_TECHNOLOGIES] = 30,
	[GAZETTEER_INDUSTRIES] = 12,
	[GAZETTEER_REGIONS] = 20,
	[GAZETTEER_AGENCIES] = 20,
	[GAZETTEER_POLICY_TERMS] = 20,
};

uint32_t subjects_weight(const struct folded *f, size_t at)
{
	return at < f->title_len ? WEIGHT_TITLE : at < f->title_len + LEAD_BYTES ? WEIGHT_LEAD : 1;
}

static void count(const struct tally *t, struct subject *s, const struct hit *hit)
{
	if (!s->score)
		s->first = hit->start;
	s->is_in_title |= hit->start < t->f->title_len;
	s->score += subjects_weight(t->f, hit->start);
	if (s->score > SCORE_MAX)
		s->score = SCORE_MAX;
}

/* Regions */

static const struct gazetteer_entry *entry_of(const struct tally *t, uint32_t i)
{
	return &t->g->entries[i];
}

/* Where the page is from; one look at all regions, where no better is known. */
static uint32_t find_region(const struct gazetteers *g, const char *code)
{
	for (uint32_t i = 0; i < g->n_entries; i++)
		if (g->entries[i].region_code && strcmp(g->entries[i].region_code, code) == 0)
			return i;
	return NO_ENTRY;
}

static bool is_of_level(const struct gazetteer_entry *e, enum region_level level)
{
	if (e->table != GAZETTEER_REGIONS)
		return false;
	if (e->is_municipality)
		return level == LEVEL_CITY;
	return e->level == level;
}

static uint32_t score_of(const struct tally *t, uint32_t entry)
{
	return t->entries[t->places[entry] - 1].score;
}

/* The region of a level that is most of a subject, or the province of the one that is. */
static uint32_t home_of(const struct tally *t, enum region_level level, const char *given)
{
	uint32_t best = NO_ENTRY, city = NO_ENTRY;

	for (size_t k = 0; k < t->n_found; k++) {
		uint32_t i = t->found[k];
		uint32_t *place = is_of_level(entry_of(t, i), level) ? &best
			: is_of_level(entry_of(t, i), LEVEL_CITY)    ? &city
								     : NULL;

		if (place && (*place == NO_ENTRY || t->entries[k].score > score_of(t, *place)))
			*place = i;
	}
	if (best == NO_ENTRY && given)
		best = find_region(t->g, given);
	if (best != NO_ENTRY && !is_of_level(entry_of(t, best), level))
		best = NO_ENTRY;
	if (best == NO_ENTRY && level == LEVEL_PROVINCE && city != NO_ENTRY)
		best = entry_of(t, city)->above;
	return best;
}

/* Organs */

/* The city or province that is told with a district: 杭州市余杭区. */
static const char *name_above(const struct tally *t, const struct gazetteer_entry *region)
{
	if (region->level != LEVEL_COUNTY || region->above == NO_ENTRY ||
		span_ends_with(span_str(region->region_name), SPAN_LITERAL("市")))
		return "";
	return entry_of(t, region->above)->region_name;
}

static const char *organ_name(const struct tally *t, const struct hit *hit)
{
	const struct gazetteer_entry *organ = entry_of(t, hit->entry);
	const struct gazetteer_entry *region = entry_of(t, hit->region);

	return arena_printf(t->arena, "%s%s%s%s", organ->is_party ? "中共" : "",
		name_above(t, region), region->region_name, organ->name);
}

static void count_organ(struct tally *t, const struct hit *hit)
{
	size_t i = 0;

	while (i < t->n_organs &&
		!(t->organs[i].entry == hit->entry && t->organs[i].region == hit->region))
		i++;
	if (i == ORGANS_MAX)
		return;
	if (i == t->n_organs)
		t->organs[t->n_organs++] = (struct organ){.entry = hit->entry,
			.region = hit->region,
			.subject.name = organ_name(t, hit)};
	count(t, &t->organs[i].subject, hit);
}

static void count_organs(struct tally *t, struct hits *hits, const char *given)
{
	uint32_t home[] = {[LEVEL_NONE] = NO_ENTRY,
		[LEVEL_PROVINCE] = home_of(t, LEVEL_PROVINCE, given),
		[LEVEL_CITY] = home_of(t, LEVEL_CITY, given),
		[LEVEL_COUNTY] = home_of(t, LEVEL_COUNTY, given)};

	for (size_t i = 0; i < hits->len; i++) {
		struct hit *hit = &hits->items[i];

		if (!entry_of(t, hit->entry)->is_organ)
			continue;
		if (hit->region == NO_ENTRY)
			hit->region = home[hit->level];
		if (hit->region != NO_ENTRY)
			count_organ(t, hit);
	}
}

/* Entries */

static struct subject *add_subject(struct tally *t, uint32_t entry)
{
	struct subject *s = &t->entries[t->n_found];

	*s = (struct subject){.name = entry_of(t, entry)->name,
		.is_weak = entry_of(t, entry)->is_weak};
	t->found[t->n_found++] = entry;
	t->places[entry] = (uint32_t)t->n_found;
	return s;
}

static void count_entries(struct tally *t, const struct hits *hits)
{
	for (size_t i = 0; i < hits->len; i++) {
		const struct hit *hit = &hits->items[i];
		uint32_t place = t->places[hit->entry];

		if (entry_of(t, hit->entry)->is_organ)
			continue;
		count(t, place ? &t->entries[place - 1] : add_subject(t, hit->entry), hit);
	}
}

/* What is a case of something is it, too, behind what is named. */
static void count_implied(struct tally *t)
{
	for (size_t i = 0; i < t->n_found; i++) {
		const struct gazetteer_entry *e = entry_of(t, t->found[i]);

		for (size_t k = 0; k < e->n_implied; k++) {
			struct subject *s;

			if (t->places[e->implied[k]])
				continue;
			s = add_subject(t, e->implied[k]);
			s->score = (t->entries[i].score + 1) / 2;
			s->first = t->entries[i].first;
			s->is_in_title = t->entries[i].is_in_title;
			s->is_weak = t->entries[i].is_weak;
		}
	}
}

static int by_score(const void *a, const void *b)
{
	const struct subject *x = a, *y = b;

	if (x->score != y->score)
		return x->score > y->score ? -1 : 1;
	return (x->first > y->first) - (x->first < y->first);
}

static bool is_subject(const struct subject *s)
{
	return s->score && (!s->is_weak || s->is_in_title);
}

static size_t gather(const struct tally *t, enum gazetteer_table table, struct subject *ret)
{
	size_t n = 0;

	for (size_t i = 0; i < t->n_found; i++)
		if (entry_of(t, t->found[i])->table == table && is_subject(&t->entries[i]))
			ret[n++] = t->entries[i];
	for (size_t i = 0; table == GAZETTEER_AGENCIES && i < t->n_organs; i++)
		ret[n++] = t->organs[i].subject;
	return n;
}

static void set_list(const struct tally *t, enum gazetteer_table table, struct subject *room,
	struct str_list *ret)
{
	size_t n = gather(t, table, room);

	qsort(room, n, sizeof *room, by_score);
	for (size_t i = 0; i < n && ret->len < most[table]; i++) {
		if (!record_list_has(ret, room[i].name))
			record_list_add(t->arena, ret, arena_strdup(t->arena, room[i].name));
	}
}

void subjects_set(const struct gazetteers *g, const struct folded *f, struct hits *hits,
	struct arena *a, struct record *r)
{
	struct str_list *lists[GAZETTEER_TABLES] = {
		[GAZETTEER_TECHNOLOGIES] = &r->ai_technologies,
		[GAZETTEER_INDUSTRIES] = &r->industries,
		[GAZETTEER_REGIONS] = &r->regions,
		[GAZETTEER_AGENCIES] = &r->agencies,
		[GAZETTEER_POLICY_TERMS] = &r->policy_terms,
	};
	struct tally t = {.g = g, .f = f, .arena = a};
	struct subject *room = alloc_bytes((g->n_entries + ORGANS_MAX + 1) * sizeof *room);

	t.places = alloc_zeroed(g->n_entries + 1, sizeof *t.places);
	t.entries = alloc_bytes((g->n_entries + 1) * sizeof *t.entries);
	t.found = alloc_bytes((g->n_entries + 1) * sizeof *t.found);
	count_entries(&t, hits);
	count_organs(&t, hits, r->regions.len ? r->regions.items[0] : NULL);
	count_implied(&t);
	for (int i = 0; i < GAZETTEER_TABLES; i++)
		set_list(&t, (enum gazetteer_table)i, room, lists[i]);
	free(t.places);
	free(t.entries);
	free(t.found);
	free(room);
}
