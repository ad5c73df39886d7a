/*
 * drafts of all files -> the last of each name -> entries -> their names, folded and sorted -> trie
 */
#include "crawler/read/enrich/gazetteers_inside.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/fold.h"
#include "common/utf8.h"

#include <stddef.h>
#include <unistd.h>

#define BACKGROUND_SUFFIX ".words"
#define NAME_CHARS_MAX    60 /* a step of the search for each, at every place of a text */

struct name_draft {
	struct span text; /* folded */
	struct gazetteer_name name;
	size_t number;
};

struct loading {
	struct draft_list drafts;
	struct draft **sorted; /* by table and key; the last of each that is not off */
	size_t n_sorted;
	struct name_draft *names;
	size_t n_names, cap_names;
	struct gazetteers *g;
	struct strbuf *errors;
	bool faulty;
};

/* The characters that tell an organ's level, as they stand before it: 省委. */
static const struct {
	const char *text;
	enum region_level level;
} levels[] = {{"省", LEVEL_PROVINCE}, {"自治区", LEVEL_PROVINCE}, {"市", LEVEL_CITY},
	{"州", LEVEL_CITY}, {"盟", LEVEL_CITY}, {"区", LEVEL_COUNTY}, {"县", LEVEL_COUNTY},
	{"旗", LEVEL_COUNTY}};

static void complain(struct loading *l, const struct draft *d, const char *name, const char *fault)
{
	strbuf_printf(l->errors, "%s:%d: %s %s\n", d->path, d->line, name, fault);
	l->faulty = true;
}

/* Drafts: the last one of a name wins */

static const char *key_of(const struct draft *d)
{
	return d->table == GAZETTEER_REGIONS ? d->code : d->name;
}

