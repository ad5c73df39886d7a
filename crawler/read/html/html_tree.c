/*
 * A page controls how deep and how wide the tree gets, and a browser's tree
 * builder looks upwards through open elements for most tags. Tokens are
 * therefore sifted before they reach lexbor's tree:
 *
 *	tokenizer -> on_token() -> lexbor's tree builder -> flatten()
 *
 * Too deep: the tag is dropped, its contents move up. Too many open formatting
 * elements: likewise, since each paragraph would open all of them again.
 * Comments: nobody reads them. Text that joins a text node: the builder would
 * move the whole node to a larger place for each piece, and never use the old
 * places again; make_room() doubles it first.
 */
#include "crawler/read/html/html_tree.h"

#include "common/alloc.h"
#include "common/utf8.h"

#include <lexbor/dom/dom.h>

#include <pthread.h>

#define DEPTH_MAX       256        /* real pages stay under 60; browsers stop at 512 */
#define FORMATTING_MAX  8          /* unclosed <b>, <font>...: opened anew in every paragraph */
#define ATTRS_MAX       64         /* of one element */
#define ROOTS_MAX       8          /* repeated <html> and <body> tags */
#define NAMES_MAX       16384      /* distinct unknown names of tags and attributes */
#define OPTIONS_MAX     2048       /* of forms: each looks through all others of its list */
#define SPARE_BYTES_MAX (8u << 20) /* a tree that took more is not kept for the next page */
#define LOOK_TOKENS     32 /* between two looks at what the tree takes: they make 2 MB at most */
#define FEED_BYTES      131072      /* between two looks at the limits; most pages are one piece */
#define TREE_BASE_BYTES (16u << 20) /* of tree for any page, and so many for each byte of it, */
#define TREE_FACTOR     24 /* within HTML_TREE_BYTES_MAX: amplification by broken markup ends here */

static bool is_formatting(lxb_tag_id_t tag)
{
	switch (tag) {
	case LXB_TAG_A:
	case LXB_TAG_B:
	case LXB_TAG_BIG:
	case LXB_TAG_CODE:
	case LXB_TAG_EM:
	case LXB_TAG_FONT:
	case LXB_TAG_I:
	case LXB_TAG_NOBR:
	case LXB_TAG_S:
	case LXB_TAG_SMALL:
	case LXB_TAG_STRIKE:
	case LXB_TAG_STRONG:
	case LXB_TAG_TT:
	case LXB_TAG_U:
		return true;
	default:
		return false;
	}
}

/* Elements that cannot nest; those whose contents are raw text must reach the builder. */
static bool is_leaf(lxb_tag_id_t tag)
{
	switch (tag) {
	case LXB_TAG_AREA:
	case LXB_TAG_BASE:
	case LXB_TAG_BR:
	case LXB_TAG_EMBED:
	case LXB_TAG_HR:
	case LXB_TAG_IFRAME:
	case LXB_TAG_IMG:
	case LXB_TAG_INPUT:
	case LXB_TAG_LINK:
	case LXB_TAG_META:
	case LXB_TAG_NOEMBED:
	case LXB_TAG_NOFRAMES:
	case LXB_TAG_PARAM:
	case LXB_TAG_PLAINTEXT:
	case LXB_TAG_SCRIPT:
	case LXB_TAG_SOURCE:
	case LXB_TAG_STYLE:
	case LXB_TAG_TEXTAREA:
	case LXB_TAG_TITLE:
	case LXB_TAG_TRACK:
	case LXB_TAG_WBR:
	case LXB_TAG_XMP:
		return true;
	default:
		return false;
	}
}

static void cut_attributes(lxb_html_token_t *token)
{
	lxb_html_token_attr_t *attr = token->attr_first;

	for (int n = 1; attr && n < ATTRS_MAX; n++)
		attr = attr->next;
	if (attr && attr->next) {
		attr->next = NULL;
		token->attr_last = attr;
	}
}

static void watch_memory(struct html_tree *t)
{
	const lxb_dom_document_t *document = lxb_dom_interface_document(t->document);
	const lxb_html_tokenizer_t *tokenizer = t->parser->tkz;
	const lexbor_mem_t *all[] = {document->mraw->mem, document->text->mem,
		tokenizer->dobj_token_attr->mem, tokenizer->mraw->mem};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		t->taken[i] = (struct taken){.mem = all[i], .last = all[i]->chunk_first};
}

/* The last chunk may still change its size. */
static size_t taken_bytes(struct taken *taken)
{
	for (; taken->last != taken->mem->chunk; taken->last = taken->last->next)
		taken->bytes += taken->last->size;
	return taken->bytes + taken->last->size;
}

