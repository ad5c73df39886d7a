/*
 * Tables of settings over YAML files; the functions are declared in yaml.h.
 */
#include "common/alloc.h"
#include "common/yaml.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#define KEY_MAX 128

/* Where a value comes from: a file with the node for messages, or the table's own default. */
struct value {
	const struct yaml *yaml;
	const struct yaml_node *node;
	struct strbuf *errors;
};

static void *field(const struct setting *s, const void *object)
{
	return (char *)object + s->offset;
}

static void complain(const struct value *v, const struct setting *s, const char *text)
{
	yaml_error(v->yaml, v->node, v->errors, "%s: %s", s->key, text);
}

static void complain_of_check(const struct value *v, const struct setting *s, const char *text)
{
	const char *fault = s->check && v->yaml ? s->check(text) : NULL;

	if (fault)
		yaml_error(v->yaml, v->node, v->errors, "%s: '%s' %s", s->key, text, fault);
}

static void set_string(const struct setting *s, void *object, const struct value *v,
	const char *text)
{
	char **place = field(s, object);

	free(*place);
	*place = alloc_strdup(text);
	if (s->max && strlen(text) > (size_t)s->max)
		complain(v, s, "too long");
	else
		complain_of_check(v, s, text);
}

static void set_int(const struct setting *s, void *object, const struct value *v, const char *text)
{
	char *end;
	long long number;

	errno = 0;
	number = strtoll(text, &end, 10);
	if (errno || end == text || *end) {
		yaml_error(v->yaml, v->node, v->errors, "%s: '%s' is not a whole number", s->key,
			text);
		return;
	}
	if (number < s->min || number > s->max) {
		yaml_error(v->yaml, v->node, v->errors,
			"%s: %lld is not within %" PRId64 " to %" PRId64, s->key, number, s->min,
			s->max);
		return;
	}
	*(int64_t *)field(s, object) = number;
}

static void set_bool(const struct setting *s, void *object, const struct value *v, const char *text)
{
	bool on = strcmp(text, "true") == 0 || strcmp(text, "yes") == 0 || strcmp(text, "on") == 0;
	bool off =
		strcmp(text, "false") == 0 || strcmp(text, "no") == 0 || strcmp(text, "off") == 0;

	if (!on && !off)
		yaml_error(v->yaml, v->node, v->errors, "%s: '%s' is neither true nor false",
			s->key, text);
	*(bool *)field(s, object) = on;
}

static void set_choice(const struct setting *s, void *object, const struct value *v,
	const char *text)
{
	STRBUF_LOCAL(names);

	for (int i = 0; s->choices[i]; i++) {
		if (strcmp(text, s->choices[i]) == 0) {
			*(int *)field(s, object) = i;
			return;
		}
		strbuf_printf(&names, "%s%s", i ? ", " : "", s->choices[i]);
	}
	yaml_error(v->yaml, v->node, v->errors, "%s: '%s' is none of: %s", s->key, text,
		names.data);
}

static void list_append(struct setting_list *list, const char *text, size_t len)
{
	list->items = alloc_resize(list->items, list->len + 1, sizeof *list->items);
	list->items[list->len++] = alloc_strndup(text, len);
}

static void set_list_from_node(const struct setting *s, void *object, struct value v)
{
	struct setting_list *list = field(s, object);
	const struct yaml_node *node = v.node;
	size_t n = yaml_is_list(node) ? yaml_len(node) : 1;

	setting_list_release(list);
	if (s->max && n > (size_t)s->max) {
		complain(&v, s, "too many entries");
		return;
	}
	for (size_t i = 0; i < n; i++) {
		const char *text;

		v.node = yaml_is_list(node) ? yaml_item(node, i) : node;
		text = yaml_scalar(v.node);
		if (!text)
			complain(&v, s, "every entry must be a plain value");
		else {
			list_append(list, text, strlen(text));
			complain_of_check(&v, s, text);
		}
	}
}

static void set_list_from_default(const struct setting *s, void *object, const char *text)
{
	struct setting_list *list = field(s, object);

	while (*text) {
		size_t n = strcspn(text, " ");

		list_append(list, text, n);
		text += n + (text[n] == ' ');
	}
}

static void set_scalar(const struct setting *s, void *object, const struct value *v,
	const char *text)
{
	switch (s->type) {
	case SETTING_STRING:
		set_string(s, object, v, text);
		break;
	case SETTING_INT:
		set_int(s, object, v, text);
		break;
	case SETTING_BOOL:
		set_bool(s, object, v, text);
		break;
	case SETTING_CHOICE:
		set_choice(s, object, v, text);
		break;
	case SETTING_LIST:
		set_list_from_default(s, object, text);
		break;
	}
}

static void set_default(const struct setting *s, void *object)
{
	static const struct value from_table = {0};

	if (s->fallback || s->type == SETTING_STRING)
		set_scalar(s, object, &from_table, s->fallback ? s->fallback : "");
}

static void set_from_node(const struct setting *s, void *object, const struct value *v)
{
	const char *text = yaml_scalar(v->node);

	if (s->type == SETTING_LIST)
		set_list_from_node(s, object, *v);
	else if (text)
		set_scalar(s, object, v, text);
	else
		complain(v, s, "must be a plain value");
}

