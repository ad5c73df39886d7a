/*
 * libyaml's document is an array of nodes that name each other by number; it
 * is turned into nodes that point to each other, once, when a file is opened.
 * An alias is the same node twice; a node that would contain itself is refused.
 */
#include "common/yaml.h"

#include "common/alloc.h"
#include "common/err.h"

#include <dirent.h>
#include <errno.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/stat.h>
#include <yaml.h>

#define FILE_MAX_BYTES (64 << 20) /* 100,000 subscriptions are 20 MB */
#define DEPTH_MAX      32         /* settings are three deep; more is a mistake or an attack */

enum node_kind { NODE_SCALAR, NODE_LIST, NODE_MAP };

struct yaml_node {
	enum node_kind kind;
	int line;
	const char *scalar;             /* borrowed from the document */
	const struct yaml_node **items; /* of a list; of a map key, value, key, value */
	size_t n_items;
};

struct yaml {
	char *path;
	yaml_document_t document;
	bool loaded;
	struct yaml_node *nodes;
	size_t n_nodes;
};

void yaml_close(struct yaml *y)
{
	if (!y)
		return;
	for (size_t i = 0; i < y->n_nodes; i++)
		free(y->nodes[i].items);
	free(y->nodes);
	if (y->loaded)
		yaml_document_delete(&y->document);
	free(y->path);
	free(y);
}

static void add_error(const char *path, int line, struct strbuf *errors, const char *text)
{
	if (line > 0)
		strbuf_printf(errors, "%s:%d: %s\n", path, line, text);
	else
		strbuf_printf(errors, "%s: %s\n", path, text);
}

static const struct yaml_node *node_at(const struct yaml *y, int number)
{
	return &y->nodes[number - 1];
}

static void adopt_list(struct yaml *y, struct yaml_node *to, const yaml_node_t *from)
{
	const yaml_node_item_t *first = from->data.sequence.items.start;

	to->n_items = (size_t)(from->data.sequence.items.top - first);
	to->items = alloc_zeroed(to->n_items, sizeof *to->items);
	for (size_t i = 0; i < to->n_items; i++)
		to->items[i] = node_at(y, first[i]);
}

static void adopt_map(struct yaml *y, struct yaml_node *to, const yaml_node_t *from)
{
	const yaml_node_pair_t *first = from->data.mapping.pairs.start;

	to->n_items = (size_t)(from->data.mapping.pairs.top - first) * 2;
	to->items = alloc_zeroed(to->n_items, sizeof *to->items);
	for (size_t i = 0; i < to->n_items / 2; i++) {
		to->items[i * 2] = node_at(y, first[i].key);
		to->items[i * 2 + 1] = node_at(y, first[i].value);
	}
}

static void adopt_nodes(struct yaml *y)
{
	const yaml_node_t *first = y->document.nodes.start;

	y->n_nodes = (size_t)(y->document.nodes.top - first);
	y->nodes = alloc_zeroed(y->n_nodes, sizeof *y->nodes);
	for (size_t i = 0; i < y->n_nodes; i++) {
		struct yaml_node *to = &y->nodes[i];

		to->line = (int)first[i].start_mark.line + 1;
		if (first[i].type == YAML_SEQUENCE_NODE) {
			to->kind = NODE_LIST;
			adopt_list(y, to, &first[i]);
		} else if (first[i].type == YAML_MAPPING_NODE) {
			to->kind = NODE_MAP;
			adopt_map(y, to, &first[i]);
		} else {
			to->kind = NODE_SCALAR;
			to->scalar = (const char *)first[i].data.scalar.value;
		}
	}
}

/* Nothing may nest deeper than DEPTH_MAX, which also catches a node inside itself. */
static const struct yaml_node *find_too_deep(const struct yaml_node *n, int depth, size_t *budget)
{
	if (depth > DEPTH_MAX || *budget == 0)
		return n;
	--*budget;
	for (size_t i = 0; i < n->n_items; i++) {
		const struct yaml_node *deep = find_too_deep(n->items[i], depth + 1, budget);

		if (deep)
			return deep;
	}
	return NULL;
}

static int check_keys(const struct yaml *y, struct strbuf *errors)
{
	for (size_t i = 0; i < y->n_nodes; i++) {
		const struct yaml_node *n = &y->nodes[i];

		for (size_t k = 0; n->kind == NODE_MAP && k < n->n_items; k += 2) {
			if (n->items[k]->kind != NODE_SCALAR) {
				add_error(y->path, n->items[k]->line, errors,
					"a key must be a word");
				return -ERR_PARSE;
			}
		}
	}
	return 0;
}

static int check_tree(const struct yaml *y, struct strbuf *errors)
{
	size_t budget = y->n_nodes * 4 + 1024; /* aliases may repeat, not multiply */
	const struct yaml_node *deep = y->n_nodes ? find_too_deep(&y->nodes[0], 0, &budget) : NULL;

	if (deep) {
		add_error(y->path, deep->line, errors, "nested too deeply");
		return -ERR_PARSE;
	}
	return check_keys(y, errors);
}

static void add_parser_error(const struct yaml *y, const yaml_parser_t *parser,
	struct strbuf *errors)
{
	STRBUF_LOCAL(text);
	size_t line =
		parser->problem_mark.line ? parser->problem_mark.line : parser->context_mark.line;

