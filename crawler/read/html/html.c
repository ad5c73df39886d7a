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
#include "crawler/read/html/html.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/utf8.h"

#include <lexbor/css/css.h>
#include <lexbor/dom/dom.h>
#include <lexbor/html/html.h>
#include <lexbor/selectors/selectors.h>

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

static const uint8_t traits[HTML_TAG_COUNT] = {
#define HTML_TAG_TRAIT(name, trait) [HTML_##name] = HTML_TRAIT_##trait,
	HTML_TAGS(HTML_TAG_TRAIT)
#undef HTML_TAG_TRAIT
};

static const uint8_t tags[LXB_TAG__LAST_ENTRY] = {
#define HTML_TAG_OF(name, trait) [LXB_TAG_##name] = HTML_##name,
	HTML_TAGS(HTML_TAG_OF)
#undef HTML_TAG_OF
};

enum html_trait html_trait(enum html_tag tag)
{
	return traits[tag];
}

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
	tag = token->tag_id < LXB_TAG__LAST_ENTRY ? tags[token->tag_id] : HTML_OTHER;
	if (tag == HTML_PRE || tag == HTML_TEXTAREA) {
		t->n_pre += token->type & LXB_HTML_TOKEN_TYPE_CLOSE ? -(t->n_pre > 0) : 1;
	}
	if (traits[tag] != HTML_TRAIT_SILENT)
		t->is_behind_block = traits[tag] == HTML_TRAIT_BLOCK;
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

static void must(bool ok)
{
	if (!ok)
		abort(); /* lexbor fails only without memory (alloc.h) */
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
	must(t->document != NULL);
	return t;
}

/* The tokenizer's room for the longest text, which never shrinks. */
static size_t longest_text(const struct html_tree *t)
{
	return (size_t)(t->parser->tkz->end - t->parser->tkz->start);
}

/* Only a tree of ordinary size is kept: what a large page took is given back. */
static void tree_free(struct html_tree *t)
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

static struct html_tree *tree_new(struct span utf8)
{
	struct html_tree *t = tree_take();
	lxb_html_document_t *document = t->document;
	lxb_html_tokenizer_t *tokenizer;

	*t = (struct html_tree){.document = document, .build = t->build, .build_ctx = t->build_ctx};
	t->bytes_max = TREE_BASE_BYTES + utf8.len * TREE_FACTOR;
	if (t->bytes_max > HTML_TREE_BYTES_MAX)
		t->bytes_max = HTML_TREE_BYTES_MAX;
	must(lxb_html_document_parse_chunk_begin(document) == LXB_STATUS_OK);
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

static bool is_kept(const lxb_dom_node_t *node)
{
	return node->type == LXB_DOM_NODE_TYPE_ELEMENT || node->type == LXB_DOM_NODE_TYPE_TEXT;
}

static enum html_tag tag_of(const lxb_dom_node_t *node)
{
	enum html_tag tag =
		node->local_name < LXB_TAG__LAST_ENTRY ? tags[node->local_name] : HTML_OTHER;

	return tag == HTML_TEXT ? HTML_OTHER : tag;
}

/* The arrays grow as they are filled. */
struct flat {
	struct html *h;
	uint32_t last_of[HTML_TAG_COUNT];
	size_t cap_nodes, cap_attrs;
	uint32_t n_attrs;
};

static void add_attr(struct flat *f, lxb_dom_attr_t *attr)
{
	struct html *h = f->h;
	size_t name_len, value_len;
	const lxb_char_t *name = lxb_dom_attr_local_name(attr, &name_len);
	const lxb_char_t *value = lxb_dom_attr_value(attr, &value_len);

	h->attrs = alloc_grow(h->attrs, f->n_attrs, &f->cap_attrs, sizeof *h->attrs);
	h->attrs[f->n_attrs++] = (struct html_attr){.name = span_from(name, name_len),
		.value = span_from(value ? (const char *)value : "", value ? value_len : 0)};
}

static void add_node(struct flat *f, lxb_dom_node_t *node, uint32_t parent)
{
	struct html *h = f->h;
	struct html_node n = {.parent = parent, .tag = tag_of(node), .first_attr = f->n_attrs};

	if (node->type == LXB_DOM_NODE_TYPE_TEXT) {
		const lexbor_str_t *text = &lxb_dom_interface_text(node)->char_data.data;

		n.tag = HTML_TEXT;
		n.text = span_from(text->data, text->length);
	} else {
		lxb_dom_attr_t *attr = lxb_dom_interface_element(node)->first_attr;

		for (; attr; attr = attr->next)
			add_attr(f, attr);
		n.n_attrs = f->n_attrs - n.first_attr;
	}
	h->nodes = alloc_grow(h->nodes, h->n_nodes, &f->cap_nodes, sizeof *h->nodes);
	n.end = h->n_nodes + 1;
	n.next_alike = HTML_NONE;
	if (h->first_of[n.tag] == HTML_NONE)
		h->first_of[n.tag] = h->n_nodes;
	else
		h->nodes[f->last_of[n.tag]].next_alike = h->n_nodes;
	f->last_of[n.tag] = h->n_nodes;
	h->nodes[h->n_nodes++] = n;
	node->user = (void *)(uintptr_t)h->n_nodes;
}

/* Every node's index, and one, stands in its user pointer, so that selectors find it again. */
static void flatten(struct html *h, lxb_dom_node_t *root)
{
	/* Few pages have more of either than tokens. */
	struct flat f = {.h = h,
		.cap_nodes = h->tree->n_tokens + 64,
		.cap_attrs = h->tree->n_tokens + 64};
	uint32_t parent = HTML_NONE;
	lxb_dom_node_t *node = root;

	h->nodes = alloc_resize(NULL, f.cap_nodes, sizeof *h->nodes);
	h->attrs = alloc_resize(NULL, f.cap_attrs, sizeof *h->attrs);
	while (node) {
		if (is_kept(node)) {
			add_node(&f, node, parent);
			if (node->first_child)
				parent = h->n_nodes - 1;
		}
		if (node->first_child && is_kept(node)) {
			node = node->first_child;
			continue;
		}
		while (node != root && !node->next) {
			node = node->parent;
			h->nodes[parent].end = h->n_nodes;
			parent = h->nodes[parent].parent;
		}
		node = node == root ? NULL : node->next;
	}
}

struct html *html_parse(struct span utf8)
{
	struct html *h = ALLOC_NEW(struct html);
	lxb_dom_element_t *root;