static const struct setting *find_row(const struct setting *table, size_t n, const char *key)
{
	for (size_t i = 0; i < n; i++) {
		if (strcmp(table[i].key, key) == 0)
			return &table[i];
	}
	return NULL;
}

static bool is_group(const struct setting *table, size_t n, const char *key)
{
	size_t len = strlen(key);

	for (size_t i = 0; i < n; i++) {
		if (strncmp(table[i].key, key, len) == 0 && table[i].key[len] == '.')
			return true;
	}
	return false;
}

static bool is_repeated(const struct yaml_node *map, size_t i, const char *key)
{
	const char *other;

	for (size_t k = 0; k < i; k++) {
		if (yaml_member(map, k, &other) && strcmp(other, key) == 0)
			return true;
	}
	return false;
}

static bool take_port(const char **text, long *ret)
{
	char *end;

	if (**text < '1' || **text > '9')
		return false;
	*ret = strtol(*text, &end, 10);
	*text = end;
	return *ret <= UINT16_MAX;
}

bool setting_parse_ports(const char *value, unsigned *ret_low, unsigned *ret_high)
{
	long low, high;

	if (!take_port(&value, &low))
		return false;
	high = low;
	if (*value == '-' && (value++, !take_port(&value, &high)))
		return false;
	*ret_low = (unsigned)low;
	*ret_high = (unsigned)high;
	return !*value && low <= high;
}

const char *setting_check_ports(const char *value)
{
	unsigned low, high;

	return setting_parse_ports(value, &low, &high)
		? NULL
		: "is neither a port nor a range such as 8000-8099";
}

struct reading {
	const struct setting *table;
	size_t n;
	void *object;
};

static void read_map(const struct reading *to, const char *prefix, struct value v)
{
	const struct yaml_node *map = v.node;

	for (size_t i = 0; i < yaml_len(map); i++) {
		char full[KEY_MAX];
		const char *key = NULL;
		const struct setting *row;

		v.node = yaml_member(map, i, &key);
		snprintf(full, sizeof full, "%s%s", prefix, key);
		row = find_row(to->table, to->n, full);
		if (is_repeated(map, i, key))
			yaml_error(v.yaml, v.node, v.errors, "%s: stands here a second time", full);
		else if (row)
			set_from_node(row, to->object, &v);
		else if (is_group(to->table, to->n, full) && yaml_is_map(v.node)) {
			char inner[KEY_MAX + 1];

			snprintf(inner, sizeof inner, "%s.", full);
			read_map(to, inner, v);
		} else if (is_group(to->table, to->n, full)) {
			if (yaml_len(v.node) || (yaml_scalar(v.node) && *yaml_scalar(v.node)))
				yaml_error(v.yaml, v.node, v.errors,
					"%s: must be a map of settings", full);
		} else
			yaml_error(v.yaml, v.node, v.errors, "%s: no such setting", full);
	}
}

bool settings_read(const struct setting *table, size_t n, const struct yaml *y,
	const struct yaml_node *map, void *object, struct strbuf *errors)
{
	const struct reading to = {table, n, object};
	size_t before = errors->len;

	for (size_t i = 0; i < n; i++)
		set_default(&table[i], object);
	if (!map || (yaml_scalar(map) && !*yaml_scalar(map)))
		return true;
	if (!yaml_is_map(map))
		yaml_error(y, map, errors, "must be a map of settings");
	else
		read_map(&to, "", (struct value){y, map, errors});
	return errors->len == before;
}

void setting_list_release(struct setting_list *list)
{
	for (size_t i = 0; i < list->len; i++)
		free(list->items[i]);
	free(list->items);
	*list = (struct setting_list){0};
}

void settings_release(const struct setting *table, size_t n, void *object)
{
	for (size_t i = 0; i < n; i++) {
		if (table[i].type == SETTING_STRING) {
			free(*(char **)field(&table[i], object));
			*(char **)field(&table[i], object) = NULL;
		} else if (table[i].type == SETTING_LIST)
			setting_list_release(field(&table[i], object));
	}
}

static void print_value(const struct setting *s, const void *object, struct strbuf *out)
{
	const struct setting_list *list = field(s, object);

	switch (s->type) {
	case SETTING_STRING:
		strbuf_printf(out, "\"%s\"", *(char **)field(s, object));
		break;
	case SETTING_INT:
		strbuf_printf(out, "%" PRId64, *(int64_t *)field(s, object));
		break;
	case SETTING_BOOL:
		strbuf_add_str(out, *(bool *)field(s, object) ? "true" : "false");
		break;
	case SETTING_CHOICE:
		strbuf_add_str(out, s->choices[*(int *)field(s, object)]);
		break;
	case SETTING_LIST:
		strbuf_add_char(out, '[');
		for (size_t i = 0; i < list->len; i++)
			strbuf_printf(out, "%s\"%s\"", i ? ", " : "", list->items[i]);
		strbuf_add_char(out, ']');
		break;
	}
}

void settings_print(const struct setting *table, size_t n, const void *object, struct strbuf *out)
{
	for (size_t i = 0; i < n; i++) {
		strbuf_printf(out, "%s: ", table[i].key);
		print_value(&table[i], object, out);
		strbuf_printf(out, "  # %s\n", table[i].help);
	}
}
