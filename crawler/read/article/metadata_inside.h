/*
 * Metadata being read. Its parts:
 *
 *	metadata.c     META tags, microdata, the title
 *	metadata_ld.c  JSON-LD
 */
#ifndef POLICYWATCH_CRAWLER_READ_ARTICLE_METADATA_INSIDE_H
#define POLICYWATCH_CRAWLER_READ_ARTICLE_METADATA_INSIDE_H

#include "crawler/read/article/metadata.h"

/* Who said when, the trusted before the rest. */
enum metadata_rank {
	METADATA_RANK_RULE, /* META tags that the government's rules prescribe */
	METADATA_RANK_LD,
	METADATA_RANK_PROPERTY, /* microdata */
	METADATA_RANK_META,
	METADATA_RANK_PAGE, /* JSON-LD of the page, not the article; Dublin Core */
	METADATA_RANK_COUNT,
};

struct metadata_reader {
	const struct html *h;
	const struct date_context *ctx;
	struct arena *arena;
	struct metadata *m;
	struct metadata_time published[METADATA_RANK_COUNT], modified[METADATA_RANK_COUNT];
	size_t n_scripts, n_nodes; /* of JSON-LD */
};

/* Copies the first value that is not blank. */
void metadata_set_once(struct metadata_reader *r, const char **field, struct span value);

/* The first tag of a language that is one: en_US becomes en-US. */
void metadata_set_lang(struct metadata_reader *r, struct span value);

/* Reads a time; the first with a day counts. @from is static. */
void metadata_set_time(struct metadata_reader *r, struct metadata_time *field, struct span value,
	const char *from);

/* Reads the script element @node. */
void metadata_read_ld(struct metadata_reader *r, uint32_t node);

#endif
