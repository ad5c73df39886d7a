/*
 * HTML: a page parsed as browsers do (lexbor) and laid out flat: one array of
 * nodes in document order. A node's descendants are the ones between it and
 * its end, so walking is a loop and skipping is a jump; nothing recurses.
 *
 * Thread-safe as long as a document is used by one thread at a time; the only
 * user of lexbor's HTML, DOM, CSS and selector headers.
 */
#ifndef POLICYWATCH_CRAWLER_READ_HTML_HTML_H
#define POLICYWATCH_CRAWLER_READ_HTML_HTML_H

#include "common/arena.h"
#include "common/cleanup.h"
#include "common/span.h"
#include "common/strbuf.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define HTML_NONE UINT32_MAX /* no node */

/* What a page's tree may take, whatever the page: about 190,000 elements. */
#define HTML_TREE_BYTES_MAX ((size_t)48 << 20)
#define HTML_BYTES_MAX      ((size_t)16 << 20) /* of UTF-8: 10 MB of GB18030 are 15 */

/* Elements that reading tells apart: constant, lexbor's tag, traits. */
/* clang-format off */
#define HTML_TAGS(X) \
	X(HTML, BLOCK) X(HEAD, SILENT) X(TITLE, SILENT) X(BASE, SILENT) X(LINK, SILENT) \
	X(META, SILENT) X(STYLE, SILENT) X(SCRIPT, SILENT) X(NOSCRIPT, SILENT) \
	X(TEMPLATE, SILENT) X(IFRAME, SILENT) X(OBJECT, SILENT) X(EMBED, SILENT) \
	X(SVG, SILENT) X(MATH, SILENT) X(CANVAS, SILENT) X(VIDEO, SILENT) \
	X(AUDIO, SILENT) X(SELECT, SILENT) X(OPTION, SILENT) X(OPTGROUP, SILENT) \
	X(TEXTAREA, SILENT) X(INPUT, SILENT) X(BUTTON, SILENT) X(DATALIST, SILENT) \
	X(FRAMESET, SILENT) X(FRAME, SILENT) X(RP, SILENT) X(RT, SILENT) X(BODY, BLOCK) \
	X(ARTICLE, BLOCK) X(SECTION, BLOCK) X(NAV, BLOCK) X(ASIDE, BLOCK) \
	X(HEADER, BLOCK) X(FOOTER, BLOCK) X(MAIN, BLOCK) X(H1, BLOCK) X(H2, BLOCK) \
	X(H3, BLOCK) X(H4, BLOCK) X(H5, BLOCK) X(H6, BLOCK) X(P, BLOCK) X(HR, BLOCK) \
	X(BR, BLOCK) X(PRE, BLOCK) X(BLOCKQUOTE, BLOCK) X(OL, BLOCK) X(UL, BLOCK) \
	X(LI, BLOCK) X(DL, BLOCK) X(DT, BLOCK) X(DD, BLOCK) X(FIGURE, BLOCK) \
	X(FIGCAPTION, BLOCK) X(DIV, BLOCK) X(CENTER, BLOCK) X(ADDRESS, BLOCK) \
	X(FORM, BLOCK) X(FIELDSET, BLOCK) X(LEGEND, BLOCK) X(DETAILS, BLOCK) \
	X(SUMMARY, BLOCK) X(TABLE, BLOCK) X(CAPTION, BLOCK) X(THEAD, BLOCK) \
	X(TBODY, BLOCK) X(TFOOT, BLOCK) X(TR, BLOCK) X(TD, BLOCK) X(TH, BLOCK) \
	X(A, INLINE) X(B, INLINE) X(STRONG, INLINE) X(EM, INLINE) X(I, INLINE) \
	X(U, INLINE) X(FONT, INLINE) X(SPAN, INLINE) X(TIME, INLINE) X(LABEL, INLINE) \
	X(IMG, INLINE) X(AREA, INLINE) X(SMALL, INLINE) X(SUB, INLINE) X(SUP, INLINE)
/* clang-format on */

enum html_tag {
	HTML_TEXT, /* characters; the only kind that is no element */
	HTML_OTHER,
#define HTML_TAG_CONSTANT(name, trait) HTML_##name,
	HTML_TAGS(HTML_TAG_CONSTANT)
#undef HTML_TAG_CONSTANT
		HTML_TAG_COUNT,
};

enum html_trait {
	HTML_TRAIT_INLINE,
	HTML_TRAIT_BLOCK,  /* begins and ends a line */
	HTML_TRAIT_SILENT, /* what is in it is not shown as text */
};

struct html_attr {
	struct span name; /* lower case */
	struct span value;
};

struct html_node {
	enum html_tag tag;
	uint32_t parent;     /* HTML_NONE for the first node */
	uint32_t end;        /* the first node behind the last descendant */
	uint32_t first_attr; /* of an element, in html.attrs */
	uint32_t n_attrs;
	uint32_t next_alike; /* the next node with the same tag, HTML_NONE behind the last */
	struct span text;    /* of HTML_TEXT: entities decoded, white space as written */
};

struct html {
	struct html_node *nodes;
	uint32_t n_nodes;
	struct html_attr *attrs;
	uint32_t first_of[HTML_TAG_COUNT]; /* the first node with a tag, HTML_NONE without one */
	bool cut;                          /* the page was too much; what came later is missing */
	struct html_tree *tree;
};

/*
 * Parses UTF-8. The answer and all that it points to live until html_free().
 * Elements deeper than a limit are left out, their contents kept; a page whose
 * tree would be larger than HTML_TREE_BYTES_MAX is read as far as that, and
 * so is one longer than HTML_BYTES_MAX.
 */
struct html *html_parse(struct span utf8);
void html_free(struct html *h);
DEFINE_CLEANUP(struct html *, html_free)

enum html_trait html_trait(enum html_tag tag);

/* The value of an attribute; data is NULL when the element has none of the name. */
struct span html_attr(const struct html *h, uint32_t node, const char *name);

/* Loops over all elements with a tag, in document order; no other node is looked at. */
#define HTML_EACH(h, node, tag)                                                                    \
	for (uint32_t node = (h)->first_of[tag]; node != HTML_NONE;                                \
		node = (h)->nodes[node].next_alike)

/* The first node with the tag from @from on and before @end, or HTML_NONE. */
uint32_t html_find(const struct html *h, uint32_t from, uint32_t end, enum html_tag tag);

/* The block element around a node, or the node itself if it is one. */
uint32_t html_block(const struct html *h, uint32_t node);

/* Appends the text that a subtree shows, white space made single, lines not kept. */
void html_add_text(const struct html *h, uint32_t node, struct strbuf *out);

/* Appends a text node's or subtree's characters as they are, silent ones too (scripts, titles). */
void html_add_raw(const struct html *h, uint32_t node, struct strbuf *out);

/*
 * The nodes that a CSS selector matches, in document order and the arena.
 * Returns 0 or -ERR_PARSE for what is no selector.
 */
int html_select(struct html *h, const char *selector, struct arena *a, uint32_t **ret_nodes,
	size_t *ret_n);

#endif
