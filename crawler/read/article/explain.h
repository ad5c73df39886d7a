/*
 * Explain: why a page was read as it was, for `policywatch check page
 * --explain`: which element won the body with what score, its rivals, what
 * became of each line of the page, and where each fact came from.
 *
 * All of it is made only when somebody asks (read_input.explain): the
 * functions take NULL and then do nothing. Strings belong to the arena.
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_EXPLAIN_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_EXPLAIN_H

#include "common/arena.h"
#include "common/span.h"
#include "common/strbuf.h"
#include "crawler/read/html/html.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define EXPLAIN_RIVALS_MAX 6
#define EXPLAIN_FACTS_MAX  32

struct explain_node {
	const char *path; /* html > body > div#main.text */
	int64_t score;
	const char *note; /* why it won, or what speaks for it; may be NULL */
};

struct explain_block {
	struct span text;
	const char *path;
	const char *fate; /* NULL: kept */
};

/* A fact of the record: "title" is "…" because of "og:title". */
struct explain_fact {
	const char *name, *value, *source;
};

struct explain {
	struct arena *arena;
	struct explain_node nodes[EXPLAIN_RIVALS_MAX]; /* the winner first */
	size_t n_nodes;
	struct explain_block *blocks;
	size_t n_blocks;
	struct explain_fact facts[EXPLAIN_FACTS_MAX];
	size_t n_facts;
};

struct explain *explain_new(struct arena *a);

/* Further nodes and facts than fit are left out. @name and @source are borrowed, of any arena. */
void explain_node(struct explain *e, const struct html *h, uint32_t node, int64_t score,
	const char *note);
void explain_fact(struct explain *e, const char *name, const char *value, const char *source);

/* An element as a selector that people can read, by itself and with those around it. */
const char *explain_element(const struct html *h, uint32_t node, struct arena *a);
const char *explain_path(const struct html *h, uint32_t node, struct arena *a);

/* Appends all of it as lines for people, or as one JSON object. */
void explain_write(const struct explain *e, struct strbuf *out);
void explain_write_json(const struct explain *e, struct strbuf *out);

#endif
