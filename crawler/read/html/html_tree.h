/*
 * What html.c and html_tree.c share: lexbor's tree of a page. Nobody else includes this.
 *
 *	html_tree.c   tokens of the page, sifted, become lexbor's tree
 *	html.c        the tree becomes a flat array of nodes
 */
#ifndef POLICYWATCH_CRAWLER_READ_HTML_HTML_TREE_H
#define POLICYWATCH_CRAWLER_READ_HTML_HTML_TREE_H

#include "crawler/read/html/html.h"

#include <lexbor/html/html.h>

#include <stdlib.h>

/* What lexbor took from the system for one of its arenas. They only grow. */
struct taken {
	const lexbor_mem_t *mem;
	const lexbor_mem_chunk_t *last; /* the chunks before it are in bytes */
	size_t bytes;
};

/*
 * A tree outlives its page: a thread keeps one to use again, since making
 * lexbor's tables and arenas costs as much as reading a small page.
 */
struct html_tree {
	lxb_html_parser_t *parser; /* the document's own */
	lxb_html_document_t *document;
	lxb_html_tokenizer_token_f build; /* lexbor's own callback */
	void *build_ctx;
	struct taken taken[4];
	size_t bytes, bytes_max;
	size_t n_tokens;
	bool is_behind_block; /* so far nothing is shown since one began or ended */
	size_t n_pre;         /* open elements whose white space is shown */
	size_t n_options;
	size_t n_roots; /* <html> and <body> tags: each adds its attributes to the same element */
	size_t n_dropped[2]; /* tags too deep, formatting tags too many: their end tags go too */
	bool full;
	bool cut; /* the input was */
};

/* Parses as much as the limits of html.h allow. */
struct html_tree *html_tree_new(struct span utf8);
void html_tree_free(struct html_tree *t); /* NULL is ignored */

static inline void html_must(bool ok)
{
	if (!ok)
		abort(); /* lexbor fails only without memory (alloc.h) */
}

/* An element that no table of ours has is HTML_OTHER. */
enum html_tag html_tag_of(lxb_tag_id_t tag);

#endif