static int by_key(const void *a, const void *b)
{
	const struct draft *x = *(struct draft *const *)a, *y = *(struct draft *const *)b;
	int order = x->table != y->table ? x->table - y->table : strcmp(key_of(x), key_of(y));

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

static bool same_key(const struct draft *a, const struct draft *b)
{
	return a->table == b->table && strcmp(key_of(a), key_of(b)) == 0;
}

static void sort_drafts(struct loading *l)
{
	size_t n = l->drafts.len, kept = 0;

	l->sorted = alloc_bytes((n + 1) * sizeof *l->sorted);
	for (size_t i = 0; i < n; i++)
		l->sorted[i] = &l->drafts.items[i];
	qsort(l->sorted, n, sizeof *l->sorted, by_key);
	for (size_t i = 0; i < n; i++) {
		struct draft *d = l->sorted[i];
		bool is_last = i + 1 == n || !same_key(d, l->sorted[i + 1]);

		if (!is_last && d->path == l->sorted[i + 1]->path)
			complain(l, l->sorted[i + 1], key_of(d), "stands twice in this file");
		if (is_last && !d->is_off)
			l->sorted[kept++] = d;
	}
	l->n_sorted = kept;
}

static uint32_t find_draft(const struct loading *l, int table, const char *key)
{
	size_t low = 0, high = l->n_sorted;

	while (low < high) {
		size_t middle = low + (high - low) / 2;
		const struct draft *d = l->sorted[middle];
		int order = d->table != table ? d->table - table : strcmp(key_of(d), key);

		if (order == 0)
			return (uint32_t)middle;
		if (order < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return NO_ENTRY;
}

/* Names */

static struct span fold_to(struct arena *a, const char *text)
{
	STRBUF_LOCAL(folded);

	fold_text(span_str(text), &folded);
	return span_from(arena_dup(a, strbuf_span(&folded)), folded.len);
}

static void add_name(struct loading *l, struct span text, const struct gazetteer_name *name)
{
	l->names = alloc_grow(l->names, l->n_names, &l->cap_names, sizeof *l->names);
	l->names[l->n_names] = (struct name_draft){text, *name, l->n_names};
	l->n_names++;
}

static bool check_folded(struct loading *l, const struct draft *d, const char *name,
	struct span text)
{
	size_t n = utf8_count(text);

	if (n < 2)
		complain(l, d, name, "is too short to be looked for");
	else if (n > NAME_CHARS_MAX)
		complain(l, d, name, "is too long to be looked for");
	return n >= 2 && n <= NAME_CHARS_MAX;
}

static void add_one(struct loading *l, const struct draft *d, uint32_t entry, const char *text,
	enum name_kind kind)
{
	struct span folded = fold_to(l->g->arena, text);
	struct gazetteer_name name = {.kind = kind, .entry = entry};

	if (!check_folded(l, d, text, folded))
		return;
	if (d->is_cased)
		name.written = arena_strdup(l->g->arena, text);
	add_name(l, folded, &name);
}

static void add_all(struct loading *l, const struct draft *d, uint32_t entry,
	const struct setting_list *list, enum name_kind kind)
{
	for (size_t i = 0; i < list->len; i++)
		add_one(l, d, entry, list->items[i], kind);
}

static bool list_has(struct loading *l, const struct setting_list *list, struct span folded)
{
	for (size_t i = 0; i < list->len; i++)
		if (span_eq(fold_to(l->g->arena, list->items[i]), folded))
			return true;
	return false;
}

static void add_names(struct loading *l, const struct draft *d, uint32_t entry)
{
	if (!list_has(l, &d->maybe, fold_to(l->g->arena, d->name)))
		add_one(l, d, entry, d->name, NAME_SURE);
	add_all(l, d, entry, &d->also, NAME_SURE);
	add_all(l, d, entry, &d->maybe, NAME_MAYBE);
	add_all(l, d, entry, &d->not, NAME_VOID);
}

/* Organs: 委 becomes 省委, 市委, 区委 and so on */

static void add_organ_name(struct loading *l, const struct draft *d, uint32_t entry,
	const char *text, enum name_kind kind)
{
	for (size_t i = 0; i < sizeof levels / sizeof *levels; i++) {
		CLEANUP(freep) char *whole = alloc_printf("%s%s", levels[i].text, text);

		add_name(l, fold_to(l->g->arena, whole),
			&(struct gazetteer_name){.kind = kind,
				.level = levels[i].level,
				.level_bytes = (uint8_t)strlen(levels[i].text),
				.entry = entry});
	}
	if (kind == NAME_ORGAN && !d->is_party) {
		struct span folded = fold_to(l->g->arena, text);

		if (check_folded(l, d, text, folded))
			add_name(l, folded,
				&(struct gazetteer_name){.kind = NAME_ORGAN_REST, .entry = entry});
	}
}

static void add_organ_names(struct loading *l, const struct draft *d, uint32_t entry)
{
	add_organ_name(l, d, entry, d->name, NAME_ORGAN);
	for (size_t i = 0; i < d->also.len; i++)
		add_organ_name(l, d, entry, d->also.items[i], NAME_ORGAN);
	for (size_t i = 0; i < d->not .len; i++)
		add_organ_name(l, d, entry, d->not .items[i], NAME_VOID);
}

/* Entries */

static bool ends_in(const char *code, const char *zeros)
{
	return span_ends_with(span_str(code), span_str(zeros));
}

static enum region_level level_of(const char *code)
{
	if (strlen(code) != 6)
		return LEVEL_NONE;
	return ends_in(code, "0000")  ? LEVEL_PROVINCE
		: ends_in(code, "00") ? LEVEL_CITY
				      : LEVEL_COUNTY;
}

static uint32_t find_above(const struct loading *l, const char *code)
{
	enum region_level level = level_of(code);
	CLEANUP(freep) char *above = alloc_strdup(code);
	uint32_t found = NO_ENTRY;

	if (level == LEVEL_COUNTY) {
		memcpy(above + 4, "00", 2);
		found = find_draft(l, GAZETTEER_REGIONS, above);
	}
	if (found == NO_ENTRY && (level == LEVEL_COUNTY || level == LEVEL_CITY)) {
		memcpy(above + 2, "0000", 4);
		found = find_draft(l, GAZETTEER_REGIONS, above);
	}
	return found;
}

static void set_region(struct loading *l, const struct draft *d, struct gazetteer_entry *e)
{
	struct span name = span_str(d->name);

	e->region_name = e->name;
	e->name = e->region_code = arena_strdup(l->g->arena, d->code);
	e->level = level_of(d->code);
	e->above = find_above(l, d->code);
	e->is_municipality = e->level == LEVEL_PROVINCE && span_ends_with(name, SPAN_LITERAL("市"));
}

static void set_near(struct loading *l, const struct draft *d, struct gazetteer_entry *e)
{
	struct span *near = arena_alloc(l->g->arena, (d->near.len + 1) * sizeof *near);

	for (size_t i = 0; i < d->near.len; i++) {
		struct span word = fold_to(l->g->arena, d->near.items[i]);

		if (word.len)
			near[e->n_near++] = word;
	}
	e->near = near;
}

/* Whether an operator has taken the entry out, which is no fault of those that imply it. */
static bool is_off(const struct loading *l, int table, const char *key)
{
	for (size_t i = 0; i < l->drafts.len; i++) {
		const struct draft *d = &l->drafts.items[i];

		if (d->is_off && d->table == table && strcmp(key_of(d), key) == 0)
			return true;
	}
	return false;
}

static void set_implied(struct loading *l, const struct draft *d, struct gazetteer_entry *e)
{
	uint32_t *implied = arena_alloc(l->g->arena, (d->implies.len + 1) * sizeof *implied);

	for (size_t i = 0; i < d->implies.len; i++) {
		const char *key = d->implies.items[i];
		uint32_t entry = find_draft(l, d->table, key);

		if (entry != NO_ENTRY)
			implied[e->n_implied++] = entry;
		else if (!is_off(l, d->table, key))
			complain(l, d, key, "is implied, but nowhere defined");
	}
	e->implied = implied;
}

static void add_entry(struct loading *l, const struct draft *d, uint32_t i)
{
	struct gazetteer_entry *e = &l->g->entries[i];
	bool is_organ = d->table == DRAFT_ORGANS;

	e->table = is_organ ? GAZETTEER_AGENCIES : (enum gazetteer_table)d->table;
	e->name = arena_strdup(l->g->arena, d->name);
	e->folded = fold_to(l->g->arena, d->name);
	e->above = NO_ENTRY;
	e->is_weak = d->is_weak;
	e->is_party = d->is_party;
	e->is_organ = is_organ;
	if (d->table == GAZETTEER_REGIONS)
		set_region(l, d, e);
	set_near(l, d, e);
	set_implied(l, d, e);
	if (is_organ)
		add_organ_names(l, d, i);
	else
		add_names(l, d, i);
	l->g->counts[e->table]++;
}

/* The index */

static int compare_texts(struct span a, struct span b)
{
	int order = memcmp(a.data, b.data, a.len < b.len ? a.len : b.len);

	return order ? order : (a.len > b.len) - (a.len < b.len);
}

static int by_text(const void *a, const void *b)
{
	const struct name_draft *x = a, *y = b;
	int order = compare_texts(x->text, y->text);

	return order ? order : (x->number > y->number) - (x->number < y->number);
}

static bool same_name(const struct name_draft *a, const struct name_draft *b)
{
	return span_eq(a->text, b->text) && a->name.entry == b->name.entry &&
		a->name.kind == b->name.kind && a->name.level == b->name.level;
}

static void make_index(struct loading *l)
{
	struct gazetteers *g = l->g;
	struct trie_name *texts = alloc_bytes((l->n_names + 1) * sizeof *texts);
	size_t n = 0;

	if (l->n_names)
		qsort(l->names, l->n_names, sizeof *l->names, by_text);
	g->names = arena_alloc(g->arena, (l->n_names + 1) * sizeof *g->names);
	for (size_t i = 0; i < l->n_names; i++) {
		if (i && same_name(&l->names[i], &l->names[i - 1]) && !l->names[i].name.written)
			continue;
		if (!n || !span_eq(texts[n - 1].text, l->names[i].text))
			texts[n++] = (struct trie_name){l->names[i].text, (uint32_t)g->n_names + 1};
		else
			g->names[g->n_names - 1].is_last = false;
		g->names[g->n_names] = l->names[i].name;
		g->names[g->n_names++].is_last = true;
	}
	g->trie = trie_new(texts, n);
	free(texts);
}

static void add_words(struct background *b, const struct setting_list *list, unsigned rarity)
{
	for (size_t i = 0; i < list->len; i++)
		background_add(b, BACKGROUND_ANY, span_str(list->items[i]), rarity);
}

/* Of a word in both lists the function counts. */
static void add_background(struct loading *l)
{
	add_words(l->g->background, &l->drafts.common_words, RARITY_COMMON);
	add_words(l->g->background, &l->drafts.function_words, 0);
}

static void add_institutions(struct loading *l)
{
	const struct setting_list *list = &l->drafts.institutions;

	for (size_t i = 0; i < list->len; i++)
		add_name(l, fold_to(l->g->arena, list->items[i]),
			&(struct gazetteer_name){.kind = NAME_INSTITUTION, .entry = NO_ENTRY});
}

static struct gazetteers *build(struct loading *l)
{
	struct gazetteers *g = l->g;

	sort_drafts(l);
	g->n_entries = l->n_sorted;
	g->entries = arena_alloc(g->arena, (g->n_entries + 1) * sizeof *g->entries);
	for (uint32_t i = 0; i < g->n_entries; i++)
		add_entry(l, l->sorted[i], i);
	add_institutions(l);
	make_index(l);
	add_background(l);
	return g;
}

static void read_one(struct loading *l, const char *path)
{
	if (span_ends_with(span_str(path), SPAN_LITERAL(BACKGROUND_SUFFIX)))
		l->faulty |= background_read(l->g->background, path, l->errors) < 0;
	else
		l->faulty |= !draft_list_read(&l->drafts, path, l->errors);
}

int gazetteers_load_files(char *const *paths, size_t n, struct gazetteers **ret,
	struct strbuf *errors)
{
	struct loading l = {.errors = errors};
	CLEANUP(gazetteers_unrefp) struct gazetteers *g = l.g = ALLOC_NEW(struct gazetteers);

	g->references = 1;
	g->arena = arena_new();
	g->background = background_new();
	for (size_t i = 0; i < n; i++)
		read_one(&l, paths[i]);
	if (!l.faulty)
		build(&l);
	draft_list_release(&l.drafts);
	free(l.sorted);
	free(l.names);
	if (l.faulty)
		return -ERR_PARSE;
	*ret = TAKE_PTR(g);
	return 0;
}

static int append_folder(const char *folder, struct setting_list *paths, struct strbuf *errors)
{
	CLEANUP(freep) char *background = NULL;
	struct setting_list found = {0};
	int r = yaml_list_folder(folder, &found);

	if (r < 0) {
		strbuf_printf(errors, "%s: %s\n", folder, err_str(r));
		return r;
	}
	paths->items = alloc_resize(paths->items, paths->len + found.len + 2, sizeof *paths->items);
	for (size_t i = 0; i < found.len; i++)
		paths->items[paths->len++] = found.items[i];
	free(found.items);
	background = alloc_printf("%s/background" BACKGROUND_SUFFIX, folder);
	if (access(background, F_OK) == 0)
		paths->items[paths->len++] = TAKE_PTR(background);
	return 0;
}

int gazetteers_load(const char *folder, const char *own_folder, struct gazetteers **ret,
	struct strbuf *errors)
{
	CLEANUP(setting_list_release) struct setting_list paths = {0};
	int r = append_folder(folder, &paths, errors);

	if (r == 0 && own_folder)
		r = append_folder(own_folder, &paths, errors);
	return r < 0 ? r : gazetteers_load_files(paths.items, paths.len, ret, errors);
}

struct gazetteers *gazetteers_ref(struct gazetteers *g)
{
	if (g)
		atomic_fetch_add(&g->references, 1);
	return g;
}

void gazetteers_unref(struct gazetteers *g)
{
	if (!g || atomic_fetch_sub(&g->references, 1) != 1)
		return;
	trie_free(g->trie);
	background_free(g->background);
	arena_free(g->arena);
	free(g);
}

size_t gazetteers_count(const struct gazetteers *g, enum gazetteer_table table)
{
	return g->counts[table];
}

size_t gazetteers_count_words(const struct gazetteers *g)
{
	return background_count(g->background);
}

size_t gazetteers_count_names(const struct gazetteers *g)
{
	return g->n_names;
}