	for (size_t i = 0; i < HTML_TAG_COUNT; i++)
		h->first_of[i] = HTML_NONE;
	h->tree = tree_new(utf8);
	h->cut = h->tree->full || h->tree->cut;
	root = lxb_dom_document_element(lxb_dom_interface_document(h->tree->document));
	if (root)
		flatten(h, lxb_dom_interface_node(root));
	return h;
}

void html_free(struct html *h)
{
	if (!h)
		return;
	tree_free(h->tree);
	free(h->nodes);
	free(h->attrs);
	free(h);
}

struct span html_attr(const struct html *h, uint32_t node, const char *name)
{
	const struct html_node *n = &h->nodes[node];
	const struct html_attr *attr = h->attrs + n->first_attr, *end = attr + n->n_attrs;
	const struct span wanted = span_str(name);

	for (; attr < end; attr++)
		if (span_eq(attr->name, wanted))
			return attr->value;
	return span_from(NULL, 0);
}

uint32_t html_find(const struct html *h, uint32_t from, uint32_t end, enum html_tag tag)
{
	for (uint32_t i = from; i < end && i < h->n_nodes; i++)
		if (h->nodes[i].tag == tag)
			return i;
	return HTML_NONE;
}

uint32_t html_block(const struct html *h, uint32_t node)
{
	while (h->nodes[node].parent != HTML_NONE && traits[h->nodes[node].tag] != HTML_TRAIT_BLOCK)
		node = h->nodes[node].parent;
	return node;
}

static void add_collapsed(struct span s, bool *gap, struct strbuf *out)
{
	const char *p = s.data, *end = p + s.len;

	while (p < end) {
		const char *start = p;
		uint32_t c = utf8_next(&p, end);

		if (utf8_is_space(c)) {
			*gap = true;
			continue;
		}
		if (utf8_is_invisible(c))
			continue;
		if (*gap && out->len)
			strbuf_add_char(out, ' ');
		*gap = false;
		strbuf_add(out, start, (size_t)(p - start));
	}
}

void html_add_text(const struct html *h, uint32_t node, struct strbuf *out)
{
	uint32_t block = HTML_NONE;
	bool gap = false;

	for (uint32_t i = node; i < h->nodes[node].end; i++) {
		const struct html_node *n = &h->nodes[i];

		if (n->tag == HTML_TEXT) {
			gap = gap || html_block(h, i) != block;
			block = html_block(h, i);
			add_collapsed(n->text, &gap, out);
		} else if (html_trait(n->tag) == HTML_TRAIT_SILENT && i != node)
			i = n->end - 1;
		else if (html_trait(n->tag) == HTML_TRAIT_BLOCK)
			gap = true;
	}
}

void html_add_raw(const struct html *h, uint32_t node, struct strbuf *out)
{
	for (uint32_t i = node; i < h->nodes[node].end; i++)
		if (h->nodes[i].tag == HTML_TEXT)
			strbuf_add_span(out, h->nodes[i].text);
}

struct selection {
	const struct html *h;
	uint8_t *chosen; /* by node */
};

static lxb_status_t on_match(lxb_dom_node_t *node, lxb_css_selector_specificity_t specificity,
	void *ctx)
{
	struct selection *s = ctx;

	(void)specificity; /* all matches count alike */
	if (node->user)
		s->chosen[(uintptr_t)node->user - 1] = 1;
	return LXB_STATUS_OK;
}

static int select_parsed(struct html *h, const lxb_css_selector_list_t *list, struct selection *s)
{
	lxb_selectors_t *selectors = lxb_selectors_create();
	lxb_dom_node_t *root = lxb_dom_interface_node(h->tree->document);
	int r = 0;

	must(lxb_selectors_init(selectors) == LXB_STATUS_OK);
	if (lxb_selectors_find(selectors, root, list, on_match, s) != LXB_STATUS_OK)
		r = -ERR_PARSE;
	lxb_selectors_destroy(selectors, true);
	return r;
}

int html_select(struct html *h, const char *selector, struct arena *a, uint32_t **ret_nodes,
	size_t *ret_n)
{
	lxb_css_parser_t *parser = lxb_css_parser_create();
	struct selection s = {.h = h, .chosen = arena_alloc(a, h->n_nodes + 1)};
	lxb_css_selector_list_t *list;
	int r = -ERR_PARSE;

	must(lxb_css_parser_init(parser, NULL) == LXB_STATUS_OK);
	list = lxb_css_selectors_parse(parser, (const lxb_char_t *)selector, strlen(selector));
	if (list) {
		r = select_parsed(h, list, &s);
		lxb_css_selector_list_destroy_memory(list);
	}
	lxb_css_parser_destroy(parser, true);
	if (r < 0)
		return r;
	*ret_n = 0;
	*ret_nodes = arena_alloc(a, (h->n_nodes + 1) * sizeof **ret_nodes);
	for (uint32_t i = 0; i < h->n_nodes; i++)
		if (s.chosen[i])
			(*ret_nodes)[(*ret_n)++] = i;
	return 0;
}
