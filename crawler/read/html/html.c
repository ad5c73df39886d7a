#include "crawler/read/html/html.h"

#include "common/alloc.h"
#include "common/err.h"
#include "common/utf8.h"
#include "crawler/read/html/html_tree.h"

#include <lexbor/css/css.h>
#include <lexbor/dom/dom.h>
#include <lexbor/selectors/selectors.h>

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

enum html_tag html_tag_of(lxb_tag_id_t id)
{
	enum html_tag tag = id < LXB_TAG__LAST_ENTRY ? tags[id] : HTML_OTHER;

	return tag == HTML_TEXT ? HTML_OTHER : tag;
}

static bool is_kept(const lxb_dom_node_t *node)
{
	return node->type == LXB_DOM_NODE_TYPE_ELEMENT || node->type == LXB_DOM_NODE_TYPE_TEXT;
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
	struct html_node n = {.parent = parent,
		.tag = html_tag_of((lxb_tag_id_t)node->local_name),
		.first_attr = f->n_attrs};

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
	h->tree = html_tree_new(utf8);
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
	html_tree_free(h->tree);
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

	html_must(lxb_selectors_init(selectors) == LXB_STATUS_OK);
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

	html_must(lxb_css_parser_init(parser, NULL) == LXB_STATUS_OK);
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