static bool is_too_much(struct html_tree *t)
{
	if (t->full)
		return true;
	t->bytes = 0;
	for (size_t i = 0; i < sizeof t->taken / sizeof *t->taken; i++)
		t->bytes += taken_bytes(&t->taken[i]);
	t->full = t->bytes > t->bytes_max;
	return t->full;
}

static bool is_dropped(struct html_tree *t, const lxb_html_token_t *token)
{
	const lxb_html_tree_t *tree = t->parser->tree;
	size_t depth = lexbor_array_length(tree->open_elements);
	bool formatting = is_formatting(token->tag_id);
	size_t *n_dropped = &t->n_dropped[formatting];

	if (token->tag_id == LXB_TAG__EM_COMMENT || token->tag_id == LXB_TAG_SELECTEDCONTENT)
		return true; /* the latter gets a copy of each option that is chosen */
	if (token->tag_id == LXB_TAG_OPTION && ++t->n_options > OPTIONS_MAX)
		return true;
	if (token->tag_id == LXB_TAG_HTML || token->tag_id == LXB_TAG_BODY)
		return !(token->type & LXB_HTML_TOKEN_TYPE_CLOSE) && ++t->n_roots > ROOTS_MAX;
	if (token->tag_id <= LXB_TAG__EM_DOCTYPE || is_leaf(token->tag_id))
		return false;
	if (token->type & LXB_HTML_TOKEN_TYPE_CLOSE) {
		*n_dropped -= *n_dropped > 0;
		/* Closing what was never opened searches all open elements. */
		return *n_dropped > 0 || (depth >= DEPTH_MAX && formatting);
	}
	if (depth < DEPTH_MAX &&
		!(formatting && lexbor_array_length(tree->active_formatting) >= FORMATTING_MAX &&
			token->tag_id != LXB_TAG_A)) {
		return false;
	}
	++*n_dropped;
	return true;
}

static void make_room_in(struct html_tree *t, const lxb_dom_node_t *node, size_t len)
{
	lexbor_mraw_t *mraw = lxb_dom_interface_document(t->document)->text;
	lexbor_str_t *text;

	if (!node || node->type != LXB_DOM_NODE_TYPE_TEXT)
		return;
	text = &lxb_dom_interface_text((lxb_dom_node_t *)node)->char_data.data;
	if (text->data && text->length + len >= lexbor_str_size(text))
		lexbor_str_realloc(text, mraw, (text->length + len) * 2);
}

/* Text goes to the open element or, in a table but not in a cell, in front of the table. */
static void make_room(struct html_tree *t, const lxb_html_token_t *token)
{
	lxb_html_tree_t *tree = t->parser->tree;
	const bool foster_parenting = tree->foster_parenting;
	lxb_html_tree_insertion_position_t position;
	const lxb_dom_node_t *place;

	for (int i = 0; i < 2 && lexbor_array_length(tree->open_elements); i++) {
		tree->foster_parenting = i == 1;
		place = lxb_html_tree_appropriate_place_inserting_node(tree, NULL, &position);
		if (place)
			make_room_in(t,
				position == LXB_HTML_TREE_INSERTION_POSITION_BEFORE
					? place->prev
					: place->last_child,
				(size_t)(token->text_end - token->text_start));
	}
	tree->foster_parenting = foster_parenting;
}

/* Nobody reads the lists of faults, and they grow with each, also inside of one token. */
static void forget_faults(struct html_tree *t)
{
	if (t->parser->tree->parse_errors)
		lexbor_array_obj_clean(t->parser->tree->parse_errors);
	if (t->parser->tkz->parse_errors)
		lexbor_array_obj_clean(t->parser->tkz->parse_errors);
}

static bool is_white(const lxb_html_token_t *token)
{
	for (const lxb_char_t *p = token->text_start; p < token->text_end; p++)
		if (*p != ' ' && *p != '\n' && *p != '\t' && *p != '\r' && *p != '\f')
			return false;
	return true;
}

/*
 * White space behind the beginning or end of a block shows nothing, and is every third
 * node of a page. What is silent between them changes nothing.
 */
static bool is_indentation(struct html_tree *t, const lxb_html_token_t *token)
{
	enum html_tag tag;

	if (token->tag_id == LXB_TAG__TEXT) {
		if (t->is_behind_block && !t->n_pre && is_white(token))
			return true;
		t->is_behind_block = false;
		return false;
	}
	tag = html_tag_of(token->tag_id);
	if (tag == HTML_PRE || tag == HTML_TEXTAREA) {
		t->n_pre += token->type & LXB_HTML_TOKEN_TYPE_CLOSE ? -(t->n_pre > 0) : 1;
	}
	if (html_trait(tag) != HTML_TRAIT_SILENT)
		t->is_behind_block = html_trait(tag) == HTML_TRAIT_BLOCK;
	return false;
}