	strbuf_printf(&text, "not YAML: %s", parser->problem ? parser->problem : "unreadable");
	if (parser->context)
		strbuf_printf(&text, " %s", parser->context);
	add_error(y->path, (int)line + 1, errors, text.data);
}

/* What stands behind the document would be left out without a word; -ERR_PARSE if there is anything. */
static int expect_end(const struct yaml *y, yaml_parser_t *parser, struct strbuf *errors)
{
	yaml_document_t next;
	const yaml_node_t *root;
	int r = 0;

	if (!yaml_parser_load(parser, &next)) {
		add_parser_error(y, parser, errors);
		return -ERR_PARSE;
	}
	root = yaml_document_get_root_node(&next);
	if (root) {
		add_error(y->path, (int)next.start_mark.line + 1, errors,
			"a second document, but only one is read");
		r = -ERR_PARSE;
	}
	yaml_document_delete(&next);
	return r;
}

static int parse(struct yaml *y, FILE *file, struct strbuf *errors)
{
	yaml_parser_t parser;
	int r = 0;

	if (!yaml_parser_initialize(&parser))
		return -ERR_NOMEM;
	yaml_parser_set_input_file(&parser, file);
	y->loaded = yaml_parser_load(&parser, &y->document);
	if (!y->loaded) {
		add_parser_error(y, &parser, errors);
		r = -ERR_PARSE;
	} else if (yaml_document_get_root_node(&y->document))
		r = expect_end(y, &parser, errors);
	yaml_parser_delete(&parser);
	if (r < 0)
		return r;
	adopt_nodes(y);
	return check_tree(y, errors);
}

int yaml_open(const char *path, struct yaml **ret, struct strbuf *errors)
{
	CLEANUP(yaml_closep) struct yaml *y = ALLOC_NEW(struct yaml);
	CLEANUP(fclosep) FILE *file = fopen(path, "re");
	struct stat st;
	int r;

	y->path = alloc_strdup(path);
	if (!file || fstat(fileno(file), &st) < 0) {
		add_error(path, 0, errors, strerror(errno));
		return err_from_errno(errno);
	}
	if (!S_ISREG(st.st_mode) || st.st_size > FILE_MAX_BYTES) {
		add_error(path, 0, errors, "not a regular file of at most 64 MiB");
		return -ERR_TOO_BIG;
	}
	r = parse(y, file, errors);
	if (r < 0)
		return r;
	*ret = TAKE_PTR(y);
	return 0;
}

const char *yaml_path(const struct yaml *y)
{
	return y->path;
}

const struct yaml_node *yaml_root(const struct yaml *y)
{
	return y->n_nodes ? &y->nodes[0] : NULL;
}

bool yaml_is_map(const struct yaml_node *n)
{
	return n && n->kind == NODE_MAP;
}

bool yaml_is_list(const struct yaml_node *n)
{
	return n && n->kind == NODE_LIST;
}

const char *yaml_scalar(const struct yaml_node *n)
{
	return n && n->kind == NODE_SCALAR ? n->scalar : NULL;
}

int yaml_line(const struct yaml_node *n)
{
	return n ? n->line : 0;
}

size_t yaml_len(const struct yaml_node *n)
{
	if (!n)
		return 0;
	return n->kind == NODE_MAP ? n->n_items / 2 : n->n_items;
}

const struct yaml_node *yaml_item(const struct yaml_node *list, size_t i)
{
	return yaml_is_list(list) && i < list->n_items ? list->items[i] : NULL;
}

const struct yaml_node *yaml_member(const struct yaml_node *map, size_t i, const char **ret_key)
{
	if (!yaml_is_map(map) || i >= map->n_items / 2)
		return NULL;
	*ret_key = map->items[i * 2]->scalar;
	return map->items[i * 2 + 1];
}

const struct yaml_node *yaml_get(const struct yaml_node *map, const char *key)
{
	for (size_t i = 0; yaml_is_map(map) && i < map->n_items; i += 2) {
		if (strcmp(map->items[i]->scalar, key) == 0)
			return map->items[i + 1];
	}
	return NULL;
}

void yaml_error(const struct yaml *y, const struct yaml_node *at, struct strbuf *errors,
	const char *format, ...)
{
	char text[1024];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof text, format, args);
	va_end(args);
	add_error(y->path, yaml_line(at), errors, text);
}

static bool is_yaml_name(const char *name)
{
	struct span s = span_str(name);

	return name[0] != '.' &&
		(span_ends_with(s, SPAN_LITERAL(".yaml")) ||
			span_ends_with(s, SPAN_LITERAL(".yml")));
}

static int by_name(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

int yaml_list_folder(const char *folder, struct setting_list *ret)
{
	struct setting_list list = {0};
	size_t cap = 0;
	DIR *dir = opendir(folder);

	if (!dir && errno != ENOENT)
		return err_from_errno(errno);
	for (struct dirent *e; dir && (e = readdir(dir));) {
		if (!is_yaml_name(e->d_name))
			continue;
		list.items = alloc_grow(list.items, list.len, &cap, sizeof *list.items);
		list.items[list.len++] = alloc_printf("%s/%s", folder, e->d_name);
	}
	if (dir)
		closedir(dir);
	if (list.len)
		qsort(list.items, list.len, sizeof *list.items, by_name);
	*ret = list;
	return 0;
}
