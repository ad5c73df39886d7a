/*
 * Gazetteers from the inside, for what loads them and what looks names up. Its parts:
 *
 *	gazetteers_file.c   YAML -> drafts of entries
 *	gazetteers.c        drafts -> entries and the index of their names
 *	background.c        how rare words are in any text
 *	hits.c              a text -> places where names stand (hits), those that count
 *	subjects.c          hits -> lists of the record
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_GAZETTEERS_INSIDE_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_GAZETTEERS_INSIDE_H

#include "common/arena.h"
#include "common/yaml.h"
#include "crawler/read/enrich/background.h"
#include "crawler/read/enrich/gazetteers.h"
#include "crawler/read/enrich/trie.h"

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#define NO_ENTRY UINT32_MAX

/* What stands in a file beside the tables of records. */
enum draft_table {
	DRAFT_ORGANS = GAZETTEER_TABLES, /* agencies that every region has */
	DRAFT_TABLES,
};

/* An entry as a file has it. */
struct draft {
	int table; /* enum gazetteer_table or draft_table */
	char *code, *name;
	struct setting_list also, maybe, near, not, implies;
	bool is_cased, is_weak, is_off, is_party;
	const char *path; /* of the file, which outlives it */
	int line;
	size_t number; /* in the order of reading */
};

struct draft_list {
	struct draft *items;
	size_t len, cap;
	/* Lists without entries; strings belong to @arena. */
	struct setting_list institutions, common_words, function_words;
};

void draft_list_release(struct draft_list *list);

/* Reads one file. False when something is wrong, which @errors then says. @path outlives the list. */
bool draft_list_read(struct draft_list *list, const char *path, struct strbuf *errors);

/* Levels of regions; an organ is named by the level of its own: 省委, 市委. */
enum region_level { LEVEL_NONE, LEVEL_PROVINCE, LEVEL_CITY, LEVEL_COUNTY };

struct gazetteer_entry {
	enum gazetteer_table table;
	const char *name;        /* as records have it */
	struct span folded;      /* what it is called, in its folded form */
	const char *region_name; /* of a region: what it is called */
	const char *region_code;
	uint32_t above; /* the region that a county, district or city lies in, else NO_ENTRY */
	enum region_level level;
	bool is_municipality; /* a province that is a city */
	bool is_weak;
	bool is_organ;
	bool is_party;
	const struct span *near; /* folded */
	size_t n_near;
	const uint32_t *implied;
	size_t n_implied;
};

enum name_kind {
	NAME_SURE,        /* counts wherever it stands */
	NAME_MAYBE,       /* counts in company */
	NAME_VOID,        /* covers a name of the same table that is not meant */
	NAME_ORGAN,       /* of the region before it, or of the one that the article is about */
	NAME_ORGAN_REST,  /* the same without its level: of the region before it only */
	NAME_INSTITUTION, /* makes a region before it a part of an organisation's name */
};

struct gazetteer_name {
	enum name_kind kind;
	enum region_level level; /* NAME_ORGAN */
	uint8_t level_bytes;     /* of the character that tells it */
	bool is_last;            /* of those with the same text, which are neighbours */
	uint32_t entry;
	const char *written; /* NULL unless letters must be capital as here */
};

struct gazetteers {
	atomic_int references;
	struct arena *arena;
	struct gazetteer_entry *entries;
	size_t n_entries;
	struct gazetteer_name *names; /* a value of the trie is an index, plus one */
	size_t n_names;
	struct trie *trie;
	struct background *background;
	size_t counts[GAZETTEER_TABLES];
};

#endif