static lxb_html_token_t *on_token(lxb_html_tokenizer_t *tokenizer, lxb_html_token_t *token,
	void *ctx)
{
	struct html_tree *t = ctx;

	if (token->tag_id == LXB_TAG__END_OF_FILE)
		return t->build(tokenizer, token, t->build_ctx);
	if (t->full || (++t->n_tokens % LOOK_TOKENS == 0 && is_too_much(t)) ||
		is_indentation(t, token) || is_dropped(t, token))
		return token;
	cut_attributes(token);
	if (token->tag_id == LXB_TAG__TEXT)
		make_room(t, token);
	return t->build(tokenizer, token, t->build_ctx);
}

/* Names that no standard knows go to hash tables of a fixed width, which a page could fill. */
static bool has_too_many_names(const struct html_tree *t)
{
	const lxb_html_tokenizer_t *tokenizer = t->parser->tkz;

	return lexbor_hash_entries_count(tokenizer->tags) +
		lexbor_hash_entries_count(tokenizer->attrs) >
		NAMES_MAX;
}

static void feed(struct html_tree *t, struct span utf8)
{
	if (utf8.len > HTML_BYTES_MAX) {
		utf8 = utf8_cut(utf8, HTML_BYTES_MAX);
		t->cut = true;
	}
	while (utf8.len && !t->full) {
		size_t n = utf8.len < FEED_BYTES ? utf8.len : FEED_BYTES;

		lxb_html_parse_chunk_process(t->parser, (const lxb_char_t *)utf8.data, n);
		forget_faults(t);
		utf8 = span_from_offset(utf8, n);
		t->full = is_too_much(t) || has_too_many_names(t);
	}
}

static pthread_key_t spare_key;
static pthread_once_t spare_once = PTHREAD_ONCE_INIT;

static void tree_destroy(void *arg)
{
	struct html_tree *t = arg;

	lxb_html_document_destroy(t->document);
	free(t);
}

static void make_spare_key(void)
{
	if (pthread_key_create(&spare_key, tree_destroy) != 0)
		abort();
}

static struct html_tree *tree_take(void)
{
	struct html_tree *t;

	pthread_once(&spare_once, make_spare_key);
	t = pthread_getspecific(spare_key);
	if (t) {
		pthread_setspecific(spare_key, NULL);
		return t;
	}
	t = ALLOC_NEW(struct html_tree);
	t->document = lxb_html_document_create();
	html_must(t->document != NULL);
	return t;
}

/* The tokenizer's room for the longest text, which never shrinks. */
static size_t longest_text(const struct html_tree *t)
{
	return (size_t)(t->parser->tkz->end - t->parser->tkz->start);
}

/* Only a tree of ordinary size is kept: what a large page took is given back. */
void html_tree_free(struct html_tree *t)
{
	if (!t)
		return;
	if (t->bytes + longest_text(t) > SPARE_BYTES_MAX || pthread_getspecific(spare_key))
		tree_destroy(t);
	else {
		lxb_html_document_clean(t->document);
		pthread_setspecific(spare_key, t);
	}
}

struct html_tree *html_tree_new(struct span utf8)
{
	struct html_tree *t = tree_take();
	lxb_html_document_t *document = t->document;
	lxb_html_tokenizer_t *tokenizer;

	*t = (struct html_tree){.document = document, .build = t->build, .build_ctx = t->build_ctx};
	t->bytes_max = TREE_BASE_BYTES + utf8.len * TREE_FACTOR;
	if (t->bytes_max > HTML_TREE_BYTES_MAX)
		t->bytes_max = HTML_TREE_BYTES_MAX;
	html_must(lxb_html_document_parse_chunk_begin(document) == LXB_STATUS_OK);
	t->parser = lxb_dom_interface_document(document)->parser;
	tokenizer = lxb_html_parser_tokenizer(t->parser);
	if (!t->build) {
		t->build = tokenizer->callback_token_done;
		t->build_ctx = tokenizer->callback_token_ctx;
		lxb_html_tokenizer_callback_token_done_set(tokenizer, on_token, t);
	}
	watch_memory(t);
	feed(t, utf8);
	lxb_html_document_parse_chunk_end(document);
	return t;
}
