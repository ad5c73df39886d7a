/*
 * Gazetteers: the names that are looked for in articles, from YAML files
 * (deploy/gazetteers/README.md describes them). All tables are one index, so
 * that one pass over a text finds the names of all of them.
 *
 * Read-only once loaded, counted references: a reload makes new ones, and who
 * still reads with the old ones keeps them. Thread-safe.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ENRICH_GAZETTEERS_H
#define POLICYWATCH_CRAWLER_READ_ENRICH_GAZETTEERS_H

#include "common/cleanup.h"
#include "common/strbuf.h"

#include <stddef.h>

struct gazetteers;

enum gazetteer_table {
	GAZETTEER_TECHNOLOGIES,
	GAZETTEER_INDUSTRIES,
	GAZETTEER_REGIONS,
	GAZETTEER_AGENCIES,
	GAZETTEER_POLICY_TERMS,
	GAZETTEER_TABLES,
};

/* "ai_technologies": its key in files and in records. */
const char *gazetteer_table_str(enum gazetteer_table table);

/*
 * Loads files, of which a later one replaces what an earlier one has under the
 * same name. Appends "FILE:LINE: ..." lines to @errors and returns negative,
 * *@ret untouched, if anything is wrong in any of them.
 */
int gazetteers_load_files(char *const *paths, size_t n, struct gazetteers **ret,
	struct strbuf *errors);

/* The same with all files of two folders, either of which may be absent: *.yaml, *.yml and background.words. */
int gazetteers_load(const char *folder, const char *own_folder, struct gazetteers **ret,
	struct strbuf *errors);

/* Both take NULL. */
struct gazetteers *gazetteers_ref(struct gazetteers *g);
void gazetteers_unref(struct gazetteers *g);
DEFINE_CLEANUP(struct gazetteers *, gazetteers_unref)

/* How many entries a table has, how many names all tables have, and how many words are counted. */
size_t gazetteers_count(const struct gazetteers *g, enum gazetteer_table table);
size_t gazetteers_count_names(const struct gazetteers *g);
size_t gazetteers_count_words(const struct gazetteers *g);

#endif
